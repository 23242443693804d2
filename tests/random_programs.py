# ruff: noqa: E501
"""Random programs, as text: a function, the state around it that it reads, and changes of that state between calls.

A holder is one way to keep something outside: its source, expressions that read it, and lines that change it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

HEAD = """\
import collections, contextlib, copy, dataclasses, enum, functools, math, operator, types
import numpy as np
from autograd import Tensor, Value, grad, hvp, jacobian, jvp, value_and_grad, vjp

class Config:
    rate = 1.5
    def __init__(self, **parts):
        vars(self).update(parts)

class Box:
    __slots__ = ("held",)
    def __init__(self, held):
        self.held = held
"""


@dataclass
class Holder:
    """`numbers`, `arrays` of three, `functions` and `conditions` are expressions; `{}` is the holder's own name."""

    setup: str
    numbers: tuple = ()
    arrays: tuple = ()
    functions: tuple = ()
    conditions: tuple = ()
    changes: tuple = ()
    reads: tuple = field(init=False)


NUMBER = ("{} = 2.5", "{} = -0.5", "{} = 3", "{} = 3.0", "{} = True", "{} = 0.0", "{} = -0.0", "{} = np.float64(2)",
          "{} = np.float32(0.1)", "{} = 1", "{} = 1.0", "{} = np.int64(2)", "{} = float('nan')")  # fmt: skip
ARRAY = ("{} = np.array([0.5, -1.0, 2.0])", "{}[1] = -{}[1]", "{} += 1.0", "{}[:] = {}[::-1].copy()", "{} *= -1",
         "{} = np.array([1, 2, 3])", "{} = {}.astype(np.float32)", "{} = {}.copy()", "{}[0], {}[2] = {}[2], {}[0]",
         "np.negative({}, out={})", "{} = -{}[::-1]", "{} = np.zeros(3)")  # fmt: skip
FUNCTION = ("{} = np.tanh", "{} = np.sin", "{} = abs", "{} = np.abs", "{} = lambda x: x * x", "{} = np.square",
            "{} = functools.partial(np.multiply, 2.0)", "{} = functools.partial(np.multiply, 3.0)", "{} = np.negative",
            "{} = operator.neg", "{} = np.sort")  # fmt: skip


def number_at(setup, place, *more, reads=("{}",)):
    return Holder(setup, numbers=tuple(r.replace("{}", place) for r in reads),
                  changes=(*(c.replace("{}", place, 1) for c in NUMBER), *more))  # fmt: skip


def array_at(setup, place, *more):
    reads = (
        "{}",
        "np.exp({} / 2)",
        "({} > 0)",
        "np.where({} > 0, {}, 0.5)",
        "np.cumsum({})",
        "{} * {}",
        "-{}",
        "np.sort({})",
    )
    return Holder(setup, arrays=tuple(r.replace("{}", place) for r in reads),
                  numbers=tuple(r.replace("{}", place) for r in ("{}[0]", "{}.sum()", "float({}[1])", "np.max({})", "len({})")),
                  conditions=tuple(r.replace("{}", place) for r in ("{}[0] > 0", "{}.dtype == np.float64", "np.all({} > 0)")),
                  changes=(*(c.replace("{}", place) for c in ARRAY), *more))  # fmt: skip


def function_at(setup, place, *more):
    return Holder(setup, functions=(place,), changes=(*(c.replace("{}", place) for c in FUNCTION), *more),
                  conditions=(f"{place} is np.tanh", f"isinstance({place}, np.ufunc)"))  # fmt: skip


# fmt: off
HOLDERS = [
    # numbers
    number_at("{} = 1.5", "{}", reads=("{}", "({} + 1)", "math.cos({})", "(2 if isinstance({}, int) else 3)",
                                        "(2 if type({}) is float else 3)", "round({}, 1)", "len(str({}))")),
    number_at("{} = Config(k=1.5)", "{}.k", "{}.rate = 4.0", "{} = Config(k=0.7)", "del {}.k; {}.k = 9.0",
              reads=("{}", "getattr({}, 'real', 5.0)")),
    Holder("{} = Config()", numbers=("{}.rate", "getattr({}, 'extra', 2.0)", "vars({}).get('k', 3.0)", "(4.0 if hasattr({}, 'k') else 5.0)",
                                     "sum(vars({}).values(), 0.0)", "len({}.__dict__)"),
           changes=("{}.rate = 0.25", "{}.extra = 0.5", "{}.k = 0.125", "vars({}).clear()", "{} = Config()", "{}.k = 1", "{}.k = 1.0")),
    Holder("class {}(Config):\n    pass", numbers=("{}.rate", "{}().rate", "getattr({}, 'extra', 2.0)"),
           changes=("{}.rate = 0.25", "{}.extra = 0.5", "{}.rate = 4", "{}.rate = 4.0")),
    Holder("class {}(Config):\n    rate = property(lambda self: 1.25)", numbers=("{}().rate",),
           changes=("{}.rate = property(lambda self: 2.25)", "{}.rate = 0.5")),
    Holder("class {}:\n    def __getattr__(self, name):\n        return {{'a': 1.5}}[name]\n{} = {}()", numbers=("{}.a",),
           changes=("{}.a = 2.5", "{} = Config(a=3.5)", "type({}).a = 4.5")),
    Holder("class {}:\n    def scale(self):\n        return 1.5\n{}_o = {}()", numbers=("{}_o.scale()",),
           changes=("{}.scale = lambda self: 2.5", "{}_o.scale = lambda: 3.5", "{}.scale.__code__ = (lambda self: 4.5).__code__")),
    Holder("class {}(Config):\n    def __call__(self):\n        return self.rate\n{}_o = {}()", numbers=("{}_o()",),
           changes=("{}.__call__ = lambda self: 2.5", "{}_o.rate = 3.5", "{}.rate = 4.5", "{}_o.__class__ = type('N', (Config,), {{'__call__': lambda s: 9.0}})")),
    number_at("{} = Box(1.5)", "{}.held", "{} = Box(0.5)"),
    number_at("{} = Config(sub=Config(k=1.5))", "{}.sub.k", "{}.sub = Config(k=0.5)"),
    number_at("{} = {{'k': 1.5, 'j': 2}}", "{}['k']", "{} = {{'k': 0.5}}", "{}['new'] = 1.0", "{}.pop('k'); {}['k'] = 0.5",
              reads=("{}",)),
    Holder("{} = {{'k': 1.5, 'j': 2.0}}", numbers=("sum({}.values())", "len({})", "list({}.values())[0]", "{}.get('new', 3.0)",
                                                  "(2.0 if 'new' in {} else 3.0)", "next(iter({}.values()))", "len(list({})[0])"),
           changes=("{}['new'] = 1.0", "{}['k'] = {}.pop('k')", "{}['j'] = 5.0", "{}.clear(); {}['k'] = 1.0", "{}['k'] = 2", "{}['k'] = 2.0")),
    number_at("{} = [0.5, 1.5]", "{}[1]", "{}.append(2.0)", "{}.reverse()", "{} = [1.0, 2.0]"),
    Holder("{} = [0.5, 1.5]", numbers=("sum({})", "max({})", "len({})", "{}[-1]", "sum(a * b for a, b in zip({}, {}))"),
           arrays=("np.array([{}[0], 1.0, {}[-1]])",), conditions=("{}", "0.5 in {}", "len({}) > 2"),
           changes=("{}.append(2.0)", "{}.reverse()", "{}[0] = 1", "{}[0] = 1.0", "{}[:] = [2.0]", "{}[0] = True", "{}.sort()", "{}[0] = -0.0", "{}[0] = 0.0")),
    Holder("{} = collections.deque([0.5, 1.5])", numbers=("sum({})", "{}[0]"), changes=("{}.rotate(1)", "{}.append(3.0)", "{}[0] = 4.0")),
    Holder("{} = (0.5, 1.5)", numbers=("{}[1]", "sum({})"), changes=("{} = (0.5, 2.5)", "{} = (1, 2)", "{} = (1.0, 2.0)", "{} = (True, 2)")),
    Holder("{} = {{0.5, 1.5}}", numbers=("sum({})", "len({})", "(1.5 if 3.0 in {} else 2.5)"), changes=("{}.add(3.0)", "{}.discard(0.5)", "{} = {{3.0}}")),
    Holder("{} = frozenset([0.5])", numbers=("sum({})",), changes=("{} = frozenset([1])", "{} = frozenset([1.0])", "{} = frozenset([True])")),
    Holder("P{} = collections.namedtuple('P', 'a b')\n{} = P{}(1.5, 2.0)", numbers=("{}.a", "sum({})"), changes=("{} = {}._replace(a=0.5)", "{} = {}._replace(b=2)")),
    Holder("@dataclasses.dataclass\nclass D{}:\n    a: float = 1.5\n    b: float = dataclasses.field(default=2.0, compare=False)\n{} = D{}()",
           numbers=("{}.a", "{}.b", "dataclasses.astuple({})[1]"), changes=("{}.b = 0.5", "{} = D{}(b=3.0)", "{} = D{}(1, 2)", "{} = D{}(1.0, 2.0)")),
    Holder("class {}(enum.Enum):\n    A = 1.5\n    B = 2.5\n{}_m = {}.A", numbers=("{}_m.value",), conditions=("{}_m is {}.A",), changes=("{}_m = {}.B", "{}_m = {}.A")),
    Holder("{} = types.ModuleType('{}')\n{}.k = 1.5\n{}.act = np.tanh", numbers=("{}.k",), functions=("{}.act",), changes=("{}.k = 0.5", "{}.act = np.sin", "{}.k = 2", "{}.k = 2.0")),
    Holder("def {}(x, k=1.5):\n    return x * k", functions=("{}",), numbers=("{}(1.0)", "{}.__defaults__[0]"),
           changes=("{}.__defaults__ = (0.5,)", "{}.__code__ = (lambda x, k: x + k).__code__", "{} = lambda x: x * 7", "{}.__defaults__ = (2,)")),
    Holder("def {}(x, *, k=1.5):\n    return x * k", functions=("{}",), changes=("{}.__kwdefaults__ = {{'k': 0.5}}", "{}.__kwdefaults__['k'] = 2.5")),
    Holder("def {}(x):\n    return x * {}.k\n{}.k = 1.5", functions=("{}",), numbers=("{}.k", "getattr({}, 'j', 1.0)"), changes=("{}.k = 0.5", "{}.k = 2", "{}.j = 2.0")),
    Holder("def make_{}():\n    k = 1.5\n    def get(x):\n        return x * k\n    def put(v):\n        nonlocal k\n        k = v\n    return get, put\n{}, put_{} = make_{}()",
           functions=("{}",), changes=("put_{}(0.5)", "put_{}(2)", "put_{}(2.0)", "put_{}(np.arange(3.0))")),
    Holder("{} = bytearray(b'ab')", numbers=("{}[0]", "len({})"), changes=("{}[0] = 3", "{}.append(1)")),
    Holder("{} = 'tanh'", conditions=("{} == 'tanh'", "{}.startswith('t')"), functions=("getattr(np, {})",), changes=("{} = 'sin'", "{} = 'tan'", "{} = 'tanh'")),
    Holder("{} = None", conditions=("{} is None", "{}", "not {}"), changes=("{} = 1", "{} = None", "{} = 0", "{} = False", "{} = []", "{} = [1]")),
    Holder("{} = True", conditions=("{}", "{} is True", "{} == 1"), changes=("{} = False", "{} = True", "{} = 1", "{} = 0")),
    # arrays
    array_at("{} = np.array([1.0, -2.0, 0.5])", "{}"),
    array_at("{} = Config(w=np.array([1.0, -2.0, 0.5]))", "{}.w", "{} = Config(w=np.ones(3))"),
    array_at("{} = [np.array([1.0, -2.0, 0.5])]", "{}[0]", "{}.insert(0, np.ones(3))"),
    array_at("{} = {{'w': np.array([1.0, -2.0, 0.5])}}", "{}['w']"),
    array_at("{} = Box(np.array([1.0, -2.0, 0.5]))", "{}.held"),
    array_at("base_{} = np.arange(6.0)\n{} = base_{}[::2]", "{}", "base_{}[2] = -5.0", "base_{} += 1"),
    Holder("{} = np.array([2, 0, 1])", arrays=("x[{}]", "np.take(x, {})", "np.eye(3)[{}] @ x", "x[{}] * {}"),
           changes=("{}[0], {}[1] = {}[1], {}[0]", "{} = np.array([0, 0, 1])", "{}[:] = 1", "{} = [1, 2, 0]")),
    Holder("{} = np.array([True, False, True])", arrays=("np.where({}, x, -x)", "x * {}", "x * {} / {}.sum()"),
           changes=("{}[1] = True; {}[0] = False", "np.logical_not({}, out={})", "{} = np.array([True, True, True])")),
    Holder("{} = np.array(1.5)", numbers=("{}", "float({})", "{}[()]", "{}.item()"), changes=("{}[...] = 0.5", "{} = np.array(2.5)", "{} += 1")),
    Holder("{} = np.array([1.5, None, np.tanh], dtype=object)", numbers=("{}[0]",), functions=("{}[2]",), changes=("{}[0] = 0.5", "{}[2] = np.sin")),
    Holder("{} = memoryview(np.array([1.0, 2.0, 3.0]))", numbers=("{}[0]",), arrays=("np.asarray({})",), changes=("{}[0] = -1.0",)),
    # Tensors
    Holder("{} = Tensor([1.0, -2.0, 0.5])", arrays=("{}", "{} * {}", "np.where({} > 0, {}, 0.5)", "np.sign({})", "({} > 0)", "np.sort({})", "np.floor({})", "{}.data * 2", "{}.detach()", "np.round({} / 3, 1)"),
           numbers=("{}[0]", "{}.sum()", "{}.size"),
           changes=("{}.data = np.array([0.5, 1.0, -1.0])", "{}.data[1] = 4.0", "{} = Tensor([3.0, -1.0, 0.0])", "{}.data = -{}.data", "{}.data *= -1")),
    Holder("{} = Config(t=Tensor([1.0, -2.0, 0.5]))", arrays=("{}.t", "np.exp({}.t.data)"), numbers=("np.argmax({}.t)", "np.max({}.t)"),
           changes=("{}.t = Tensor([0.5, 1.0, -1.0])", "{}.t.data[0] = 7.0", "{}.t.data = np.zeros(3)", "{}.t = np.ones(3)")),
    # functions
    function_at("{} = np.tanh", "{}", "{} = np.cos"),
    function_at("{} = Config(act=np.tanh)", "{}.act"),
    function_at("{} = {{'act': np.tanh}}", "{}['act']"),
    function_at("{} = [np.tanh]", "{}[0]"),
    function_at("{} = Box(np.tanh)", "{}.held"),
    Holder("{} = functools.partial(np.multiply, 2.0)", functions=("{}",), changes=("{} = functools.partial(np.multiply, 3.0)", "{} = functools.partial(np.add, 2.0)")),
    Holder("class {}:\n    factor = 2.0\n    def __init__(self):\n        self.bias = 0.5\n    def __call__(self, x):\n        return self.act(x) * self.factor + self.bias\n"
           "    def act(self, x):\n        return np.tanh(x)\n    @staticmethod\n    def s(x):\n        return x * 2\n    @classmethod\n    def c(cls, x):\n        return x * cls.factor\n{}_o = {}()",
           functions=("{}_o", "{}_o.act", "{}_o.s", "{}_o.c", "{}.s", "{}.c"),
           changes=("{}_o.bias = 1.0", "{}.factor = 3.0", "{}_o.factor = 4.0", "{}.act = lambda self, x: np.sin(x)", "{}_o.act = np.cos", "{}.s = staticmethod(np.sin)",
                    "{}.c = classmethod(lambda cls, x: x + 1)", "{}_o = {}()", "{}.__call__ = lambda self, x: x")),
]

BODIES = [
    "y = y * {number}", "y = y + {array}", "y = {function}(y)", "y = np.tanh(y) * {array} + {number}", "y = y - {number} * {array}",
    "y = y * 2 if {condition} else y + 1", "y = np.where(y > {number}, y, {array})", "for _ in range(2):\n        y = y * {number}",
    "y = np.stack([y, y * {array}]).sum(axis=0)", "y = np.maximum(y, {array})", "y = helper(y)", "y = sum([y, {array}, x])",
    "y = y * np.dot({array}, {array})", "y = np.sum(y * {array}) * y", "y = {function}(y) + {function}(x)",
    "if {condition}:\n        y = np.sin(y)", "y = np.clip(y, -1.0, {number} + 2)", "y = [y, {array}][bool({condition})] * 1.0 + y",
    "with np.errstate(all='ignore'):\n        y = y / (1 + {array} ** 2)", "y = (lambda z: z * {number})(y)", "y = np.concatenate([y[:1], y[1:] * {number}])",
]  # fmt: skip

WAYS = ["f", "grad(lambda x: np.sum(f(x)))", "value_and_grad(lambda x: np.sum(f(x)))", "lambda x: f(Tensor(x)).data if hasattr(f(x), 'shape') else f(x)",
        "lambda x: (f(x), f(x * 2))", "lambda x: {'y': f(x)}", "lambda x: jvp(f, (x,), (np.ones(3),))"]  # fmt: skip


# fmt: on
@dataclass
class Program:
    setup: str
    body: str
    way: str
    changes: list

    def __str__(self):
        calls = "\n".join(f"# then: {change or 'nothing'}" for change in self.changes)
        return f"{HEAD}{self.setup}\n{self.body}\nrun = {self.way}\n{calls}"


def program(seed) -> Program:
    """A program of some statements over one to three holders, and what happens between its calls."""
    rng = random.Random(seed)
    holders = [(f"h{i}", rng.choice(HOLDERS)) for i in range(rng.randint(1, 3))]

    def named(text, name):
        return text.replace("{{", "\0").replace("}}", "\1").replace("{}", name).replace("\0", "{").replace("\1", "}")

    def one(kind, default):
        found = [(name, read) for name, holder in holders for read in getattr(holder, kind)]
        name, read = rng.choice(found) if found else ("", default)
        return named(read, name)

    def filled(template):
        for kind, default in (
            ("number", "1.5"),
            ("array", "np.ones(3)"),
            ("function", "np.sinh"),
            ("condition", "True"),
        ):
            while f"{{{kind}}}" in template:
                template = template.replace(f"{{{kind}}}", one(f"{kind}s", default), 1)
        return template

    def uses_any(template):
        return any(
            f"{{{kind}}}" in template and any(getattr(h, f"{kind}s") for _, h in holders)
            for kind in ("number", "array", "function", "condition")
        )

    templates = [t for t in BODIES if uses_any(t)]
    lines = [filled(rng.choice(templates)) for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.3:
        lines.append("y = helper(y)")
    helper = f"def helper(y):\n    x = y\n    {filled(rng.choice(templates))}\n    return y"
    body = "def f(x):\n    y = x * 1.0\n" + "".join(f"    {line}\n" for line in lines) + "    return y"
    changes = []
    for _ in range(6):
        name, holder = rng.choice(holders)
        changes.append(named(rng.choice(holder.changes), name) if rng.random() < 0.7 else "")
    return Program(
        "\n".join(named(h.setup, name) for name, h in holders), f"{helper}\n{body}", rng.choice(WAYS), changes
    )
