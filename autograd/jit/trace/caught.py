"""Errors that the traced function catches: they must not decide in silence what the program is.

A refusal that is caught (`except TypeError`) would leave a program of what the handler did; so would an error that
only these numbers cause, such as LinAlgError. The tape remembers both, and raises at the end. Modes that would turn
what other numbers do into an error (`np.errstate(all="raise")`, warnings as errors) are refused where they are met.
"""

from __future__ import annotations

import warnings

import numpy as np

from autograd.engine.nan import heard
from autograd.errors import RecordingError, refuse

try:
    from numpy._core.umath import _extobj_contextvar as _errstate
except ImportError:  # another NumPy: ask it in full
    _errstate = None

# Of these functions a ValueError tells of shapes; ufuncs are among them.
_OF_SHAPES = frozenset({
    np.reshape, np.transpose, np.concatenate, np.stack, np.broadcast_to, np.dot, np.squeeze, np.swapaxes, np.moveaxis,
    np.ravel, np.vstack, np.hstack, np.column_stack, np.split, np.array_split, np.einsum, np.tensordot, np.inner,
    np.outer, np.kron, np.tile, np.repeat, np.expand_dims, np.rollaxis, np.append, np.pad,
})  # fmt: skip


def decided_by_shapes(error, function, indexed) -> bool:
    """Whether an error comes again at each replay, whatever the numbers. `indexed`: integers are among the arrays."""
    kind = type(error)
    if issubclass(kind, TypeError | AttributeError | np.exceptions.AxisError):
        return True
    if kind is IndexError:
        return not indexed
    return kind is ValueError and (isinstance(function, np.ufunc) or function in _OF_SHAPES)


def raise_caught(errors, raised=None) -> None:
    """Raise the first that was remembered; `raised` is what the function raised itself, if it did."""
    if isinstance(raised, RecordingError):
        return
    refusals = [error for error in errors if isinstance(error, RecordingError)]
    if refusals:
        raise refusals[0] from raised
    if errors and raised is None:
        raise refuse(
            f"catching an error that depends on the numbers ({type(errors[0]).__name__}: {errors[0]})",
            "Choose with np.where, or call this part outside the function",
        ) from errors[0]


class Modes:
    """What turns numbers into errors or lists of warnings, as it was when the tracing began."""

    def __init__(self):
        self.errstate = _state()
        self.filters = warnings.filters
        self.show = getattr(warnings, "_showwarnmsg_impl", None)

    def check(self) -> None:
        """Refuse what the function has turned on."""
        if _state() != self.errstate:
            modes = np.geterr()
            ours = np.geterrcall() is heard
            wanted = next((k for k, v in modes.items() if v in ("raise", "log") or (v == "call" and not ours)), None)
            if wanted is not None:
                raise refuse(
                    f"np.errstate({wanted}={modes[wanted]!r})",
                    "Enter it around the call of the function, where replays are inside it too; or use checked",
                )
        if warnings.filters is not self.filters:
            recorded = getattr(warnings, "_showwarnmsg_impl", None) is not self.show
            if recorded or any(action == "error" for action, *_ in warnings.filters[:1]):
                raise refuse(
                    "warnings.catch_warnings that records them or makes errors of them",
                    "Enter it around the call of the function, where replays are inside it too",
                )


def _state():
    return tuple(np.geterr().items()) if _errstate is None else _errstate.get()


__all__ = ["Modes", "decided_by_shapes", "raise_caught"]
