"""The scalar cases, written once against the interface that micrograd and our Value share."""

import cases


def chain(Value):
    def run():
        x, w, b = Value(0.5), Value(1.0001), Value(0.0001)
        y = x
        for _ in range(500):
            y = y * w
            y = y + b
        y.backward()
        return y.data + x.grad + w.grad + b.grad

    return run


def moons(Value):
    """One step of the demo in micrograd's notebook: hinge loss, a little weight decay, gradient descent."""
    points, labels, weights = cases.moons()

    def neuron(w, b, x, nonlinear):
        act = sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)
        return act.relu() if nonlinear else act

    def run():
        layers = [[([Value(w) for w in row], Value(0)) for row in layer] for layer in weights]
        parameters = [p for layer in layers for w, b in layer for p in [*w, b]]

        def model(x):
            for k, layer in enumerate(layers):
                x = [neuron(w, b, x, k < 2) for w, b in layer]
            return x[0]

        scores = [model([Value(v) for v in point]) for point in points]
        losses = [(1 + -y * s).relu() for y, s in zip(labels, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= 0.9 * p.grad
        return loss.data + sum(p.grad for p in parameters)

    return run
