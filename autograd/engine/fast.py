"""Large arrays: results in memory used before, and formulas computed in pieces that stay in the cache.

The engine is right without this file, and slower on arrays of a megabyte: asking the system for fresh pages costs more
than the arithmetic done on them (two to four times as long with an allocator that gives freed memory back), and a
formula in pieces saves another seventh.

A thread keeps up to `CAP` bytes of result arrays it has made. One that nobody else refers to any more, as its reference
count shows, is handed out again for a result of the same shape and dtype.
"""

from __future__ import annotations

import ast
import functools
import sys
import threading

import numpy as np

from autograd.rules import scalars

LARGE = 1 << 17  # bytes; below this the system's allocator does not ask for fresh pages each time
CAP = 64 << 20
BLOCK = 1 << 15  # elements
_OPERANDS = (np.ndarray, np.generic, int, float, type(None))
_STEPS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.USub: "negative"}


class _Pool(threading.local):
    def __init__(self):
        self.arrays: dict[tuple, list[np.ndarray]] = {}
        self.bytes = 0


_pool = _Pool()


def empty(shape, dtype) -> np.ndarray:
    """Like `np.empty`, with memory of an earlier result that has been dropped if there is one."""
    kept = _pool.arrays.setdefault((shape, dtype), [])
    for array in kept:
        if sys.getrefcount(array) <= _FREE:
            return array
    array = np.empty(shape, dtype)
    if _pool.bytes + array.nbytes > CAP:
        _drop_free()
    if _pool.bytes + array.nbytes <= CAP:
        _pool.arrays.setdefault((shape, dtype), []).append(array)
        _pool.bytes += array.nbytes
    return array


def is_kept(array) -> bool:
    """Whether the pool refers to this array, which then counts one reference more."""
    return any(array is kept for kept in _pool.arrays.get((array.shape, array.dtype), ()))


def call(ufunc, arrays):
    """`ufunc(*arrays)`, with the result in memory used before where shapes and dtypes are all the same."""
    first = arrays[0]
    for other in arrays[1:]:
        if type(other) is np.ndarray and (other.shape != first.shape or other.dtype != first.dtype):
            return ufunc(*arrays)
        if type(other) is not np.ndarray and type(other) not in (int, float):
            return ufunc(*arrays)
    if first.dtype.char not in "df" or not first.flags.c_contiguous:
        return ufunc(*arrays)
    return ufunc(*arrays, out=empty(first.shape, first.dtype))


def add(a, b):
    """a + b, of large arrays into memory used before."""
    return call(np.add, (a, b)) if type(a) is type(b) is np.ndarray and b.nbytes >= LARGE else a + b


def carry(rule, i, g, saved):
    """The gradient for argument `i` of an elementwise row with a large result."""
    text = rule.formulas[i]
    if text in ("1", "-1", "0"):
        return rule.backwards[i](g, *saved)
    if text.isidentifier() and type(g) is np.ndarray:
        factor = saved[-1] if text == "y" else saved[rule.arguments.index(text)]
        return call(np.multiply, (g, factor)) if g.nbytes >= LARGE else g * factor
    c = evaluate(f"g * ({text})", ("g", *rule.arguments, "y"), (g, *saved))
    return rule.backwards[i](g, *saved) if c is None else c


def _drop_free():
    """Let go of what is not in use, so that programs that change their shapes do not fill the pool with old ones."""
    for key, kept in list(_pool.arrays.items()):
        in_use = [array for array in kept if sys.getrefcount(array) > _FREE + 1]
        _pool.bytes -= sum(array.nbytes for array in kept) - sum(array.nbytes for array in in_use)
        if in_use:
            _pool.arrays[key] = in_use
        else:
            del _pool.arrays[key]


def _count_in_loop() -> int:
    for array in [np.zeros(1)]:
        return sys.getrefcount(array)
    return 0


# What an array in a list shows while the loop above looks at it: measured, since Python versions differ.
_FREE = _count_in_loop()


# -- gradients that may be given away ---------------------------------------------------------------------------------
def _count(table: dict, key) -> int:
    value = table.pop(key)
    return sys.getrefcount(value)


# How many references an array shows when only `_count` holds it: measured, since Python versions differ.
_SOLE = _count({0: np.zeros(1)}, 0)


def take_owned(table: dict, key) -> np.ndarray:
    """Pop an array that nobody else holds; a shared one or a view is copied."""
    value = table.pop(key)
    if value.base is None:
        held = sys.getrefcount(value) - _SOLE
        if held <= 0 or (held == 1 and value.nbytes >= LARGE and is_kept(value)):
            return value
    return value.copy()


# -- formulas in pieces ------------------------------------------------------------------------------------------------
def evaluate(text, parameters, arguments):
    """The formula `text` of `parameters`, for arrays of one shape and dtype, and numbers; None for any others.

    `g * (1 - y * y)` becomes `multiply(y, y, r0); subtract(1, r0, r0); multiply(g, r0, r0)`, run on one block after
    another, with `r0` a part of the result. What is not arithmetic or a function of NumPy stays as it is written.
    """
    arrays = [a for a in arguments if type(a) is np.ndarray and a.ndim]
    if not arrays:
        return None
    shape, dtype = arrays[0].shape, arrays[0].dtype
    for a in arguments:
        if (
            not isinstance(a, _OPERANDS)
            or getattr(a, "dtype", dtype) != dtype
            or (getattr(a, "ndim", 0) and a.shape != shape)
        ):
            return None
    if arrays[0].size <= BLOCK or not all(a.flags.c_contiguous for a in arrays):
        return None
    steps, registers = _compile(text, parameters)
    out = empty(shape, dtype)
    scratch = [empty((BLOCK,), dtype) for _ in range(registers - 1)]
    flat, into = [a.reshape(-1) if type(a) is np.ndarray and a.ndim else a for a in arguments], out.reshape(-1)
    for start in range(0, into.size, BLOCK):
        part = into[start : start + BLOCK]
        block = [a[start : start + BLOCK] if type(a) is np.ndarray and a.ndim else a for a in flat]
        steps(*block, part, *[s[: part.size] for s in scratch])
    return out


@functools.cache
def _compile(text, parameters):
    """A function of the parameters and some registers that leaves the formula in the first, and their number."""
    lines: list[str] = []
    registers = 1

    def emit(node, free):
        """Where the value of `node` is found, having used the registers from `free` on."""
        nonlocal registers
        if isinstance(node, ast.BinOp | ast.UnaryOp):
            step = _STEPS.get(type(node.op))
            operands = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
        elif isinstance(node, ast.Call) and isinstance(scalars.ARRAY_NAMES[node.func.id], np.ufunc):
            step, operands = node.func.id, node.args
        else:
            step, operands = None, []
        if step is None or not any(isinstance(n, ast.Name) and n.id in parameters for n in ast.walk(node)):
            return ast.unparse(node)
        found, at = [], free
        for operand in operands:
            found.append(emit(operand, at))
            at += found[-1] == f"r{at}"
        registers = max(registers, free + 1, at)
        lines.append(f"{step}({', '.join(found)}, r{free})")
        return f"r{free}"

    last = emit(ast.parse(text, mode="eval").body, 0)
    assert last == "r0", f"{text} is not arithmetic"
    names = [*parameters, *(f"r{k}" for k in range(registers))]
    space = {**scalars.ARRAY_NAMES, **{name: getattr(np, name) for name in _STEPS.values()}}
    return eval(f"lambda {', '.join(names)}: ({', '.join(lines)})", space), registers
