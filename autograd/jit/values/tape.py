"""ValueTape: records what a function does with Values, while it runs as it always does.

Every operation lands here when its result is made, and all that the user's code reads from `.data` and `.grad` or
writes to them (see `shown`), in order.
"""

from __future__ import annotations

from autograd.engine.graph import next_serial
from autograd.engine.modes import anomaly, tracking, value_observer
from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.jit.values.mixing import Mixing
from autograd.jit.values.program import ValueProgram
from autograd.jit.values.registers import CONSTANT, EVENT, GRADIENT, Registers
from autograd.jit.values.shown import get_data, get_grad, get_name, installed, set_data, set_grad, set_name
from autograd.rules.table import ROWS
from autograd.scalar.backward import accumulate, gradients_of
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, rebuild


class ValueTape(Mixing):
    """Records the Values' side of a function: `with ValueTape(numbers, values) as tape: result = f(...)`.

    `numbers` are the Numbers that stand for plain number arguments, `values` the Values among the arguments. Any other
    Value that was made before is captured: the program reads its `.data` again at each replay. One made inside from a
    plain number is a constant. A Value that is an argument counts as one wherever it is used, also from outside.

    Results that the function keeps somewhere instead of returning them show the numbers of the recording for good.
    """

    def __init__(self, numbers=(), values=()):
        self.registers = Registers()
        self.nodes: dict[Value, int] = {}  # the register that a Value was made as
        self.written: dict[int, int] = {}  # that register -> the one that its `.data` was written from last
        self.grads: dict[Value, int | None] = {}  # `.grad` where it is not simply that of the last backward pass
        self.events: list[tuple[int, dict]] = []  # backward passes: the register, and gradients by Value
        self.gradients_read: dict[tuple[int, int], int] = {}
        self.leaves: list[Value] = []
        self.outer: list[Value] = []  # captured results: their graph goes on outside
        self.guards: list[tuple[object, bool]] = []  # whose `.grad` was read, and whether it was None
        self.watched: list[tuple] = []  # (owner, attribute, thing): what has to be the same at a replay
        self.positions = {v: k for k, v in reversed(list(enumerate(values)))}
        self.values = list(values)
        for k, number in enumerate(numbers):
            self.registers.source(number, self.registers.input(("number", k), number.value))
        self.before: list[tuple] = []  # Values from outside, with what they showed before the function ran
        self.pending = None  # a Number just seen as an operand, and the float that stands for it
        self.start = next_serial()

    def __enter__(self):
        self._manager = installed(self)
        self._manager.__enter__()
        return self

    def __exit__(self, *error):
        self._manager.__exit__(*error)

    def undo(self) -> None:
        """The tracing came to nothing: Values from outside show what they did before."""
        for v, x, g in self.before:
            set_data(v, x)
            set_grad(v, g)

    @property
    def used(self) -> bool:
        """Whether any Value was worked on."""
        return bool(self.nodes)

    # -- called by the engine ---------------------------------------------------------------------------------------
    def node(self, out):
        """A Value was just computed."""
        if anomaly.get():
            raise RecordingError("detect_anomaly() inside a recorded function: call the function without jit for it")
        a, parent_a = self._operand(out._a, out._da)
        b, parent_b = self._operand(out._b, out._db)
        self.pending = None
        fixed = self.registers.fixed
        same = fixed[a] and (b < 0 or fixed[b])
        rule = out._rule
        if not tracking.get():
            out = Value(get_data(out))
            parent_a = parent_b = -1
            self.leaves.append(out)
        self.nodes[out] = self.registers.add(rule, get_data(out), a, b, parent_a, parent_b, same)
        return out

    def _operand(self, x, slope):
        """The register to compute with, and the one that a gradient goes back to; -1 for none."""
        if slope is not None:
            parent = self.nodes.get(x)
            if parent is None:
                parent = self.leaf(x)
            return self.written.get(parent, parent), parent
        if x is None:
            return -1, -1
        if self.pending is not None and x is self.pending[0]:
            return self.pending[1], -1
        return self.registers.constant(x), -1

    def leaf(self, v):
        """The register of a Value that no operation on the tape made."""
        if v in self.positions:
            register = self.registers.input(("data", self.positions[v]), get_data(v))
        elif v._serial > self.start:
            if v._rule is not None:
                raise RecordingError(
                    "a Value that was computed during the recording, but not in it (in another thread, say), would be "
                    "the same at every replay: compute it in the function itself"
                )
            register = self.registers.add(CONSTANT, get_data(v), fixed=True)
        else:
            register = self.registers.input(("data", v), get_data(v))
        if v._rule is not None:
            self.outer.append(v)
        if v._serial <= self.start or v in self.positions:
            self.before.append((v, get_data(v), get_grad(v)))
        self.leaves.append(v)
        self.nodes[v] = register
        return register

    def compute(self, v, number):
        """`Value(number)`: a variable whose number comes from the program."""
        register = self.registers.of(number)
        self.nodes[v] = self.registers.add(
            ROWS["positive"], float(number.value), register, fixed=self.registers.fixed[register]
        )
        self.leaves.append(v)
        return float(number.value)

    # -- backward passes ----------------------------------------------------------------------------------------------
    def backward(self, v, seed, create_graph):
        accumulate(self._event(v, seed, create_graph).items())

    def gradients(self, v, seed, create_graph):
        """What `autograd.gradients` asks for: no `.grad` is touched."""
        return _Found(self, *self._pass(v, seed, create_graph))

    def _pass(self, v, seed, create_graph):
        if create_graph:
            raise RecordingError(
                "second derivatives (create_graph, or grad and value_and_grad of a Value) in a function of Values "
                "under jit: use gradients(y, x), or Tensors, or call the function without jit"
            )
        register = self.registers.add(EVENT, None, self.node_of(v), self.registers.of(seed))
        token = value_observer.set(None)
        try:
            grads = gradients_of(v, seed.value if type(seed) is Number else seed)
        finally:
            value_observer.reset(token)
        if any(u in grads for u in self.outer) or any(u not in self.nodes for u in grads):
            raise RecordingError(
                "backward() inside a function under jit reached a Value that was computed before the call, whose graph "
                "goes on outside: compute it inside, or call backward() on the result, outside the function"
            )
        return register, grads

    def _event(self, v, seed, create_graph):
        register, grads = self._pass(v, seed, create_graph)
        for u in [u for u in self.leaves if u in grads]:
            g = self._gradient(register, self.nodes[u], grads[u])
            before = self.grads[u] if u in self.grads else self._entry(u)
            self.grads[u] = g if before is None else self.registers.add(ROWS["add"], None, before, g)
        for u in [u for u in self.grads if u in grads and u._rule is not None]:
            del self.grads[u]  # written before; an inner node's gradient is that of the last pass
        self.events.append((register, grads))
        return grads

    def _entry(self, u):
        """The register of the `.grad` that a leaf came with, which counts as 0 where there is none."""
        holder = self.holder(u)
        return None if holder is None else self.registers.input(("grad", holder), get_grad(u) or 0.0)

    def holder(self, u):
        """The position of an argument, or the captured Value itself; None for those made inside."""
        made_inside = u._serial > self.start and u not in self.positions
        return None if made_inside else self.positions.get(u, u)

    def _gradient(self, event, node, g):
        key = event, node
        if key not in self.gradients_read:
            self.gradients_read[key] = self.registers.add(GRADIENT, g, event, node)
        return self.gradients_read[key]

    # -- what the user's code reads and writes ------------------------------------------------------------------------
    def node_of(self, v):
        node = self.nodes.get(v)
        return self.leaf(v) if node is None else node

    def data_register(self, v):
        node = self.node_of(v)
        return self.written.get(node, node)

    def grad_register(self, v):
        """The register that `.grad` shows now, or None. What it was before the call is guarded: None must stay None."""
        node = self.node_of(v)
        if v in self.grads:
            return self.grads[v]
        for event, grads in reversed(self.events):
            if v in grads:
                return self._gradient(event, node, grads[v])
        holder = self.holder(v)
        if holder is None:
            return None
        absent = get_grad(v) is None
        if (holder, absent) not in self.guards:
            self.guards.append((holder, absent))
        return None if absent else self._entry(v)

    def read_data(self, v):
        return self.registers.shown(self.data_register(v), get_data(v))

    def read_grad(self, v):
        register = self.grad_register(v)
        return None if register is None else self.registers.shown(register, get_grad(v))

    def read_name(self, v):
        if self.holder(v) is v:  # the names of arguments are looked at anyway
            self.watched.append((v, "name", get_name(v)))
        return get_name(v)

    def write_name(self, v, name):
        set_name(v, name)

    def write_data(self, v, x):
        node = self.node_of(v)
        self.written[node] = self.registers.of(x)
        set_data(v, x.value if type(x) is Number else x)

    def write_grad(self, v, x):
        self.node_of(v)
        self.grads[v] = None if x is None else self.registers.of(x)
        set_grad(v, x.value if type(x) is Number else x)

    def program(self, result):
        """What was recorded, ready to be replayed; `result` is what the function returned."""
        return ValueProgram(self, result)

    def plain(self, result):
        """The result of the recording itself, with plain numbers in place of Numbers."""
        return rebuild(result, [x.value if type(x) is Number else x for x in leaves(result)])


class _Found:
    """The gradients of one pass by Value, as Numbers."""

    def __init__(self, tape, event, grads):
        self.tape, self.event, self.grads = tape, event, grads

    def get(self, v, default):
        g = self.grads.get(v)
        if g is None:
            return default
        return self.tape.registers.shown(self.tape._gradient(self.event, self.tape.nodes[v], g), g)
