"""See every value and every gradient: the graph as text and as a picture, and charts of training."""

from autograd.engine.modes import keep_values
from viz.charts import boundary, curves, gradients, histograms
from viz.dot import draw
from viz.explaining import explain
from viz.explorer import explore
from viz.health import Flag, health
from viz.live import live
from viz.network import importance, network
from viz.notebook import install
from viz.reading import snapshot
from viz.snapshot import Snapshot
from viz.text import tree
from viz.training import training

__all__ = [
    "Flag",
    "Snapshot",
    "boundary",
    "curves",
    "draw",
    "explain",
    "explore",
    "gradients",
    "health",
    "histograms",
    "importance",
    "keep_values",
    "live",
    "network",
    "snapshot",
    "training",
    "tree",
]

install()
