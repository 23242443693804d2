"""Shapes of results: what arithmetic tells is what a run on zeros shows, and what a user wrote is run."""

import functools

import numpy as np
import pytest
from every_layer import LAYERS, MERGING
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import Input, Model, Sequential
from nn import layers as L

TELL = [name for name, (make, _) in LAYERS.items() if make().output_for is not None]


def by_run(layer, shape):
    """The shape after a layer, from a run on zeros alone."""
    layer.output_for = None
    return layer.compute_output_shape(shape)


@pytest.mark.parametrize("name", TELL)
@pytest.mark.parametrize("batch", [None, 4])
def test_arithmetic_tells_what_a_run_shows(name, batch):
    make, shape = LAYERS[name]
    told = make().output_for((batch, *shape))
    assert told is not None
    assert make().compute_output_shape((batch, *shape)) == told
    assert by_run(make(), (batch, *shape)) == told


KNOWN = ("Dense", "Permute", "BatchNormalization", "LayerNormalization")  # refuse a free axis, or move it
IMAGES = [name for name in TELL if len(LAYERS[name][1]) > 1 and name.split()[0].rstrip(",") not in KNOWN]


@pytest.mark.parametrize("name", IMAGES)
def test_sizes_that_are_free_stay_free(name):
    make, shape = LAYERS[name]
    layer = make()
    channels = 0 if getattr(layer, "data_format", None) == "channels_first" else len(shape) - 1
    free = (None, *(n if axis == channels else None for axis, n in enumerate(shape)))
    told = layer.output_for(free)
    known = by_run(make(), free)
    assert len(told) == len(known)
    assert all(a == b for a, b in zip(told, known, strict=True))


@pytest.mark.parametrize("name", MERGING)
def test_arithmetic_of_several_inputs(name):
    make = getattr(L, name)
    for shapes in ([(None, 3, 2), (None, 3, 2)], [(None, None, 2)] * 2, [(5, 3, 2)] * 2):
        told = make().output_for(shapes)
        assert told is not None
        assert make().compute_output_shape(shapes) == by_run(make(), shapes) == told
    broadcast = [(None, 3, 2), (None, 1, 2)]
    assert make().output_for(broadcast) is None
    if name == "Concatenate":
        assert make().compute_output_shape([(None, 3, 2), (None, 3, 5)]) == (None, 3, 7)
        assert L.Concatenate(axis=1).compute_output_shape([(None, 3, 2), (None, None, 2)]) == (None, None, 2)
        with pytest.raises(nn.ShapeError, match="concatenat"):
            make().compute_output_shape(broadcast)
    else:
        assert make().compute_output_shape(broadcast) == (None, 3, 2)


windows = st.fixed_dictionaries(
    {
        "n": st.integers(1, 9), "m": st.integers(1, 9), "size": st.tuples(st.integers(1, 4), st.integers(1, 4)),
        "stride": st.tuples(st.integers(1, 3), st.integers(1, 3)), "padding": st.sampled_from(["valid", "same"]),
        "format": st.sampled_from(["channels_last", "channels_first"]), "gap": st.integers(1, 2),
        "kind": st.sampled_from(["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D"]),
    }
)  # fmt: skip


@given(windows)
def test_places_of_windows(w):
    shared = {"strides": w["stride"], "padding": w["padding"], "data_format": w["format"]}
    if "Conv" in w["kind"]:
        gap = {"dilation_rate": w["gap"]} if w["stride"] == (1, 1) else {}
        filters = {} if w["kind"].startswith("Depth") else {"filters": 3}
        layer = getattr(L, w["kind"])(kernel_size=w["size"], **filters, **gap, **shared)
    else:
        layer = getattr(L, w["kind"])(w["size"], **shared)
    shape = (None, w["n"], w["m"], 2) if w["format"] == "channels_last" else (None, 2, w["n"], w["m"])
    told = layer.output_for(shape)
    if told is None:  # no window fits, which the run says
        with pytest.raises(nn.ShapeError, match="does not fit"):
            layer.compute_output_shape(shape)
    else:
        assert by_run(layer, shape) == told


def never(*args, **kwargs):
    raise AssertionError("the layer was run")


def test_layers_that_tell_are_not_run(monkeypatch):
    for name in ("Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "Flatten", "Dense", "Add"):
        monkeypatch.setattr(getattr(L, name), "call", never)
    x = Input((224, 224, 3))
    y = L.MaxPooling2D()(L.Activation("relu")(L.BatchNormalization()(L.Conv2D(8, 3)(x))))
    model = Model(x, L.Dense(2)(L.Flatten()(L.Add()([y, y]))))
    assert model.output_shape == (None, 2)
    assert model.count_params() == 224 + 32 + 8 * 111 * 111 * 2 + 2
    outer = Input((224, 224, 3))
    assert Model(outer, model(outer)).output_shape == (None, 2)
    stack = Sequential([L.Conv2D(4, 3, input_shape=(64, 64, 3)), L.Flatten(), L.Dense(1)])
    assert Sequential([Input((64, 64, 3)), stack, L.Dense(3)]).output_shape == (None, 3)
    monkeypatch.undo()
    assert model.predict(np.zeros((1, 224, 224, 3)), verbose=0).shape == (1, 2)


class Halved(L.Conv2D):
    def call(self, x):
        return super().call(x)[:, ::2]


class Lying(L.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "ones")

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 99)

    def call(self, x):
        return x * self.factor


@functools.wraps(nn.activations.relu)
def first(x):
    return x[:, :1]


def test_what_a_user_wrote_is_run():
    x = Input((8, 8, 3))
    assert Halved(2, 3)(x).shape == (None, 3, 6, 2)
    for layer in (L.Conv2D(2, 3, activation=first), L.Activation(first)):
        assert layer(x).shape[1] == 1
    assert L.Dense(5, activation=first)(Input((4,))).shape == (None, 1)
    for model in (Sequential([Lying(input_shape=(4,)), L.Dense(2)]), Model(y := Input((4,)), L.Dense(2)(Lying()(y)))):
        assert model.count_params() == 4 + 4 * 2 + 2
        assert model.layers[0](np.ones((1, 4))).shape == (1, 4)
    assert Lying().compute_output_shape((None, 4)) == (None, 99)  # what it says is for its user to ask


def test_a_dense_layer_wants_a_known_size():
    with pytest.raises(nn.ShapeError, match="a last axis of known size"):
        L.Dense(2)(L.Flatten()(Input((None, None, 3))))


def test_a_model_of_several_results_tells_all():
    x = Input((6,))
    model = Model(x, [L.Dense(2)(x), L.Dense(3)(x)])
    a, b = model(Input((6,)))
    assert (a.shape, b.shape) == ((None, 2), (None, 3))


def test_a_call_that_said_training_keeps_to_it(tmp_path):
    x = Input((200,))
    wet = Model(x, L.Dropout(0.5, seed=0)(x, training=True))
    assert (wet.predict(np.ones((1, 200)), verbose=0) == 0).any()
    base = Sequential([Input((3,)), L.BatchNormalization()])
    x = Input((3,))
    model = Model(x, base(x, training=False))
    path = tmp_path / "model.safetensors"
    model.save(path)
    for here in (model, nn.models.load_model(path)):
        before = here.get_weights()
        here(np.random.default_rng(0).normal(size=(50, 3)), training=True)
        assert all((a == b).all() for a, b in zip(before, here.get_weights(), strict=True))
