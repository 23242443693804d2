"""micrograd."""

import sys

from micrograd.engine import Value

from engines import scalar

sys.setrecursionlimit(1_000_000)


def version():
    return "micrograd 0.1.0"


def all_cases():
    return {
        "chain": lambda: scalar.chain(Value),
        "moons": lambda: scalar.moons(Value),
        "micrograd_jit": lambda: scalar.moons_loop(Value),
    }
