"""What all optimizers share: the parameters, the rate, clipping, weight decay, and the state of each.

An optimizer is two things: `slots`, the names of the arrays it keeps beside each parameter, and `update`, the formula
of one step. Both can be read beside the paper.
"""

from __future__ import annotations

import functools
import numbers

import numpy as np

from autograd import Tensor, Value
from autograd.extend import every_time, on_failure, tracing, watch, written_to
from nn.optimizers.clipping import global_norm, shrink
from nn.optimizers.groups import grouped
from nn.registry import Registry

optimizers = Registry("optimizer")


class Optimizer:
    """Moves parameters against their gradients. A subclass writes `update`:

    >>> class SignDescent(Optimizer):
    ...     def update(self, p, g, state, rate):
    ...         p -= rate * np.sign(g)
    >>> w = Tensor([1.0, -2.0])
    >>> optimizer = SignDescent([w], 0.5)
    >>> np.sum(w * w).backward()
    >>> optimizer.step()
    >>> w.data
    array([ 0.5, -1.5])

    `p` and `g` are arrays of the same shape; `p` is changed in place. `state` holds the arrays named in `slots`, which
    start as zeros. `self.iterations` counts the steps, this one included. Any `__init__` takes, before its own
    arguments, the parameters to move, or leaves them out for `compile` to find.
    """

    slots: tuple[str, ...] = ()
    unwatched = ("iterations", "varying", "learning_rate", "name")
    elementwise = True  # False: `update` needs each parameter by itself, in its own shape

    def __init__(
        self, learning_rate=0.01, weight_decay=None, clipnorm=None, clipvalue=None, global_clipnorm=None, name=None
    ):
        for setting, value in [("clipnorm", clipnorm), ("clipvalue", clipvalue), ("global_clipnorm", global_clipnorm)]:
            if value is not None:
                positive(setting, value)
        if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError("give one of clipnorm, clipvalue and global_clipnorm; one would clip what another left")
        if weight_decay is not None:
            positive("weight_decay", weight_decay, zero=True)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.name = name or type(self).__name__.lower()
        self.iterations = 0
        self.varying: tuple = ()
        self.groups: list = []
        self.states: list[dict[str, np.ndarray]] = []

    @property
    def learning_rate(self):
        """A number, or a schedule: a function of the step."""
        return vars(self)["learning_rate"]

    @learning_rate.setter
    def learning_rate(self, value) -> None:
        if not callable(value):
            positive("learning_rate", value, zero=True)
        vars(self)["learning_rate"] = value

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            cls.__init__ = _takes_parameters(cls.__init__)

    def update(self, p, g, state, rate) -> None:
        """One step: change `p` in place, given its gradient, its state and the learning rate."""
        raise NotImplementedError(f"{type(self).__name__} defines no update(self, p, g, state, rate)")

    def start(self, slot: str) -> float:
        """What a slot is filled with at the start."""
        return 0.0

    # -- the parameters ----------------------------------------------------------------------------------------------
    @property
    def parameters(self) -> list:
        return [p for group in self.groups for p in group.parameters]

    def bind(self, parameters) -> None:
        """Move these parameters from now on. State of those already known is kept."""
        parameters = list(parameters)
        if not parameters:
            raise ValueError(
                "an optimizer got no parameters: the model has none, or all are frozen (trainable=False), or it is not "
                "built yet (call it once)"
            )
        known = self.parameters
        if len(known) == len(parameters) and {id(p) for p in known} == {id(p) for p in parameters}:
            return
        old = {id(p): slots for p, slots in self._slots()}
        self.groups = grouped(parameters)
        self.states = [{s: np.full_like(g.array, self.start(s)) for s in self.slots} for g in self.groups]
        for p, slots in self._slots():
            for slot, array in old.get(id(p), {}).items():
                slots[slot][...] = array

    def _slots(self):
        """(parameter, its part of every slot) for all parameters."""
        for group, state in zip(self.groups, self.states, strict=True):
            for p, at in zip(group.parameters, group.slices, strict=True):
                yield p, {slot: array[at] for slot, array in state.items()}

    # -- one step ----------------------------------------------------------------------------------------------------
    @property
    def rate(self) -> float:
        """The learning rate of the next step: a number, or what the schedule says."""
        return float(self.learning_rate(self.iterations)) if callable(self.learning_rate) else self.learning_rate

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        if not self.groups:
            raise ValueError(f"this {type(self).__name__} has no parameters; give it model.parameters()")
        if tracing():
            return self._trace()
        rate, *_ = self._advance()
        self._move(rate)

    def _advance(self) -> tuple:
        """Count the step, and work out the numbers that differ from step to step: rate, count and `numbers`."""
        rate = self.rate
        self.iterations += 1
        self.varying = self.numbers()
        return rate, self.iterations, *self.varying

    def numbers(self) -> tuple:
        """Further numbers for `update` to find in `self.varying`, where arithmetic with `self.iterations` won't do."""
        return ()

    def _trace(self):
        """The step as part of a program: the arrays are written in place, the numbers worked out at each replay."""
        watch(self)
        for group in self.groups:
            group.trace()
        for state in self.states:
            for slot in state:
                written_to(state, slot)
        on_failure(functools.partial(vars(self).update, iterations=self.iterations, varying=self.varying))
        rate, iterations, *varying = every_time(self._advance)
        before = self.iterations, self.varying
        self.iterations, self.varying = iterations, tuple(varying)
        try:
            self._move(rate)
        finally:
            self.iterations, self.varying = before

    def _move(self, rate):
        found = []
        for group in self.groups:
            group.attach()
            found.append(group.gradient())
        if all(len(missing) == len(g.slices) for g, (_, missing) in zip(self.groups, found, strict=True)):
            self.iterations = self.iterations - 1
            raise ValueError("no parameter has a gradient; call loss.backward() before optimizer.step()")
        self._clip([g for g, _ in found])
        for group, state, (g, missing) in zip(self.groups, self.states, found, strict=True):
            p = group.array
            if not missing and self.elementwise:
                self._one(p, g, state, rate)
            else:
                for parameter, at in zip(group.parameters, group.slices, strict=True):
                    if at not in missing:
                        shape = getattr(parameter, "shape", ())
                        part = {slot: array[at].reshape(shape) for slot, array in state.items()}
                        self._one(p[at].reshape(shape), g[at].reshape(shape), part, rate)
            group.written()

    def _one(self, p, g, state, rate):
        if self.weight_decay:
            p -= p * (self.weight_decay * rate)
        self.update(p, g, state, rate)

    def _clip(self, gradients):
        if self.clipvalue is not None:
            for g in gradients:
                np.clip(g, -self.clipvalue, self.clipvalue, out=g)
        elif self.global_clipnorm is not None:
            shrink(gradients, global_norm(gradients), self.global_clipnorm)
        elif self.clipnorm is not None:
            for group, g in zip(self.groups, gradients, strict=True):
                for at in group.slices:
                    shrink([g[at]], global_norm([g[at]]), self.clipnorm)

    def zero_grad(self) -> None:
        """Forget the gradients. On Values they become 0, as micrograd's loops expect; on Tensors None."""
        for p in self.parameters:
            p.grad = 0.0 if isinstance(p, Value) else None

    def apply_gradients(self, gradients_and_parameters) -> None:
        """One step with gradients given by hand: `zip(gradients, parameters)`."""
        pairs = list(gradients_and_parameters)
        if not self.groups:
            self.bind([p for _, p in pairs])
        known = {id(p) for p in self.parameters}
        if any(id(p) not in known for _, p in pairs):
            raise ValueError("apply_gradients got a parameter that this optimizer does not move; bind() it first")
        for g, p in pairs:
            p.grad = g
        self.step()
        self.zero_grad()

    # -- its state as plain arrays -------------------------------------------------------------------------------------
    def state_dict(self) -> dict[str, np.ndarray]:
        """A copy of everything that the next step depends on, besides the settings."""
        state = {"iterations": np.array(self.iterations, dtype=np.int64)}
        for i, (_, slots) in enumerate(self._slots()):
            state |= {f"{i}.{slot}": array.copy() for slot, array in slots.items()}
        return state

    def load_state_dict(self, state: dict) -> None:
        """Set what `state_dict` gave; all is checked before anything is changed."""
        own = {f"{i}.{slot}": array for i, (_, slots) in enumerate(self._slots()) for slot, array in slots.items()}
        if set(state) != {*own, "iterations"} or any(np.shape(state[k]) != own[k].shape for k in own):
            raise ValueError(
                f"the state is not one of this {type(self).__name__} on these {len(self.parameters)} parameters; "
                "bind it to the same model first. Nothing was changed"
            )
        self.iterations = int(state["iterations"])
        for key, array in own.items():
            array[...] = state[key]

    def __repr__(self):
        rate = self.learning_rate if callable(self.learning_rate) else f"{self.learning_rate:g}"
        return f"{type(self).__name__}(learning_rate={rate})"


optimizers.base = Optimizer


def _takes_parameters(init):
    """`__init__` with the parameters to move as an optional first argument, and `lr` for `learning_rate`."""
    if hasattr(init, "takes_parameters"):
        return init

    @functools.wraps(init)
    def with_parameters(self, *args, **kwargs):
        parameters = kwargs.pop("parameters", None)
        if args and not isinstance(args[0], numbers.Number | str) and not callable(args[0]):
            if isinstance(args[0], Tensor) or not hasattr(args[0], "__iter__"):
                raise TypeError(f"an optimizer takes a list of parameters or a learning rate; got {args[0]!r:.60}")
            parameters, *args = args
        if "lr" in kwargs:
            kwargs["learning_rate"] = kwargs.pop("lr")
        init(self, *args, **kwargs)
        if parameters is not None:
            self.bind(parameters)

    with_parameters.takes_parameters = True
    return with_parameters


Optimizer.__init__ = _takes_parameters(Optimizer.__init__)


def positive(name, value, zero=False):
    """Refuse a setting that is no number, or is not above 0."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not (value >= 0 if zero else value > 0) or value == float("inf"):
        raise ValueError(f"{name} is a number {'of 0 or more' if zero else 'above 0'}; got {value!r:.60}")


def fraction(name, value):
    """Refuse a setting that is not from 0 to just below 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= value < 1:
        raise ValueError(f"{name} is a number from 0 to below 1; got {value!r:.60}")


def get(what, custom=None):
    """The optimizer for a name, a class or an object.

    >>> get("adam")
    Adam(learning_rate=0.001)
    """
    return optimizers.get(what, custom)
