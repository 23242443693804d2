"""Formulas computed in pieces that stay in the cache, each step written into memory that is there already.

`g * (1 - y * y)` becomes `multiply(y, y, r0); subtract(1, r0, r0); multiply(g, r0, r0)`, run on one block after
another, with `r0` a part of the result. What is not arithmetic or a function of NumPy stays as it is written.
"""

from __future__ import annotations

import ast
import functools

import numpy as np

from autograd.engine import buffers
from autograd.rules import scalars

BLOCK = 1 << 15  # elements
_STEPS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.USub: "negative"}


def evaluate(text, parameters, arguments):
    """The formula `text` of `parameters`, for arrays of one shape and dtype, and numbers; None for any others."""
    if any(hasattr(a, "__traced__") for a in arguments):
        return None  # a program finds its own pieces
    arrays = [a for a in arguments if type(a) is np.ndarray and a.ndim]
    if not arrays:
        return None
    shape, dtype = arrays[0].shape, arrays[0].dtype
    for a in arguments:
        if getattr(a, "dtype", dtype) != dtype or (getattr(a, "ndim", 0) and a.shape != shape):
            return None
    if arrays[0].size <= BLOCK or not all(a.flags.c_contiguous for a in arrays):
        return None
    steps, registers = _compile(text, parameters)
    out = buffers.empty(shape, dtype)
    scratch = [buffers.empty((BLOCK,), dtype) for _ in range(registers - 1)]
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
