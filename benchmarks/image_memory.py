"""What training the LeNet adds to a process, ours against PyTorch's: `python benchmarks/image_memory.py` (Linux).

Each figure is of a process of its own, which has trained on two images before, so that libraries are loaded: the most
memory it has in its first step on a batch, which ours records, and in later steps, less what it had before any of them.
Medians of several processes.
"""

import json
import statistics
import sys

from environments import answer_of

ENGINES = ("glassgrad", "torch_eager")
BATCHES = (32, 256)
STEPS, PROCESSES = 5, 3


def glassgrad():
    from engines import glassgrad_images
    from engines.glassgrad_training import adam

    import nn

    model = glassgrad_images.lenet()
    model.compile(adam(), loss=nn.losses.SparseCategoricalCrossentropy(from_logits=True))
    return lambda x, y: model.fit(x, y, batch_size=len(x), verbose=0)


def torch_eager():
    import torch
    from engines import torch_images
    from engines.torch_training import adam, cross_entropy

    model = torch_images.lenet()
    optimizer = adam(model, None)

    def step(x, y):
        x, y = torch.from_numpy(x.transpose(0, 3, 1, 2).copy()), torch.from_numpy(y)
        loss = cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def memory(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def added(engine, count):
    """Bytes that the first step on `count` images adds, and later ones."""
    import cases
    import numpy as np

    x, y = (np.concatenate(parts)[:count] for parts in zip(*cases.lenet(), strict=True))
    step = {"glassgrad": glassgrad, "torch_eager": torch_eager}[engine]()
    step(x[:2], y[:2])
    before = memory("VmRSS")
    found = []
    for steps in (1, STEPS):
        with open("/proc/self/clear_refs", "w") as reset:
            reset.write("5")  # the peak starts anew
        for _ in range(steps):
            step(x, y)
        found.append(memory("VmHWM") - before)
    return found


def table():
    lines = ["| LeNet, training | glassgrad | PyTorch | ratio |", "|---|---|---|---|"]
    for count in BATCHES:
        ours, theirs = (
            [answer_of("image_memory.py", engine, str(count), engine=engine, keeping=False) for _ in range(PROCESSES)]
            for engine in ENGINES
        )
        for k, when in enumerate(("the first step", "later steps")):
            mine, other = (statistics.median(run[k] for run in runs) / 2**20 for runs in (ours, theirs))
            lines.append(f"| batches of {count}, {when} | {mine:.0f} MB | {other:.0f} MB | {mine / other:.2f}x |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(added(sys.argv[1], int(sys.argv[2]))) if sys.argv[1:] else table())
