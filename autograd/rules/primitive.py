"""`primitive`: your own operation and its rule, on the same footing as the engine's."""

from __future__ import annotations

from autograd.rules.structural import Primitive


def primitive(function=None, *, samples=(), batched=False):
    """Make a function of arrays differentiable by giving its rule. The body runs on plain arrays.

    Write one backward function for each array argument: it gets the gradient `g` of the result and whatever else its
    parameter names ask for (an argument, `y` for the result, `x_like` for a shape, a keyword setting). Written with
    `np.*` functions and operators it serves higher orders and forward mode too. `check_grads` tests it.

    >>> from autograd import grad
    >>> @primitive
    ... def cube(x):
    ...     return x**3
    >>> @cube.vjp("x")
    ... def _(g, x):
    ...     return g * 3 * x**2
    >>> float(grad(cube)(2.0))
    12.0

    `samples` are calls such as `"f(x23, axis=0)"` for `autograd.testing` to try.
    """

    def make(function):
        key = f"{function.__module__}.{function.__qualname__}"
        return UserPrimitive(function, (), samples, key, batched=batched, masks=True)

    return make if function is None else make(function)


class UserPrimitive(Primitive):
    """A row that a user added; making it again replaces it, as when a notebook cell is run twice."""

    replaceable = True
