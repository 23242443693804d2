"""What is compared with ourselves: `python benchmarks/scaling.py`, in processes of their own.

The cost of one Value as graphs grow, and how long a replay takes where the arithmetic alone should count.
"""

import json
import sys
import time

SIZES = (1_000, 10_000, 100_000, 1_000_000)
CHAINS = {
    "np.tanh(a*b + c) of Tensors": lambda np, a, b, c: np.tanh(a * b + c),
    "((2a + 1)/2 - 1) twice over, of Tensors": lambda np, a, b, c: ((((a * 2 + 1) * 0.5 - 1) * 2 + 1) * 0.5 - 1) * 2,
}


def values(size):
    """Microseconds for each Value of a chain: making it, and going back through it; the best of a few."""
    from autograd import Value

    best = [float("inf")] * 2
    for _ in range(max(3, min(100, 300_000 // size))):
        started = time.process_time()
        x, w, b = Value(0.5), Value(1.0001), Value(0.0001)
        y = x
        for _ in range(size // 2):
            y = y * w
            y = y + b
        made = time.process_time()
        y.backward()
        done = time.process_time()
        best = [min(best[0], made - started), min(best[1], done - made)]
    return [seconds / size * 1e6 for seconds in best]


def chain(name):
    """Milliseconds for 1,000,000 numbers, eager and replayed, in turn; the best of each."""
    import cases
    import numpy as np

    from autograd import Tensor, jit

    tensors = [Tensor(x) for x in cases.elementwise(1_000_000)]

    def eager(a, b, c):
        return CHAINS[name](np, a, b, c)

    ways = (eager, jit(eager))
    best = [float("inf")] * 2
    for _ in range(100):
        for k, way in enumerate(ways):
            started = time.process_time()
            way(*tensors)
            best[k] = min(best[k], time.process_time() - started)
    return [seconds * 1e3 for seconds in best]


def measured(what, of):
    from environments import answer_of

    return answer_of("scaling.py", what, str(of))


def table():
    lines = ["| operations on Values | making one | going back | together |", "|---|---|---|---|"]
    first = None
    for size in SIZES:
        made, back = measured("values", size)
        first = first or made + back
        lines.append(f"| {size:,} | {made:.2f} us | {back:.2f} us | {(made + back) / first:.2f}x |")
    lines += ["", "| 1,000,000 numbers | eager | replayed | target |", "|---|---|---|---|"]
    for name in CHAINS:
        eager, replayed = measured("chain", name)
        ratio = replayed / eager
        met = "met" if ratio <= 1 else "**missed**"
        lines.append(f"| {name} | {eager:.2f} ms | {replayed:.2f} ms ({ratio:.2f}x) | 1x eager: {met} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:]:
        what, of = sys.argv[1:]
        print(json.dumps(values(int(of)) if what == "values" else chain(of)))
    else:
        print(table())
