"""Recording: the tape as the engine meets it, with what operations, the backward walk and Tensors ask of it."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

from autograd.engine.backward import carry, carry_carefully
from autograd.engine.modes import observed_by
from autograd.engine.nan import has_nan, heard, hides_nan
from autograd.jit.program import calls
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step
from autograd.jit.trace.standin import concrete, lower, wrap
from autograd.jit.trace.tape import Tape
from autograd.jit.trace.tracer import Traced
from autograd.rules.arrays import array_of, as_array


class Recording(Tape):
    """A tape whose arrays are Traced."""

    def __init__(self, careful=False):
        super().__init__(Traced, careful)

    def argument(self, array):
        """A stand-in for an array argument of the function."""
        var = self.var(array, place="argument")
        self.arguments.append(var)
        return self.stand_in(array, var)

    def number(self, value):
        """A stand-in for an argument that is a number."""
        self.arguments.append(None)
        number = Number(value, None, ("argument", None, len(self.arguments) - 1))
        if value is not None:
            self.numbers.append(number)
        return number

    def tensor(self, tensor):
        """A Tensor given as an argument: the same Tensor, showing a stand-in for the array of this call."""
        cells = [self.cell(tensor, "_array"), self.cell(tensor._node, "grad")]
        for cell in cells:
            if cell.var is not None:
                cell.var.place = "argument"
                self.arguments.append(cell.var)
        for cell in cells:
            cell.argument = len(self.arguments)
        self.arguments.append(None)
        return tensor

    # -- operations ------------------------------------------------------------------------------------------------
    def forward(self, rule, raw, settings):
        """The result of a row's forward function, put on the tape."""
        return self.pure(rule.forward, raw, settings)

    def pure(self, function, args, kwargs=None):
        """A function of arrays without side effects: call by call where it can be recorded so, else as one call."""
        kwargs = kwargs or {}
        mark = len(self.steps)
        try:
            y = function(*args, **kwargs)
        except Exception:  # a mistake of the caller's comes again below
            del self.steps[mark:]
            y = function(*concrete(args), **concrete(kwargs))
            return self.opaque(function, args, kwargs, y)
        return y

    def opaque(self, function, args, kwargs, y):
        """Put a call on the tape as it is, given its result."""
        if y is None:
            return None
        shapes = [np.shape(part) for part in y] if isinstance(y, tuple | list) else np.shape(y)
        function = calls.SameShape(function, shapes)
        lowered = lower(self, tuple(args)), {key: lower(self, value) for key, value in kwargs.items()}
        step = Step("calls" if isinstance(y, tuple | list) else "call", function, *lowered, (), self.quiet)
        found = (
            [wrap(self, as_array(part), step) for part in y] if step.kind == "calls" else wrap(self, as_array(y), step)
        )
        self.add(step)
        return found

    # -- the backward walk -------------------------------------------------------------------------------------------
    def carry(self, how, node, i, g, saved, lead):
        """The gradient carried through one node; as one call where its rule cannot be recorded call by call."""
        mark = len(self.steps)
        try:
            return how(node, i, g, saved, lead)
        except Exception:
            if hasattr(g, "_node"):
                raise
            del self.steps[mark:]
        rule, shadow = node.rule, _shadow(node)

        def carried(g, saved, settings):
            shadow.settings = settings
            c = how(shadow, i, g, saved, lead)
            return c if c is None else np.array(c)

        carried.__name__ = f"backward_of_{rule.name}"
        args = (g, tuple(saved), node.settings)
        return self.opaque(carried, args, {}, carried(*concrete(args)))

    def backward(self, order, walk):
        """A backward pass: recorded quietly, and with a guard against the nan that only the careful walk masks."""
        before, self.quiet = self.quiet, True
        plain, careful = (functools.partial(self.carry, how) for how in (carry, carry_carefully))
        try:
            if self.careful or self.effects:
                return walk(careful)
            number, last = self.count, heard.last
            self.add(Step("listen", None, (number,), {}, (), True, effect=True))
            grads, masked = walk(plain), hides_nan(order)
            arrays = [array_of(g) for g in grads.values()]
            traced = [g for g in arrays if type(g) is Traced and g.dtype.kind in "fc"]
            if (masked or heard.last is not last) and any(has_nan(np.asarray(concrete(g))) for g in traced):
                return walk(careful)
            self.add(Step("guard", None, (number, masked, [g.ref for g in traced]), {}, (), True, effect=True))
            return grads
        finally:
            self.quiet = before

    # -- Python at every replay ----------------------------------------------------------------------------------------
    def check(self, function, *args):
        """Call a function of arrays now and at every replay, for the errors it may raise."""
        with observed_by(None):
            function(*concrete(args))
        self.add(Step("check", function, lower(self, args), {}, (), self.quiet, effect=True))

    def draw(self, generator, method, args, kwargs, make, out=False):
        """Random numbers, now and at every replay, in this order. `out`: the method can write into a buffer."""
        y = self.served.pop(0) if out and self.served else make()
        args, kwargs = lower(self, args), {key: lower(self, value) for key, value in kwargs.items()}
        step = Step("draw", "out" if out else None, (generator, method, *args), kwargs, (), self.quiet, effect=True)
        if isinstance(y, np.ndarray | np.generic):
            drawn = wrap(self, y, step)
        else:
            drawn = Number(y, None, ("host", step, 0))
            step.outs = (drawn,)
        self.add(step)
        if out:
            self.drawn.append(y)
        return drawn


def _shadow(node):
    """What a rule asks of a node, without the arrays that it keeps."""
    parents = [
        None if p is None else SimpleNamespace(shape=p.shape, dtype=p.dtype, ndim=p.ndim, size=p.size)
        if p.shape is not None else SimpleNamespace(shape=None, dtype=p.dtype)
        for p in node.parents
    ]  # fmt: skip
    return SimpleNamespace(
        rule=node.rule, parents=parents, shape=node.shape, dtype=node.dtype, settings=None, saved=(), large=False
    )
