"""Compare the engines: `python benchmarks/run.py [--threads one all] [--rounds N] [--only CASE ...]`, or `make bench`.

Each engine runs in its own process and virtual environment, in turn: A B C A B C ... The time of a case is the median
over the rounds, a ratio the median of the ratios of each round. Engines whose results differ are not compared. With all
cases and both `--threads`, the tables go into RESULTS.md.
"""

import argparse
import math
import os
import platform
import sys
import time

import memory
import report
import scaling
from cases import CASES, GROUPS
from environments import ENGINES, HERE, start

ENOUGH = 60  # seconds for a case; past that, three rounds do
PAUSE = {"one": 0, "all": 0.1}  # seconds between engines: idle threads of the one before spin for a while
THREADS = ("one", "all")


def measure(workers, case, rounds, pause):
    """The times of each engine that can do the case, round by round."""
    able = {name: worker for name, worker in workers.items() if case in worker.cases}
    times = {name: [] for name in able}
    sums = {}
    started = time.perf_counter()
    for k in range(rounds + 1):
        if k > 3 and time.perf_counter() - started > ENOUGH:
            break
        for name, worker in able.items():
            time.sleep(pause)
            answer = worker.time(case)
            sums[name] = answer["checksum"]
            if k:  # the first round warms up
                times[name].append(answer["seconds"])
    first = next(iter(sums), None)
    for name, found in sums.items():
        if not math.isclose(found, sums[first], rel_tol=CASES[case].tolerance):
            sys.exit(f"{case}: {name} computed {found}, {first} {sums[first]}; not comparing")
    return times


def tables(threads, rounds, only):
    """A table of each group of cases, and what the engines say they are."""
    workers = {engine: worker for engine in ENGINES if (worker := start(engine, threads))}
    found = []
    for title, group in GROUPS.items():
        times = {case: measure(workers, case, rounds, PAUSE[threads]) for case in group if case in only}
        if any(times.values()):
            found.append(f"### {title}\n\n{report.table(times)}")
            print(found[-1], "\n", flush=True)
    versions = [worker.version for worker in workers.values()]
    for worker in workers.values():
        worker.close()
    return "\n\n".join(found), versions


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", nargs="+", choices=THREADS, default=list(THREADS))
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES))
    options = parser.parse_args()
    parts = []
    for threads in options.threads:
        heading = f"## {threads.capitalize()} thread{'s' if threads == 'all' else ''}"
        print(f"{heading}\n", flush=True)
        found, versions = tables(threads, options.rounds, options.only)
        parts.append(f"{heading}\n\n{found}")
    if options.only == list(CASES) and options.threads == list(THREADS):
        versions = ", ".join(dict.fromkeys(versions))
        text = (
            f"# Measured speed\n\n`python benchmarks/run.py --rounds {options.rounds}` on {platform.machine()}, "
            f"{os.cpu_count()} cores, Python {platform.python_version()}; {versions}. Each engine runs in its own "
            "process and environment, interleaved, and with an allocator that keeps freed memory. "
            "The time is the median; in brackets ours over theirs, so less than 1 is faster. A target is the "
            "most that this ratio should be. A busy machine spoils the times of all threads.\n\n"
        )
        parts.append(f"## Memory and recording\n\n{memory.table()}")
        parts.append(f"## Compared with ourselves\n\n{scaling.table()}")
        (HERE / "RESULTS.md").write_text(text + "\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
