"""What a function asks about its arguments while jit traces it: answered as the real thing would, or refused."""

import pytest
from standin_check import LETTERS, calls_of, check_equal, check_refused, compiled

from autograd import jit

# Kinds of argument (see LETTERS), what comes of it (= the answer of plain Python, ! refused,
# x another error), and the function of x.
TABLE = """
aTVfisz = isinstance(x, np.ndarray)
aTVfisz = isinstance(x, float), isinstance(x, int), isinstance(x, bool), isinstance(x, complex)
aTVfisz = isinstance(x, np.generic), isinstance(x, np.floating), isinstance(x, np.float64)
aTVfisz = isinstance(x, Tensor), isinstance(x, Value)
aTVfisz = isinstance(x, (list, tuple, dict)), isinstance(x, str), isinstance(x, int | float)
aTVfisz = isinstance(x, __import__("numbers").Number), isinstance(x, __import__("numbers").Real)
aTVfisz = isinstance(x, __import__("numbers").Integral)
aTVfisz = isinstance(x, __import__("collections").abc.Sequence), isinstance(x, __import__("collections").abc.Iterable)
aTVfisz = isinstance(x, __import__("collections").abc.Hashable), isinstance(x, __import__("collections").abc.Sized)
aTVfisz = [x * 2 if isinstance(x, np.ndarray) else x * 3][0]
aTVfis = x * 2 if isinstance(x, float) else x * 3
aTVfisz = x.__class__ is np.ndarray, x.__class__ is float, x.__class__ is int
aTVfisz = x.__class__.__name__
aTVfisz = type(x) is np.ndarray, type(x) is float, type(x) is int, type(x) == float
aTVfisz = type(x).__name__, type(x) in (float, int), type(x) is not Tensor, issubclass(type(x), float)
aTVfisz = x * 2 if type(x) in {np.ndarray, float} else x * 3
aTVfisz = {float: 1, int: 2, np.ndarray: 3}.get(type(x), 4)
afisz = np.issubdtype(type(x), np.floating), np.issubdtype(type(x), np.integer)
aTVfisz = type(type(x)) is type, isinstance(type(x), type), type(None) is type(None), type is type
aTVfisz = type("K", (), {"n": 3}).n, isinstance(float, type), isinstance(x, type), type.__name__, type | None is None
aTVfisz = [t for t in map(type, [1, x])], (lambda t: t(x))(type)
a = type(x[0]), type(x > 1), type(np.sum(x)), type(x.shape), type(x.dtype)
T = type(x.data), type(np.sum(x)), type(np.sum(x).data), type(x.grad)
V = type(x.data), type(x * 2), type((x * 2).data), type(x.grad)
aTVfisz = np.isscalar(x)
afisz = np.ndim(x), np.shape(x), np.size(x)
aTfisz = np.iterable(x)
aTVfisz = callable(x)
aTVfisz = hasattr(x, "shape"), hasattr(x, "dtype"), hasattr(x, "__len__")
aTVfiz = hasattr(x, "__iter__")
aTVfisz = hasattr(x, "sort"), hasattr(x, "tolist"), hasattr(x, "is_integer"), hasattr(x, "hex"), hasattr(x, "real")
aTVfisz = hasattr(x, "nonsense"), hasattr(x, "backward"), hasattr(x, "requires_grad")
fi = hasattr(x, "value"), hasattr(x, "op"), hasattr(x, "operands"), getattr(x, "value", 3)
V = hasattr(x.data, "value"), hasattr(x.data, "op"), getattr(x.data, "value", 3)
aTVsz = hasattr(x, "__array__")
fi ! hasattr(x, "__array__")
aTVfisz = getattr(x, "shape", None), getattr(x, "ndim", -1)
afisz = "sum" in dir(x), "nonsense" in dir(x), "is_integer" in dir(x)
aTVfisz = x is None, x is not None, x is x, x == None and 1 if x is None else 2
TV = x.data is x.data
T = x.grad is x.grad, x.grad is None
V = x.grad is None
V = isinstance(x.data, float), isinstance(x.data, np.floating)
V = isinstance((x * 2).data, float)
T = isinstance(x.data, np.ndarray), isinstance(x.data, float)
T = isinstance((x * 2).data, np.ndarray)
T = isinstance(np.sum(x).data, np.ndarray), np.isscalar(np.sum(x).data)
a = isinstance(np.sum(x), float), isinstance(x[0], np.float64), isinstance(x[:1], float)
a = isinstance(x > 0, np.ndarray), isinstance(np.any(x > 0), np.bool_), isinstance(np.argmax(x), np.integer)
fi = isinstance(x > 1, bool), isinstance(x > 1, int), isinstance(x * 1.5, float), isinstance(x // 1, int)
afisz = [t.__name__ for t in (list, float, np.ndarray) if isinstance(x, t)]
sfi ! {1: "a", 2: "b"}.get(x)
za = {1: "a", 2: "b"}.get(x)
fis ! x in {1.0, 2.0}
fis ! {1.0: 1, 2.0: 3}[x]
fisVz ! 3 if x in [1.0, 2.0] else 4
fis ! hash(x)
a = hash(x)
a = {x: 1}
TV = hash(x) == hash(x), x in {x}
sfi ! {x}
sfi ! {x: 1}
sfi ! frozenset([x, 1])
afisz ! str(x)
afisz ! repr(x)
afisz ! f"{x}"
afisz ! f"{x!r:>10}"
afisz ! "%s" % (x,)
fisz ! "%d" % x
fisz ! "%.3f" % x
afisz ! "{}".format(x)
afisz ! format(x)
aTfisz ! "x is " + str(x)
afis ! str([x])
TV = len(repr(type)) > 0
T ! str(x)
T ! f"{x}"
V ! str(x)
V ! f"{x.data}"
V ! "%f" % x.data
V ! {1.0: 2}.get(x.data)
V ! x.data in {1.0, 2.0}
V ! hash(x.data)
afisz ! print(x)
fisz ! bool(x)
fisz ! not x
fisz ! x and 1
fisz ! 1 if 0 < x < 3 else 2
fisz ! 1 if x == 2 else 3
afisz ! max(x, 1.0) if np.ndim(x) == 0 else max(x)
afisz ! min(x, 1.0) if np.ndim(x) == 0 else min(x)
a ! sorted(x)
fis ! sorted([x, 1.0])
a = sum(x)
V = sum([x, x, 1.0])
fisz = sum([x, x, 1.0])
a ! any(x > 1)
a ! all(x > 1)
fisz ! any([x > 1])
a = len(x), len(x[1:])
fisz = len(x)
fisz = list(x)
a = [y * 2 for y in x]
a = [i for i, y in enumerate(x)]
a = [p * q for p, q in zip(x, x[::-1])]
a = list(map(lambda y: y + 1, x))
a = list(reversed(x))
TV = id(x) == id(x)
afisz ! id(x) == id(x)
a = np.shares_memory(x, x), np.shares_memory(x, x * 2), np.may_share_memory(x[1:], x[:2])
a = np.may_share_memory(x * 1, x)
a = (lambda y: np.shares_memory(y, y[1:]))(x * 2)
fi ! round(x, 1) in (2.0, 3.0)
fi = x.real, x.imag, x.conjugate()
f = x.is_integer()
f ! 1 if x.is_integer() else 2
f ! x.hex()
f ! x.as_integer_ratio()
i ! x.bit_length()
i ! x.to_bytes(2, "big")
i = x.numerator, x.denominator
f = x.numerator
fi = divmod(x, 2), divmod(7, x), divmod(x, 1.5)
fi = abs(x), -x, +x, pow(x, 2), pow(2, x), x**0.5, 2**x
i = pow(x, 3, 7), ~x, x & 1, 1 | x, x ^ 3, x << 2, 1 << x, x >> 1
f = x & 1
fi = round(x), round(x, 1), round(-x * 1.23456, 2)
fi = __import__("math").floor(x), __import__("math").ceil(x), __import__("math").trunc(x)
fi = __import__("math").sqrt(x), __import__("math").isclose(x, 2.0), __import__("math").hypot(x, 3)
fi ! 1 if __import__("math").isfinite(x) else 2
s ! __import__("math").sqrt(x)
fis ! float(x)
fis ! int(x)
fis ! complex(x)
i ! range(x)
i ! [1, 2, 3, 4, 5, 6][x]
i ! [0] * x
i ! "ab" * x
i ! np.zeros(x)
i ! np.arange(6.0)[:x]
fi = (x > 1) & (x < 4), (x > 1) | (x < 0), (x > 1) ^ True
fi = np.where(x > 2, x, 1.0), np.where(x > 2, 1, 0)
fi = np.minimum(x, 3), np.maximum(x, 1.5), np.sqrt(x), np.exp(-x), np.clip(x, 0, 3)
fi = np.stack([x, 1.0]), np.ones(3) * x, np.zeros(2) + x, np.full_like(np.ones(2) * x, x)
fi ! np.array([x, 1.0])
fi = np.full(3, x), np.full((2, 2), x, np.float32), np.full(2, x, dtype=float)
a = np.full(3, x[0]), np.full((2, 3), x)
fi ! np.float64(x)
fi ! np.asarray(x)
fi = np.result_type(x, np.float32), np.result_type(np.float32(1), x)
fi ! np.min_scalar_type(x)
fisz = x == "a", x == None
a = x == None
afi = x != x
fi ! [1.0, 2.0].index(x)
fi ! [1.0, 2.0].count(x)
fi x __import__("json").dumps(x)
fi ! __import__("pickle").dumps(x)
a ! __import__("pickle").dumps(x)
fi = __import__("copy").copy(x), __import__("copy").deepcopy(x)
a ! memoryview(x)
a ! np.fromiter(x, float)
a ! np.nditer(x)
a ! list(np.nditer(x))
a ! bytes(x)
a ! bytearray(x)
a ! np.array(x)
a ! np.array([x, x])
a ! np.asarray(x) * 2
a ! np.frombuffer(x)
a ! np.ndenumerate(x)
a ! np.vectorize(lambda y: y * 2)(x)
a ! np.save("/dev/null", x)
a ! x.tolist()
a ! x.item(0)
a ! x.tobytes()
a ! x.data
a ! x.flat
a ! x.sort()
a ! x.view(np.int64)
a ! x.ctypes
a ! [1, 2, 3][np.argmax(x)]
a ! (1, 2, 3)[np.argmax(x)]
a ! range(np.argmax(x))
a = x[np.argmax(x)]
a ! x[x > 0]
a ! x[1.0 in x:]
a ! np.unique(x)
a ! np.array_equal(x, x)
a ! np.allclose(x, 0)
a ! np.array2string(x)
a ! np.savetxt("/dev/null", x)
a = x.flags.c_contiguous, x.strides, x.nbytes, x.itemsize, x.dtype.kind
a = x.dtype == float, x.dtype == np.float32, x.shape == (3,)
a = x.copy("F"), x.flatten(), x.astype(np.float32), x.astype(int), x.astype(float, copy=False)
m = x.copy("F"), x.flatten("F"), x.T.copy("K"), x.T.copy("A"), x.mT
m = x.T.copy("F").flags.f_contiguous, x.copy("F").strides, x.T.copy("A").strides
a = x.astype(int, casting="safe")
afisz = (x,)[0] is x, [x][0] is x, {"a": x}["a"] is x
a = x[0] is x[0], x.T is x.T
"""

ROWS = [line.split(maxsplit=2) for line in TABLE.strip().splitlines()]
CASES = [(LETTERS[kind], what, text) for kinds, what, text in ROWS for kind in kinds]


@pytest.mark.parametrize(("kind", "what", "text"), CASES)
def test_a_question_is_answered_as_by_the_real_thing_or_refused(kind, what, text):
    if what == "=":
        check_equal(text, calls_of(kind), close=kind == "Value")
    elif what == "!":
        check_refused(text, calls_of(kind))
    else:  # code in C asks for the real thing, and raises its own error
        with pytest.raises(TypeError):
            jit(compiled(text))(*calls_of(kind)[0])
