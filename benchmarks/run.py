"""Compare the engines: `python benchmarks/run.py [--rounds N] [--only CASE ...]`, or `make bench`.

Each engine runs in its own process and virtual environment, on one thread, in turn: A B C A B C ... The time of a case
is the median over the rounds, a ratio the median of the ratios of each round. Engines whose results differ are not
compared.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import venv
from pathlib import Path

from cases import CASES

HERE = Path(__file__).parent
ENVS = HERE / ".envs"
NUMPY = "numpy>=2,<3"
ENGINES = {
    "glassgrad": [NUMPY],
    "by_hand": [NUMPY],
    "torch_eager": ["torch==2.13.0", NUMPY],
    "hips": ["autograd==1.9.1", "scipy", NUMPY],
    "mygrad_engine": ["mygrad==2.5.0", NUMPY],
    "micrograd_engine": ["micrograd==0.1.0", NUMPY],
}
SHORT = {"torch": "torch_eager", "hips": "hips", "micrograd": "micrograd_engine", "by_hand": "by_hand"}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def environment(engine):
    """The Python of the engine's own environment, made on first use."""
    name = "glassgrad" if engine == "by_hand" else engine
    folder = ENVS / name
    python = folder / "bin" / "python"
    wanted = "\n".join(ENGINES[engine])
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"setting up {name} ...", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *ENGINES[engine]], check=True)
        stamp.write_text(wanted)
    return python


class Worker:
    def __init__(self, engine):
        path = [str(HERE)] + ([str(HERE.parent)] if engine == "glassgrad" else [])
        self.process = subprocess.Popen(
            [environment(engine), HERE / "worker.py", engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(path)},
        )
        hello = json.loads(self.process.stdout.readline())
        self.version, self.cases = hello["version"], hello["cases"]

    def time(self, case):
        print(case, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def measure(workers, case, rounds):
    able = {name: w for name, w in workers.items() if case in w.cases}
    times = {name: [] for name in able}
    sums = {}
    for k in range(rounds + 1):
        for name, worker in able.items():
            answer = worker.time(case)
            sums[name] = answer["checksum"]
            if k:  # the first round warms up
                times[name].append(answer["seconds"])
    for name, total in sums.items():
        if not math.isclose(total, sums["glassgrad"], rel_tol=1e-6):
            sys.exit(f"{case}: {name} computed {total}, glassgrad {sums['glassgrad']}; not comparing")
    return times


def show(seconds):
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def start(engine):
    """The engine's process, or None (said aloud) where it cannot be installed."""
    try:
        return Worker(engine)
    except (subprocess.CalledProcessError, ValueError, OSError) as error:
        print(f"{engine} is left out: {error}")
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", nargs="*", choices=list(CASES), default=list(CASES))
    options = parser.parse_args()
    workers = {engine: worker for engine in ENGINES if (worker := start(engine))}
    others = [name for name in workers if name != "glassgrad"]
    lines = [
        "| work | glassgrad | "
        + " | ".join(workers[n].version for n in others if n != "by_hand")
        + " | by hand | target |"
    ]
    lines.append("|---" * (len(others) + 3) + "|")
    for case in options.only:
        what, peer, target = CASES[case]
        times = measure(workers, case, options.rounds)
        ours = times["glassgrad"]
        row = [what, show(statistics.median(ours))]
        for name in [n for n in others if n != "by_hand"] + ["by_hand"]:
            if name not in times:
                row.append("")
                continue
            ratio = statistics.median(a / b for a, b in zip(ours, times[name], strict=True))
            row.append(f"{show(statistics.median(times[name]))} ({ratio:.2f}x)")
        row.append(f"{target:g}x {peer}")
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    table = "\n".join(lines)
    python = f"Python {platform.python_version()}, {workers['glassgrad'].version}"
    text = (
        f"# Measured speed\n\n`python benchmarks/run.py --rounds {options.rounds}` on {platform.machine()}, "
        f"{os.cpu_count()} cores, {python}; one thread, each engine in its own process and environment, interleaved. "
        f"The time is the median; in brackets ours over theirs, so less than 1 is faster.\n\n{table}\n"
    )
    print("\n" + text)
    if options.only == list(CASES):
        (HERE / "RESULTS.md").write_text(text)


main()
