"""Memory and recording time of a replayed training step: `python benchmarks/memory.py`.

Each figure is of the moons step, in a process of its own. Memory is what tracemalloc counts, NumPy's arrays included,
over 1,000 steps: the most at any moment, and what the last 900 left behind; beside it the process's own peak.
"""

import json
import statistics
import sys
import time

STEPS = 1000
WARM = 100
KINDS = ("eager", "replay")


def make(kind):
    from engines import glassgrad_training

    import autograd

    jit = autograd.jit if kind == "replay" else lambda step: step
    return glassgrad_training.moons_step(jit)[1]


def traced(kind):
    """Bytes: the peak above the start, and the growth after the first steps; and the process's peak."""
    import gc
    import resource
    import tracemalloc

    tracemalloc.start()
    step = make(kind)
    gc.collect()
    start = tracemalloc.get_traced_memory()[0]
    for _ in range(WARM):
        step()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(STEPS - WARM):
        step()
    peak = tracemalloc.get_traced_memory()[1] - start
    gc.collect()
    left = tracemalloc.get_traced_memory()[0] - before
    return {"peak": peak, "left": left, "process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def timed(kind):
    """Seconds: the first call, which records under `replay`, and a later one; medians of a few fresh steps."""
    make("eager")()  # imports and first calls of everything
    first, later = [], []
    for _ in range(15):
        step = make(kind)
        for k in range(30):
            started = time.perf_counter()
            step()
            (later if k else first).append(time.perf_counter() - started)
    return {"first": statistics.median(first), "later": statistics.median(later)}


def measured(what, kind):
    from environments import answer_of

    return answer_of("memory.py", what, kind)


def table():
    columns = ["moons step", f"peak of {STEPS:,} steps", f"left by the last {STEPS - WARM}", "process's peak"]
    columns += ["first call", "later call"]
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    first = {}
    for kind in KINDS:
        m, t = measured("traced", kind), measured("timed", kind)
        if m is None:
            continue
        first[kind] = t
        lines.append(
            f"| {kind} | {m['peak'] / 1024:.0f} KiB | {m['left'] / 1024:.1f} KiB | {m['process'] / 2**20:.0f} MiB | "
            f"{t['first'] * 1e6:.0f} us | {t['later'] * 1e6:.0f} us |"
        )
    text = "\n".join(lines)
    if "replay" in first:
        recording = first["replay"]["first"] / first["eager"]["later"]
        text += f"\n\nRecording takes {recording:.1f}x one eager step (target: at most 5x)."
    return text


if __name__ == "__main__":
    if sys.argv[1:]:
        import autograd

        known = sys.argv[2] == "eager" or hasattr(autograd, "jit")
        print(json.dumps({"traced": traced, "timed": timed}[sys.argv[1]](sys.argv[2]) if known else None))
    else:
        print(table())
