"""A training step recorded once and replayed: the same numbers, in a fraction of the time, and the program to read.

python examples/replay.py
"""

import sys
import time
from pathlib import Path

import numpy as np

import nn
from autograd import jit
from nn.layers import Dense, Dropout

STEPS = 400


def trainer(decorate):
    """A function that takes one step, on a model and an optimizer of its own."""
    model = nn.Sequential(
        [Dense(64, activation="relu", input_shape=(2,)), Dropout(0.2), Dense(1, activation="sigmoid")], seed=0
    )
    optimizer = nn.optimizers.Adam(model.parameters())

    @decorate
    def step(x, y):
        loss = nn.losses.binary_crossentropy(y, model(x, training=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def main():
    X, y = nn.datasets.make_moons(32 * 50, noise=0.2, random_state=0)
    x, y = X.astype(np.float32), y[:, None].astype(np.float32)
    batches = [(x[i : i + 32], y[i : i + 32]) for i in range(0, len(x), 32)]
    losses, seconds = {}, {}
    replayed = trainer(jit)
    for name, step in (("step by step", trainer(lambda f: f)), ("replayed", replayed)):
        step(*batches[0])
        start = time.perf_counter()
        losses[name] = [step(*batches[k % len(batches)]).item() for k in range(STEPS)]
        seconds[name] = time.perf_counter() - start
    for name, taken in seconds.items():
        print(f"{name:>12}: {taken / STEPS * 1e6:6.0f} us a step, last loss {losses[name][-1]:.4f}")
    same = losses["step by step"] == losses["replayed"]
    print(f"the same losses, bit for bit: {same}")
    program = replayed.program(*batches[0])
    print()
    print(program.costs())
    if "--draw" in sys.argv:
        import viz

        folder = Path("out")
        folder.mkdir(exist_ok=True)
        print("drawn as", viz.draw(program).render(folder / "program", format="svg", cleanup=True))
    return same


if __name__ == "__main__":
    main()
