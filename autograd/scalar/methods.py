"""The text of Value's methods, made from the rows of the table."""

from __future__ import annotations

from autograd.rules import scalars

INLINE = {"add": "a + b", "subtract": "a - b", "multiply": "a * b", "negative": "-x", "positive": "+x",
           "abs": "abs(x)",           "square": "x * x", "relu": "x if x > 0 or x != x else 0.0"}  # fmt: skip

# Where the twin raises, NumPy's answer is taken; where it does not, `try` costs nothing.
_FORWARD = """try:
        y = twin({arguments})
    except (ArithmeticError, ValueError):
        y = exact({arguments})"""

_UNARY = """
def method(self):
    x = self.data
    {forward}
    out = new(Value)
    out.data = y
    out.grad = out.name = out._b = out._db = None
    out._rule = rule
    out._a = self
    try:
        out._da = {dx}
    except (ArithmeticError, ValueError):
        out._da = slow(rule, 0, x, y)
    out._serial = next_serial()
    return special(out) if ACTIVE else out
"""

_BINARY = """
def method(self, other):
    a = self.data
    kind = type(other)
    if kind is Value:
        b = other.data
    elif kind is float or kind is int:
        b = other
    elif isinstance(other, Value):
        kind = Value
        b = other.data
    else:
        other = b = operand(rule, other)
    {forward}
    out = new(Value)
    out.data = y
    out.grad = out.name = None
    out._rule = rule
    out._a = self
    out._b = other
    try:
        out._da = {da}
        out._db = ({db}) if kind is Value else None
    except (ArithmeticError, ValueError):
        out._da = slow(rule, 0, a, b, y)
        out._db = slow(rule, 1, a, b, y) if kind is Value else None
    out._serial = next_serial()
    return special(out) if ACTIVE else out
"""


def compile_method(rule, names):
    """A method for Value: the row's function and derivatives in one small function, compiled from text."""
    template = _UNARY if len(rule.formulas) == 1 else _BINARY
    arguments = ", ".join(rule.arguments)
    texts = [text if text not in ("1", "-1", "0") else text + ".0" for text in rule.formulas]
    forward = f"y = {INLINE[rule.name]}" if rule.name in INLINE else _FORWARD.format(arguments=arguments)
    source = template.format(forward=forward, dx=texts[0], da=texts[0], db=texts[-1])
    names = {**scalars.SCALAR_NAMES, **names, "__builtins__": __builtins__, "rule": rule, "twin": rule.twin,
             "exact": scalars.ieee(None, rule.forward), "__name__": "autograd.scalar.value"}  # fmt: skip
    exec(compile(source, f"<rule {rule.name}>", "exec"), names)
    method = names["method"]
    method.__name__ = rule.name
    method.__qualname__ = f"Value.{rule.name}"
    method.__doc__ = rule.__doc__
    method.source = source
    return method
