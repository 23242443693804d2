"""The whole public API of NumPy on a Tensor: differentiated, constant on purpose, or refused by name."""

import numpy as np
import pytest

from autograd import Tensor
from autograd.rules.structural import Constant
from autograd.rules.table import FUNCTIONS

# Not differentiated, and refused by name: integers, bits, dates, sets, roots and fits.
REFUSED = """
    bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor busday_count busday_offset datetime_as_string einsum_path frexp gcd intersect1d
    invert is_busday isnat lcm left_shift packbits poly polydiv polyfit right_shift roots setdiff1d setxor1d
    sort_complex
    union1d unique_all unique_inverse unpackbits
""".split()


def public():
    for module, prefix in ((np, ""), (np.linalg, "linalg."), (np.fft, "fft.")):
        for name in dir(module):
            function = getattr(module, name)
            if not name.startswith("_") and (isinstance(function, np.ufunc) or hasattr(function, "_implementation")):
                yield prefix + name, function


def test_every_public_function_is_accounted_for():
    silent = [name for name, f in public() if f not in FUNCTIONS and name not in REFUSED]
    assert not silent, f"neither in the table nor in the list of what is refused: {silent}"


@pytest.mark.parametrize("function", [np.poly, np.frexp, np.invert, np.roots, np.union1d], ids=lambda f: f.__name__)
def test_what_has_no_row_says_so(function):
    t = Tensor([1.0, 2.0])
    with pytest.raises(TypeError, match=rf"np\.{function.__name__} has no derivative.*t\.data"):
        function(t, t) if function is np.union1d else function(t)


def test_keywords_are_honoured_or_refused():
    t = Tensor([1.0, 2.0, 3.0])
    out = np.zeros(3)
    for call in (
        lambda: np.sin(t, out=out),
        lambda: np.sum(t, out=np.zeros(())),
        lambda: np.add(out, t, out=out),
        lambda: np.add(t, t, where=[True, False, True]),
        lambda: np.median(t, overwrite_input=True),
        lambda: np.quantile(t, 0.5, weights=np.ones(3)),
        lambda: np.add.at(t, [0], 1.0),
        lambda: np.put_along_axis(t, np.array([0]), 1.0, 0),
        lambda: np.fill_diagonal(t, 1.0),
    ):
        with pytest.raises(TypeError, match=r"does not take|lose the gradient|has no gradient"):
            call()
    with pytest.raises(TypeError):
        out += t  # an array cannot take a Tensor in


def test_constants_end_the_graph():
    t = Tensor([1.5, -2.0])
    for f in (np.sign, np.floor, np.argmax, np.isnan, np.shape, np.zeros_like, np.round):
        assert not isinstance(f(t), Tensor)
        assert f in FUNCTIONS
        assert isinstance(FUNCTIONS[f], Constant)
    assert (t > 0).tolist() == [True, False]
    assert np.add.reduce(t).item() == -0.5
    assert np.multiply.outer(t, t).shape == (2, 2)


def test_views_alias_as_in_numpy_or_refuse():
    t = Tensor([1.0, 2.0, 3.0]) * 1
    u = t
    t += 10
    assert u.data.tolist() == [11, 12, 13]
    w = Tensor([1.0])
    w.grad = np.ones(1)
    with pytest.raises(RuntimeError, match="no_grad"):
        w -= 0.1 * w.grad
    x = Tensor([1.0, 2.0])
    with pytest.raises(IndexError, match="not an index"):
        x[Tensor([0.0])]
