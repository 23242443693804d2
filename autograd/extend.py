"""extend: what a library on top of the engine may use, besides the names of `autograd` itself.

`nn` imports `autograd` and this page, and nothing deeper; so may a library of yours. Most of it lets code that looks
at numbers, keeps arrays or draws random numbers become part of a program of `jit`. Where nothing is being traced each
of these functions does the plain thing, so it can simply be called:

>>> import numpy as np
>>> from autograd import jit
>>> def root(x):
...     checked(refuse_negative, array_of(x))
...     return np.sqrt(x)
>>> def refuse_negative(array):
...     if (array < 0).any():
...         raise ValueError("the root of a negative number")
>>> fast = jit(root)
>>> fast(np.array([4.0, 9.0])), fast(np.array([1.0, 0.0]))
(array([2., 3.]), array([1., 0.]))
>>> fast(np.array([1.0, -1.0]))  # replayed, and checked all the same
Traceback (most recent call last):
    ...
ValueError: the root of a negative number

`primitive`, `defvjp` and `defjvp` are those that programs written for HIPS autograd import from a module of this name.
"""

from __future__ import annotations

import operator

from autograd.engine.modes import ACTIVE, checked, observed_by, observing
from autograd.engine.writes import renewed
from autograd.jit import Jitted
from autograd.jit.trace import generators, settings
from autograd.rules.arrays import array_of, as_array, is_tensor
from autograd.rules.elementwise import sigmoid_cross_entropy
from autograd.rules.hips import defjvp, defvjp, primitive
from autograd.rules.networks import dropout, label_cross_entropy, linear, softmax_cross_entropy

# -- Tensors, and the arrays behind them: besides these, `array_of`, `as_array` and `is_tensor` ------------------------


def show(tensors, arrays) -> bool:
    """Whether these Tensors show these very arrays (see `Tensor.rebase`), or did before they were traced."""
    tracer = observing()
    return all(map(operator.is_, map(array_of if tracer is None else tracer.first, tensors), arrays))


def rewritten(tensors) -> None:
    """Say that the arrays of some variables were written to: to go back through what they gave before is refused."""
    for tensor in tensors:
        node = tensor._node
        node.seal = renewed(node.seal)


def shown_as(kind, tensor):
    """The same result as a Tensor of a subclass, which may have slots of its own to remember something in.

    >>> import numpy as np
    >>> from autograd import Tensor
    >>> class Length(Tensor):
    ...     __slots__ = ("unit",)
    >>> x = Tensor([1.0, 2.0])
    >>> y = shown_as(Length, x * 1000)
    >>> y.unit = "mm"
    >>> np.sum(y).backward()
    >>> x.grad
    array([1000., 1000.])
    """
    if not is_tensor(tensor):
        raise TypeError(f"shown_as wants a Tensor to show; got {type(tensor).__name__} {tensor!r:.60}")
    shown = object.__new__(kind)
    shown._array = array_of(tensor)
    shown._node, shown._share = tensor._node, tensor._share
    if tensor._share is not None:
        shown._version = tensor._version
    return shown


def made_by(tensor) -> str | None:
    """The name of the operation that gave this Tensor; None for a variable.

    >>> import numpy as np
    >>> from autograd import Tensor
    >>> made_by(np.tanh(Tensor(0.5))), made_by(Tensor(0.5))
    ('tanh', None)
    """
    rule = tensor._node.rule
    return rule and rule.name


# -- while `jit` traces: what the program depends on -------------------------------------------------------------------


def tracing() -> bool:
    """Whether a function is being traced in this thread."""
    return bool(ACTIVE) and observing() is not None


def untraced():
    """What runs inside is no part of the program: for what happens once, such as making parameters."""
    return observed_by(None)


def watch(thing, *attributes) -> None:
    """Let the program hold only while these attributes of an object are what they are now; by default its settings.

    Settings are attributes that are numbers, texts, functions, None or tuples of these, but for those that its class
    names in `unwatched`.

    >>> import numpy as np
    >>> from autograd import jit
    >>> class Scale:
    ...     def __init__(self):
    ...         self.by = 2.0
    ...     def __call__(self, x):
    ...         watch(self)
    ...         return x * self.by
    >>> scale = Scale()
    >>> fast = jit(lambda x: scale(x))
    >>> fast(np.ones(2))
    array([2., 2.])
    >>> scale.by = 3.0
    >>> fast(np.ones(2))
    array([3., 3.])
    """
    if not ACTIVE or (tracer := observing()) is None:  # layers ask at every call
        return
    if attributes:
        tracer.watched += [(thing, name, getattr(thing, name)) for name in attributes]
    else:
        settings.watch(thing)


def generator_of(owner, attribute):
    """The `np.random.Generator` kept as an attribute: what is drawn from it is drawn anew at every replay."""
    return generators.observed(owner, attribute) if tracing() else getattr(owner, attribute)


# -- while `jit` traces: what Python does at every replay; besides these, `checked` ------------------------------------


def every_time(function) -> tuple:
    """Call a function now and at every replay; the numbers that it returns may differ from time to time.

    >>> import numpy as np
    >>> from autograd import jit
    >>> class Count:
    ...     n = 0
    ...     def up(self):
    ...         self.n += 1
    ...         return (self.n,)
    >>> count = Count()
    >>> fast = jit(lambda x: x * every_time(count.up)[0])
    >>> fast(np.ones(2)), fast(np.ones(2)), count.n
    (array([1., 1.]), array([2., 2.]), 2)
    """

    def numbers():
        found = function()
        if type(found) is not tuple:
            raise TypeError(f"every_time wants a function that returns a tuple of numbers; got {found!r:.60}")
        return found

    numbers.__wrapped__ = function
    tracer = observing()
    return numbers() if tracer is None else tracer.host(numbers)


def written_to(owner, key) -> None:
    """Say that the array in this attribute (or item) will be read and written in place, now and at every replay."""
    if (tracer := observing()) is not None:
        tracer.cell(owner, key)


def start_with(function, done: bool) -> None:
    """Have a function called before anything is traced: unless what it does is `done`, the tracing starts over."""
    if (tracer := observing()) is not None:
        tracer.start_with(function, done)
    elif not done:
        function()


def before_replays(function) -> None:
    """Call a function before each replay, when it has not yet read anything."""
    if (tracer := observing()) is not None:
        tracer.before.append(function)


def after_replays(function) -> None:
    """Call a function after each replay, and after the tracing."""
    if (tracer := observing()) is not None:
        tracer.after.append(function)


def on_failure(function) -> None:
    """Call a function if this tracing comes to nothing, to put back what was changed other than by NumPy."""
    if (tracer := observing()) is not None:
        tracer.undo.append(function)


__all__ = [
    "Jitted",
    "after_replays",
    "array_of",
    "as_array",
    "before_replays",
    "checked",
    "defjvp",
    "defvjp",
    "dropout",
    "every_time",
    "generator_of",
    "is_tensor",
    "label_cross_entropy",
    "linear",
    "made_by",
    "on_failure",
    "primitive",
    "rewritten",
    "show",
    "shown_as",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "start_with",
    "tracing",
    "untraced",
    "watch",
    "written_to",
]
