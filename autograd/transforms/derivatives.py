"""Derivatives of functions: `grad`, `value_and_grad`, `vjp`, `jvp`, `gradients` and what is made of them.

Arguments may be numbers, arrays, Tensors, Values, or nested dicts, lists and tuples of them. At the outermost level
results are plain arrays; inside another transform, or given Tensors, they are Tensors, so that any nesting works.
"""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.apply import fresh
from autograd.engine.backward import backward
from autograd.engine.modes import enable_grad
from autograd.engine.tensor import Tensor, seed_for, wrap
from autograd.rules.arrays import array_of
from autograd.scalar.backward import gradients_of
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, rebuild, tree_map
from autograd.transforms.forward import push_forward
from autograd.transforms.lifting import Lifted, as_given, inside, is_inside, plain

_ARRAYS = (Tensor, np.ndarray)


def value_and_grad(f, argnums=0, has_aux=False):
    """The value of `f` together with its gradient: `g(x) -> (f(x), df/dx)`.

    `argnums` is a position, a keyword's name, or a tuple of these. With `has_aux`, `f` returns `(value, extra)` and the
    result is `((value, extra), gradient)`.

    >>> import numpy as np
    >>> value, gradient = value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    >>> float(value), gradient
    (5.0, array([2., 4.]))
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        lifted = Lifted(args, kwargs, argnums)
        with inside():
            result = f(*lifted.args, **lifted.kwargs)
            value, extra = _split_aux(result, f, has_aux)
            _require_scalar(value, f)
            found = find_gradients([value], lifted.variables, [None], lifted.nested)
        value = lifted.lower(value)
        return (value, tree_map(lifted.lower, extra)) if has_aux else value, lifted.pack(found)

    return wrapped


def grad(f, argnums=0, has_aux=False):
    """The gradient of a function whose value is one number: `grad(f)(x)` is df/dx, of the shape of x.

    >>> import numpy as np
    >>> float(grad(np.tanh)(0.0))
    1.0
    >>> float(grad(grad(lambda x: x**3))(2.0))
    12.0
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapped


def elementwise_grad(f, argnums=0):
    """The derivative of each output with respect to the input at the same place, for functions like `np.tanh`.

    >>> import numpy as np
    >>> elementwise_grad(np.square)(np.array([1.0, 2.0, 3.0]))
    array([2., 4., 6.])
    """

    @functools.wraps(f)
    def total(*args, **kwargs):
        return np.sum(f(*args, **kwargs))

    return grad(total, argnums)


def vjp(f, *args, **kwargs):
    """`(f(*args), pullback)`: the pullback carries a gradient of the output to a tuple of gradients, one per argument.

    >>> import numpy as np
    >>> y, pullback = vjp(np.multiply, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> pullback(np.array([1.0, 1.0]))
    (array([3., 4.]), array([1., 2.]))
    """
    lifted = Lifted(args, kwargs, tuple(range(len(args))))
    with inside():
        output = f(*lifted.args, **lifted.kwargs)

    def pullback(seed):
        outputs = leaves(output)
        seeds = leaves(seed)
        if len(seeds) != len(outputs):
            raise ValueError(f"the output has {len(outputs)} leaves, and the seed {len(seeds)}; give one for each")
        nested = lifted.nested or any(isinstance(s, Tensor) for s in seeds) or is_inside()
        with inside():
            return lifted.pack(find_gradients(outputs, lifted.variables, seeds, nested), nested)

    return tree_map(lifted.lower, output), pullback


def jvp(f, args, tangents, **kwargs):
    """`(f(*args), tangent)`: forward mode, the directional derivative of `f` at `args` along `tangents`.

    >>> y, dy = jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    >>> float(y), float(dy)
    (6.0, 3.0)
    """
    if not (isinstance(args, tuple | list) and isinstance(tangents, tuple | list) and len(args) == len(tangents)):
        raise TypeError(
            f"jvp(f, args, tangents) takes two tuples of equal length, not {args!r:.40} and {tangents!r:.40}"
        )
    lifted = Lifted(args, kwargs, tuple(range(len(args))))
    lifted.nested |= any(isinstance(t, Tensor) for t in leaves(list(tangents)))
    with inside():
        output = f(*lifted.args, **lifted.kwargs)
        known = {}
        for variable, tangent in zip(lifted.variables, lifted.match(list(tangents)), strict=True):
            if not isinstance(tangent, Tensor):
                tangent = np.broadcast_to(tangent, variable.shape).astype(variable.dtype)
            elif tangent.shape != variable.shape:
                raise ValueError(f"a tangent of shape {tangent.shape} for an argument of shape {variable.shape}")
            known[variable._node] = tangent
        nodes = [y._node for y in leaves(output) if isinstance(y, Tensor)]
        found = push_forward(nodes, known, lifted.nested)

    def moved(y):
        if isinstance(y, Tensor) and y._node in found:
            return as_given(found[y._node], lifted.nested)
        return np.zeros(np.shape(lifted.lower(y)))[()]

    return tree_map(lifted.lower, output), tree_map(moved, output)


def gradients(output, inputs, seed=None, create_graph=False):
    """The gradient of `output` with respect to Tensors or Values it was computed from, without touching `.grad`.

    `inputs` is one of them or a container; the result has its structure. What `output` does not depend on gets zeros.
    `seed` is the gradient from above, needed unless the output is one number. With `create_graph` the results are
    recorded and can be differentiated again.

    >>> from autograd import Tensor
    >>> x = Tensor([1.0, 2.0])
    >>> gradients((x**3).sum(), x)
    array([ 3., 12.])
    """
    variables = leaves(inputs)
    for v in variables:
        if not isinstance(v, Tensor | Value):
            raise TypeError(f"gradients with respect to {type(v).__name__}: wanted the Tensor or Value that was used")
    with enable_grad():
        found = find_gradients([output], variables, [seed], create_graph)
    return rebuild(inputs, [g if create_graph else plain(g) for g in found])


def hvp(f, *args):
    """The Hessian of `f` at `x` times a vector: `hvp(f, x, v)`, or `hvp(f)(x, v)`, without making the Hessian.

    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    if not args:
        return functools.partial(hvp, f)
    x, v = args
    return jvp(grad(f), (x,), (v,))[1]


def stop_gradient(x):
    """The same numbers as constants: nothing flows back through them. Works on containers.

    >>> float(grad(lambda x: x * stop_gradient(x))(3.0))
    3.0
    """

    def stop(leaf):
        if isinstance(leaf, Tensor):
            return fresh(array_of(leaf))
        return leaf.detach() if isinstance(leaf, Value) else leaf

    return tree_map(stop, x)


def find_gradients(outputs, variables, seeds, create_graph):
    """Gradients for each variable; zeros where no output depends on it."""
    if any(isinstance(y, Value) for y in outputs) or (variables and isinstance(variables[0], Value)):
        found = {}
        for y, seed in zip(outputs, seeds, strict=True):
            if isinstance(y, Value):
                found = gradients_of(y, 1.0 if seed is None else seed, create_graph)
        return [found.get(v, 0.0) for v in variables]
    start = {}
    for y, seed in zip(outputs, seeds, strict=True):
        if isinstance(y, Tensor):
            g = seed_for(y, seed)
            start[y._node] = start[y._node] + g if y._node in start else g
    targets = [v._node for v in variables]
    found = backward(start, targets=targets, wrap=wrap if create_graph else None) if start else {}
    return [found[t] if t in found else np.zeros(t.shape, t.dtype) for t in targets]


def _split_aux(result, f, has_aux):
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TypeError(f"has_aux=True: {_name(f)} should return (value, extra), not {type(result).__name__}")
    return result


def _require_scalar(value, f):
    if not isinstance(value, Tensor) and (isinstance(value, Value) or np.isscalar(value)):
        return
    if not isinstance(value, _ARRAYS) and not hasattr(value, "__traced__"):
        raise TypeError(
            f"grad of {_name(f)}: it should return one number, not {type(value).__name__}; for several outputs use "
            "jacobian or vjp, for extra results has_aux=True"
        )
    if value.size != 1:
        raise TypeError(
            f"grad of {_name(f)}: it returned shape {value.shape}, and a gradient is of one number; sum it, or use "
            "jacobian or elementwise_grad"
        )
    if value.dtype.kind == "c":
        raise TypeError(f"grad of {_name(f)}: it returned a complex number; take its real part or its abs first")


def _name(f) -> str:
    return getattr(f, "__name__", repr(f))
