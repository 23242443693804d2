"""The idea: a graph of nodes, rows applied to Tensors, and the walk back. Read graph, apply, backward, tensor.

Beside them a file for each concern: writes, nan, fast (large arrays), modes, operands, refusals.
"""

__all__: list[str] = []
