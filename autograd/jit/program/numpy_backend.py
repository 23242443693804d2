"""The text of a program: one Python function, a line for each call, with every array at hand under a name."""

from __future__ import annotations

import operator

import numpy as np

from autograd.engine import buffers
from autograd.engine.backward import heard, quiet
from autograd.engine.nan import has_nan
from autograd.jit.program import calls
from autograd.jit.program.memory import Memory
from autograd.jit.program.names import Names
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Var

LARGE = 1 << 16  # bytes; results above this are dropped as soon as nothing needs them


class Abort(Exception):
    """A gradient has a nan that the careful walk would mask: the program has to be recorded again with that walk."""


class Code(Names):
    """Turns planned steps into a function; `space` holds what its names mean.

    An array whose memory is the same at every replay is bound to a global name once, as are views of it; others
    (arguments, results of functions that take no out=, views of these) are locals.
    """

    def __init__(self, steps, results, arguments, bound, memory: Memory):
        super().__init__(memory, arguments)
        self.steps = steps
        self.space |= {"copyto": np.copyto, "has_nan": has_nan, "fresh": buffers.empty, "Abort": Abort}
        self.space |= {"heard": heard, "quiet": quiet}
        self.views: list = []  # steps that make views of fixed memory, to be made again when a cell moves
        self.copied: set[str] = set()
        for var, array in bound.items():
            self._fix(var, array)
        self.last = memory.last
        for self.number, step in enumerate(steps):
            if self.number not in memory.joined:
                getattr(self, "_" + step.kind)(step)
            self._drop(step)
        self.number = len(steps)
        self.returned = [self._result(x) for x in results]

    def function(self, timed=False):
        """Compile; `timed` puts a clock around every line, for the cost table."""
        body, quiet = [], False
        for at, (wants_quiet, line) in zip(self.where, self.lines, strict=True):
            if wants_quiet and not quiet:
                body.append("with quiet():")
            quiet = wants_quiet
            indent = "    " if quiet else ""
            if timed:
                line = f"start = clock()\n    {indent}{line}\n    {indent}spent[{at}] += clock() - start"
            body.append(indent + line)
        text = "\n    ".join([f"def run({', '.join(self.arguments)}):", *body, f"return [{', '.join(self.returned)}]"])
        exec(compile(text, "<program>", "exec"), self.space)
        return self.space.pop("run"), text

    def _arguments(self, step):
        parts = [self.text(x) for x in step.args]
        return parts, {key: self.text(value) for key, value in step.kwargs.items()}

    # -- one kind of step after the other -----------------------------------------------------------------------------
    def _out(self, step):
        out = step.outs[0]
        function = step.function
        parts, named = self._arguments(step)
        if function is np.matmul and _is_plain_product(step):
            function = np.dot  # the same sums, called more quickly
        elif _is_of_one_dtype(step):
            parts = [self._constant(x, part, out.dtype) for x, part in zip(step.args, parts, strict=True)]
        if out in self.memory.alone:
            self.names[out] = f"t{out.index}"
            if out.nbytes < buffers.LARGE or out.layout not in (None, tuple(range(len(out.shape)))):
                return self._line(f"{self.names[out]} = {self.text(function)}({_joined(parts, named)})", step.quiet)
            # Memory of a result that was dropped, where there is some: fresh pages cost more than the arithmetic.
            self._line(f"{self.names[out]} = fresh({out.shape}, {self.text(out.dtype)})", step.quiet)
        if function in (calls.cast, calls.copy, calls.copy_by_rows):
            return self._line(f"copyto({self._name(out)}, {parts[0]}, 'unsafe')", step.quiet)
        if function.__name__ in ("reduce", "accumulate") and isinstance(getattr(function, "__self__", None), np.ufunc):
            axis = parts[1] if len(parts) > 1 else named.pop("axis", "0")
            row = [parts[0], axis, named.pop("dtype", "None"), self._name(out)]
            if function.__name__ == "reduce" and "keepdims" in named:
                row.append(named.pop("keepdims"))
            parts = row
        else:
            _give(function, self._name(out), parts, named)
        self._line(f"{self.text(function)}({_joined(parts, named)})", step.quiet)

    def _constant(self, x, part, dtype):
        """A plain number beside arrays of one dtype as an array, which NumPy need not convert at each call."""
        if type(x) not in (int, float) or not abs(x) <= np.finfo(dtype).max:
            return part
        return self.text(self.zero_d.setdefault((repr(x), dtype), np.array(x, dtype)))

    def _call(self, step, parts=None, named=None):
        if parts is None:
            parts, named = self._arguments(step)
        names = [self._name(out) for out in step.outs]
        if step.function is operator.getitem:
            call = f"{parts[0]}[{parts[1]}]"
        else:
            call = f"{self.text(step.function)}({_joined(parts, named)})"
        self._line(f"{', '.join(names)}{',' if step.kind == 'calls' and len(names) == 1 else ''} = {call}", step.quiet)

    _calls = _call

    def _view(self, step):
        source = step.reads[0]
        if source in self.fixed or source in self.memory.buffers:
            self._name(source)
            array = self._make_view(step)
            if np.may_share_memory(array, self.fixed[source]):
                self.views.append(step)
                return self._fix(step.outs[0], array)
        self._call(step)

    def _make_view(self, step):
        return step.function(*self._plain(step.args), **self._plain(step.kwargs))

    def _plain(self, x):
        if type(x) is Var:
            return self.fixed[x]
        if type(x) is tuple or type(x) is list:
            return type(x)([self._plain(part) for part in x])
        return {key: self._plain(value) for key, value in x.items()} if type(x) is dict else x

    def array(self, var):
        """The array of a variable whose memory stays where it is."""
        self._name(var)
        return self.fixed[var]

    def move(self, moved: dict) -> bool:
        """Let cells stand for other arrays, and make the views of them again. False if the layout differs too much."""
        for var, array in moved.items():
            if array.strides != self.fixed[var].strides:
                return False
            self.fixed[var] = self.space[self.names[var]] = array
        for step in self.views:
            out = step.outs[0]
            array = self._make_view(step)
            if not np.may_share_memory(array, self.fixed[step.reads[0]]):
                return False
            self.fixed[out] = self.space[self.names[out]] = array
        return True

    def _write(self, step):
        parts, named = self._arguments(step)
        if step.function is operator.setitem:
            return self._line(f"{parts[0]}[{parts[1]}] = {parts[2]}", step.quiet)
        self._line(f"{self.text(step.function)}({_joined(parts, named)})", step.quiet)

    def _into(self, step):
        parts, named = self._arguments(step)
        _give(step.function, self._name(step.outs[0]), parts, named)
        self._line(f"{self.text(step.function)}({_joined(parts, named)})", step.quiet)

    def _fill(self, step):
        out, value = step.outs[0], step.args[0]
        if value is None:
            return
        if out.writes:
            self._line(f"{self._name(out)}.fill({value})", step.quiet)
        else:
            self._name(out)
            self.fixed[out].fill(value)

    def _draw(self, step):
        generator, method = step.args[:2]
        call = f"{self.text(generator)}.{method}"
        rest = [self.text(x) for x in step.args[2:]]
        out = step.outs[0]
        named = {key: self.text(value) for key, value in step.kwargs.items()}
        if step.function == "out":
            return self._line(f"{call}({_joined(rest, {'out': self._name(out)})})", step.quiet)
        if type(out) is Number:
            name = self.numbers[id(out)] = f"n{len(self.numbers)}"
        else:
            name = self._name(out)
        self._line(f"{name} = {call}({_joined(rest, named)})", step.quiet)

    def _host(self, step):
        names = []
        for number in step.outs:
            self.numbers[id(number)] = f"n{len(self.numbers)}"
            names.append(self.numbers[id(number)])
        self._line(
            f"{', '.join(names)}{',' * (len(names) == 1)}{' = ' if names else ''}{self.text(step.function)}()",
            step.quiet,
        )

    def _check(self, step):
        parts, named = self._arguments(step)
        self._line(f"{self.text(step.function)}({_joined(parts, named)})", step.quiet)

    def _listen(self, step):
        self._line(f"h{step.args[0]} = heard.last", step.quiet)

    def _guard(self, step):
        listened, masked, gradients = step.args
        wholes = {self.memory.parts[var.root][0] for var in gradients if var.root in self.memory.parts}
        inside = [var.root for var in gradients if var.root in self.memory.parts]
        if len(wholes) == 1 and sum(r.nbytes for r in set(inside)) == next(iter(wholes)).nbytes:
            gradients = [*wholes, *(var for var in gradients if var.root not in self.memory.parts)]
        found = " or ".join(f"has_nan({self._name(var)})" for var in gradients)
        heard = "" if masked else f"heard.last is not h{listened} and "
        if found:
            self._line(f"if {heard}({found}): raise Abort({self.number})", step.quiet)

    # -- the end ------------------------------------------------------------------------------------------------------
    def _result(self, x):
        if type(x) is not Var:
            return f"{self.text(x)}.copy()" if type(x) is np.ndarray else self.text(x)
        name = self._name(x)
        if x in self.memory.parts:  # one copy for all that lie in one array
            whole, start = self.memory.parts[x]
            copied = f"c{whole.index}"
            if copied not in self.copied:
                self.copied.add(copied)
                self._line(f"{copied} = {self._name(whole)}.copy()")
            size = int(np.prod(x.shape, dtype=int))
            return f"{copied}[{start}:{start + size}]" + (f".reshape({x.shape})" if len(x.shape) != 1 else "")
        if x in self.fixed:
            return f"{name}[()]" if x.scalar else f"{name}.copy()"
        return name  # made afresh at each replay, or an argument

    def _drop(self, step):
        gone = [
            self.names[var]
            for var in dict.fromkeys(step.reads)
            if self.names.get(var, "").startswith("t") and self.last.get(var.root) == self.number and var.nbytes > LARGE
        ]
        if gone:
            self._line(f"del {', '.join(gone)}", step.quiet)


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
        and a.dtype.char in "df" and step.outs[0].layout in (None, (0, 1))
    )  # fmt: skip


def _is_whole(var):
    """Whether an array lies in memory in one piece, row by row or column by column."""
    turned = var.step is not None and var.step.function is np.transpose and type(var.step.args[0]) is Var
    source = var.step.args[0] if turned else var
    return var.dense and (source.root is source or 1 not in source.shape)


def _give(function, target, parts, named):
    """Name the array that a call writes its result into; by position where that is allowed, which is quicker."""
    if function is np.dot or (isinstance(function, np.ufunc) and function not in (np.maximum, np.minimum)):
        parts.append(target)
    else:
        named["out"] = target


def _joined(parts, named):
    return ", ".join([*parts, *(f"{key}={value}" for key, value in named.items())])
