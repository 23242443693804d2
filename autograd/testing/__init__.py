"""Tools for testing derivatives: Hypothesis strategies, and the sample calls of the table's rows.

Needs Hypothesis: `pip install "glassgrad[test]"`.
"""

from autograd.testing.samples import sample_calls
from autograd.testing.strategies import arrays, axes, broadcastable_shapes, domains, expressions, indices

__all__ = ["arrays", "axes", "broadcastable_shapes", "domains", "expressions", "indices", "sample_calls"]
