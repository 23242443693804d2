"""Recorder: what happens inside a model while it trains, epoch by epoch, at a bounded cost."""

from __future__ import annotations

import numpy as np

from autograd import no_grad
from autograd.extend import array_of
from nn.callbacks.base import Callback, callbacks
from nn.layers.base import OBSERVERS, Layer
from nn.settings import is_whole

BINS = 24
GRID = 36  # points across the plane of two inputs
MOST_WEIGHTS = 4000  # numbers that are kept one by one, for a picture of the network


@callbacks.add("Recorder")
class Recorder(Callback):
    """Keeps a frame for each epoch: losses, sizes and histograms of weights and gradients, activations, the boundary.

    `data` is a sample of inputs for the activations and, for two inputs, the plane that is watched. With more than
    `frames` epochs every other frame is dropped, and from then on only every other is taken, so memory is bounded.

    >>> import nn
    >>> X, y = nn.datasets.make_moons(50, random_state=0)
    >>> model = nn.Sequential([nn.layers.Dense(4, activation="relu"), nn.layers.Dense(1, activation="sigmoid")], seed=0)
    >>> model.compile("adam", "binary_crossentropy")
    >>> recorder = Recorder(X)
    >>> history = model.fit(X, y, epochs=3, callbacks=[recorder], verbose=0)
    >>> len(recorder.frames), sorted(recorder.frames[0])
    (3, ['activations', 'boundary', 'epoch', 'logs', 'parameters', 'weights'])
    """

    def __init__(self, data=None, most=200):
        if not is_whole(most, 2):
            raise ValueError(f"most is the largest number of frames, a whole number, 2 or more; got {most!r:.60}")
        self.data = None if data is None else np.asarray(data, dtype=np.float64)[:256]
        self.most = int(most)
        self.frames: list[dict] = []
        self.stride = 1

    def on_train_begin(self, logs=None):
        self.frames = []
        self.stride = 1

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.stride:
            return
        self.frames.append(self.frame(epoch, logs or {}))
        if len(self.frames) > self.most:
            self.frames = self.frames[::2]
            self.stride *= 2

    def frame(self, epoch, logs) -> dict:
        """What the model looks like now."""
        model = self.model
        found = {"epoch": epoch, "logs": {k: float(v) for k, v in logs.items() if np.ndim(v) == 0}}
        found["parameters"] = {
            path: self._parameter(p) for path, p in model.named_parameters() if getattr(p, "trainable", True)
        }
        small = [p for p in model.parameters() if p.ndim == 2]
        total = sum(p.size for p in small)
        found["weights"] = [p.numpy() for p in small] if total <= MOST_WEIGHTS else None
        found["activations"] = self._activations() if self.data is not None else {}
        plane = self.data is not None and self.data.ndim == 2 and self.data.shape[1] == 2
        found["boundary"] = self._boundary() if plane else None
        return found

    def _parameter(self, p) -> dict:
        weights, gradient = array_of(p), p.grad
        found = {"size": rms(weights), "weights": histogram(weights)}
        if gradient is not None:
            found |= {"gradient": rms(gradient), "gradients": histogram(gradient)}
        return found

    def _activations(self) -> dict:
        seen = {}

        def see(layer, given, out):
            out = array_of(out)
            if isinstance(layer, Layer) and layer is not self.model and isinstance(out, np.ndarray):
                seen[layer.name] = {"histogram": histogram(out), "zero": float(np.mean(out == 0))}

        OBSERVERS.append(see)
        try:
            with no_grad(), np.errstate(all="ignore"):
                self.model(self.data, training=False)
        finally:
            OBSERVERS.remove(see)
        return seen

    def _boundary(self) -> dict:
        low, high = self.data.min(axis=0) - 0.3, self.data.max(axis=0) + 0.3
        xs, ys = np.linspace(low[0], high[0], GRID), np.linspace(high[1], low[1], GRID)
        grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        with no_grad(), np.errstate(all="ignore"):
            out = self.model(grid, training=False)
        out = np.asarray(array_of(out), dtype=np.float64).reshape(len(grid), -1)
        answer = out[:, 0] if out.shape[1] == 1 else out.argmax(axis=1)
        return {
            "low": low.tolist(),
            "high": high.tolist(),
            "outputs": out.shape[1],
            "values": answer.reshape(GRID, GRID),
        }


def rms(x) -> float:
    """The root of the mean square; 0 of nothing."""
    flat = np.ravel(x)
    return float(np.sqrt(np.dot(flat, flat) / flat.size)) if flat.size else 0.0


def histogram(x) -> dict:
    """Counts in bins between the least and the most; large arrays by every n-th element."""
    flat = np.ravel(x)
    flat = flat[:: max(1, flat.size // 20_000)]
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return {"low": 0.0, "high": 0.0, "counts": [0] * BINS}
    low, high = float(flat.min()), float(flat.max())
    if low == high:
        return {"low": low, "high": high, "counts": [int(flat.size)] + [0] * (BINS - 1)}
    places = ((flat - low) * (BINS / (high - low))).astype(np.intp)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS)
    return {"low": low, "high": high, "counts": counts.tolist()}
