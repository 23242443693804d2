"""Elementwise rows that are met more rarely: steps, the next float, Bessel functions, the logarithm of a sigmoid."""

from __future__ import annotations

import math

import numpy as np

from autograd.rules import functions
from autograd.rules.structural import composition
from autograd.rules.table import Elementwise as row

# At a == 0 the second argument is the result; elsewhere a step is flat.
row("heaviside", np.heaviside, None, "0", "where(a != 0, 0, 1)", kinks=(0.0,))
row("nextafter", np.nextafter, math.nextafter, "1", "0", domain=((-2.0, -0.5), (0.5, 2.0)))
log_sigmoid = row("log_sigmoid", functions.log_sigmoid, lambda x: min(x, 0.0) - math.log1p(math.exp(-abs(x))),
                  "sigmoid(-x)")  # fmt: skip
bessel_i0 = row("i0", np.i0, None, "i1(x)")
bessel_i1 = row("i1", functions.i1, None, "where(x == 0, 0.5, i0(x) - y / where(x == 0, 1, x))")


@composition(np.i0, samples=("f(x5)", "f(4 * x23)"))
def i0(x):
    return bessel_i0(x)
