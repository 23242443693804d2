"""Elementwise rows, a line each: the name, the NumPy function, the same for one float, and the derivative.

The derivative for each argument is a formula in `x` (or `a` and `b`) and the result `y`; what it is at a kink is in the
formula. The function for one float is what `math` has (None: nothing); where it would raise, NumPy's answer is taken.
`domain` is where the checks draw samples, `kinks` are points to keep away from, where the derivative jumps.
"""

from __future__ import annotations

import math
import operator

import numpy as np

from autograd.rules import functions, scalars
from autograd.rules.table import Elementwise as row

POSITIVE = ((0.3, 3.0),)
INNER = ((-0.9, 0.9),)
AWAY = ((0.4, 2.0),)
ABOVE = ((2.1, 2.4), (0.85, 0.99))

# -- arithmetic -------------------------------------------------------------------------------------------
row("add", np.add, operator.add, "1", "1")
row("subtract", np.subtract, operator.sub, "1", "-1")
row("multiply", np.multiply, operator.mul, "b", "a")
row("divide", np.divide, operator.truediv, "1 / b", "-y / b", domain=((-2.0, 2.0), (0.4, 2.0)))
row("negative", np.negative, operator.neg, "-1")
row("positive", np.positive, operator.pos, "1")
# At a == 0, log(a) is replaced by 0: a**b is flat in b there for b > 0, and 0**0 = 1 keeps slope 0 in a.
POWER = (
    "where(b == 0, 0 * a, b * power(a, where(b == 0, 1, b - 1)))",
    "where(a == 0, 0 * y, y * log(where(a == 0, 1, a)))",
)
row("power", np.power, scalars.power, *POWER, domain=((0.4, 2.0), (-2.0, 2.0)))
row("float_power", np.float_power, math.pow, *POWER, domain=((0.4, 2.0), (-2.0, 2.0)))
row("remainder", np.remainder, None, "1", "-floor(a / b)", domain=ABOVE)
row("fmod", np.fmod, None, "1", "-sign(a / b) * floor(abs(a / b))", domain=ABOVE)
row("reciprocal", np.reciprocal, lambda x: 1 / x, "-y * y", domain=AWAY)
row("square", np.square, lambda x: x * x, "2 * x")
row("sqrt", np.sqrt, math.sqrt, "0.5 / y", domain=POSITIVE)
row("cbrt", np.cbrt, None, "1 / (3 * y * y)", domain=AWAY)
HYPOT = ("where(y == 0, 0, a / where(y == 0, 1, y))", "where(y == 0, 0, b / where(y == 0, 1, y))")
row("hypot", np.hypot, math.hypot, *HYPOT, domain=AWAY)

# -- exponentials and logarithms ----------------------------------------------------------------------------
row("exp", np.exp, math.exp, "y")
row("exp2", np.exp2, None, "y * LN2")
row("expm1", np.expm1, math.expm1, "y + 1")
row("log", np.log, math.log, "1 / x", domain=POSITIVE)
row("log2", np.log2, math.log2, "1 / (x * LN2)", domain=POSITIVE)
row("log10", np.log10, math.log10, "1 / (x * LN10)", domain=POSITIVE)
row("log1p", np.log1p, math.log1p, "1 / (1 + x)", domain=INNER)
row("logaddexp", np.logaddexp, None, "sigmoid(a - b)", "sigmoid(b - a)")
row("logaddexp2", np.logaddexp2, None, "sigmoid((a - b) * LN2)", "sigmoid((b - a) * LN2)")

# -- trigonometry -------------------------------------------------------------------------------------------
row("sin", np.sin, math.sin, "cos(x)")
row("cos", np.cos, math.cos, "-sin(x)")
row("tan", np.tan, math.tan, "1 + y * y", domain=((-1.2, 1.2),))
row("arcsin", np.arcsin, math.asin, "1 / sqrt(1 - x * x)", domain=INNER)
row("arccos", np.arccos, math.acos, "-1 / sqrt(1 - x * x)", domain=INNER)
row("arctan", np.arctan, math.atan, "1 / (1 + x * x)")
row("arctan2", np.arctan2, math.atan2, "b / (a * a + b * b)", "-a / (a * a + b * b)", domain=AWAY)
row("sinh", np.sinh, math.sinh, "cosh(x)")
row("cosh", np.cosh, math.cosh, "sinh(x)")
row("tanh", np.tanh, math.tanh, "1 - y * y")
row("arcsinh", np.arcsinh, math.asinh, "1 / sqrt(x * x + 1)")
row("arccosh", np.arccosh, math.acosh, "1 / sqrt(x * x - 1)", domain=((1.5, 3.0),))
row("arctanh", np.arctanh, math.atanh, "1 / (1 - x * x)", domain=INNER)
row("degrees", np.degrees, math.degrees, "180 / pi")
row("rad2deg", np.rad2deg, math.degrees, "180 / pi")
row("radians", np.radians, math.radians, "pi / 180")
row("deg2rad", np.deg2rad, math.radians, "pi / 180")

# -- kinks: abs, max and min ----------------------------------------------------------------------------------
# abs has slope 0 at 0. A tie of maximum or minimum is shared equally.
row("abs", np.absolute, abs, "sign(x)", kinks=(0.0,))
row("fabs", np.fabs, abs, "sign(x)", kinks=(0.0,))
row("maximum", np.maximum, None, "where(a == b, 0.5, a > b)", "where(a == b, 0.5, b > a)")
row("minimum", np.minimum, None, "where(a == b, 0.5, a < b)", "where(a == b, 0.5, b < a)")
# fmax and fmin pass over nan: the other argument is the result, and it gets the gradient.
row("fmax", np.fmax, None, "where(a == b, 0.5, (a > b) | (b != b))", "where(a == b, 0.5, (b > a) | (a != a))")
row("fmin", np.fmin, None, "where(a == b, 0.5, (a < b) | (b != b))", "where(a == b, 0.5, (b < a) | (a != a))")
row("copysign", np.copysign, math.copysign, "sign(a) * sign(y)", "0", domain=AWAY)

# -- what every network uses, though NumPy has no name for it ----------------------------------------------------
relu = row("relu", functions.relu, lambda x: x if x > 0 or x != x else 0.0, "y > 0", kinks=(0.0,))
sigmoid = row("sigmoid", functions.sigmoid, scalars.sigmoid, "y * sigmoid(-x)")
softplus = row("softplus", functions.softplus, lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), "sigmoid(x)")
silu = row("silu", functions.silu, lambda x: x * scalars.sigmoid(x), "sigmoid(x) + y * sigmoid(-x)")
erf = row("erf", functions.erf, math.erf, "2 / sqrt(pi) * exp(-x * x)")
GELU = "0.5 * (1 + erf(x / SQRT2)) + x * exp(-0.5 * x * x) / sqrt(2 * pi)"
gelu = row("gelu", functions.gelu, lambda x: 0.5 * x * (1 + math.erf(x / functions.SQRT2)), GELU)
# The cross-entropy of a probability `b` and a sigmoid of the logit `a`, without ever taking log(0).
sigmoid_cross_entropy = row("sigmoid_cross_entropy", functions.sigmoid_cross_entropy,
                            lambda a, b: max(a, 0.0) - a * b + math.log1p(math.exp(-abs(a))),
                            "sigmoid(a) - b", "-a", domain=((-2.0, 2.0), (0.0, 1.0)))  # fmt: skip
