"""Python's operators and the array methods of a Tensor, each a call of a rule or of the NumPy function of that name."""

from __future__ import annotations

import numpy as np

from autograd.engine import views
from autograd.engine.modes import tracking
from autograd.engine.operands import Foreign, is_foreign
from autograd.rules.arrays import array_of
from autograd.rules.reductions import sum_
from autograd.rules.structural import Composition
from autograd.rules.table import FUNCTIONS, ROWS


def _binary(name):
    rule = ROWS[name]

    def forward(self, other):
        try:
            return self.__apply_elementwise__(rule, self, other)
        except Foreign:
            return NotImplemented

    def reflected(self, other):
        try:
            return self.__apply_elementwise__(rule, other, self)
        except Foreign:
            return NotImplemented

    def in_place(self, other):
        return self.__write__(self.__apply__(rule, (self, other), {}), by_operator=True)

    return forward, reflected, in_place


def _unary(name):
    rule = ROWS[name]

    def method(self):
        return self.__apply_elementwise__(rule, self)

    method.__name__ = name
    method.__doc__ = f"`np.{name}` of every element; its derivative is `{rule.formulas[0]}`."
    return method


def _compare(function):
    def operator(self, other):
        if type(other) not in _NUMBERS and is_foreign(other):
            return NotImplemented
        return function(array_of(self), array_of(other))

    return operator


def _numpy_method(function):
    # Straight to the row: NumPy's dispatch would only bring us back here.
    row = FUNCTIONS.get(function)
    if not isinstance(row, Composition):
        row = function

    def method(self, *args, **kwargs):
        return row(self, *args, **kwargs)

    method.__name__ = function.__name__
    method.__doc__ = f"`np.{function.__name__}(self, ...)`."
    return method


_NUMBERS = (float, int, np.ndarray)
_matmul, _sum, _divmod = FUNCTIONS[np.matmul].function, FUNCTIONS[np.sum], FUNCTIONS[np.divmod]


class Operators:
    """Mixed into Tensor."""

    __slots__ = ()
    __looks_at__ = views.share_copy

    @property
    def shape(self) -> tuple[int, ...]:
        return self._node.shape

    @property
    def dtype(self) -> np.dtype:
        return self._node.dtype

    @property
    def ndim(self) -> int:
        return len(self._node.shape)

    @property
    def size(self) -> int:
        return self._node.size

    @property
    def nbytes(self) -> int:
        return array_of(self).nbytes

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    __add__, __radd__, __iadd__ = _binary("add")
    __sub__, __rsub__, __isub__ = _binary("subtract")
    __mul__, __rmul__, __imul__ = _binary("multiply")
    __truediv__, __rtruediv__, __itruediv__ = _binary("divide")
    __mod__, __rmod__, __imod__ = _binary("remainder")
    _power, __rpow__, __ipow__ = _binary("power")

    def __pow__(self, other):
        # As NumPy's own operator has it: the square is much quicker than a power, and its last bit is right.
        return self._square() if type(other) is int and other == 2 else self._power(other)

    __neg__ = _unary("negative")
    __pos__ = _unary("positive")
    _square = _unary("square")
    _real_abs = _unary("abs")
    exp = _unary("exp")
    log = _unary("log")
    sqrt = _unary("sqrt")
    sin = _unary("sin")
    cos = _unary("cos")
    tan = _unary("tan")
    tanh = _unary("tanh")
    relu = _unary("relu")
    sigmoid = _unary("sigmoid")
    softplus = _unary("softplus")
    log_sigmoid = _unary("log_sigmoid")
    silu = _unary("silu")
    erf = _unary("erf")
    gelu = _unary("gelu")

    # Comparisons and floor division are flat almost everywhere: they give plain arrays.
    __lt__ = _compare(np.less)
    __le__ = _compare(np.less_equal)
    __gt__ = _compare(np.greater)
    __ge__ = _compare(np.greater_equal)
    __eq__ = _compare(np.equal)
    __ne__ = _compare(np.not_equal)
    __hash__ = object.__hash__  # by identity, though == compares elements
    __floordiv__ = _compare(np.floor_divide)

    def __rfloordiv__(self, other):
        return NotImplemented if is_foreign(other) else np.floor_divide(array_of(other), array_of(self))

    def __ifloordiv__(self, other):
        views.check_writable(self, by_operator=True)
        if tracking.get():
            raise TypeError("t //= v would lose the gradient of t, since // is flat; write u = t // v, a plain array")
        return self.__write__(self // other, by_operator=True)

    def __divmod__(self, other):
        return _divmod(self, other)

    def __rdivmod__(self, other):
        return _divmod(other, self)

    def __round__(self, digits=None):
        return np.round(self, digits or 0)

    def __abs__(self):
        return np.abs(self) if self.dtype.kind == "c" else self._real_abs()

    abs = __abs__

    def __matmul__(self, other):
        if not isinstance(other, Operators) and is_foreign(other):
            return NotImplemented
        return _matmul(self, other)

    def __rmatmul__(self, other):
        return NotImplemented if is_foreign(other) else _matmul(other, self)

    def __imatmul__(self, other):
        return self.__write__(_matmul(self, other), by_operator=True)

    def sum(self, axis=None, **kwargs):
        """`np.sum(self, ...)`."""
        if axis is None and not kwargs:
            return self.__apply_elementwise__(sum_, self)
        return _sum(self, axis=axis, **kwargs)

    # Line by line, so that editors can complete them.
    mean = _numpy_method(np.mean)
    prod = _numpy_method(np.prod)
    max = _numpy_method(np.max)
    min = _numpy_method(np.min)
    var = _numpy_method(np.var)
    std = _numpy_method(np.std)
    ptp = _numpy_method(np.ptp)
    cumsum = _numpy_method(np.cumsum)
    cumprod = _numpy_method(np.cumprod)
    argmax = _numpy_method(np.argmax)
    argmin = _numpy_method(np.argmin)
    argsort = _numpy_method(np.argsort)
    clip = _numpy_method(np.clip)
    round = _numpy_method(np.round)
    dot = _numpy_method(np.dot)
    trace = _numpy_method(np.trace)
    diagonal = _numpy_method(np.diagonal)
    take = _numpy_method(np.take)
    repeat = _numpy_method(np.repeat)
    ravel = _numpy_method(np.ravel)
    squeeze = _numpy_method(np.squeeze)
    swapaxes = _numpy_method(np.swapaxes)
    copy = _numpy_method(np.copy)
    all = _numpy_method(np.all)
    any = _numpy_method(np.any)
    nonzero = _numpy_method(np.nonzero)
    searchsorted = _numpy_method(np.searchsorted)

    def flatten(self, order="C"):
        """`np.ravel(self, order)`, as a copy."""
        return np.copy(np.ravel(self, order))

    def conj(self):
        """`np.conj(self)`; of real numbers the Tensor itself, as in NumPy."""
        return np.conj(self) if self.dtype.kind == "c" else self

    conjugate = conj

    def compress(self, condition, axis=None):
        """`np.compress`: the slices along an axis where the condition holds."""
        return np.compress(condition, self, axis=axis)

    def reshape(self, *shape, order="C"):
        """`np.reshape`; the shape as one tuple or as several numbers."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)

    def transpose(self, *axes):
        """`np.transpose`; the axes as one tuple or as several numbers."""
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def astype(self, dtype, copy=True):
        """The same numbers in another float dtype; the gradient comes back in this one."""
        from autograd.rules.shape import astype

        dtype = np.dtype(dtype)
        return self if not copy and self.dtype == dtype else astype(self, dtype=dtype)

    @property
    def T(self):
        return np.transpose(self)

    @property
    def mT(self):
        return np.swapaxes(self, -1, -2)

    @property
    def real(self):
        return np.real(self)

    @property
    def imag(self):
        return np.imag(self)
