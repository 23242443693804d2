"""Complex numbers where each part counts for itself or none has an order; spread of nothing and of too little."""

import numpy as np
import pytest
from equal import same

from autograd import Tensor, grad

NAN, INF = np.nan, np.inf
Z = np.array([1 + 2j, complex(NAN, 3), complex(2, NAN), complex(NAN, NAN), complex(INF, 1), complex(1, -INF)])


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
@pytest.mark.parametrize("filled", [{}, {"nan": 7.0, "posinf": 5.0, "neginf": -3.0}])
def test_each_part_of_a_complex_number_is_filled_for_itself(dtype, filled):
    z = Z.astype(dtype)
    assert same(np.nan_to_num(Tensor(z), **filled).data, np.nan_to_num(z, **filled))
    weight = np.array(2 - 3j, dtype)  # the real part of its product with u + iv is 2u + 3v
    with np.errstate(all="ignore"):
        g = grad(lambda z: np.sum(np.real(np.nan_to_num(z, **filled) * weight)))(z)
    assert same(g, np.where(np.isfinite(z.real), 2, 0).astype(dtype) + 3j * np.isfinite(z.imag).astype(dtype))


@pytest.mark.parametrize("function", [np.quantile, np.percentile, np.nanquantile, np.nanpercentile])
def test_complex_numbers_have_no_quantiles(function):
    with pytest.raises(TypeError, match="real numbers"):
        function(Z[:2], 0.5)
    with pytest.raises(TypeError, match=r"complex numbers, which have no order.*np\.abs\(z\)"):
        function(Tensor(Z[:2]), 0.5)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("shape", [(2, 0), (0,), (0, 3), (0, 0), (2, 1), (1,), (2, 3)])
@pytest.mark.parametrize(("function", "more"), [
    (np.corrcoef, {}), (np.cov, {}), (np.cov, {"ddof": 0}), (np.cov, {"ddof": 3}), (np.cov, {"ddof": 5}),
    (np.cov, {"bias": True}),
])  # fmt: skip
def test_dependence_of_nothing_and_of_too_little(shape, function, more):
    x = np.arange(float(np.prod(shape))).reshape(shape) ** 2
    assert np.allclose(function(Tensor(x), **more).data, function(x, **more), rtol=1e-14, atol=0, equal_nan=True)
    assert grad(lambda x: np.sum(function(x, **more)))(x).shape == shape
