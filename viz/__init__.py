"""See every value and every gradient: the graph as text and as a picture, and charts of training."""

from autograd.engine.modes import keep_values
from viz.charts import boundary, curves, gradients, histograms
from viz.dot import draw
from viz.explaining import explain
from viz.explorer import explore
from viz.filters import feature_maps, filters
from viz.health import Flag, health
from viz.judging import confusion, precision_recall, roc, worst
from viz.live import live
from viz.network import importance, network
from viz.notebook import install
from viz.reading import snapshot
from viz.saliency import grad_cam, saliency
from viz.snapshot import Snapshot
from viz.text import tree
from viz.training import training

__all__ = [
    "Flag",
    "Snapshot",
    "boundary",
    "confusion",
    "curves",
    "draw",
    "explain",
    "explore",
    "feature_maps",
    "filters",
    "grad_cam",
    "gradients",
    "health",
    "histograms",
    "importance",
    "keep_values",
    "live",
    "network",
    "precision_recall",
    "roc",
    "saliency",
    "snapshot",
    "training",
    "tree",
    "worst",
]

install()
