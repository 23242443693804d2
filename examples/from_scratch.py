"""The engine from scratch: five rows, Value and backward, in the names of the real files, and checked against them."""

import itertools
import math
import operator

import autograd

# -- the table: a row has a name, a function, and its derivative for each argument, as a formula ---------------------
ROWS = {}


class Elementwise:
    """The formulas are in `x`, or `a` and `b`, and the result `y`."""

    def __init__(self, name, function, *formulas):
        arguments = "x, y" if len(formulas) == 1 else "a, b, y"
        self.name = name
        self.forward = function
        self.derivatives = [eval(f"lambda {arguments}: {text}") for text in formulas]
        ROWS[name] = self


row = Elementwise
row("add", operator.add, "1", "1")
row("subtract", operator.sub, "1", "-1")
row("multiply", operator.mul, "b", "a")
row("divide", operator.truediv, "1 / b", "-y / b")
row("tanh", math.tanh, "1 - y * y")


# -- the graph: a node knows the rule that made it, from which parents, and what the derivative will ask for ---------
next_serial = itertools.count(1).__next__


class Value:
    """A number that is a node of the graph; a variable if no rule made it."""

    def __init__(self, data, rule=None, parents=(), saved=()):
        self.data = data
        self.grad = None
        self.rule = rule
        self.parents = parents  # for each argument its Value, or None for a constant
        self.saved = saved  # the numbers of the arguments, then the result
        self.serial = next_serial()  # parents are older than their children

    def __add__(self, other):
        return apply(ROWS["add"], self, other)

    def __sub__(self, other):
        return apply(ROWS["subtract"], self, other)

    def __mul__(self, other):
        return apply(ROWS["multiply"], self, other)

    def __truediv__(self, other):
        return apply(ROWS["divide"], self, other)

    def tanh(self):
        return apply(ROWS["tanh"], self)

    def backward(self):
        """Set `.grad` on all that this was computed from; variables add to what they have."""
        for node, g in backward(self).items():
            node.grad = g if node.rule or node.grad is None else node.grad + g


def apply(rule, *args):
    """Run a row forward, and make the node that remembers it."""
    raw = [arg.data if isinstance(arg, Value) else arg for arg in args]
    parents = [arg if isinstance(arg, Value) else None for arg in args]
    y = rule.forward(*raw)
    return Value(y, rule, parents, saved=(*raw, y))


# -- the way back: a pure function from an output to the gradient of every node --------------------------------------
def backward(output):
    """Each node is met once, newest first: then its gradient is complete, and is carried to its parents."""
    grads = {output: 1.0}
    for node in reach(output):
        for i, parent in enumerate(node.parents):
            if parent is not None:
                grads[parent] = grads.get(parent, 0.0) + carry(node, i, grads[node])
    return grads


def reach(output):
    """The nodes that the output depends on, newest first."""
    order, seen = [output], {output}
    for node in order:  # grows while it is read
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                order.append(parent)
    return sorted(order, key=lambda node: node.serial, reverse=True)


def carry(node, i, g):
    """The gradient for argument `i`, given that of the result: the chain rule."""
    return g * node.rule.derivatives[i](*node.saved)


# -- it works ---------------------------------------------------------------------------------------------------------
def train(Value, steps=40):
    """A neuron learns three points, step by step; what is left of the loss, and what it has learned."""
    w, b = Value(-0.5), Value(1.5)
    for _ in range(steps):
        total = Value(0.0)
        for x, target in [(2.0, 0.9), (0.5, 0.1), (-1.0, -0.8)]:
            error = (w * x + b).tanh() - target
            total = total + error * error  # two edges to one node
        loss = total / 3.0
        w.grad = b.grad = None
        loss.backward()
        w.data -= 0.5 * w.grad
        b.data -= 0.5 * b.grad
    return loss.data, w.data, b.data


def main():
    x, w, b = Value(2.0), Value(-0.5), Value(1.5)
    y = (x * w + b).tanh()
    y.backward()
    print(f"y = tanh(x * w + b) = {y.data:.6f}, and dy/dw = {w.grad:.4f}")

    ours, theirs = train(Value), train(autograd.Value)
    print(f"A neuron after 40 steps: loss {ours[0]:.6f}, w {ours[1]:.4f}, b {ours[2]:.4f}")
    print(f"With the engine's Value, to the last digit the same: {ours == theirs}")

    print(f"\nThe real files are these:\n{REAL}")
    return ours, theirs


REAL = """
  row       autograd/rules/elementwise.py   a line each, for arrays as well; see Elementwise in autograd/rules/table.py
  Value     autograd/scalar/value.py        its methods are compiled from the rows: autograd/scalar/methods.py
  backward  autograd/scalar/backward.py     the walk on plain floats

  For arrays a Tensor shows an array, and a Node stands for it in the graph:

  Node      autograd/engine/graph.py        what is remembered, and your line that made it
  apply     autograd/engine/apply.py        forward, and only what the derivative asks for is kept
  backward  autograd/engine/backward.py     reach, carry, undo broadcasting, check shapes and dtypes
  Tensor    autograd/engine/tensor.py       NumPy's functions find their rows by autograd/engine/dispatch.py

docs/inside.md goes on from here.""".strip("\n")


if __name__ == "__main__":
    main()
