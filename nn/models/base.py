"""Model: a layer made of layers, with the training methods that Keras users know."""

from __future__ import annotations

import sys

import numpy as np

from autograd import Tensor, no_grad
from autograd.extend import tracing, watch
from nn import files, losses, metrics, optimizers
from nn.layers.base import Layer
from nn.layers.symbols import shape_or_shapes
from nn.models.summary import summary_text
from nn.training import evaluation, fitting, steps


class Model(Layer):
    """What can be trained: `Model(inputs, outputs)` from symbols, or a subclass with layers as attributes.

    >>> from nn import layers
    >>> class Net(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = layers.Dense(4, activation="tanh")
    ...         self.out = layers.Dense(1)
    ...     def call(self, x):
    ...         return self.out(self.hidden(x))
    >>> net = Net()
    >>> net(np.zeros((2, 3))).shape, [name for name, _ in net.named_parameters()]
    ((2, 1), ['hidden.kernel', 'hidden.bias', 'out.kernel', 'out.bias'])

    `fit` loops over `train_step`. To do otherwise, write a loop by hand, or override `train_step` or `compute_loss`.
    """

    integers = True  # integers are left to the layers inside

    optimizer: optimizers.Optimizer | None = None
    loss: losses.Loss | None = None
    stop_training = False
    epochs_done = 0
    unwatched = (
        "epochs_done", "stop_training", "history", "_steps", "_metrics", "_warned", "_shapes", "_modules", "_charging",
    )  # fmt: skip
    history = None
    _steps: dict | None = None  # how `fit`, `evaluate` and `predict` run a batch: see `nn.training.replay`
    _functional: type[Model] | None = None
    _metric_names: tuple = ()
    _weighted_names: tuple = ()
    _metrics: list | None = None
    _warned: frozenset = frozenset()
    _shapes: dict | None = None
    _modules: list | None = None  # found once for the length of a `fit`
    _charging: tuple | None = None  # what `charging` found, kept during fit: walking the model takes longer than a step

    def __new__(cls, *args, **kwargs):
        if cls is Model and (args or "inputs" in kwargs):
            return object.__new__(Model._functional)
        return object.__new__(cls)

    def __init_subclass__(cls, functional=False, **kwargs):
        super().__init_subclass__(**kwargs)
        if functional:
            Model._functional = cls

    def __getstate__(self):
        # A copy made in the middle of a `fit` is not in the middle of one.
        return {name: value for name, value in vars(self).items() if name not in ("_steps", "_modules", "_charging")}

    # -- training ------------------------------------------------------------------------------------------------
    def compile(self, optimizer="rmsprop", loss=None, metrics=None, weighted_metrics=None, **ignored) -> None:
        """Say how to train: an optimizer, a loss and metrics, each by name or as an object."""
        unknown = set(ignored) - {"jit_compile", "run_eagerly", "steps_per_execution", "auto_scale_loss"}
        if unknown:
            raise TypeError(f"compile takes no {min(unknown)}=; it takes optimizer, loss, metrics, weighted_metrics")
        self.optimizer = optimizers.get(optimizer)
        self.loss = None if loss is None else losses.get(loss)
        self._metric_names = as_tuple(metrics)
        self._weighted_names = as_tuple(weighted_metrics)
        self._metrics = None
        self._steps = None

    fit = fitting.fit
    evaluate = evaluation.evaluate
    predict = evaluation.predict
    train_on_batch = steps.train_on_batch
    test_on_batch = steps.test_on_batch
    predict_on_batch = steps.predict_on_batch

    def train_step(self, x, y, sample_weight=None):
        """One step of `fit`: forward, loss, backward, update. Gives the loss and the predictions."""
        self.forget_added()
        y_pred = self(x, training=True)
        loss = self.compute_loss(y, y_pred, sample_weight)
        steps.check_finite(loss)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss, y_pred

    def test_step(self, x, y, sample_weight=None):
        """One step of `evaluate`: the loss and the predictions."""
        self.forget_added()
        y_pred = self(x, training=False)
        return self.compute_loss(y, y_pred, sample_weight), y_pred

    def predict_step(self, x):
        """One step of `predict`: the outputs."""
        y_pred = self(x, training=False)
        self.forget_added()
        return y_pred

    def compute_loss(self, y, y_pred, sample_weight=None):
        """The loss of a batch: that of `compile`, and what regularizers and layers add."""
        if self.loss is not None and y is None:
            raise ValueError(steps.no_targets(self.loss, "the batch"))
        loss = 0.0 if self.loss is None else self.loss(y, y_pred, sample_weight)
        for added in self.losses:
            loss = loss + added
        if not isinstance(loss, Tensor) and self.loss is None:
            raise ValueError("the model has no loss: give compile a loss, or call add_loss in a layer")
        return loss

    @property
    def programs(self) -> dict[str, list]:
        """The programs of "train", "test" and "predict": print one to see its calls."""
        return {what: steps.jitted.programs for what, steps in (self._steps or {}).items()}

    @property
    def losses(self) -> list:
        """What regularizers charge for the weights, and what layers added in the last call."""
        parameters, layers = self._charging or self.charging()
        for p in self.parameters() if tracing() else ():
            if hasattr(p, "regularizer"):  # a plain Tensor has none
                watch(p, "regularizer")
                if hasattr(p.regularizer, "__dict__"):
                    watch(p.regularizer)
        found = [p.regularizer(p) for p in parameters]
        for layer in layers:
            if layer._added:
                found += layer._added
                layer._added = None
        return found

    def forget_added(self) -> None:
        """Drop what layers added to the loss in calls whose loss nobody computed, such as a dry run."""
        for layer in (self._charging or self.charging())[1]:
            layer._added = None

    def charging(self) -> tuple[list, list]:
        """The parameters that have a regularizer, and all layers, which may add to the loss."""
        parameters = [p for p in self.parameters() if getattr(p, "regularizer", None) is not None]
        return parameters, [module for module in self.all_modules() if isinstance(module, Layer)]

    def all_modules(self):
        return self._modules or super().all_modules()

    @property
    def metrics(self) -> list:
        """The metrics of `compile`, made when the shape of the output is known."""
        return [metric for _, metric, _ in self._metrics or []]

    @property
    def metrics_names(self) -> list[str]:
        return ["loss", *(name for name, _, _ in self._metrics or [])]

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def output_shape_of(self, x) -> tuple:
        """The shape that comes out for these inputs: a dry run on two samples, which builds the layers as well."""
        parts = x if isinstance(x, list) else [x]
        key = tuple(part.shape[1:] for part in parts)
        if self._shapes is None:
            self._shapes = {}
        if key not in self._shapes:
            with no_grad(), np.errstate(all="ignore"):
                y = self([part[:2] for part in parts] if isinstance(x, list) else x[:2], training=False)
            if isinstance(y, list | tuple):
                raise ValueError(
                    f"training needs a model with one output; this one has {len(y)}: train it in a loop by hand"
                )
            self._shapes[key] = (None, *y.shape[1:])
        return self._shapes[key]

    def make_metrics(self, output_shape) -> None:
        """Turn the names given to `compile` into metrics, as the loss and the output's shape suggest."""
        if self._metrics is None:
            given = [(m, False) for m in self._metric_names] + [(m, True) for m in self._weighted_names]
            loss = getattr(self.loss, "name", None)
            self._metrics = metrics.named((metrics.resolve(m, output_shape, loss), weighted) for m, weighted in given)

    # -- looking at it ---------------------------------------------------------------------------------------------
    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return [part for part in vars(self).values() if isinstance(part, Layer)]

    def get_layer(self, name=None, index=None) -> Layer:
        """A layer by its name or its place."""
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"no layer is called {name!r}; there are {', '.join(repr(layer.name) for layer in self.layers)}"
        )

    def summary(self, line_length=None, print_fn=None) -> None:
        """Print a table of the layers with their output shapes and parameters."""
        text = summary_text(self, line_length)
        if print_fn is None:
            sys.stdout.write(text + "\n")
        else:
            print_fn(text)

    def build(self, input_shape) -> None:
        """Make the parameters of all layers for inputs of this shape, by a call on zeros."""
        if not self.built:
            self.set_built()
            try:
                self.compute_output_shape(shape_or_shapes(input_shape))
            except BaseException:
                self.built = False
                raise

    def build_for(self, shapes) -> None:
        if type(self).build is not Model.build:
            super().build_for(shapes)
        self.set_built()  # what is inside is built by its own first call

    # -- saving ----------------------------------------------------------------------------------------------------
    def save(self, path) -> None:
        """Write the whole model to a file: architecture, weights, optimizer, generator. See `nn.models.load_model`.

        A name that ends in `.keras` gives a file that Keras loads, if h5py is there; any other our own format.
        """
        files.save_model(self, path)

    def save_weights(self, path) -> None:
        """Write the parameters to a file; one whose name ends in `.weights.h5` is for Keras too."""
        files.save_weights(self, path)

    def load_weights(self, path, names=None) -> None:
        """Read the parameters from a file of this library, Keras or PyTorch; all is checked before anything changes.

        `names` says what is called otherwise in a file of PyTorch: {"conv": "features.0", "dense.kernel": "fc.weight"}.
        """
        files.load_weights(self, path, names)


def as_tuple(value) -> tuple:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)
