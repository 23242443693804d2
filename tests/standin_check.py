"""A function under jit against the function itself: types, bits, identities and shared memory of all it gives."""

import copy

import numpy as np

from autograd import Tensor, Value, jit
from autograd.errors import RecordingError
from autograd.rules.arrays import array_of

# What a case is called with: three calls, of different numbers, for each kind of argument.
ARGUMENTS = {
    "array": [np.array([1.0, 2.0, 3.0]), np.array([-0.5, 4.0, 0.0]), np.array([7.0, -1.0, 2.5])],
    "matrix": [np.arange(6.0).reshape(2, 3), np.arange(6.0)[::-1].reshape(2, 3) / 7, np.ones((2, 3))],
    "ints": [np.array([1, 2, 3]), np.array([4, 0, -2]), np.array([3, 3, 3])],
    "zero": [np.array(2.0), np.array(0.5), np.array(-3.25)],
    "scalar": [np.float64(2.0), np.float64(0.5), np.float64(3.25)],
    "Tensor": [Tensor([1.0, 2.0, 3.0]), Tensor([-0.5, 4.0, 0.0]), Tensor([7.0, -1.0, 2.5])],
    "Value": [Value(2.0), Value(0.5), Value(3.25)],
    "float": [2.0, 0.5, 3.25],
    "int": [2, 5, 3],
}
IMPORTS = "import numpy as np\nfrom autograd import Tensor, Value, grad, jit"
LETTERS = {"a": "array", "m": "matrix", "n": "ints", "z": "zero", "s": "scalar", "T": "Tensor", "V": "Value",
           "f": "float", "i": "int"}  # fmt: skip
LATER = {"a": "array", "z": "zero", "s": "scalar", "f": "float", "i": "int"}


def compiled(source, name="user_code"):
    """The function `f` of a source, in a world of its own: the text of a body, or of one expression of x."""
    if "def f" not in source:
        source = f"def f(x):\n    return {source}"
    space = {"__name__": name}
    exec(
        compile("import numpy as np\nfrom autograd import Tensor, Value, grad, jit\n" + source, "<case>", "exec"), space
    )
    return space["f"]


def leaves(x):
    """The results of a function in order, as objects: lists, tuples and dictionaries among them."""
    yield x
    for part in x.values() if isinstance(x, dict) else x if isinstance(x, list | tuple) else ():
        yield from leaves(part)


def alike(a, b, close=False) -> bool:
    """Whether two results have the same types and bits throughout (`close`: nearly the same floats)."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(alike(p, q, close) for p, q in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(alike(a[key], b[key], close) for key in a)
    if isinstance(a, Tensor | Value | np.ndarray | np.generic | float | int):
        p, q = (np.asarray(array_of(x)) for x in (a, b))
        if p.shape != q.shape or p.dtype != q.dtype:
            return False
        return bool(np.allclose(p, q, 1e-12, 1e-12, equal_nan=True)) if close else p.tobytes() == q.tobytes()
    return a == b or (isinstance(a, type(b)) and repr(a) == repr(b))


def pattern(results, args):
    """Which of the objects in results and arguments are one and the same, and which share memory."""
    objects = [x for x in [*leaves(results), *leaves(list(args))] if _has_identity(x)]
    arrays = [array_of(x) for x in objects]
    same = [[x is y for y in objects] for x in objects]
    shared = [[x is not y and _share(x, y) for y in arrays] for x in arrays]
    return same, shared


def _has_identity(x):
    return isinstance(x, list | dict | Tensor | Value | set) or type(x) is np.ndarray


def _share(x, y):
    return isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and x.size and np.shares_memory(x, y)


def outcome(function, args):
    """("gives", result) or ("raises", error)."""
    try:
        return "gives", function(*args)
    except Exception as error:
        return "raises", error


def calls_of(kind):
    """The arguments of three calls, copied."""
    return [(copy.deepcopy(x),) for x in ARGUMENTS[kind]]


def check_equal(source, calls, close=False, compile=compiled):
    """The function gives under jit what it gives without, call after call, errors included."""
    plain, jitted = compile(source), jit(compile(source))
    for number, args in enumerate(calls):
        mine = copy.deepcopy(args)
        wanted, found = outcome(plain, args), outcome(jitted, mine)
        what = f"call {number}: wanted {wanted}, found {found}"
        assert wanted[0] == found[0], what
        if wanted[0] == "raises":
            refused = isinstance(found[1], RecordingError) and isinstance(wanted[1], TypeError)
            assert type(wanted[1]) is type(found[1]) or refused, what
        else:
            assert alike(wanted[1], found[1], close), what
            assert pattern(wanted[1], args) == pattern(found[1], mine), f"identities of {what}"
        assert alike(list(args), list(mine), close), f"arguments of {what}"
    return jitted


def check_refused(source, calls, compile=compiled):
    """The function is refused at once, in words, again and again, and leaves its arguments as they are."""
    jitted = jit(compile(source))
    for args in calls[:2]:
        before = copy.deepcopy(args)
        found = outcome(jitted, args)
        assert found[0] == "raises", found
        assert type(found[1]) is RecordingError, repr(found[1])
        assert len(str(found[1])) > 40, found[1]
        assert alike(list(args), list(before))
    assert not jitted.programs
