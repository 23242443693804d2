"""Module and Parameter: what a model is made of, and the walk that finds it.

Parameters are found, not registered: a module's attributes are walked in the order in which they were set, through
lists, tuples and dicts, each parameter once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd import Tensor, Value
from autograd.extend import array_of
from nn.settings import flag


class Parameter(Tensor):
    """A Tensor that a module learns. With `trainable=False` it is part of the state, but no optimizer moves it.

    >>> w = Parameter([1.0, 2.0], name="w")
    >>> w.trainable, w.shape
    (True, (2,))
    """

    __slots__ = ("made", "regularizer", "trainable")

    def __init__(self, x, dtype=None, name=None, trainable=True, regularizer=None):
        super().__init__(x, dtype, name)
        self.trainable = trainable
        self.regularizer = regularizer
        self.made = None  # by which initializer, from which generator, and what they gave: see `nn.models.seeding`

    def fingerprint(self) -> int:
        """What tells whether the numbers have changed."""
        return zlib.crc32(np.ascontiguousarray(array_of(self)))

    def assign(self, value) -> None:
        """Set the numbers; a wrong shape is refused."""
        self.data = value

    def __deepcopy__(self, memo):
        return Parameter(array_of(self), None, self.name, self.trainable, self.regularizer)

    __copy__ = Tensor.__copy__

    def __reduce__(self):
        return Parameter, (np.asarray(array_of(self)), None, self.name, self.trainable, self.regularizer)


class Module:
    """Something with parameters that can be called: a neuron, a layer, a model.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Parameter(2.0)
    ...         self.shifts = [Parameter(0.5), Parameter(-0.5)]
    ...     def call(self, x):
    ...         return self.slope * x + self.shifts[0]
    >>> line = Line()
    >>> [name for name, _ in line.named_parameters()]
    ['slope', 'shifts[0]', 'shifts[1]']
    >>> line(3.0).item()
    6.5

    A module starts in training mode; `fit` leaves it in evaluation mode. `eval()` and `train()` switch by hand.
    """

    training = True

    @property
    def trainable(self) -> bool:
        """Whether training moves what is inside. To set it sets that of every module inside as well."""
        return vars(self).get("trainable", True)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for module in Module.all_modules(self):
            module.set_trainable(value)

    def set_trainable(self, value: bool) -> None:
        """Set whether training moves this module, and of no other."""
        vars(self)["trainable"] = flag("trainable", value)

    def call(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} defines no call(self, x): write what it computes there")

    def __call__(self, *args, **kwargs):
        return self.call(*args, **kwargs)

    # -- what it is made of ----------------------------------------------------------------------------------------
    def parts(self) -> Iterator[tuple[str, Any]]:
        """What the walk looks into, by name; a class may say otherwise."""
        yield from vars(self).items()

    def named_parameters(self) -> list[tuple[str, Any]]:
        """Every parameter with its path, such as `layer0.neuron3.w[1]`, in the order of definition."""
        return [(path, found) for path, found in walk(self) if not isinstance(found, Module)]

    def parameters(self) -> list:
        """Every parameter once, trainable or not (see `trainable_parameters`)."""
        return [parameter for _, parameter in self.named_parameters()]

    def trainable_parameters(self) -> list:
        """The parameters that training moves: those of frozen layers (`layer.trainable = False`) stay out."""
        return [parameter for _, parameter in _trainable(self, set())]

    def modules(self) -> list[tuple[str, Module]]:
        """This module and all inside it, with their paths."""
        return [("", self), *((path, found) for path, found in walk(self) if isinstance(found, Module))]

    def count_params(self) -> int:
        """How many numbers the parameters hold."""
        return sum(getattr(parameter, "size", 1) for parameter in self.parameters())

    # -- training and evaluation -------------------------------------------------------------------------------------
    def train(self, mode: bool = True):
        """Switch to training mode: dropout drops, batch normalisation uses the batch."""
        for module in self.all_modules():
            module.training = mode
        return self

    def all_modules(self) -> list[Module]:
        """This module and all inside it."""
        return [module for _, module in self.modules()]

    def eval(self):
        """Switch to evaluation mode."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients. On Values they become 0, as micrograd's loops expect; on Tensors None."""
        for parameter in self.parameters():
            parameter.grad = 0.0 if isinstance(parameter, Value) else None

    # -- its state as plain arrays -----------------------------------------------------------------------------------
    def state_dict(self) -> dict[str, np.ndarray]:
        """A copy of every parameter by its path."""
        return {path: np.array(parameter.data) for path, parameter in self.named_parameters()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Set every parameter. Names and shapes are all checked before the first number is changed."""
        own = dict(self.named_parameters())
        missing = [name for name in own if name not in state]
        extra = [name for name in state if name not in own]
        wrong = [
            f"{name} of shape {np.shape(state[name])} for one of {np.shape(own[name].data)}"
            for name in own
            if name in state and np.shape(state[name]) != np.shape(own[name].data)
        ]
        if missing or extra or wrong:
            raise ValueError(
                f"the state does not fit {type(self).__name__}: missing {missing[:3]}, unexpected {extra[:3]}, "
                f"of another shape {wrong[:3]}; nothing was changed"
            )
        arrays = {name: np.asarray(state[name]) for name in own}
        bad = [name for name, array in arrays.items() if array.dtype.kind not in "fiub"]
        if bad:
            raise ValueError(f"{bad[0]} has dtype {arrays[bad[0]].dtype}, wanted real numbers; nothing was changed")
        for name, parameter in own.items():
            parameter.data = float(arrays[name]) if isinstance(parameter, Value) else arrays[name]

    def __repr__(self):
        return f"{type(self).__name__}({self.count_params()} parameters)"


def walk(module: Module) -> Iterator[tuple[str, Any]]:
    """(path, parameter or module) for all that is inside, in the order of definition, each once."""
    yield from _walk(module, "", {id(module)})


def _walk(thing, path, seen):
    for key, value in _children(thing):
        name = f"{path}{key}" if key.startswith("[") or not path else f"{path}.{key}"
        if isinstance(value, Module):
            if id(value) not in seen:
                seen.add(id(value))
                yield name, value
                yield from _walk(value, name, seen)
        elif isinstance(value, list | tuple | dict):
            yield from _walk(value, name, seen)
        elif is_parameter(value, key) and id(value) not in seen:
            seen.add(id(value))
            yield name, value


def _children(thing):
    if isinstance(thing, Module):
        return thing.parts()
    if isinstance(thing, dict):
        return ((str(key), value) for key, value in thing.items())
    return ((f"[{i}]", value) for i, value in enumerate(thing))


def is_parameter(value, key="") -> bool:
    """A Parameter; or a variable (Tensor or Value) kept under a name without a leading underscore."""
    if isinstance(value, Parameter):
        return True
    return isinstance(value, Tensor | Value) and value.is_leaf and not key.startswith("_")


def _trainable(thing, seen, path=""):
    if isinstance(thing, Module) and not thing.trainable:
        return
    for key, value in _children(thing):
        if isinstance(value, Module | list | tuple | dict):
            if id(value) not in seen:
                seen.add(id(value))
                yield from _trainable(value, seen, f"{path}.{key}")
        elif is_parameter(value, key) and id(value) not in seen and getattr(value, "trainable", True):
            seen.add(id(value))
            yield f"{path}.{key}", value
