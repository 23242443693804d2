"""One engine in a process of its own: reads the name of a case, times it, answers with one line of JSON.

    python worker.py ENGINE one|all

With one thread the process is held on one core, since some engines start threads that no setting limits, and its time
on the processor is what counts, whoever else is at work on the machine.
"""

import importlib
import json
import os
import sys
import time

SAMPLE = 0.03  # seconds that one timing takes, about


class Timed:
    """A case, made ready. `made` is what `engines` says: run, or (check, run), or (check, run, finish)."""

    def __init__(self, made, clock):
        self.clock = clock
        check, self.run, self.finish = (*made, _nothing)[:3] if isinstance(made, tuple) else (made, made, _nothing)
        result = check()
        self.checksum = float(result() if callable(result) else result)
        self.repeats = 1
        self.repeats = max(1, round(SAMPLE / min(self.seconds(), self.seconds())))

    def seconds(self):
        started = self.clock()
        for _ in range(self.repeats):
            self.run()
        self.finish()
        return (self.clock() - started) / self.repeats


def _nothing():
    pass


def main(name, threads):
    if threads == "one" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an engine prints goes to stderr, and leaves the answers alone
    engine = importlib.import_module(f"engines.{name}")
    makers = engine.all_cases()
    print(json.dumps({"version": engine.version(), "cases": list(makers)}), file=out, flush=True)
    ready, clock = {}, time.process_time if threads == "one" else time.perf_counter
    for line in sys.stdin:
        case = line.strip()
        if case not in ready:
            ready[case] = Timed(makers[case](), clock)
        timed = ready[case]
        print(json.dumps({"seconds": timed.seconds(), "checksum": timed.checksum}), file=out, flush=True)


main(*sys.argv[1:])
