"""One engine in a process of its own: reads the name of a case, times it, answers with one line of JSON."""

import importlib
import json
import sys
import time

SAMPLE = 0.03  # seconds that one timing takes, about


def main():
    engine = importlib.import_module(f"engines.{sys.argv[1]}")
    makers = engine.all_cases()
    print(json.dumps({"version": engine.version(), "cases": list(makers)}), flush=True)
    ready = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            run = makers[name]()
            result = run()
            checksum = float(result() if callable(result) else result)
            started = time.perf_counter()
            run()
            once = time.perf_counter() - started
            ready[name] = (run, max(1, round(SAMPLE / once)), checksum)
        run, times, checksum = ready[name]
        started = time.perf_counter()
        for _ in range(times):
            run()
        print(json.dumps({"seconds": (time.perf_counter() - started) / times, "checksum": checksum}), flush=True)


main()
