"""One traced call: its arguments taken apart, its program, and whether the program still fits the world around it."""

from __future__ import annotations

import inspect
import itertools
import operator
import types

import numpy as np

from autograd.engine.graph import LIBRARY, next_serial
from autograd.engine.tensor import Tensor
from autograd.errors import RecordingError, refuse
from autograd.jit.program.program import Program
from autograd.jit.trace.door import traced_on
from autograd.jit.trace.exact import Key
from autograd.jit.trace.generators import TracedGenerator
from autograd.jit.trace.identity import check_identity, compared
from autograd.jit.trace.kept import Kept
from autograd.jit.trace.kinds import Kinds
from autograd.jit.trace.outside import Outside
from autograd.jit.trace.results import Results
from autograd.jit.trace.standin import StandIn
from autograd.jit.trace.streams import Streams
from autograd.jit.trace.structure import Structure, check_containers, check_leaf
from autograd.jit.trace.tape import Restart, Tape
from autograd.jit.values.tape import ValueTape
from autograd.rules.arrays import array_of
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, tree_map

NUMBERS = "biufc"  # the kinds of dtype that a program takes
_STAND_INS = "of a recording", "Traced", "Number"  # in an error of code that asks for the real thing


class Entry:
    """A program with what its function refers to. `plain`: it gives arrays for Tensors."""

    plain = False
    exact = True  # to the last bit what Python gives
    due = 0  # after how many replays the next one is compared with Python; -1 for never

    def __init__(self, program, results, outside, careful, tensors):
        self.program = program
        self.results = results
        for cell in program.loose:
            outside.guards.presence(cell.owner, cell.key, cell.first is not None)
        self.same = results.same = outside.guards.compiled()
        self.seen = outside.places if any(var.root.writes for var in program.arguments if var is not None) else None
        self.careful = careful
        self.compared = compared(outside)
        self.around = outside.tensors() | {id(cell.owner) for cell in program.cells}
        self.tensors = [x if id(x) in self.around else None for x in tensors]
        tree = results.structure.tree  # with None for each result, if it is a plain one
        self.row = type(tree) if type(tree) in (list, tuple) and all(part is None for part in tree) else None

    def fits(self, arguments) -> bool:
        """Whether all is as it was traced; a Tensor that the function also uses from outside must be the same one."""
        if self.tensors:
            tensors = [x if id(x) in self.around else None for x in arguments if isinstance(x, Tensor)]
            if not all(map(operator.is_, tensors, self.tensors)):
                return False
        if self.compared and not self.compared.isdisjoint(map(id, arguments)):
            return False  # see trace/identity.py
        if self.seen is not None and overlap([x for x in arguments if isinstance(x, np.ndarray)], self.seen):
            return False  # it writes to memory that it also sees by another name
        return self.same()

    @property
    def repeatable(self) -> bool:
        """Whether what a replay changes can be put back: a user's `every_time` may do anything."""
        called = map(inspect.unwrap, self.program.called("host"))
        return all(getattr(function, "__module__", "").startswith(LIBRARY) for function in called)

    def touched(self, arguments) -> list:
        return self.program.touched(arguments)

    def places(self, arguments) -> list:
        return self.program.found(arguments)

    def replay(self, arguments, args, kwargs):
        found = self.program.run(arguments)
        if not self.plain:
            return self.results.build(found, args, kwargs)
        if self.results.given:
            return tree_map(array_of, self.results.build(found, args, kwargs))
        if self.row is not None:
            return self.row(found)
        return self.results.structure.build(found, args, kwargs)


class ValueEntry:
    """The same for a program of Values."""

    careful = plain = exact = False
    repeatable = True
    due = 0

    def __init__(self, program, outside):
        self.program = program
        self.same = outside.guards.compiled()

    def fits(self, arguments) -> bool:
        return self.same() and self.program.misfit([x for x in arguments if isinstance(x, Value)]) is None

    def touched(self, arguments) -> list:
        return self.program.touched([x for x in arguments if isinstance(x, Value)])

    def places(self, arguments) -> list:
        return [(f"a Value's {what}", x) for v in self.touched(arguments) for what, x in _numbers(v)]

    def replay(self, arguments, args, kwargs):
        values = [x for x in arguments if isinstance(x, Value)]
        return self.program.replay(values, [x for x in arguments if type(x) in (float, int)])


def overlap(arrays, others) -> bool:
    """Whether two of the arrays share memory, or one with one of the others."""
    pairs = itertools.chain(itertools.combinations(arrays, 2), itertools.product(arrays, others))
    return any(np.may_share_memory(a, b) for a, b in pairs)


def _numbers(v):
    return ("data", v.data), ("gradient", v.grad)


def trace_call(function, lift_all, args, kwargs, careful, served):
    """Run the function once, traced: the entry for its program, and its result."""
    kinds = Kinds()
    try:
        return _trace_call(function, lift_all, args, kwargs, careful, served, kinds)
    except Restart as restart:
        restart.args[0]()
        return trace_call(function, lift_all, args, kwargs, careful, restart.drawn)
    finally:
        kinds.close()


def _trace_call(function, lift_all, args, kwargs, careful, served, kinds):
    tape = Tape(careful)
    tape.served = list(served)
    outside, scalars, kept = Outside(function, kinds), None, None
    tape.streams = Streams(outside.things)
    done = restarting = False
    try:
        lifted, named = lift_all(tape, args, kwargs)
        outside.add(tape.objects)
        check_identity(outside, args, kwargs)
        tape.streams.look()
        kept = Kept(outside.seen.values())
        tape.outside, tape.start = outside, next_serial()
        scalars = ValueTape(tape.numbers, tape.values)
        with traced_on(tape), scalars:
            tree = function(*lifted, **named)
        tape.raise_caught()
        tape.constants.check()
        check_containers(tape)
        structure = Structure(tree, tape)
        for x in structure.objects:
            check_leaf(x, outside)
        tape.streams.check()
        kept.check(tape.cells)
        places = [*leaves([list(args), kwargs]), *(cell.first for cell in tape.cells.values())]
        outside.close([array for array in places if isinstance(array, np.ndarray)])
        for watched in [*tape.watched, *scalars.watched]:
            outside.guards.setting(*watched)
        done = True
    except Restart as restart:
        restarting = True
        restart.drawn = tape.drawn  # not to be drawn again
        raise
    except Exception as error:
        tape.raise_caught(error)
        if type(error) is not TypeError or not any(word in str(error) for word in _STAND_INS):
            raise
        raise RecordingError(
            f"{error}. What needs the numbers themselves, as a shape does, has to be known while jit records: compute "
            "it outside, or name the argument in jit(static=...) to record once for each value"
        ) from error
    finally:
        tape.close(done, restarting)
        if not done and kept is not None:
            kept.put_back()
        if not done and scalars is not None:
            scalars.undo()
    if scalars.used:
        if tape.steps or tape.cells or any(isinstance(x, StandIn) for x in structure.objects):
            raise refuse("work on arrays beside Values", "Let one function work on arrays, another on Values")
        return ValueEntry(scalars.program(tree), outside), scalars.plain(tree)
    for after in tape.after:
        after()
    results = Results(structure, tape, function, args, kwargs)
    program = Program(tape, results.flat)
    tensors = [x for x in leaves([list(args), kwargs]) if isinstance(x, Tensor)]
    result = results.now(args, kwargs)
    return Entry(program, results, outside, careful, tensors), result


def sign(x, key, arguments) -> None:
    """Add what kind of argument this is to `key`, and what varies of it to `arguments`."""
    kind = type(x)
    if kind is np.ndarray:
        if x.dtype.kind not in NUMBERS:
            raise TypeError(f"jit got an array of dtype {x.dtype}; it records functions of numbers")
        key.append((x.shape, x.dtype, x.strides))  # the order in memory decides the bits of sums, and what is a view
        arguments.append(x)
    elif kind is float or kind is int:
        key.append(kind)
        arguments.append(x)
    elif isinstance(x, Tensor):
        node = x._node
        array, grad = array_of(x), node.grad
        layouts = getattr(array, "strides", None), getattr(grad, "strides", None)
        key.append((kind, node.shape, node.dtype, node.rule is None, grad is None, layouts, _name(node.name)))
        arguments.append(array)
        if grad is not None:
            arguments.append(grad)
        arguments.append(x)
    elif kind is list or kind is tuple or (isinstance(x, tuple) and hasattr(x, "_fields")):
        key.append((kind, len(x)))
        for part in x:
            sign(part, key, arguments)
    elif kind is dict:
        key.append((kind, tuple(x) if all(type(name) is str for name in x) else _exact(tuple(x))))
        for part in x.values():
            sign(part, key, arguments)
    elif isinstance(x, np.generic):
        key.append((kind, x.dtype))  # not that of an array without axes, which can be written to
        arguments.append(x)
    elif isinstance(x, Value):
        key.append((kind, _name(x.name)))
        arguments.append(x)
    elif isinstance(x, np.random.Generator):
        key.append((kind,))
        arguments.append(x)
    elif hasattr(kind, "__array__"):  # asked of the class, since a `__getattr__` of the user's may raise anything
        raise TypeError(f"jit got a {kind.__name__}; pass its numbers as an array, such as x.to_numpy()")
    else:
        key.append((kind, hashable(x)))


def _name(name):
    return name if name is None or type(name) is str else Key(name)


def hashable(x, name=None):
    """An argument that does not vary within a program, as part of its key: what is plain by type and bits (1 is not
    1.0), anything else as the very object."""
    if isinstance(x, list | set | bytearray | memoryview) or (isinstance(x, dict) and name):
        what = f"the static argument {name!r}" if name else "an argument"
        raise TypeError(
            f"jit got {what} of type {type(x).__name__}, which cannot be told apart from others by hash; pass arrays, "
            "numbers, Tensors, and dicts, lists and tuples of them, or a tuple for a static list"
        )
    return _exact(x)


def _exact(x):
    kind = type(x)
    if kind is tuple:
        return (kind, *map(_exact, x))
    if kind in (bool, int, str, bytes, type(None)):
        return kind, x
    if kind is types.MethodType:  # a new one each time that it is asked for
        return kind, Key(x.__self__), Key(x.__func__)
    if kind is types.BuiltinMethodType:
        return kind, x.__name__, Key(x.__self__)
    return (kind, repr(x)) if kind is float else Key(x)


def lift(tape, x):
    """An argument with stand-ins for what varies."""
    kind = type(x)
    if kind is np.ndarray or isinstance(x, np.generic):
        return tape.argument(x)
    if kind is float or kind is int:
        return tape.number(x)
    if isinstance(x, Tensor):
        return tape.tensor(x)
    if kind is tuple:
        return tuple([lift(tape, part) for part in x])
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind(*[lift(tape, part) for part in x])
    if kind is list or kind is dict:
        return tape.container(x, lambda part: lift(tape, part))
    if isinstance(x, np.random.Generator):
        shown = tape.number(None)
        return TracedGenerator(x, shown)
    if isinstance(x, Value):
        tape.values.append(x)
        tape.arguments.append(None)
        return x
    tape.objects.append(x)
    return x


__all__ = ["NUMBERS", "hashable", "lift", "sign", "trace_call"]
