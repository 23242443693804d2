"""What is asked of a model that is to be seen: its answers, the layers it has, and what comes out of each."""

from __future__ import annotations

import math

import numpy as np

from autograd import Tensor, no_grad
from autograd.rules.arrays import array_of
from nn.layers.base import OBSERVERS, Layer
from nn.models import Model
from nn.module import Module
from nn.neurons import MLP
from viz.classes import classes_of
from viz.given import refusal

LISTED = 12  # layers that an error names


# -- answers -----------------------------------------------------------------------------------------------------------
def askable(model) -> bool:
    return not isinstance(model, type) and (hasattr(model, "predict") or callable(model))


def answer(model, X, wanted="wanted a model, or a function of an array") -> np.ndarray:
    """What a model, or a function of an array, says to each row."""
    if not askable(model):
        raise refusal(model, wanted)
    if isinstance(model, MLP):
        model = model.tensor()  # the same network, for whole batches
    if hasattr(model, "predict"):
        return np.asarray(model.predict(X, verbose=0) if isinstance(model, Model) else model.predict(X))
    try:
        with no_grad():
            found = model(X)
    except TypeError as error:
        if error.__traceback__.tb_next is None:  # it could not be called so
            raise refusal(model, wanted) from error
        raise
    return np.asarray(array_of(found))


def probabilities(model, X, wanted) -> np.ndarray:
    """The probability of each class for each row: of logits too, and of a single yes, which has two classes."""
    found = answer(model, X, wanted)
    if found.dtype.kind not in "fiub" or found.shape[:1] != (len(X),) or found.ndim > 2 or not found.size:
        raise ValueError(f"{wanted} that gives a row of numbers for each of the {len(X)} samples; got {found.shape}")
    found = found.reshape(len(X), -1).astype(float)
    if not np.isfinite(found).all():
        raise ValueError("the model answers nan or inf; viz.health(loss, model) says where it begins")
    return as_chances(found, says_logits(model) or found.min() < 0 or found.max() > 1)


def as_chances(found, logits) -> np.ndarray:
    """Rows of answers as probabilities.

    >>> as_chances(np.array([[0.25]]), logits=False), as_chances(np.array([[1.0, 1.0]]), logits=True)
    (array([[0.75, 0.25]]), array([[0.5, 0.5]]))
    """
    if found.shape[1] == 1:
        yes = 0.5 * np.tanh(0.5 * found) + 0.5 if logits else found
        return np.concatenate([1 - yes, yes], axis=1)
    if logits:
        found = np.exp(found - found.max(axis=1, keepdims=True))
        found /= found.sum(axis=1, keepdims=True)
    return found


def says_logits(model) -> bool:
    """Whether the loss of a model takes its answers for logits."""
    return getattr(getattr(model, "loss", None), "from_logits", False) is True


def labelled(y, classes: int, names=None) -> tuple[np.ndarray, list[str]]:
    """The number of each sample's class, and the names of all classes, in the order of the model's outputs."""
    y = np.asarray(array_of(y))
    wanted = f"wanted class numbers from 0 to {classes - 1}, one-hot rows, or texts with names="
    names = None if names is None else [str(name) for name in names]
    if names is not None and (len(names) != classes or len(set(names)) < classes):
        raise ValueError(f"the model tells {classes} classes apart; wanted as many different names, got names={names}")
    if y.dtype.kind in "OUS":
        if names is None:
            raise ValueError(f"y has texts, such as {str(y.flat[0])!r}; wanted names= of the classes, in their order")
        if lost := sorted({str(label) for label in y.reshape(-1)} - set(names)):
            raise ValueError(f"y has the label {lost[0]!r}, which is not among names={names}")
        return np.array([names.index(str(label)) for label in y.reshape(-1)], dtype=int), names
    if y.ndim > 1 and y.shape[1] not in (1, classes):
        raise ValueError(f"y has {y.shape[1]} columns and the model tells {classes} classes apart; {wanted}")
    rows = y.ndim > 1 and y.shape[1] > 1
    signs = classes == 2 and not rows and np.isin(y, [-1, 1]).all()
    if not rows and not signs and (bad := y[~np.isin(y, np.arange(classes))]).size:
        raise ValueError(f"y has the label {bad.flat[0]} and the model tells {classes} classes apart; {wanted}")
    number, known = classes_of(y, 1 if signs else classes)
    return number, names or known


def judged(model, X, y, names, wanted) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The probabilities that a model gives, the true class of each sample, and the classes' names."""
    X = np.asarray(array_of(X))
    if not X.ndim or not len(X) or not np.ndim(y) or len(y) != len(X):
        raise ValueError(f"wanted samples and as many labels; got X of shape {X.shape} and y of {np.shape(y)}")
    chances = probabilities(model, X, wanted)
    return chances, *labelled(y, chances.shape[1], names)


# -- layers ------------------------------------------------------------------------------------------------------------
def as_model(model, wanted) -> Module:
    """The model on arrays, which can be called."""
    if isinstance(model, MLP):
        return model.tensor()
    if not isinstance(model, Layer):
        raise refusal(model, wanted)
    if not model.built:
        raise ValueError(f"{wanted}; this one is not built: give its first layer input_shape=, or call it on data once")
    return model


def layers_of(model) -> list[tuple[str, Layer]]:
    """Every layer that is no model itself, with its path."""
    return [(path, part) for path, part in inside(model) if not isinstance(part, Model)]


def inside(model) -> list[tuple[str, Layer]]:
    """Every layer and model in a model, with its path; of a layer that has none, itself."""
    found = [(path, part) for path, part in model.modules() if isinstance(part, Layer) and part is not model]
    return found or [(model.name, model)]


def chosen(model, layer, fits, what):
    """A layer by its name, its place in `model.layers` or as an object, if it fits."""
    known, every = layers_of(model), inside(model)
    if isinstance(layer, Module):
        found = [part for _, part in every if part is layer]
    elif isinstance(layer, str):
        found = [part for path, part in every if layer in (path, part.name)][:1]
    elif isinstance(layer, int | np.integer) and not isinstance(layer, bool):
        own = getattr(model, "layers", [model])
        found = [own[layer]] if -len(own) <= layer < len(own) else []
    else:
        raise TypeError(f"a layer is chosen by its name, its number or as an object; got {layer!r:.60}")
    if not found:
        raise ValueError(f"the model has no layer {layer!r:.60}; it has {_listed(known)}")
    if not fits(found[0]):
        fit = [(path, part) for path, part in known if fits(part)]
        other = f"there are {_listed(fit)}" if fit else "the model has none"
        raise ValueError(f"layer {found[0].name!r} ({type(found[0]).__name__}) has no {what}; {other}")
    return found[0]


def _listed(known) -> str:
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return ", ".join(repr(path) for path, _ in known[:LISTED]) + more


def run(model, x):
    """What the model answers, and (layer, input, output) of each of its layers in the order of calls."""
    calls = []
    known = {id(part) for _, part in inside(model)}

    def see(layer, given, out):
        if id(layer) in known:
            calls.append((layer, given, out))

    OBSERVERS.append(see)
    try:
        with np.errstate(all="ignore"):
            y = model(x, training=False)
    finally:
        OBSERVERS.remove(see)
    if isinstance(model, Model):
        model.forget_added()
    return y, calls


def is_convolution(layer) -> bool:
    """Whether a layer slides a window with weights over images."""
    return hasattr(layer, "kernel_size") and bool(layer.parameters())


# -- one sample --------------------------------------------------------------------------------------------------------
def input_shape(model) -> tuple | None:
    """The shape of a sample, as far as the model knows it."""
    symbols = getattr(model, "inputs", None) or [getattr(model, "source", None)]
    if len(symbols) > 1:
        raise ValueError(f"the model has {len(symbols)} inputs; a picture is made of models with one")
    return None if symbols[0] is None else tuple(symbols[0].shape[1:])


def one(model, x) -> tuple[np.ndarray, np.ndarray]:
    """A batch of this one sample, and the sample as it was given: an image may be given to a model of rows."""
    x = np.asarray(array_of(x))
    if x.dtype.kind not in "fiub" or not x.size or not x.ndim:
        raise ValueError(f"wanted one image, an array of numbers; got an array of shape {x.shape}, {x.dtype}")
    wanted = input_shape(model)
    if wanted is None:
        if x.ndim == 4 and len(x) > 1:
            raise ValueError(f"wanted one image; got a batch of {len(x)}: write x[0]")
        alone = x.ndim == 4 or (x.ndim == 2 and len(x) == 1)
        x = x[0] if alone else x
        return (x[None, :, :, None] if x.ndim == 2 else x[None]), x
    if x.ndim == len(wanted) + 1 and _fits(x.shape[1:], wanted):
        if len(x) > 1:
            raise ValueError(f"wanted one image; got a batch of {len(x)}: write x[0]")
        x = x[0]
    if _fits(x.shape, wanted):
        return x[None], x
    plain, own = ([n for n in shape if n != 1] for shape in (x.shape, wanted))
    if None not in wanted and x.size == math.prod(wanted) and (plain == own or min(len(plain), len(own)) == 1):
        return x.reshape(1, *wanted), x
    raise ValueError(f"the model takes samples of shape {wanted}; got {x.shape}")


def _fits(shape, wanted) -> bool:
    return len(shape) == len(wanted) and all(b in (None, a) for a, b in zip(shape, wanted, strict=True))


def layout(model, layer=None) -> str | None:
    """ "channels_first" or "channels_last": what the layer says, else the first layer of the model that says so."""
    parts = [part for part in (layer, *(part for _, part in model.modules())) if part is not None]
    return next((part.data_format for part in parts if getattr(part, "data_format", None)), None)


def channels_first(model) -> bool:
    """Whether the colours of an image come before its height and width."""
    return isinstance(model, Module) and layout(model) == "channels_first"


def score(model, y, target=None):
    """The number that is explained: the logit of a class, else the answer itself; with the class and its probability.

    Where the answer is a probability its logit is taken: a probability near 1 hardly moves, whatever the image.
    """
    if not isinstance(y, Tensor) or y.ndim != 2:
        raise ValueError(f"wanted a model that gives a row for each image; this one gives {np.shape(array_of(y))}")
    logits = getattr(y, "logits", y)
    shown = np.asarray(array_of(y), dtype=float)
    binary = y.shape[1] == 1 and (logits is not y or says_logits(model))
    classes = 2 if binary else y.shape[1]
    if target is not None and (isinstance(target, bool) or not isinstance(target, int | np.integer)):
        raise TypeError(f"target is the number of a class; got {target!r:.60}")
    if target is not None and not 0 <= target < classes:
        raise ValueError(f"target is the number of a class, 0 to {classes - 1}; got {target}")
    if classes == 1:
        return logits[0, 0], None, shown.item()
    chances = as_chances(shown, logits is y and (says_logits(model) or shown.min() < 0 or shown.max() > 1))[0]
    target = int(chances.argmax()) if target is None else int(target)
    if binary:
        return (logits[0, 0] if target else -logits[0, 0]), target, chances[target].item()
    return logits[0, target], target, chances[target].item()
