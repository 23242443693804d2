"""The table: every operation the engine can differentiate, and how.

Here are what all rows share, and the rows of one line: `Elementwise`, with the NumPy function, its scalar twin and its
derivative as a formula in `x` (or `a`, `b`) and the result `y`. The text is compiled, shown to learners, and says what
must be kept. Rows of whole arrays are in structural.py.

`FUNCTIONS` maps each NumPy callable to its row. Nothing here knows Tensor: a row is called with raw arrays or
with anything that carries a `__apply__` method, which then takes over, much as NumPy's own protocols do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd.rules import scalars
from autograd.rules.arrays import is_stand_in

FUNCTIONS: dict[Any, Rule] = {}
ROWS: dict[str, Rule] = {}


class Rule:
    """What all rows share: a name, the NumPy callables it covers, and sample calls for the checks."""

    spreads = False
    replaceable = False  # whether a row gives way to a new one of the same name

    def __init__(self, name: str, covers: Iterable[Any], samples: tuple[str, ...], key: str | None = None):
        key = key or name
        if key in ROWS and not (ROWS[key].replaceable and self.replaceable):
            raise ValueError(f"two rows are named {key!r}; a name is used once")
        self.name = name.rstrip("_")  # `sum_` is the primitive behind the composition `sum`
        self.covers = tuple(covers)
        self.samples = samples
        ROWS[key] = self
        for function in self.covers:
            FUNCTIONS[function] = self

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.name}>"


class Differentiable(Rule):
    """A row that makes a node: it has a forward function and one backward function for each argument.

    `needs[i]` names what argument i's backward function asks for besides `g`: argument names, `y`, `i`,
    `NAME_like` (an object with the shape, ndim, size and dtype of an argument), or a setting.

    What a row says of itself, where it is not as usual. That is for the table's own `Primitive` rows; the values of
    this class are the careful ones, for what is made elsewhere, such as a user's `primitive`.

    ==========  ======  ===============================================================================================
    flag        usual   meaning
    ==========  ======  ===============================================================================================
    batched     True    backward functions take a `g` with extra leading axes (False: they get its parts one by one; or
                        a function of the node, which says so)
    masks       False   the result can be finite where an argument is nan, as a selection's can: then the walk looks
                        for nan among the gradients itself, and if it finds one goes again and lets 0 win over it
    broadcasts  False   arguments broadcast against each other, and the walk undoes it
    spreads     False   backward functions take one number for a gradient that is the same everywhere
    outputs     1       how many results; more than 1: forward returns a tuple, and `g` is a list
    ==========  ======  ===============================================================================================

    Known without asking: `elementwise`, `ufunc` (forward takes `out=`), `variadic` (any number of arrays), and `quick`:
    for each argument a function of `(g, *saved)` that is all there is to do, or None.
    """

    batched: bool | Callable = False
    masks = True
    broadcasts = False
    outputs = 1
    elementwise = False
    ufunc = False
    variadic = False
    quick: tuple[Callable, ...] | None = None

    name: str
    forward: Callable
    keeps: dict[int, tuple]  # which arguments are variables (as bits) -> what to keep; filled as calls are recorded
    arguments: tuple[str, ...]  # names of the array arguments; ("*arrays",) for any number

    def __call__(self, *args, **settings):
        for arg in args:
            apply = getattr(arg, "__apply__", None)
            if apply is not None:
                return apply(self, args, settings)
        for arg in args:
            if is_stand_in(arg):
                return arg.__row__(self, args, settings)
        return self.forward(*args, **settings)


class Elementwise(Differentiable):
    """One line of calculus: `y = f(x)` or `y = f(a, b)` and the derivative for each argument as text."""

    elementwise = True
    batched = True
    broadcasts = True

    def __init__(self, name, function, twin, *formulas, domain=((-2.0, 2.0),), kinks=()):
        self.ufunc = isinstance(function, np.ufunc)
        super().__init__(name, [function] if self.ufunc else [], ())
        self.forward = function
        self.scalar = scalars.SCALAR_NAMES[name] = scalars.ieee(twin, function, len(formulas))
        self.twin = twin or self.scalar  # quicker than `scalar`, but it may raise
        if not self.ufunc:
            scalars.ARRAY_NAMES.setdefault(name, self)
        self.masks = any("!=" in text for text in formulas)
        self.formulas = formulas
        self.arguments = ("x",) if len(formulas) == 1 else ("a", "b")
        self.domain = domain if len(domain) == len(formulas) else domain * len(formulas)
        self.kinks = kinks
        self.needs = tuple({"x", "a", "b", "y"}.intersection(re.findall(r"[A-Za-z_]\w*", text)) for text in formulas)
        self.keeps = {}
        parameters = ", ".join(self.arguments)
        self.derivatives = tuple(_compile(f"lambda {parameters}, y: {text}") for text in formulas)
        self.backwards = tuple(_compile(_upstream(parameters, text)) for text in formulas)
        self.quick = None if self.masks else self.backwards
        what = f"`np.{function.__name__}`" if self.ufunc else (function.__doc__ or name).rstrip(".")
        self.__doc__ = f"{what}; derivative {', '.join(f'`{text}`' for text in formulas)} (y is the result)."

    def __call__(self, *args, **settings):
        if args and not settings:
            apply = getattr(args[0], "__apply_elementwise__", None)
            if apply is not None:
                return apply(self, *args)
        return super().__call__(*[np.asarray(x) if type(x) in (list, tuple) else x for x in args], **settings)


def _upstream(parameters: str, text: str) -> str:
    """The formula times the gradient from above, without the work of multiplying by 1."""
    body = {"1": "g", "-1": "-g", "0": "0 * g"}.get(text, f"g * ({text})")
    return f"lambda g, {parameters}, y: {body}"


def _compile(text: str) -> Callable:
    return eval(text.replace("1 / b", "inverse(b)"), scalars.ARRAY_NAMES)  # b may be a plain 0.0
