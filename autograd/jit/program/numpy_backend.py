"""The reference backend: one Python function, a line for each call of NumPy, with every array at hand under a name."""

from __future__ import annotations

import operator
import time

import numpy as np

from autograd.engine import fast
from autograd.engine.nan import has_nan, heard, quiet
from autograd.jit.program import calls
from autograd.jit.program.names import Names
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Abort, Var

LARGE = 1 << 16  # bytes; results above this are dropped as soon as nothing needs them
SPACE = {
    "copyto": np.copyto, "has_nan": has_nan, "fresh": fast.empty, "Abort": Abort, "heard": heard, "quiet": quiet,
    "clock": time.perf_counter,
}  # fmt: skip


class NumpyBackend:
    """See `Backend`. Each kind of step has a method that writes its line.

    An array whose memory is the same at every replay is bound to a global name once, as are views of it; others
    (arguments, results of functions that take no out=, views of these) are locals.
    """

    def __init__(self, steps, memory, arguments, results, spent=None):
        self.memory = memory
        self.lines: list[tuple[bool, int, str]] = []  # whether NumPy's warnings are off, the number of the step, text
        self.names = Names(memory.arrays, arguments)
        self.text, self.fixed, self.space = self.names.text, self.names.fixed, self.names.space
        self.space.update(SPACE, spent=spent)
        self.views: list = []  # steps that make views of fixed memory, to be made again when a cell moves
        for self.number, step in enumerate(steps):
            self.quiet = step.quiet
            if self.number not in memory.joined:
                getattr(self, "_" + step.kind)(step)
            self._drop(step)
        self.number, self.quiet = len(steps), False
        returned = [self._result(x) for x in results]
        self._numbers()
        self.source = self._function(returned, timed=spent is not None)
        exec(compile(self.source, "<program>", "exec"), self.space)
        self.run = self.space.pop("run")

    def move(self, moved):
        for var, array in moved.items():
            self.names.fix(var, array)
        for step in self.views:
            self.names.fix(step.outs[0], self._make_view(step))

    def _function(self, returned, timed):
        body, quiet = [], False
        for wants_quiet, number, line in self.lines:
            if wants_quiet and not quiet:
                body.append("with quiet():")
            quiet = wants_quiet
            indent = "    " if quiet else ""
            if timed:
                line = f"start = clock()\n    {indent}{line}\n    {indent}spent[{number}] += clock() - start"
            body.append(indent + line)
        head = f"def run({', '.join(self.names.arguments)}):"
        return "\n    ".join([head, *body, f"return [{', '.join(returned)}]"])

    def _line(self, text):
        self._numbers()
        self.lines.append((self.quiet, self.number, text))

    def _numbers(self):
        """The lines of numbers first asked for just now."""
        self.lines += [(False, self.number, line) for line in self.names.lines]
        self.names.lines.clear()

    def _text_of(self, step):
        return _called(self.text(step.function), *self._arguments(step))

    def _arguments(self, step):
        return [self.text(x) for x in step.args], {key: self.text(value) for key, value in step.kwargs.items()}

    # -- one kind of step after the other -----------------------------------------------------------------------------
    def _out(self, step):
        out, function = step.outs[0], step.function
        parts, named = self._operands(step)
        if function is np.matmul and _is_plain_product(step):
            function = np.dot  # the same sums, called more quickly
        if out in self.memory.alone:
            name = self.names.of(out)
            if out.nbytes < fast.LARGE or out.axes not in (None, tuple(range(len(out.shape)))):
                return self._line(f"{name} = {_called(self.text(function), parts, named)}")
            # Memory of a result that was dropped, where there is some: fresh pages cost more than the arithmetic.
            self._line(f"{name} = fresh({out.shape}, {self.text(out.dtype)})")
        self._give(function, parts, named, self.names.of(out))

    def _into(self, step):
        self._give(step.function, *self._operands(step), self.names.of(step.outs[0]))

    def _operands(self, step):
        parts, named = self._arguments(step)
        if _is_of_one_dtype(step):
            parts = [self.names.constant(x, step.outs[0].dtype) for x in step.args]
        return parts, named

    def _give(self, function, parts, named, target):
        """A call that writes its result into an array; by position where that is allowed, which is quicker."""
        if function in (calls.cast, calls.copy, calls.copy_by_rows):
            return self._line(f"copyto({target}, {parts[0]}, 'unsafe')")
        is_method = isinstance(getattr(function, "__self__", None), np.ufunc)
        if is_method and function.__name__ in ("reduce", "accumulate", "reduceat"):
            first = 2 if function.__name__ == "reduceat" else 1
            axis = parts[first] if len(parts) > first else named.pop("axis", "0")
            parts = [*parts[:first], axis, named.pop("dtype", "None"), target]
            if function.__name__ == "reduce" and "keepdims" in named:
                parts.append(named.pop("keepdims"))
        elif function is np.ndarray.take:
            parts += [target, named.pop("mode")]
        elif function is np.dot or (isinstance(function, np.ufunc) and function not in (np.maximum, np.minimum)):
            parts.append(target)
        else:
            named["out"] = target
        self._line(_called(self.text(function), parts, named))

    def _call(self, step):
        if step.function is operator.getitem:
            call = f"{self.text(step.args[0])}[{self.text(step.args[1])}]"
        else:
            call = self._text_of(step)
        self._line(f"{self.names.of(step.outs[0])} = {call}")

    def _calls(self, step):
        self._line(f"{', '.join(map(self.names.of, step.outs))}, = {self._text_of(step)}")

    def _view(self, step):
        if step.reads[0] in self.fixed:
            array = self._make_view(step)
            if np.may_share_memory(array, self.fixed[step.reads[0]]):
                self.views.append(step)
                return self.names.fix(step.outs[0], array)
        self._call(step)

    def _make_view(self, step):
        return step.function(*self._plain(step.args), **self._plain(step.kwargs))

    def _plain(self, x):
        if type(x) is Var:
            return self.fixed[x]
        if type(x) is tuple or type(x) is list:
            return type(x)([self._plain(part) for part in x])
        return {key: self._plain(value) for key, value in x.items()} if type(x) is dict else x

    def _write(self, step):
        if step.function is operator.setitem:
            target, index, value = map(self.text, step.args)
            return self._line(f"{target}[{index}] = {value}")
        self._line(self._text_of(step))

    def _fill(self, step):
        out, value = step.outs[0], step.args[0]
        if value is None:
            return
        if out.writes:
            self._line(f"{self.names.of(out)}.fill({value})")
        else:
            self.fixed[out].fill(value)

    def _draw(self, step):
        parts, named = self._arguments(step)
        out = step.outs[0]
        call = f"{parts[0]}.{step.args[1]}"
        if step.function == "out":
            return self._line(_called(call, parts[2:], {"out": self.names.of(out)}))
        name = self.names.number(out) if type(out) is Number else self.names.of(out)
        self._line(f"{name} = {_called(call, parts[2:], named)}")

    def _host(self, step):
        names = "".join(f"{self.names.number(number)}, " for number in step.outs)
        self._line(f"{names}= {self.text(step.function)}()" if names else f"{self.text(step.function)}()")

    def _check(self, step):
        self._line(self._text_of(step))

    def _listen(self, step):
        self._line(f"h{step.args[0]} = heard.last")

    def _guard(self, step):
        listened, masked, gradients = step.args
        parts = self.memory.parts
        inside = {var.root for var in gradients if var.root in parts}
        wholes = {parts[root][0] for root in inside}
        if len(wholes) == 1 and sum(root.nbytes for root in inside) == next(iter(wholes)).nbytes:
            gradients = [*wholes, *(var for var in gradients if var.root not in parts)]
        found = " or ".join(f"has_nan({self.names.of(var)})" for var in gradients)
        heard = "" if masked else f"heard.last is not h{listened} and "
        if found:
            self._line(f"if {heard}({found}): raise Abort({self.number})")

    # -- the end ------------------------------------------------------------------------------------------------------
    def _result(self, x):
        if type(x) is not Var:
            return f"{self.text(x)}.copy()" if type(x) is np.ndarray else self.text(x)
        name = self.names.of(x)
        if x in self.fixed:
            return f"{name}[()]" if x.scalar else f"{name}.copy()"
        # Made afresh at each replay, or an argument; a number of NumPy may be in an array.
        return f"{name}[()]" if x.scalar and x.step is not None else name

    def _drop(self, step):
        last = self.memory.last
        gone = [
            self.names.of(var)
            for var in dict.fromkeys(step.reads)
            if self.names.is_local(var) and last.get(var.root) == self.number and var.nbytes > LARGE
        ]
        if gone:
            self._line(f"del {', '.join(gone)}")


def _called(function, parts, named):
    return f"{function}({', '.join([*parts, *(f'{key}={value}' for key, value in named.items())])})"


def _is_of_one_dtype(step):
    """Whether this is plain arithmetic on floats of one dtype, and perhaps plain numbers."""
    ufunc, dtype = step.function, step.outs[0].dtype
    return (
        isinstance(ufunc, np.ufunc) and ufunc not in (np.power, np.ldexp) and not step.kwargs and dtype.kind == "f"
        and all(var.dtype == dtype for var in step.reads)
    )  # fmt: skip


def _is_plain_product(step):
    """Whether a matmul is one of matrices and vectors of one dtype."""
    a, b = (x if type(x) is Var else None for x in step.args)
    return (
        a is not None and b is not None and _is_whole(a) and _is_whole(b) and a.dtype == b.dtype
        and a.shape and b.shape and max(len(a.shape), len(b.shape)) == 2
        and a.dtype.char in "df" and step.outs[0].axes in (None, (0, 1))
    )  # fmt: skip


def _is_whole(var):
    """Whether an array lies in memory in one piece, row by row or column by column."""
    turned = var.step is not None and var.step.function is np.transpose and type(var.step.args[0]) is Var
    source = var.step.args[0] if turned else var
    return var.dense and (source.root is source or 1 not in source.shape)
