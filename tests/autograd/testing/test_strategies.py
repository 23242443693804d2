"""The strategies: every row of the table can be drawn, alone and in programs, and what is drawn is smooth."""

import numpy as np
import pytest
from amount import examples
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value, check_grads, primitive, testing
from autograd.rules.structural import Composition, Constant, Primitive
from autograd.rules.table import ROWS, Elementwise

LINES = [name for name, row in ROWS.items() if isinstance(row, Elementwise)]
X = np.array([0.3, -0.8, 0.5])


def test_the_rows_drawn_from_are_all_that_anybody_calls():
    drawn = testing.sampled_rows()
    public = [
        row for row in ROWS.values() if row.covers and not isinstance(row, Constant) and not hasattr(row, "instead")
    ]
    assert {*public} <= {*drawn}
    assert {ROWS[name] for name in LINES} <= {*drawn}
    assert any(isinstance(row, Composition) for row in drawn)


@pytest.mark.parametrize("row", testing.sampled_rows(), ids=lambda row: row.name)
def test_every_row_can_be_drawn(row):
    @examples(1, 2, database=None)
    @given(testing.calls([row]), testing.programs([row], max_calls=1))
    def draw(call, program):
        assert row.name.split(".")[-1] in call.text
        check_grads(program, X, order=1)

    draw()


def test_by_default_rows_of_every_kind_are_drawn():
    seen = []

    @examples(30, 30, database=None)
    @given(st.lists(testing.calls(), min_size=10, max_size=20))
    def draw(calls):
        seen.extend(call.text for call in calls)

    draw()
    rows = [row for row in testing.sampled_rows() if any(row.name in text for text in seen)]
    assert len(rows) > 100
    assert {Elementwise, Composition, Primitive} <= {type(row) for row in rows}


@pytest.mark.parametrize("name", LINES)
def test_every_elementwise_row_can_be_drawn_in_an_expression(name):
    point, drawn = (0.3, -0.8), []

    @examples(8, 8, database=None)
    @given(testing.expressions(rows=[name], max_leaves=4))
    def draw(program):
        drawn.append(program.text)
        values = program(*map(Value, point))
        assert np.isclose(float(getattr(values, "data", values)), float(program(*point)))
        assert np.isclose(program(*map(Tensor, point)).item(), float(program(*point)))
        check_grads(program, *point)

    draw()
    assert any(f"{name}(" in text for text in drawn)


@given(testing.programs(), testing.arrays((4,)))
def test_programs_are_smooth(program, x):
    check_grads(program, x, order=1)


def test_a_row_of_one_s_own_is_drawn_too():
    @primitive(samples=["f(x23)", "f(p2)"])
    def thrice(x):
        return 3 * x

    @thrice.vjp("x")
    def _(g):
        return 3 * g

    try:
        assert thrice in testing.sampled_rows()
        check_grads(testing.strategies.Program(tuple(testing.sample_calls(thrice))), X)
    finally:
        del ROWS[next(key for key, row in ROWS.items() if row is thrice)]
