"""Tools for testing derivatives: the sample calls of the table's rows (in samples), and Hypothesis strategies.

Needs Hypothesis: `pip install "glassgrad[test]"`.
"""

from autograd.testing.samples import sample_calls
from autograd.testing.strategies import arrays, axes, broadcastable_shapes, domains, expressions, indices

__all__ = ["arrays", "axes", "broadcastable_shapes", "domains", "expressions", "indices", "sample_calls"]
