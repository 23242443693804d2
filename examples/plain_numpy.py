"""No layers: a network of plain NumPy functions learns two moons, its gradients by `value_and_grad`.

Run it with `python examples/plain_numpy.py`.
"""

from pathlib import Path

import numpy as np

from autograd import Value, value_and_grad

OUT = Path("out")


def moons(n, noise, rng):
    """Two half circles, one inside the other: points and their class, 0 or 1."""
    angle = rng.uniform(0, np.pi, n)
    label = rng.integers(0, 2, n)
    x = np.where(label, 1 - np.cos(angle), np.cos(angle))
    y = np.where(label, 0.5 - np.sin(angle), np.sin(angle))
    return np.stack([x, y], axis=1) + rng.normal(0, noise, (n, 2)), label.astype(float)


def network(p, x):
    hidden = np.tanh(x @ p["W1"] + p["b1"])
    return (hidden @ p["W2"] + p["b2"])[:, 0]


def loss(p, x, label):
    """Binary cross-entropy from logits: log(1 + exp(z)) - z * label."""
    z = network(p, x)
    return np.mean(np.logaddexp(0.0, z) - z * label)


def train(x, label, rng, steps=400, rate=1.0):
    p = {"W1": rng.normal(0, 1, (2, 16)), "b1": np.zeros(16), "W2": rng.normal(0, 0.3, (16, 1)), "b2": np.zeros(1)}
    step = value_and_grad(loss)
    for i in range(steps + 1):
        value, slopes = step(p, x, label)
        if i % 100 == 0:
            print(f"  step {i:4d}   loss {value:.4f}")
        p = {name: p[name] - rate * slopes[name] for name in p}
    return p


def picture(p, x, label, width=60, height=20):
    """The decision boundary as text: shade for the network's answer, o and x for the points."""
    xs, ys = np.linspace(-1.4, 2.4, width), np.linspace(1.4, -0.9, height)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    inside = (network(p, grid) > 0).reshape(height, width)
    rows = [["·" if cell else " " for cell in row] for row in inside]
    for (a, b), c in zip(x[:150], label[:150], strict=True):
        i, j = np.abs(ys - b).argmin(), np.abs(xs - a).argmin()
        rows[i][j] = "x" if c else "o"
    return "\n".join("".join(row) for row in rows)


def one_neuron():
    x, w, b = Value(2.0, name="x"), Value(-0.5, name="w"), Value(1.5, name="b")
    y = (x * w + b).tanh()
    y.backward()
    for v in (y, x, w, b):
        print(f"  {v}")


def main():
    print("One neuron, y = tanh(x * w + b):")
    one_neuron()
    rng = np.random.default_rng(0)
    x, label = moons(400, 0.15, rng)
    test_x, test_label = moons(400, 0.15, rng)
    print("\nA network 2-16-1 on two moons, gradients by value_and_grad of plain NumPy:")
    p = train(x, label, rng)
    accuracy = np.mean((network(p, test_x) > 0) == test_label)
    print(f"  accuracy on 400 new points: {accuracy:.3f}\n")
    text = picture(p, test_x, test_label)
    print(text)
    OUT.mkdir(exist_ok=True)
    weights, boundary = OUT / "moons_weights.npz", OUT / "moons_boundary.txt"
    np.savez(weights, **p)
    boundary.write_text(text + "\n")
    print(f"\nWrote the picture to {boundary} and the weights to {weights}.")
    return accuracy


if __name__ == "__main__":
    main()
