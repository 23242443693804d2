"""Operations of one's own as programs for HIPS autograd make them: `primitive`, `defvjp`, `defjvp`.

Our own way, which names what is kept, is `autograd.primitive`.
"""

from __future__ import annotations

import itertools

from autograd.rules.arrays import is_tensor
from autograd.rules.primitive import UserPrimitive


class _Primitive(UserPrimitive):
    """A row whose array arguments are whichever turn out to be Tensors; the others go along as settings."""

    def __init__(self, function):
        def forward(*variables, at, others, named):
            return function(*_filled(others, at, variables), **named)

        forward.__name__ = getattr(function, "__name__", type(function).__name__)
        module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", forward.__name__)
        super().__init__(forward, key=f"{module}.{name}", batched=False, masks=True)
        self.function = self.__wrapped__ = function
        self.__name__, self.__doc__ = forward.__name__, getattr(function, "__doc__", None)
        self.wants = {"variables": ("variables", "y")}
        self.makers: dict = {}  # the number of an argument -> what makes its vjp; None: the derivative is 0

    def __call__(self, *args, **kwargs):
        at = tuple(i for i, x in enumerate(args) if is_tensor(x))
        if any(map(is_tensor, kwargs.values())):
            raise TypeError(f"{self.name} takes what is differentiated by position; got a Tensor for a keyword")
        if not at:
            return self.function(*args, **kwargs)
        others = tuple(None if is_tensor(x) else x for x in args)
        return super().__call__(*[args[i] for i in at], at=at, others=others, named=kwargs)

    def carry(self, node, i, g, saved):
        at, others, named = (node.settings[key] for key in ("at", "others", "named"))
        if at[i] not in self.makers:
            raise NotImplementedError(f"{self.name} has no vjp for its argument {at[i]}; give one with defvjp")
        maker = self.makers[at[i]]
        return None if maker is None else maker(saved[-1], *_filled(others, at, saved), **named)(g)


def _filled(others, at, variables):
    args = list(others)
    for i, x in zip(at, variables, strict=False):
        args[i] = x
    return args


def primitive(function):
    """A function of arrays as an operation of its own; `defvjp` says what its derivative is.

    >>> import numpy as np
    >>> from autograd import grad
    >>> @primitive
    ... def logsumexp(x):
    ...     top = np.max(x)
    ...     return top + np.log(np.sum(np.exp(x - top)))
    >>> defvjp(logsumexp, lambda ans, x: lambda g: g * np.exp(x - ans))
    >>> grad(logsumexp)(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    return _Primitive(function)


def defvjp(function, *makers, argnums=None) -> None:
    """For each argument (or those of these numbers): `maker(ans, *args, **kwargs)` gives the function that carries `g`.

    `None` in place of a maker: the derivative is 0.
    """
    _known(function).makers.update(zip(itertools.count() if argnums is None else argnums, makers, strict=False))


def defjvp(function, *makers, argnums=None) -> None:
    """Taken, and not needed: forward mode here is what `defvjp` was given, transposed."""
    _known(function)


def _known(function):
    if not isinstance(function, _Primitive):
        raise TypeError(f"wanted a function made by primitive(function); got {function!r:.60}")
    return function


__all__ = ["defjvp", "defvjp", "primitive"]
