"""Everything that Python and NumPy can do with a number or an array, done with its stand-in: the same, or refused.

Not a list of cases but all there is: builtins, the methods of float, int and ndarray, the math module, operators, and
every public function of NumPy. What a replay gives for other numbers is what Python gives for them.
"""

import builtins
import copy
import functools
import inspect
import itertools
import math
import operator

import numpy as np
import pytest
from amount import some
from standin_check import ARGUMENTS, alike, outcome

from autograd import jit
from autograd.errors import RecordingError

KINDS = ["float", "int", "array", "matrix", "scalar", "zero", "ints"]
# What would stop the run, ask at the terminal, or has another answer each time, in Python too.
LEFT_OUT = set("exit quit breakpoint input help type copyright credits license id open print".split())
# Addresses, and what is Python's own business.
OWN = set(
    """__class__ __array_priority__ __init__ __init_subclass__ __new__ __subclasshook__ __getattribute__ __setattr__
    __delattr__ __doc__ __sizeof__ __dir__ __getstate__ __setstate__ __reduce__ __array_finalize__ __array_wrap__
    __getnewargs__ __getformat__ __class_getitem__""".split()
)
# Files, memory as it lies, and what NumPy does not do with arrays at all.
NOT_NUMPY = set(
    """save savez savez_compressed savetxt load loadtxt genfromtxt fromfile memmap info test show_config
    show_runtime lookfor source get_include setbufsize set_printoptions seterr seterrcall printoptions errstate geterr
    geterrcall getbufsize get_printoptions nested_iters from_dlpack empty empty_like open_memmap bmat matrix asmatrix
    issubdtype promote_types can_cast busday_count busday_offset is_busday""".split()
)


def ours(function):
    """The same, as code that jit looks into: what is built in has none."""

    def of(x):
        return function(x)

    return of


def compare(function, kind):
    """`function` of each kind of argument under jit: refused at the first call, or what Python gives, call after call.

    The error that Python raises is allowed too, and so is any TypeError where Python gives what no program can hold.
    """
    calls = ARGUMENTS[kind]
    recorded = jit(ours(function))
    for number, x in enumerate(calls):
        with np.errstate(all="ignore"):
            wanted = outcome(function, [copy.deepcopy(x)])
            found = outcome(recorded, [copy.deepcopy(x)])
        if wanted[1] is NotImplemented:  # how Python shares out an operator between two: its own business
            return "left to others"
        what = f"call {number}: wanted {wanted!r:.200}, found {found!r:.300}"
        if found[0] == "raises":
            error = found[1]
            if number == 0:
                assert isinstance(error, TypeError | type(wanted[1])) or wanted[0] == "raises", what
                if isinstance(error, RecordingError):
                    assert len(str(error)) > 40, what
                if wanted[0] == "gives":
                    return "refused"
                return "fails"
            assert wanted[0] == "raises" or isinstance(error, RecordingError), what  # loud, never another answer
        else:
            assert wanted[0] == "gives", what
            assert same(wanted[1], found[1]), what
    return "equal"


def same(a, b):
    try:
        return alike(a, b)
    except ValueError:
        return type(a) is type(b)


def with_kinds(names, kinds=KINDS, one_in=3):
    """Each name with each kind of argument, or while you work with one or two of them."""
    return some(itertools.product(names, kinds), one_in)


def is_function(name):
    function = getattr(builtins, name)
    return callable(function) and not (isinstance(function, type) and issubclass(function, BaseException))


@pytest.mark.parametrize(("name", "kind"), with_kinds(filter(is_function, sorted(set(dir(builtins)) - LEFT_OUT))))
def test_every_builtin(name, kind):
    function = getattr(builtins, name)
    compare(function, kind)
    if name in "divmod pow max min isinstance round getattr hasattr sum zip map filter".split():
        for other in (2, 1.5, float, "real", "shape"):
            compare(lambda x, other=other: function(x, other), kind)
            compare(lambda x, other=other: function(other, x), kind)


def members(kind):
    return sorted(set(dir(ARGUMENTS[kind][0])) - OWN)


@pytest.mark.parametrize(("kind", "name"), some([(kind, name) for kind in KINDS for name in members(kind)], 2))
def test_every_member(kind, name):
    """As an attribute, as a method of nothing, and of one other argument."""
    if name in ("tofile", "dump", "dumps", "setflags", "resize", "setfield", "ctypes", "data", "flat"):
        return  # see the refusals
    compare(lambda x: hasattr(x, name), kind)
    if name in ("T", "mT", "__deepcopy__") or not callable(getattr(ARGUMENTS[kind][0], name)):
        compare(lambda x: getattr(x, name), kind)
        return
    compare(lambda x: getattr(x, name)(), kind)
    for other in (2, 1.5, 0):
        compare(lambda x, other=other: getattr(x, name)(other), kind)


def functions_of(module):
    """The names of its public functions."""
    return [name for name in dir(module) if name[0] != "_" and callable(getattr(module, name))]


@pytest.mark.parametrize(("name", "kind"), with_kinds(functions_of(math)))
def test_every_function_of_math(name, kind):
    def function(x):
        return getattr(math, name)(x)

    compare(function, kind)
    compare(lambda x: getattr(math, name)(x, 2), kind)
    compare(lambda x: getattr(math, name)([x, 1.0]), kind)


def takes_numbers(name):
    return not isinstance(getattr(operator, name), type)


@pytest.mark.parametrize(("name", "kind"), with_kinds(filter(takes_numbers, functions_of(operator))))
def test_every_operator(name, kind):
    function = getattr(operator, name)
    if name in ("is_", "is_not") and kind == "int":
        return  # whether a number is the very 2 that Python keeps
    compare(function, kind)
    for other in (2, 1.5, True, None, "a"):
        compare(lambda x, other=other: function(x, other), kind)
        compare(lambda x, other=other: function(other, x), kind)


def numpys():
    for module in (np, np.linalg, np.fft):
        for name in sorted(set(dir(module)) - NOT_NUMPY):
            function = getattr(module, name)
            if callable(function) and not inspect.isclass(function) and not name.startswith("_"):
                yield f"{module.__name__.removeprefix('numpy').lstrip('.')} {name}".strip()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "kind"), with_kinds(numpys(), ["array", "matrix", "float", "ints", "scalar"]))
def test_every_function_of_numpy(name, kind):
    function = functools.reduce(getattr, name.split(), np)
    compare(function, kind)
    compare(lambda x: function(x, x), kind)
    compare(lambda x: function(x, 1), kind)
    compare(lambda x: function([x, x]), kind)
