"""What Keras wrote is read: models predict as they did there, and train on as they would have there."""

import json

import h5py
import numpy as np
import pytest
from keras_files import LAYERS, MODELS, REFERENCE, bytes_of, close, file, inputs, outputs

import nn
from nn import ModelFileError, ModelWarning
from nn import layers as L
from nn.models import load_model


@pytest.mark.parametrize("key", LAYERS)
def test_every_layer_predicts_as_in_keras(tmp_path, key):
    case = key.removesuffix(".keras")
    model = load_model(file(tmp_path, key))
    if case == "RandomCrop":  # in Keras 3.15 it says that it crops in predictions too, and does not
        assert model.predict(inputs(case), verbose=0).shape[1:] == model.output_shape[1:]
        return
    close(model.predict(inputs(case), verbose=0), outputs(case))


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("case", MODELS)
def test_whole_models_predict_as_in_keras(tmp_path, case, ending):
    model = load_model(file(tmp_path, f"{case}.{ending}"))
    close(model.predict(inputs(case), verbose=0), outputs(case))


def test_inputs_by_name(tmp_path):
    model = load_model(file(tmp_path, "named.keras"))
    a, b = inputs("functional")
    close(model.predict({"b": b, "a": a}, verbose=0), outputs("functional")[1:])


@pytest.mark.parametrize("key", ["sequential.keras", "sequential.h5", "sequential.weights.h5"])
def test_weights_are_read_into_a_model_that_was_built_here(tmp_path, key):
    other = nn.Sequential([L.Dense(3, activation="relu", input_shape=(4,)), L.Dropout(0.2), L.BatchNormalization(),
                           L.PReLU(), L.Dense(2, activation="gelu", name="head")])  # fmt: skip
    other.load_weights(file(tmp_path, key))
    close(other.predict(inputs("sequential"), verbose=0), outputs("sequential"))


def branches():
    a, b = nn.Input((3,)), nn.Input((2,))
    last, shared = L.Dense(1), L.Dense(3)
    inner = nn.Sequential([L.Dense(3, input_shape=(5,)), L.BatchNormalization(), L.Dense(3)])
    h = L.Concatenate()([shared(a), b])
    down = last(h)  # called before others, so that only the distance from the outputs tells the order
    return nn.Model([a, b], [L.Add()([shared(inner(h)), a]), down])


@pytest.mark.parametrize("key", ["functional.keras", "functional.h5", "functional.weights.h5"])
def test_weights_of_branches_find_their_layers(tmp_path, key):
    model = branches()
    model.load_weights(file(tmp_path, key))
    close(model.predict(inputs("functional"), verbose=0), outputs("functional"))


def test_what_compile_was_given_is_kept(tmp_path):
    model = load_model(file(tmp_path, "sequential.keras"))
    assert isinstance(model.optimizer, nn.optimizers.Adam)
    assert (model.optimizer.learning_rate, model.optimizer.iterations) == (0.001, 1)
    assert isinstance(model.loss, nn.losses.MeanSquaredError)
    assert list(model.evaluate(inputs("sequential"), np.zeros((16, 2)), verbose=0, return_dict=True)) == [
        "loss", "mae", "r2_score"]  # fmt: skip
    assert model.layers[0].kernel.regularizer.l2 == 0.02
    assert load_model(tmp_path / "sequential.keras", compile=False).optimizer is None
    rates = load_model(file(tmp_path, "cnn.keras")).optimizer.learning_rate
    assert isinstance(rates, nn.optimizers.schedules.ExponentialDecay)
    assert rates.decay_rate == 0.9


@pytest.mark.parametrize("key", [key for key in REFERENCE if key.startswith("optimizer") and key.endswith("keras")])
def test_training_goes_on_as_in_keras(tmp_path, key):
    model = load_model(file(tmp_path, key))
    assert model.optimizer.iterations == 2
    for _ in range(3):
        model.train_on_batch(REFERENCE["batch.x"], REFERENCE["batch.y"])
    wanted = [REFERENCE[f"{key.removesuffix('.keras')}.w{i}"] for i in range(2)]
    for found, want in zip(model.get_weights(), wanted, strict=True):
        assert np.allclose(found, want, rtol=1e-4, atol=1e-6)


def test_optimizers_in_the_older_format(tmp_path):
    new, old = load_model(file(tmp_path, "sequential.keras")), load_model(file(tmp_path, "sequential.h5"))
    found, wanted = old.optimizer.state_dict(), new.optimizer.state_dict()
    assert found.keys() == wanted.keys()
    assert all(np.array_equal(found[key], wanted[key]) for key in found)


# -- what does not fit -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["sequential.keras", "sequential.h5", "sequential.weights.h5"])
@pytest.mark.parametrize(("units", "said"), [((4, 2), "wanted float32"), ((3,), "no place for|the model has 1")])
def test_weights_that_do_not_fit_are_refused_wholly(tmp_path, key, units, said):
    model = nn.Sequential([nn.Input((4,)), *map(L.Dense, units)])
    before = model.get_weights()
    with pytest.raises(ModelFileError, match="sequential"):
        model.load_weights(file(tmp_path, key))
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_weights_alone_are_no_model(tmp_path):
    with pytest.raises(ModelFileError, match="holds weights and no model"):
        load_model(file(tmp_path, "sequential.weights.h5"))


def edited(tmp_path, key, old, new):
    """The older format has its JSON as one text, which is edited in place; the new text must not be longer."""
    data = bytes_of(key)
    assert data.count(old) == 1
    path = tmp_path / "edited.h5"
    path.write_bytes(data.replace(old, new + b" " * (len(old) - len(new))))
    return path


def test_layers_of_ones_own_are_passed(tmp_path):
    class Thick(L.Dense):
        def __init__(self, quantization_config=None, **settings):
            super().__init__(**settings)
            self.quantization_config = quantization_config

    data = bytes_of("functional.h5")
    path = tmp_path / "m.h5"
    path.write_bytes(data.replace(b'"class_name": "Dense"', b'"class_name": "Thick"'))
    with pytest.raises(ModelFileError, match=r"'Thick'.*not the library's own; pass yours as custom=\{'Thick'"):
        load_model(path)
    model = load_model(path, custom={"Thick": Thick})
    assert type(model.get_layer("last")) is Thick
    close(model.predict(inputs("functional"), verbose=0), outputs("functional"))


def test_what_a_layer_here_cannot_do_is_refused(tmp_path):
    path = edited(tmp_path, "sequential.h5", b'"synchronized": false', b'"synchronized": true')
    with pytest.raises(ModelFileError, match=r"'batch_norm.*_3'.*synchronized=True, which BatchNorm.* cannot do"):
        load_model(path)


def test_what_cannot_be_compiled_is_a_warning(tmp_path):
    path = edited(tmp_path, "sequential.h5", b'"loss_weights": null', b'"loss_weights": 0.50')
    with pytest.warns(ModelWarning, match="not compiled: it was compiled with loss_weights=0.5"):
        model = load_model(path)
    assert model.optimizer is None
    close(model.predict(inputs("sequential"), verbose=0), outputs("sequential"))


def test_a_model_as_keras_2_wrote_it(tmp_path):
    """Put together by hand: other names of settings, calls as lists, texts of a fixed length."""

    def layer(kind, name, *calls, **config):
        return {"class_name": kind, "name": name, "config": {"name": name, **config},
                "inbound_nodes": [[[*place, 0, 0, {}] for place in call] for call in calls]}  # fmt: skip

    layers = [
        layer("InputLayer", "input_1", batch_input_shape=[None, 2], dtype="float32", sparse=False, ragged=False),
        layer("Dense", "dense", [["input_1"]], units=2, activation="linear", dtype="float32"),
        layer("BatchNormalization", "bn", [["dense"]], axis=[1], momentum=0.99, epsilon=0.001),
        layer("LeakyReLU", "leaky", [["bn"]], alpha=0.5),
        layer("Add", "add", [["leaky"], ["input_1"]]),
    ]
    config = {"name": "model", "layers": layers, "input_layers": [["input_1", 0, 0]], "output_layers": [["add", 0, 0]]}
    shift, zero, one = np.array([-1.0, 0.5]), np.zeros(2), np.ones(2)
    norm = {"gamma:0": one, "beta:0": zero, "moving_mean:0": zero, "moving_variance:0": one}
    arrays = {"dense": {"kernel:0": np.eye(2), "bias:0": shift}, "add": {}, "bn": norm}
    training = {"optimizer_config": {"class_name": "Adam", "config": {"name": "Adam", "lr": 0.01, "decay": 0.0}},
                "loss": "mse", "metrics": ["mae"], "weighted_metrics": None, "loss_weights": None}  # fmt: skip
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config}).encode()
        file.attrs["training_config"] = json.dumps(training).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([name.encode() for name in arrays])
        for name, parts in arrays.items():
            inside = group.create_group(name)
            inside.attrs["weight_names"] = np.array([f"{name}/{part}".encode() for part in parts])
            for part, array in parts.items():
                inside.create_dataset(f"{name}/{part}", data=array.astype("f4"))
    model = load_model(tmp_path / "m.h5")
    x = np.array([[0.0, 1.0], [3.0, -4.0]])
    y = (x + shift) / np.sqrt(1.001)
    close(model.predict(x, verbose=0), [np.where(y > 0, y, y / 2) + x])
    assert model.optimizer.learning_rate == 0.01
