"""The graph: nodes that point to their parents and keep what their rule needs, nothing more.

A node never refers to the Tensor that shows it, nor to its children, so dropping the result frees the graph.
"""

from __future__ import annotations

import itertools
import sys
from weakref import ref

from autograd.engine.writes import Lent, Seal

LIBRARY = ("autograd.", "nn.", "numpy.")  # frames of these are not the user's code
next_serial = itertools.count(1).__next__


class Node:
    """One recorded operation, or a variable (a leaf) when `rule` is None.

    `parents` is aligned with the arguments of the rule, with None for constants. `saved` holds the arguments that
    the rule asks for, in order, then the result; None for what it does not need. Of constants that it does not need
    it has the number, or a weak reference to the array and its shape: that is for pictures.
    """

    __slots__ = (
        "rule", "parents", "saved", "settings", "marks", "shape", "dtype",
        "line", "serial", "_grad", "keeps_grad", "name", "seal", "large", "values", "owner",
    )  # fmt: skip

    def __init__(self, rule, parents, saved, settings, marks, shape, dtype, line):
        self.rule = rule
        self.parents = parents
        self.saved = saved
        self.settings = settings
        self.marks = marks  # fingerprints of the saved arrays that a user could still write to
        self.shape = shape
        self.dtype = dtype
        self.line = line
        self.serial = next_serial()
        self._grad = None
        self.keeps_grad = False  # whether backward leaves the gradient here
        self.name = None
        self.seal = None  # of a variable: tells whether its array was written to
        self.large = False  # whether its gradient is worth the care that large arrays get
        self.values = None  # (arguments, result), kept on request for those who look at the graph
        self.owner = None  # a weak reference to the Tensor that shows it, where that may get a gradient

    @property
    def grad(self):
        """The gradient that the last backward pass left here, or None."""
        grad = self._grad
        if type(grad) is Lent:
            grad = self._grad = grad.array.copy()
        return grad() if type(grad) is ref else grad

    @grad.setter
    def grad(self, value):
        self._grad = value

    @property
    def where(self) -> str:
        """The user's line that made it."""
        return show_line(self.line)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        size = 1
        for n in self.shape:
            size *= n
        return size

    def __repr__(self):
        return f"<node {self.serial} {self.rule.name if self.rule else 'variable'} {self.shape}>"


def leaf(shape, dtype, name=None) -> Node:
    node = Node(None, (), (), None, None, shape, dtype, None)
    node.keeps_grad = True
    node.name = name
    node.seal = Seal()
    return node


class _Ours(dict):
    """Whether a module is part of the engine, or of NumPy, which calls it: worked out once for each name."""

    def __missing__(self, name):
        self[name] = ours = isinstance(name, str) and name.startswith(LIBRARY)
        return ours


_ours = _Ours()


def user_line(depth=2):
    """Where the user's code called: (code, instruction) of the first frame outside the engine, from `depth` frames up.

    The line number is worked out only when somebody asks (`show_line`); this runs on every operation.
    """
    try:
        frame = sys._getframe(depth)
        while _ours[frame.f_globals["__name__"]]:
            frame = frame.f_back
        return (frame.f_code, frame.f_lasti)
    except KeyError:  # code that was given a namespace without a name
        return (frame.f_code, frame.f_lasti)
    except (ValueError, AttributeError):  # nothing but the engine on the stack
        return None


def show_line(line) -> str:
    """'file.py:12, in f: y = x.log()' for what `user_line` gave."""
    if line is None:
        return "a line that was not recorded"
    import linecache

    code, instruction = line
    number = code.co_firstlineno
    for start, end, lineno in code.co_lines():
        if start <= instruction < end and lineno is not None:
            number = lineno
    text = linecache.getline(code.co_filename, number).strip()
    return f"{code.co_filename}:{number}, in {code.co_name}" + (f": {text}" if text else "")
