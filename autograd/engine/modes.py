"""Modes that change how operations are recorded: `no_grad` and `detect_anomaly`.

They live in context variables, so a thread or a task that enters one does not disturb its neighbours, and nested
use restores what was there before. Each is a context manager and a decorator.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

import numpy as np

from autograd.engine.graph import show_line, user_line
from autograd.errors import AnomalyError
from autograd.rules.arrays import array_of

tracking: ContextVar[bool] = ContextVar("tracking", default=True)  # whether results remember where they came from
anomaly: ContextVar[bool] = ContextVar("anomaly", default=False)
keeping: ContextVar[bool] = ContextVar("keeping", default=False)
observer: ContextVar = ContextVar("observer", default=None)  # who runs the operations of Tensors instead, or None
value_observer: ContextVar = ContextVar("value_observer", default=None)  # who is told of those of Values, or None

value_lines: WeakKeyDictionary = WeakKeyDictionary()  # where Values were made, as far as `keep_values` was asked for

# Not empty while any thread is in any mode: asking a list costs less than asking two context variables, and
# operations ask each time.
ACTIVE: list[None] = []


@contextmanager
def mode(variable, value):
    """Let a context variable have this value, and everybody look at it, for a while."""
    token = variable.set(value)
    ACTIVE.append(None)
    try:
        yield
    finally:
        ACTIVE.pop()
        variable.reset(token)


def observing():
    """Who observes the operations of Tensors in this thread, or None."""
    return observer.get() if ACTIVE else None


def observing_values():
    """Who observes the operations of Values in this thread, or None."""
    return value_observer.get() if ACTIVE else None


def no_grad():
    """Compute without recording: results carry no graph and keep nothing alive.

    >>> from autograd import Tensor, no_grad
    >>> x = Tensor([1.0, 2.0])
    >>> with no_grad():
    ...     y = x * 3
    >>> y.is_leaf
    True
    """
    return mode(tracking, False)


def enable_grad():
    """Record again inside `no_grad`, as the engine itself does where it needs a derivative."""
    return mode(tracking, True)


def keep_values():
    """Let every node keep its arguments and its result, so that pictures can show the numbers inside a graph.

    >>> from autograd import Tensor
    >>> with keep_values():
    ...     y = Tensor([1.0, 2.0]) + 1
    >>> y._node.values[1]
    array([2., 3.])
    """
    return mode(keeping, True)


def observed_by(who):
    """Let somebody run the operations of Tensors, and see each; None: nobody."""
    return mode(observer, who)


def detect_anomaly():
    """Raise `AnomalyError` at the first nan or inf, forward or backward, naming the operation and the line.

    >>> import numpy as np
    >>> from autograd import Tensor, detect_anomaly
    >>> with detect_anomaly(), np.errstate(all="ignore"):
    ...     y = Tensor(0.0).log()
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: log gave -inf ...
    """
    return mode(anomaly, True)


def checked(function, *arrays) -> None:
    """Call a function that raises an error for some values, in view of whoever observes."""
    who = observing()
    if who is None:
        function(*arrays)
    else:
        who.check(function, *arrays)


# -- what the modes ask for of an operation ----------------------------------------------------------------------------
def look_at_result(rule, raw, y) -> None:
    """Under `detect_anomaly`, refuse a result that is not finite."""
    if anomaly.get() and not np.all(np.isfinite(y)):
        bad = "nan" if np.isnan(y).any() else "inf" if np.max(y) == np.inf else "-inf"
        spans = ", ".join(map(_span, raw))
        raise AnomalyError(f"{rule.name} gave {bad} at {show_line(user_line())}; its operands: {spans}")


def look_at_gradient(node, i, c):
    """Refuse a gradient on its way back that is not finite."""
    raw = array_of(c)
    if c is not None and not np.isfinite(raw).all():
        bad = "nan" if np.isnan(raw).any() else "inf"
        raise AnomalyError(
            f"the gradient of {node.rule.name} for argument {i} has {bad}; the forward line was {node.where}"
        )
    return c


def look_at_value(out) -> None:
    """The same for a Value that was just computed; and its line, where values are kept."""
    if anomaly.get() and not np.isfinite(out.data):
        operands = ", ".join(f"{array_of(x):.6g}" for x in (out._a, out._b) if x is not None)
        raise AnomalyError(f"{out.op} gave {out.data} at {show_line(user_line())}; its operands: {operands}")
    if keeping.get():
        value_lines[out] = user_line()


def _span(a) -> str:
    if not isinstance(a, np.ndarray | np.generic):
        return repr(a)
    if a.size == 0 or a.dtype.kind == "c":
        return f"{a.dtype} {a.shape}" if a.size else f"empty {a.shape}"
    return f"{a.dtype} {a.shape} from {np.nanmin(a):.6g} to {np.nanmax(a):.6g}"
