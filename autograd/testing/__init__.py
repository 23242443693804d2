"""Tools for testing derivatives: the sample calls of the table's rows (in samples), and Hypothesis strategies.

`expressions` are random programs of all elementwise rows, to be run on floats, Values or Tensors; `programs` are of all
rows, also those of whole arrays, and `calls` are sample calls of any row. `arrays`, `broadcastable_shapes`, `axes` and
`indices` draw what goes into them. A row of your own, by `primitive(samples=...)`, is drawn like the others.

>>> from hypothesis import given
>>> from autograd import check_grads
>>> @given(programs(), arrays(shape=(3,)))
... def test_any_program_at_any_point(program, x):
...     check_grads(program, x, order=1)
>>> test_any_program_at_any_point()

Needs Hypothesis: `pip install "glassgrad[test]"`.
"""

from autograd.testing.samples import sample_calls, sampled_rows
from autograd.testing.strategies import (
    arrays,
    axes,
    broadcastable_shapes,
    calls,
    domains,
    expressions,
    indices,
    programs,
)

__all__ = [
    "arrays",
    "axes",
    "broadcastable_shapes",
    "calls",
    "domains",
    "expressions",
    "indices",
    "programs",
    "sample_calls",
    "sampled_rows",
]
