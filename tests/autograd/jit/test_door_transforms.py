"""One door: transforms of outside Tensors, the places in which Tensors wait, and those that are arguments as well."""

import collections
import functools
import re

import numpy as np
import pytest
from door import agrees, agrees_on_tensors, in_place, outcome, replaced
from equal import same

import nn
from autograd import (  # noqa: F401  used in the texts below
    Tensor,
    checkpoint,
    detect_anomaly,
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    no_grad,
    primitive,
    stop_gradient,
    value_and_grad,
    vjp,
)

BEFORE, AFTER = np.array([0.5, -1.5, 2.0]), np.array([-2.5, 1.25, 0.75])
V = np.array([1.0, -0.5, 0.25])


def cube(x):
    return np.sum(x**3)


def bent(x):
    """Something that looks at numbers on its way."""
    return np.where(x > 0, np.sin(x), x * x) * np.sign(x)


@primitive
def halved(x):
    return x * (0.5 if np.ndim(x) else 0.25) + np.sign(x)


@halved.vjp("x")
def _(g, x):
    return g * np.where(x > 0, 0.5, 0.25)


def scored(t):
    """The gradient of an outside Tensor by `backward`."""
    t.grad = None
    np.sum(bent(t)).backward()
    return t.grad


def unrecorded(f, t):
    with no_grad():
        return f(t)


def watched(f, t):
    with detect_anomaly():
        return f(t)


TRANSFORMS = """
    grad(cube)(t)                                   grad(lambda x: np.sum(x * t))(V)
    grad(lambda x: np.sum(bent(x)))(t)              grad(lambda x: np.sum(x * np.sign(t)))(V)
    grad(grad(lambda x: x**3))(t[0])                grad(lambda p: np.sum(p['a'] ** 2 * t))({'a': t})
    value_and_grad(cube)(t)                         value_and_grad(lambda x: np.sum(x * bent(t)))(V)
    elementwise_grad(np.tanh)(t)                    elementwise_grad(lambda x: x * t)(V)
    vjp(np.tanh, t)[0]                              vjp(np.tanh, t)[1](V)
    vjp(np.tanh, V)[1](t)                           vjp(lambda x: x * t, V)[1](V)
    vjp(bent, t)[1](V)                              vjp(lambda x: x * np.sort(t), V)[0]
    jvp(np.tanh, (t,), (V,))                        jvp(np.tanh, (V,), (t,))
    jvp(lambda x: x * t, (V,), (V,))                jvp(bent, (t,), (t,))
    jacobian(np.tanh)(t)                            jacobian(lambda x: x * t)(V)
    jacobian(bent)(t)                               hessian(cube)(t)
    hessian(lambda x: cube(x * t))(V)               hessian(lambda x: np.sum(bent(x) * x))(t)
    hvp(cube, t, V)                                 hvp(cube, V, t)
    hvp(lambda x: cube(x * t), V, V)                gradients(cube(t), t)
    gradients(np.sum(bent(t)), t)                   gradients(t * V, t, seed=t)
    gradients(cube(gradients(cube(t), t, create_graph=True)), t)
    checkpoint(np.tanh)(t)                          checkpoint(lambda x: x * t)(V)
    checkpoint(bent)(t)                             gradients(np.sum(checkpoint(bent)(t)), t)
    gradients(np.sum(checkpoint(lambda x: bent(x) * t)(t)), t)
    stop_gradient(t)                                stop_gradient(t) * t
    stop_gradient({'a': t})['a'] * 2                gradients(np.sum(stop_gradient(t) * t), t)
    np.where(stop_gradient(t) > 0, t, 0.0)          stop_gradient([t, V])
    unrecorded(np.tanh, t)                          unrecorded(bent, t)
    unrecorded(np.sign, t)                          watched(np.tanh, t)
    watched(bent, t)                                watched(lambda t: t * 2 > 1, t)
    halved(t)                                       gradients(np.sum(halved(t)), t)
    scored(t)                                       Tensor(t) * 2
    Tensor(t, dtype=np.float32)                     Tensor(np.sign(t))
    jit(np.tanh)(t)                                 jit(bent)(t)
    jit(grad(cube))(t)                              np.vectorize(lambda x: x * 2)(t)
    functools.reduce(np.multiply, [t, t, t])        max(t, key=lambda x: x.item())
"""


@pytest.mark.parametrize("text", re.split(r"  +|\n *", TRANSFORMS.strip()))
def test_transforms(text):
    agrees_on_tensors(eval(f"lambda t: {text}", globals()), [BEFORE], [AFTER])


# -- where a Tensor waits ---------------------------------------------------------------------------------------------
class Holder:
    """An object of the user's, with a Tensor in an attribute, a slot, and behind a property."""

    __slots__ = ("__dict__", "slot")

    def __init__(self, tensor):
        self.attribute = self.slot = tensor

    @property
    def behind(self):
        return self.attribute

    def method(self, use):
        return use(self.attribute)


class Line(nn.Module):
    def __init__(self, tensor):
        self.weight = tensor

    def call(self, use):
        return use(self.weight)


Pair = collections.namedtuple("Pair", "first second")

HOLDERS = {  # where a Tensor is held, and how a function comes by it there
    "list": (lambda t: [1, [t]], lambda held: held[1][0]),
    "dict": (lambda t: {"a": {"b": t}}, lambda held: held["a"]["b"]),
    "tuple": (lambda t: (None, t), lambda held: held[1]),
    "named tuple": (lambda t: Pair(t, 2.0), lambda held: held.first),
    "deque": (lambda t: collections.deque([t]), lambda held: held[0]),
    "cell": (lambda t: lambda: t, lambda held: held()),
    "default": (lambda t: lambda held=t: held, lambda held: held()),
    "partial": (lambda t: functools.partial(np.positive, t), lambda held: held.args[0]),
    "attribute": (Holder, lambda held: held.attribute),
    "slot": (Holder, lambda held: held.slot),
    "property": (Holder, lambda held: held.behind),
    "method": (lambda t: Holder(t).method, lambda held: held(lambda t: t)),
    "module": (Line, lambda held: held.weight),
    "called module": (Line, lambda held: held(lambda t: t)),
    "generator": (lambda t: [t], lambda held: next(x for x in held)),
}
USES = {
    "tanh": np.tanh,
    "where": lambda t: np.where(t > 0, t, 0.1),
    "sort": np.sort,
    "round": np.round,
    "argmax": Tensor.argmax,
    "grad": grad(cube),
    "stop_gradient": lambda t: stop_gradient(t) * t,
    "backward": scored,
}


@pytest.mark.parametrize("kind", [Tensor, nn.Parameter])
@pytest.mark.parametrize("place", HOLDERS)
def test_places(place, kind):
    """Each use is a function of its own, and the Tensor another one, since the first touch is what counts."""
    (hold, find), failed = HOLDERS[place], []
    for name, use in USES.items():

        def make():
            tensor = kind(BEFORE)
            return tensor, hold(tensor)

        def used(tensor, held, use=use):
            return use(find(held))

        changes = [lambda made: replaced(made[0], AFTER), lambda made: in_place(made[0], BEFORE)]
        try:
            agrees(used, make, changes)
        except AssertionError as error:
            failed.append(f"{name}: {error}")
    assert not failed, "\n".join(failed)


HELD = None


@pytest.mark.parametrize("name", USES)
def test_a_global(name):
    def run(wrap):
        global HELD  # noqa: PLW0603  that it changes is what is tested
        use = USES[name]
        f = wrap(lambda x: [x * 2, use(HELD)])
        HELD = Tensor(BEFORE)
        found = [outcome(lambda: f(V))]
        replaced(HELD, AFTER)
        found.append(outcome(lambda: f(V)))
        HELD = Tensor(BEFORE)
        found.append(outcome(lambda: f(V)))
        in_place(HELD, AFTER)
        return [*found, outcome(lambda: f(V))]

    assert same(run(jit), run(lambda f: f))


# -- a Tensor that is an argument as well ---------------------------------------------------------------------------
@pytest.mark.parametrize("first", ["argument", "outside"])
@pytest.mark.parametrize("name", USES)
def test_an_argument_that_is_also_outside(name, first):
    use = USES[name]

    def run(wrap):
        w, other = Tensor(BEFORE), Tensor(V)
        order = 1 if first == "argument" else -1
        f = wrap(lambda t: [use(x) for x in (t, w)[::order]])
        found = [outcome(lambda: f(w))]
        for t, change, array in (
            (w, replaced, AFTER),
            (other, in_place, BEFORE),
            (w, in_place, AFTER),
            (w, replaced, V),
        ):
            change(w, array)
            found.append(outcome(lambda t=t: f(t)))
        return found

    found, wanted = run(jit), run(lambda f: f)
    for i, (a, b) in enumerate(zip(found, wanted, strict=True)):
        assert not isinstance(a, Exception), f"call {i + 1}: {a!r}"
        assert same(a, b), f"call {i + 1} gave {a}; Python gives {b}"
