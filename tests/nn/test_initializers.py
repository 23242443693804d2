"""Initializers: their spread, their shapes, the generators they draw from, and what they refuse.

`test_reference.py` compares their spread with Keras.
"""

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import initializers as I
from nn.registry import config

SEEDED = [
    I.RandomNormal, I.RandomUniform, I.TruncatedNormal, I.VarianceScaling, I.GlorotUniform, I.GlorotNormal,
    I.HeUniform, I.HeNormal, I.LecunUniform, I.LecunNormal, I.Orthogonal,
]  # fmt: skip
FIXED = [I.Zeros, I.Ones, I.Constant, I.Identity]
SCALED = {"Glorot": (1.0, "fan_avg"), "He": (2.0, "fan_in"), "Lecun": (1.0, "fan_in")}
shapes = st.lists(st.integers(0, 4), min_size=2, max_size=4).map(tuple)


# -- which numbers ----------------------------------------------------------------------------------------------------
def test_fixed_numbers():
    assert I.Zeros()((2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert I.Ones()((2,)).tolist() == [1, 1]
    assert I.Constant(2.5)((1, 2)).tolist() == [[2.5, 2.5]]
    assert I.Constant([1, 2])((2,)).tolist() == [1, 2]
    assert I.Identity(3.0)((2, 3)).tolist() == [[3, 0, 0], [0, 3, 0]]


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 5), (3, 5)), ((4, 3, 5), (12, 20)), ((2, 4, 3, 5), (24, 40))],
)
def test_fans(shape, fans):
    assert I.fans(shape) == fans


@pytest.mark.parametrize("family", SCALED)
@pytest.mark.parametrize("shape", [(60, 140), (3, 3, 10, 40)])
def test_spread(family, shape):
    scale, mode = SCALED[family]
    fan_in, fan_out = I.fans(shape)
    n = fan_in if mode == "fan_in" else (fan_in + fan_out) / 2
    deviation = math.sqrt(scale / n)
    for kind, edge in [("Uniform", math.sqrt(3)), ("Normal", 2 / 0.87962566103423978)]:
        w = getattr(I, family + kind)(seed=1)(shape, np.float64)
        assert w.std() == pytest.approx(deviation, rel=0.05)
        assert abs(w.mean()) < 5 * deviation / math.sqrt(w.size)
        assert edge * deviation * 0.98 < np.abs(w).max() <= edge * deviation
        same = I.VarianceScaling(scale, mode, kind.lower(), seed=1)(shape, np.float64)
        assert np.array_equal(w, same)


def test_variance_scaling_of_the_untruncated_kind():
    w = I.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=0)((50, 300), np.float64)
    assert w.std() == pytest.approx(0.1, rel=0.05)
    assert np.abs(w).max() > 0.3


def test_plain_distributions():
    w = I.RandomNormal(2.0, 0.5, seed=0)((5000,), np.float64)
    assert (w.mean(), w.std()) == (pytest.approx(2, abs=0.05), pytest.approx(0.5, rel=0.05))
    w = I.RandomUniform(-1, 3, seed=0)((5000,), np.float64)
    assert -1 <= w.min() < -0.98
    assert 2.98 < w.max() <= 3
    w = I.TruncatedNormal(2.0, 0.5, seed=0)((5000,), np.float64)
    assert np.abs(w - 2).max() <= 1
    assert w.std() == pytest.approx(0.5 * 0.8796256, rel=0.05)


@given(st.integers(0, 2**32), st.lists(st.integers(1, 5), min_size=2, max_size=4), st.floats(0.1, 3))
def test_orthogonal(seed, shape, gain):
    w = I.Orthogonal(gain, seed=seed)(shape, np.float64).reshape(-1, shape[-1])
    few = w.T @ w if len(w) >= shape[-1] else w @ w.T
    assert np.allclose(few, gain**2 * np.eye(len(few)))


def test_orthogonal_matrices_are_all_equally_likely():
    corners = [I.Orthogonal(seed=seed)((2, 2))[0, 0] for seed in range(400)]
    assert abs(np.mean(corners)) < 0.15
    assert np.mean(np.square(corners)) == pytest.approx(0.5, abs=0.08)


# -- where they come from ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", SEEDED)
@given(seed=st.integers(0, 2**40), shape=shapes)
def test_one_seed_one_draw(kind, seed, shape):
    a, b = kind(seed=seed), kind(seed=seed)
    wanted = a(shape)
    assert np.array_equal(wanted, a(shape))
    assert np.array_equal(wanted, b(shape))
    assert np.array_equal(wanted, a(shape, rng=np.random.default_rng(seed + 1)))  # its own seed wins
    assert np.array_equal(wanted, kind()(shape, rng=np.random.default_rng(seed)))
    assert wanted.shape == shape
    assert wanted.dtype == np.float32


@pytest.mark.parametrize("kind", SEEDED)
def test_a_generator_goes_on_and_the_library_can_be_seeded(kind):
    rng = np.random.default_rng(0)
    assert not np.array_equal(kind()((3, 3), rng=rng), kind()((3, 3), rng=rng))
    assert not np.array_equal(kind(seed=1)((3, 3)), kind(seed=2)((3, 3)))
    nn.utils.set_random_seed(4)
    first = kind()((3, 3))
    assert not np.array_equal(first, kind()((3, 3)))
    nn.utils.set_random_seed(4)
    assert np.array_equal(first, kind()((3, 3)))


@pytest.mark.parametrize("kind", SEEDED + FIXED)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, "float64"])
def test_dtype(kind, dtype):
    w = kind()((3, 3), dtype)
    assert w.dtype == np.dtype(dtype)
    assert w.flags.writeable
    assert np.isfinite(w).all()


@given(st.integers(0, 2**32))
def test_the_dtype_rounds_one_and_the_same_draw(seed):
    init = I.HeNormal(seed=seed)
    assert np.array_equal(init((4, 5)), init((4, 5), np.float64).astype(np.float32))


def test_every_call_gives_an_array_of_its_own():
    for init in (I.Zeros(), I.Constant(np.ones(3)), I.HeNormal(seed=1)):
        init((3,))[:] = 7
        assert not (init((3,)) == 7).any()


def test_shapes():
    assert I.Ones()(3).shape == (3,)
    assert I.HeNormal()(()).shape == ()
    assert I.HeNormal()([np.int64(2), 3]).shape == (2, 3)
    assert I.GlorotUniform()((0, 4)).shape == (0, 4)


# -- names, settings, functions ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "kind"),
    [("zeros", "Zeros"), ("ones", "Ones"), ("constant", "Constant"), ("random_normal", "RandomNormal"),
     ("random_uniform", "RandomUniform"), ("truncated_normal", "TruncatedNormal"), ("orthogonal", "Orthogonal"),
     ("variance_scaling", "VarianceScaling"), ("glorot_uniform", "GlorotUniform"), ("glorot_normal", "GlorotNormal"),
     ("he_uniform", "HeUniform"), ("he_normal", "HeNormal"), ("lecun_uniform", "LecunUniform"),
     ("lecun_normal", "LecunNormal"), ("identity", "Identity"), ("HeNormal", "HeNormal")],
)  # fmt: skip
def test_names(name, kind):
    assert type(I.get(name)).__name__ == kind


@pytest.mark.parametrize("kind", SEEDED + FIXED)
def test_settings_are_kept(kind):
    other = {"seed": 5, "mean": 1.0, "stddev": 0.5, "minval": -2.0, "maxval": 2.0, "scale": 3.0, "mode": "fan_out",
             "distribution": "uniform", "gain": 2.0, "value": 4.0}  # fmt: skip
    settings = {name: other[name] for name in config(kind())}
    made = kind(**settings)
    assert config(made) == settings
    again = I.get(I.initializers.describe(made))
    assert type(again) is kind
    assert config(again) == settings
    assert np.array_equal(copy.deepcopy(made)((3, 3)), made((3, 3)))


def test_functions():
    def two(shape, dtype):
        return np.full(shape, 2)

    def third(shape, dtype, generator):
        return generator.random(shape)

    def named(shape, dtype=None, *, rng):
        return rng.random(shape)

    class Object:
        def __call__(self, shape, dtype, rng=None):
            return rng.random(shape)

    wanted = np.random.default_rng(3).random((2, 2)).astype(np.float32)
    for function in (third, named, Object(), Object):
        assert np.array_equal(I.get(function)((2, 2), rng=np.random.default_rng(3)), wanted)
    for function in (two, lambda shape, dtype, scale=2: np.full(shape, scale)):
        w = I.get(function)((2, 2), np.float32, np.random.default_rng(3))
        assert w.tolist() == [[2, 2], [2, 2]]
        assert w.dtype == np.float32
    assert I.get(np.ones)((2,)).tolist() == [1, 1]
    assert I.get(I.get(two)).function is two


def constant_half(shape, dtype):
    return np.full(shape, 0.5)


class Level:
    def __init__(self, height):
        self.height = height

    def __call__(self, shape, dtype):
        return np.full(shape, self.height)


@pytest.mark.parametrize(("what", "name"), [(constant_half, "constant_half"), (Level(2.0), "Level")])
def test_a_function_is_saved_by_its_name(tmp_path, what, name):
    model = nn.Sequential([nn.layers.Dense(2, kernel_initializer=what, input_shape=(3,))])
    model.save(tmp_path / "model.safetensors")
    again = nn.models.load_model(tmp_path / "model.safetensors", custom={name: globals()[name]})
    assert np.array_equal(again.layers[0].kernel_initializer((2, 2)), what((2, 2), float))
    with pytest.raises(nn.ModelFileError, match=f"'{name}' is not one of the library's own"):
        nn.models.load_model(tmp_path / "model.safetensors")


# -- what is refused --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: I.get("he"), "no initializer is called 'he'"),
        (lambda: I.get(3), "3 is no initializer"),
        (lambda: I.HeNormal(seed=-1), "a seed is a whole number, 0 or more; got -1"),
        (lambda: I.Orthogonal(seed=1.5), "a seed is a whole number"),
        (lambda: I.RandomNormal(stddev=-1), "stddev is a number, 0 or more; got -1"),
        (lambda: I.TruncatedNormal(stddev=math.nan), "stddev is a number, 0 or more; got nan"),
        (lambda: I.RandomUniform(1, 0), "wanted finite numbers, minval <= maxval"),
        (lambda: I.RandomUniform(0, math.inf), "wanted finite numbers"),
        (lambda: I.VarianceScaling(0), "scale is a number above 0; got 0"),
        (lambda: I.VarianceScaling(mode="in"), "mode is 'fan_in', 'fan_out' or 'fan_avg'; got 'in'"),
        (lambda: I.VarianceScaling(distribution="gauss"), "distribution is 'truncated_normal'.* got 'gauss'"),
        (lambda: I.Orthogonal()((3,)), r"needs two axes or more; got the shape \(3,\)"),
        (lambda: I.Identity()((3, 3, 3)), r"has two axes; got the shape \(3, 3, 3\)"),
        (lambda: I.Constant([1, 2])((3,)), r"numbers of shape \(2,\) and is asked for \(3,\)"),
        (lambda: I.Ones()((2, -1)), r"a shape is made of whole numbers, 0 or more; got \(2, -1\)"),
        (lambda: I.Ones()((2, None)), r"a shape is made of whole numbers, 0 or more; got \(2, None\)"),
        (lambda: I.Ones()((2.0,)), "a shape is made of whole numbers"),
        (lambda: I.HeNormal()((2, 2), np.int64), "HeNormal gave fractions, which int64 does not hold"),
        (lambda: I.get(lambda shape, dtype: np.ones(3))((2, 2)), r"gave an array of shape \(3,\); wanted \(2, 2\)"),
        (lambda: I.initializers.get({"name": "function", "config": {"function": 3}}), "wanted a function"),
        (lambda: I.Initializer()((2,)), "Initializer defines no draw"),
    ],
)
def test_refused(call, message):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=message):
        call()


def test_whole_numbers_stay_whole():
    assert I.Ones()((2,), np.int64).dtype == np.int64
    assert I.Constant(3)((2,), np.int8).tolist() == [3, 3]
