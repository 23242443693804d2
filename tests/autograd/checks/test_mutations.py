"""Would the checks notice? Every rule of the table, made wrong, is caught at the samples that the suite uses."""

import ast
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Tensor, check_grads, testing
from autograd.errors import BackwardError, GradientCheckError
from autograd.rules.primitive import UserPrimitive
from autograd.rules.structural import Primitive
from autograd.rules.table import ROWS, Elementwise, _compile, _upstream
from autograd.transforms.containers import leaves

FORMULAS = [
    (row, i)
    for row in ROWS.values()
    if isinstance(row, Elementwise)
    for i, text in enumerate(row.formulas)
    if text != "0"  # which no factor changes
]
CARRIES = [
    (row, name)
    for row in ROWS.values()
    if isinstance(row, Primitive) and not isinstance(row, UserPrimitive)
    for name in row.carries
]


# At its jump, by the argument that has none.
HEAVISIDE = SimpleNamespace(call=lambda y: np.heaviside(np.array([0.0, 1.0]), y), arrays=(np.array([0.5, 0.7]),))
MORE = {"heaviside": [HEAVISIDE]}


def caught(samples):
    return any(map(fails, samples))


def fails(sample):
    try:
        with np.errstate(all="ignore"):
            check_grads(sample.call, *sample.arrays, order=1)
    except (GradientCheckError, BackwardError):
        return True
    return False


# -- rows of one line -------------------------------------------------------------------------------------------------
class Without(ast.NodeTransformer):
    """A formula without one side of its nth sum or difference."""

    def __init__(self, nth, side):
        self.left_over, self.side = nth, side

    def visit_BinOp(self, node):
        if isinstance(node.op, ast.Add | ast.Sub):
            self.left_over -= 1
            if self.left_over == -1:
                if self.side == "right":
                    return node.left
                factor = ast.Constant(1.0 if isinstance(node.op, ast.Add) else -1.0)
                return ast.BinOp(factor, ast.Mult(), node.right)
        return self.generic_visit(node)


def wrong_formulas(text):
    """The formula scaled, its sign turned, and without each of its terms.

    >>> list(wrong_formulas("1 - y * y"))[2:]
    ['-1.0 * (y * y)', '1']
    """
    yield f"1.001 * ({text})"
    yield f"-1.0 * ({text})"
    sums = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub)]
    for nth in range(len(sums)):
        for side in ("left", "right"):
            yield ast.unparse(ast.fix_missing_locations(Without(nth, side).visit(ast.parse(text, mode="eval"))))


@pytest.mark.parametrize(("row", "i"), FORMULAS, ids=lambda x: getattr(x, "name", x))
def test_a_wrong_formula_is_caught(row, i, monkeypatch):
    samples, parameters = [*testing.sample_calls(row), *MORE.get(row.name, ())], ", ".join(row.arguments)
    assert not caught(samples)
    for text in wrong_formulas(row.formulas[i]):

        def with_it(parts, new):
            return (*parts[:i], new, *parts[i + 1 :])

        with monkeypatch.context() as patch:
            patch.setattr(row, "formulas", with_it(row.formulas, text))
            patch.setattr(row, "derivatives", with_it(row.derivatives, _compile(f"lambda {parameters}, y: {text}")))
            patch.setattr(row, "backwards", with_it(row.backwards, _compile(_upstream(parameters, text))))
            if row.quick:
                patch.setattr(row, "quick", row.backwards)
            assert caught(samples), f"{row.name}: nobody noticed {text} in place of the derivative"


# -- rows of whole arrays ---------------------------------------------------------------------------------------------
def users():
    """(row, argument) -> the samples that carry a gradient to it."""
    found = {}
    for row in ROWS.values():
        for sample in testing.sample_calls(row) if row.samples else ():
            with np.errstate(all="ignore"):
                ys = leaves(sample.call(*map(Tensor, sample.arrays)))
            todo = [y._node for y in ys if isinstance(y, Tensor)]
            for node in todo:  # grows while it is read
                for i, parent in enumerate(node.parents):
                    if parent is not None:
                        todo.append(parent)
                        if isinstance(node.rule, Primitive):
                            name = node.rule.arguments[0 if node.rule.variadic else i]
                            found.setdefault((node.rule, name), {})[sample.text] = sample
    return found


USERS = users()


def one_element_dropped(c):
    kept = np.ones(c.shape)
    if kept.size:
        kept.flat[kept.size // 2] = 0
    return c * kept


@pytest.mark.parametrize("wrong", [lambda c: c * 1.001, lambda c: -c, one_element_dropped], ids=["1.001", "-", "drop"])
@pytest.mark.parametrize(("row", "name"), CARRIES, ids=lambda x: getattr(x, "name", x))
def test_a_wrong_backward_function_is_caught(row, name, wrong, monkeypatch):
    right = row.carries[name]

    def changed(node, i, g, saved):
        c = right(node, i, g, saved)
        return c if c is None else wrong(c)

    monkeypatch.setitem(row.carries, name, changed)
    samples = list(USERS.get((row, name), {}).values())
    assert caught(samples), f"{row.name}: nobody noticed, at {samples}"
