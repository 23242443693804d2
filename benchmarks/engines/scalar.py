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
    """One step from the start, the parameters made anew."""
    points, labels, weights = cases.moons()

    def run():
        layers, parameters = network(Value, weights)
        loss = moons_step(Value, points, labels, layers, parameters)
        return loss.data + sum(p.grad for p in parameters)

    return run


def moons_loop(Value, jit=lambda step: step):
    """Step after step on the same parameters, as the notebook's loop does."""
    points, labels, weights = cases.moons()

    def make():
        layers, parameters = network(Value, weights)
        return jit(lambda: moons_step(Value, points, labels, layers, parameters))

    def check():
        step = make()
        return [step().data for _ in range(3)][-1]

    return check, make()


def network(Value, weights):
    layers = [[([Value(w) for w in row], Value(0)) for row in layer] for layer in weights]
    return layers, [p for layer in layers for w, b in layer for p in [*w, b]]


def moons_step(Value, points, labels, layers, parameters):
    """The demo in micrograd's notebook: hinge loss, a little weight decay, gradient descent."""

    def neuron(w, b, x, nonlinear):
        act = sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)
        return act.relu() if nonlinear else act

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
    return loss
