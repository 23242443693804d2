"""Steps: the one form between what was traced and what runs, the calls of a program and the arrays between them."""

from __future__ import annotations

import copy
import itertools
import math

import numpy as np


class Var:
    """An array of the program: its shape and dtype, and where it comes from.

    `root` is the variable whose memory it looks at, itself unless it is a view. `step` is the call that makes it, None
    for what comes from outside.
    """

    __slots__ = (
        "axes", "dense", "dtype", "fresh", "index", "nbytes", "place", "root", "scalar", "shape", "step", "writes"
    )  # fmt: skip

    def __init__(self, index, array, root=None, step=None, place=None):
        self.index = index
        self.shape = array.shape
        self.dtype = array.dtype
        self.nbytes = array.nbytes
        self.scalar = not isinstance(array, np.ndarray)  # NumPy gave a number such as np.float64
        self.dense = self.scalar or (array.flags.forc if array.ndim > 1 else min(array.strides, default=1) > 0)
        self.axes = None if self.scalar or array.ndim < 2 else _axes(array)
        self.root = self if root is None else root
        self.step = step
        self.place = place  # where it is from: "argument", "cell", "constant", "own" (kept from run to run); else None
        self.writes = 0  # how often its memory was written to after it was made
        self.fresh = False  # made anew at each run, since the caller gets it and views of it

    def copied(self, index) -> Var:
        """Another one of the same kind, which nothing makes yet."""
        new = copy.copy(self)
        new.index, new.step, new.writes = index, None, 0
        return new

    def __repr__(self):
        return f"v{self.index}"


def _axes(array):
    """The axes in their order in memory; an axis of length 1 stays where it is."""
    strides = [s if n > 1 else math.inf for s, n in zip(array.strides, array.shape, strict=True)]
    if all(a >= b for a, b in itertools.pairwise([s for s in strides if s < math.inf])):
        return tuple(range(array.ndim))
    return tuple(int(i) for i in np.argsort([-s for s in array.strides], kind="stable"))


class Abort(Exception):
    """A gradient has a nan that the careful walk would mask: the program has to be made again with its masks."""


class Step:
    """One call: `function(*args, **kwargs)`, whose arguments hold Vars and Numbers where those were given.

    What `kind` says, and with it what a backend has to do:
        out     makes outs[0], a new array, and could write it into a given one (`out=`)
        call    makes outs[0] as it likes; "calls" gives several, as a tuple or list
        view    makes outs[0], which looks at the memory of the first array among the arguments
        write   writes into its first argument, which is outs[0]
        into    writes its result into outs[0] (by `out=`)
        fill    makes outs[0], all of it args[0], or whatever there was if that is None
        draw    outs[0] = args[0].<args[1]>(*args[2:]), with `out=` if the function is "out"
        host    calls Python, which gives the Numbers in outs
        check   calls Python for the errors it may raise
        listen  remembers, as args[0], NumPy's last complaint about an invalid operation
        guard   raises Abort where one of the arrays args[2] has a nan, and there was a complaint since args[0] was
                remembered or args[1] is true
    """

    __slots__ = ("_reads", "args", "effect", "function", "kind", "kwargs", "line", "outs", "quiet")

    def __init__(self, kind, function, args, kwargs, outs, quiet, effect=False, line=None):
        self.kind = kind
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.outs = outs
        self.quiet = quiet  # recorded in a backward pass, where NumPy's warnings are off
        self.effect = effect  # does something besides making its results, so it always runs
        self.line = line  # the user's line that it was recorded at
        self._reads = None

    @property
    def reads(self) -> list:
        """The arrays among the arguments, each as often as it is given."""
        if self._reads is None:
            self._reads = list(variables(self.args))
            if self.kwargs:
                self._reads += variables(self.kwargs)
        return self._reads

    @property
    def made(self) -> list:
        """The arrays among the results."""
        return [out for out in self.outs if type(out) is Var]

    def substitute(self, replaced) -> None:
        """Refer to other Vars."""
        if any(var in replaced for var in self.reads):
            self.args, self.kwargs = substitute(self.args, replaced), substitute(self.kwargs, replaced)
            self._reads = None
        if self.kind in ("write", "into"):
            self.outs = substitute(self.outs, replaced)
        for out in self.made:
            root = out.root
            out.root = replaced.get(root, root).root  # a view of what is another array now looks at that

    @property
    def name(self) -> str:
        if self.kind == "draw":
            return self.args[1]
        if self.function is None:
            return self.kind
        owner = getattr(self.function, "__self__", None)
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return f"{owner.__name__}.{name}" if isinstance(owner, np.ufunc) else name.strip("_")


def variables(tree):
    """Every Var in nested arguments."""
    kind = type(tree)
    if kind is Var:
        yield tree
    elif kind is tuple or kind is list or kind is dict:
        for part in tree.values() if kind is dict else tree:
            yield from variables(part)


def substitute(tree, replaced):
    """Nested arguments with other Vars."""
    kind = type(tree)
    if kind is Var:
        return replaced.get(tree, tree)
    if kind is tuple or kind is list:
        return kind([substitute(part, replaced) for part in tree])
    if kind is dict:
        return {key: substitute(part, replaced) for key, part in tree.items()}
    return tree
