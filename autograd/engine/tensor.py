"""Tensor: an array that remembers where it came from.

A Tensor is a light handle on two things: the array it shows, and the node that stands for it in the graph. Operations
on Tensors run forward at once and record a node; `backward` walks the nodes.
"""

from __future__ import annotations

from weakref import ref

import numpy as np

from autograd.engine import dispatch, fast, views, writes
from autograd.engine.apply import Handle, apply, apply_elementwise, wrap
from autograd.engine.backward import backward
from autograd.engine.graph import leaf
from autograd.engine.methods import Operators
from autograd.engine.modes import observing, tracking
from autograd.engine.operands import as_index, as_variable, seed_for
from autograd.engine.refusals import Refusals
from autograd.rules.arrays import array_of, as_array, copied
from autograd.rules.indexing import getitem, put


class Tensor(Refusals, Operators, Handle, shown=True):
    """An array whose operations are recorded, so that `backward()` can tell how a result depends on it.

    >>> import numpy as np
    >>> x = Tensor([1.0, 2.0, 3.0])
    >>> y = np.sum(x ** 2)
    >>> y.backward()
    >>> x.grad
    array([2., 4., 6.])

    Python numbers, ints and lists of ints become float64. An integer array is an index or a label and is refused.
    The array is copied, so a later write to `x` cannot change what was recorded.
    """

    __slots__ = ()
    __apply__ = staticmethod(apply)
    __apply_elementwise__ = staticmethod(apply_elementwise)
    __array_ufunc__ = dispatch.array_ufunc
    __array_function__ = dispatch.array_function

    def __init__(self, x, dtype=None, name=None):
        self._array = array = as_variable(x, dtype)
        self._node = leaf(array.shape, array.dtype, name)
        self._node.owner = ref(self)
        self._share = None

    # -- what it shows -----------------------------------------------------------------------------------------
    @property
    def data(self) -> np.ndarray:
        """The array. A variable's may be written to; that of a computed Tensor is read-only."""
        node = self._node
        array = array_of(self)
        if node.rule is None:
            if isinstance(array, np.generic):
                array = self._array = np.array(array)
            if type(array) is np.ndarray:
                node.seal.expose(array)
        elif type(array) is np.ndarray:
            array.flags.writeable = False
        return array

    @data.setter
    def data(self, value):
        node = self._node
        if node.rule is not None:
            raise TypeError(
                "only a variable's data can be replaced; this Tensor was computed, so set its inputs instead"
            )
        if value is not array_of(self):
            value = copied(array_of(value), node.dtype)
            if value.shape != node.shape:
                raise ValueError(
                    f"data of shape {value.shape} for a Tensor of shape {node.shape}; make a new Tensor for a new shape"
                )
        if value is array_of(self):  # written to in place, by somebody who has it
            node.seal.mark = writes.WRITTEN
            node.seal = writes.Seal()
            node.seal.mark = writes.EXPOSED
        else:
            self._array = value
            node.seal = writes.Seal()

    def rebase(self, array) -> None:
        """Show `array` itself from now on, not a copy; also: say that it was written to since it was last recorded.

        This is how an optimizer keeps many variables in one array and updates them with one call. Going backward
        through what was recorded before is refused afterwards, as after any write.
        """
        node = self._node
        if array is not array_of(self):
            if node.rule is not None or array.shape != node.shape or array.dtype != node.dtype:
                raise ValueError(
                    f"a variable of {node.dtype} {node.shape} cannot show an array of {array.dtype} {array.shape}"
                )
            if self._share is not None:
                views.leave(self)
            self._array = array
        node.seal = writes.renewed(node.seal)

    @property
    def grad(self) -> np.ndarray | None:
        """The gradient from `backward()`, of this shape and dtype; None where nothing was computed."""
        return self._node.grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            value = copied(np.broadcast_to(array_of(value), self.shape), self.dtype)
        self._node._grad = value
        self._held = None

    @property
    def name(self) -> str | None:
        return self._node.name

    @name.setter
    def name(self, value):
        self._node.name = value

    @property
    def is_leaf(self) -> bool:
        """Whether this is a variable rather than the result of a recorded operation."""
        return self._node.rule is None

    def numpy(self) -> np.ndarray:
        """A copy of the array, outside the graph."""
        return as_array(array_of(self)).copy()

    def item(self) -> float:
        """The only element, as a Python number, outside the graph."""
        return array_of(self).item()

    def tolist(self) -> list:
        """The elements as nested lists of Python numbers, outside the graph."""
        return array_of(self).tolist()

    def detach(self) -> Tensor:
        """A new variable with a copy of the array, cut off from the graph."""
        return Tensor(array_of(self))

    # -- gradients -----------------------------------------------------------------------------------------------
    def backward(self, seed=None, create_graph=False) -> None:
        """Add d(self)/d(variable) to the `.grad` of every variable that this Tensor was computed from.

        `seed` is the gradient from above, needed unless the Tensor has one element.
        """
        node = self._node
        g = seed_for(self, seed, create_graph)
        grads = backward({node: g}, wrap=wrap if create_graph else None)
        for key in list(grads):
            if key._grad is not None and key.rule is None:
                g = key.grad + grads[key]
            else:
                g = grads[key] if create_graph else fast.take_owned(grads, key)
            key._grad = writes.hold(key, g) if isinstance(g, Tensor) and observing() is None else g

    def retain_grad(self) -> Tensor:
        """Ask `backward()` to leave the gradient of this computed Tensor in `.grad` too."""
        self._node.keeps_grad = True
        self._node.owner = ref(self)
        return self

    # -- indexing and writing --------------------------------------------------------------------------------------
    def __getitem__(self, index):
        return getitem(self, index=as_index(index))

    def __setitem__(self, index, value):
        index = as_index(index)
        if self._share is not None:
            views.come_back(self, index, value)
        self.__write__(put(self, value, index=index))

    def __write__(self, result, by_operator=False):
        """Let this handle stand for `result`: a write in place, recorded."""
        node = self._node
        if result.shape != node.shape:
            raise ValueError(f"a write of shape {result.shape} into a Tensor of shape {node.shape}")
        if not np.can_cast(result.dtype, node.dtype, "same_kind"):
            raise TypeError(f"a write of {result.dtype} into a Tensor of {node.dtype}: take its real part first")
        views.check_writable(self, by_operator)
        if self._share is not None:
            views.leave(self)
        if not tracking.get():
            self.data = array_of(result)
            return self
        if result.dtype != node.dtype:
            result = result.astype(node.dtype)
        self._array = array_of(result)
        self._node = result._node
        return self.retain_grad() if node.keeps_grad else self  # `t.grad` is that of what `t` shows

    def __copy__(self):
        return np.copy(self)

    def __deepcopy__(self, memo):
        return Tensor(array_of(self), name=self.name)

    def __reduce__(self):
        return Tensor, (np.asarray(array_of(self)), None, self.name)
