"""See every value and every gradient: the graph as text and as a picture, and charts of training."""

from autograd.modes import keep_values
from viz.charts import boundary, curves, gradients
from viz.dot import draw
from viz.explorer import explore
from viz.notebook import install
from viz.reading import snapshot
from viz.snapshot import Snapshot
from viz.text import tree

__all__ = ["Snapshot", "boundary", "curves", "draw", "explore", "gradients", "keep_values", "snapshot", "tree"]

install()
