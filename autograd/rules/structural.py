"""Rows of whole arrays.

- `Primitive`: a small NumPy function and, for each array argument, a function that carries a gradient back.
  The parameter names of that function say what must be kept (see `Primitive.vjp`).
- `Composition`: a NumPy function spelt in terms of others; nothing else to derive.
- `Constant`: a function whose result is no longer followed.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable

import numpy as np

from autograd.rules.arrays import is_stand_in
from autograd.rules.table import FUNCTIONS, Differentiable, Rule

# Where a backward function finds what it may ask for of every recorded call.
PLACES = {"y": "saved[-1]", "i": "i", "y_ndim": "len(node.shape)",
          "likes": "[like.shape for like in rule.likes(node, saved)]"}  # fmt: skip


@functools.cache
def _code(text: str):
    return compile(text, "<table>", "eval")


class Primitive(Differentiable):
    """An operation on whole arrays. Use as a decorator, by itself or as `row` with what the row says of itself (see
    `Differentiable`); add a backward function for each argument with `.vjp`.

    >>> @Primitive.row(samples=["f(x23)"])
    ... def double_(x):
    ...     return 2 * x
    >>> @double_.vjp("x")
    ... def _(g):
    ...     return 2 * g
    """

    def __init__(self, function, covers=(), samples=(), key=None, *,
                 batched=True, masks=False, broadcasts=False, spreads=False, outputs=1):  # fmt: skip
        self.forward = function
        self.batched, self.masks, self.broadcasts = batched, masks, broadcasts
        self.spreads, self.outputs = spreads, outputs
        parameters = inspect.signature(function).parameters.values()
        self.variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.arguments = tuple(p.name for p in parameters if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD))
        self.defaults = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}  # of its settings
        self.wants: dict[str, tuple[str, ...]] = {}  # argument name -> what its backward function asks for
        self.carries: dict[str, Callable] = {}  # argument name -> its backward function, given what it asks for
        self.keeps = {}
        self.__doc__ = inspect.getdoc(function) or ""
        super().__init__(function.__name__, covers, tuple(samples), key)

    @classmethod
    def row(cls, covers=(), **options):
        covers = covers if isinstance(covers, tuple | list) else (covers,)
        return lambda function: cls(function, covers, **options)

    def vjp(self, *arguments: str):
        """Register how the gradient `g` of the result is carried back to the arguments named.

        The parameter names say what is kept from the forward pass: an argument's own name, `y` for the result,
        `NAME_like` for its shape and dtype alone, `i` for the position, `arrays` for all, any setting.
        """

        def register(function):
            usual = {f"default_{name}": value for name, value in self.defaults.items()}
            for argument in arguments or self.arguments:
                self.wants[argument] = wants = tuple(inspect.signature(function).parameters)[1:]
                call = f"function({', '.join(['g', *map(self._find, wants)])})"
                self.carries[argument] = eval(
                    _code(f"lambda node, i, g, saved: {call}"),
                    {"function": function, "rule": self, "defaults": self.defaults, **usual},
                )
            return self

        return register

    def own(self, y, raw):
        """The result as an array that is not one of the arguments itself, of a dtype that can be differentiated."""
        if type(y) is not np.ndarray and not isinstance(y, np.generic) and not is_stand_in(y):
            y = np.asarray(y)
        for x in raw:
            if y is x:
                return y.copy()
        return y

    def likes(self, node, saved):
        """For each argument something with its shape: its node, or the kept constant."""
        return [p if p is not None else s for p, s in zip(node.parents, saved, strict=False)]

    def carry(self, node, i, g, saved):
        """The gradient for argument `i` of a recorded call, given the gradient `g` of its result."""
        return self.carries[self.arguments[0 if self.variadic else i]](node, i, g, saved)

    def _find(self, want) -> str:
        """Where a thing that a backward function's parameter name asks for is found, in `node`, `i` and `saved`."""
        if want in PLACES:
            return PLACES[want]
        if want in self.arguments:
            return "saved[:-1]" if self.variadic else f"saved[{self.arguments.index(want)}]"
        if want.endswith("_like") and want[:-5] in self.arguments:
            at = self.arguments.index(want[:-5])
            return f"node.parents[{at}] if node.parents[{at}] is not None else saved[{at}]"
        default = f"default_{want}" if want in self.defaults else "None"
        return f"(node.settings or defaults).get({want!r}, {default})"


class Composition(Rule):
    """A NumPy function in terms of others. Keywords it does not take are refused by name."""

    def __init__(self, function, covers, samples):
        self.function = function
        parameters = inspect.signature(function).parameters
        self.keywords = set(parameters)
        self.any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        super().__init__(numpy_name(covers[0]), covers, tuple(samples))

    def __call__(self, *args, **kwargs):
        for key, value in kwargs.items():
            if key not in self.keywords or value is np._NoValue:
                return self.function(*args, **self._known(kwargs))
        return self.function(*args, **kwargs)

    def _known(self, kwargs):
        kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue}
        if self.any_keyword:
            return kwargs
        unknown = [k for k, v in kwargs.items() if k not in self.keywords and v is not None]
        if unknown:
            raise TypeError(
                f"{self.name} of a Tensor does not take {unknown[0]}={_brief(kwargs[unknown[0]])}: its gradient has no "
                f"rule for that keyword; leave it out, or call it on t.data for a constant"
            )
        return {k: v for k, v in kwargs.items() if k in self.keywords}


def composition(*covers, samples=()):
    """Decorate a function that spells `covers` in terms of other differentiable functions."""
    return lambda function: Composition(function, covers, samples)


class Constant(Rule):
    """A function whose derivative is zero or has no meaning: it gives a plain array and ends the graph there."""

    def __init__(self, function, name=None):
        if function in FUNCTIONS:  # an alias, such as around for round
            name = f"{name} (alias)"
        self.function = function
        super().__init__(name or function.__name__, [function], ())

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


def numpy_name(function) -> str:
    """'np.linalg.norm' for that function: what a user would write."""
    name = function.__name__
    if isinstance(function, np.ufunc):  # which does not say where it is from
        if getattr(np, name, None) is function:
            return f"np.{name}"
        homes = [key for key, module in list(sys.modules.items()) if vars(module).get(name) is function]
        public = [key for key in homes if not key.startswith("_") and "._" not in key]
        return f"{min(public or homes, key=len)}.{name}" if homes else f"the ufunc {name}"
    if isinstance(getattr(function, "__self__", None), np.ufunc):  # such as np.add.reduce
        return f"{numpy_name(function.__self__)}.{name}"
    module = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    return f"{module}.{name}"


def _brief(value) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
