"""MyGrad."""

import cases
import mygrad as mg


def version():
    return f"MyGrad {mg.__version__}"


def elementwise(n):
    arrays = cases.elementwise(n)

    def run():
        a, b, c = (mg.tensor(x, copy=False) for x in arrays)
        y = mg.sum(mg.tanh(a * b + c))
        y.backward()
        return lambda: y.item() + sum(float(t.grad.sum()) for t in (a, b, c))

    return run


def multiply_add():
    arrays = cases.multiply_add()

    def run():
        x, w, b = (mg.tensor(a, copy=False) for a in arrays)
        for _ in range(50):
            x = x * w + b
        y = x.sum()
        y.backward()
        return lambda: y.item() + float(w.grad.sum()) + float(b.grad.sum())

    return run


def all_cases():
    return {
        **{f"elementwise_{n}": (lambda n=n: elementwise(n)) for n in (10, 10_000, 1_000_000)},
        "multiply_add": multiply_add,
    }
