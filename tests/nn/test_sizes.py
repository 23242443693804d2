"""Every setting that counts something takes NumPy's whole numbers, and refuses True, 2.5 and "3" in words."""

import inspect

import numpy as np
import pytest
from small_models import X, Y, small

import nn
from nn import callbacks as C
from nn import datasets as D
from nn import layers as L
from nn import metrics as M
from nn import preprocessing as P
from nn import utils as U
from nn.optimizers import schedules as S
from nn.saving import layer_description, make_layer

IGNORING = nn.losses.SparseCategoricalCrossentropy
LABELS = (X[:, 0] > 0).astype(int)


def fitted(**settings):
    model = small()
    model.compile("sgd", "mse")
    return model.fit(X, Y, verbose=0, **settings).history


def ran(what, **settings):
    model = small()
    model.compile("sgd", "mse")
    return getattr(model, what)(X, *([Y] if what == "evaluate" else []), verbose=0, **settings)


def built(layer, shape):
    return layer(np.zeros((2, *shape), np.float32)).shape


def _build(n):
    layer = L.Dense(2)
    model = nn.Sequential([layer])
    model.build((None, n))
    return layer.kernel.shape


def _normalized(n):
    layer = L.Normalization(axis=n)
    layer.adapt(X)
    return layer(X).tolist()


# (what it is, a function of the number, a number that it takes)
SIZES = {
    "epochs": (lambda n: fitted(epochs=n), 2),
    "initial_epoch": (lambda n: fitted(epochs=3, initial_epoch=n), 1),
    "batch_size": (lambda n: fitted(batch_size=n), 5),
    "steps_per_epoch": (lambda n: fitted(batch_size=3, steps_per_epoch=n), 2),
    "validation_steps": (lambda n: fitted(validation_data=(X, Y), validation_batch_size=3, validation_steps=n), 2),
    "validation_steps, split": (lambda n: fitted(validation_split=0.5, validation_steps=n), 2),
    "validation_batch_size": (lambda n: fitted(validation_split=0.5, validation_batch_size=n), 2),
    "validation_freq": (lambda n: fitted(epochs=3, validation_split=0.5, validation_freq=n), 2),
    "validation_freq, list": (lambda n: fitted(epochs=3, validation_split=0.5, validation_freq=[n, 1]), 2),
    "seed of fit": (lambda n: fitted(seed=n), 3),
    "evaluate batch_size": (lambda n: ran("evaluate", batch_size=n), 5),
    "evaluate steps": (lambda n: ran("evaluate", batch_size=3, steps=n), 2),
    "predict batch_size": (lambda n: ran("predict", batch_size=n).shape, 5),
    "predict steps": (lambda n: ran("predict", batch_size=3, steps=n).shape, 2),
    "Dense units": (lambda n: built(L.Dense(n), (3,)), 2),
    "ZeroPadding2D padding": (lambda n: built(L.ZeroPadding2D(((n, 0), n)), (2, 2, 1)), 1),
    "Cropping1D cropping": (lambda n: built(L.Cropping1D((n, 0)), (4, 1)), 1),
    "UpSampling2D size": (lambda n: built(L.UpSampling2D((n, 1)), (2, 2, 1)), 2),
    "Resizing height": (lambda n: built(L.Resizing(n, 2), (2, 2, 1)), 3),
    "CenterCrop width": (lambda n: built(L.CenterCrop(2, n), (2, 4, 1)), 3),
    "RandomCrop width": (lambda n: built(L.RandomCrop(2, n), (2, 4, 1)), 3),
    "RepeatVector n": (lambda n: built(L.RepeatVector(n), (3,)), 2),
    "Embedding input_dim": (lambda n: built(L.Embedding(n, 2), (3,)), 4),
    "Embedding output_dim": (lambda n: built(L.Embedding(2, n), (3,)), 4),
    "Reshape target_shape": (lambda n: built(L.Reshape((n, -1)), (6,)), 3),
    "Reshape target_shape, one": (lambda n: built(L.Reshape(n), (3,)), 3),
    "Permute dims": (lambda n: built(L.Permute((n, 1)), (3, 4)), 2),
    "Dropout noise_shape": (lambda n: built(L.Dropout(0.5, noise_shape=(None, n)), (1,)), 1),
    "input_shape": (lambda n: nn.Sequential([L.Dense(1, input_shape=(n,))]).get_weights()[0].shape, 3),
    "input_shape, one": (lambda n: nn.Sequential([L.Dense(1, input_shape=n)]).get_weights()[0].shape, 3),
    "input_dim": (lambda n: nn.Sequential([L.Dense(1, input_dim=n)]).get_weights()[0].shape, 3),
    "Input shape": (lambda n: nn.Input((n, None)).shape, 3),
    "Input batch_size": (lambda n: nn.Input((2,), batch_size=n).shape, 3),
    "Input batch_shape": (lambda n: nn.Input(batch_shape=(n, 2)).shape, 3),
    "build": (_build, 3),
    "BatchNormalization axis": (lambda n: built(L.BatchNormalization(axis=n), (3, 4)), 2),
    "LayerNormalization axis": (lambda n: built(L.LayerNormalization(axis=n), (3, 4)), 2),
    "LayerNormalization axes": (lambda n: built(L.LayerNormalization(axis=(1, n)), (3, 4)), 2),
    "Normalization axis": (_normalized, 1),
    "Softmax axis": (lambda n: built(L.Softmax(axis=n), (3, 4)), 2),
    "Concatenate axis": (lambda n: L.Concatenate(axis=n)([X, X]).shape, 1),
    "seed of a model": (lambda n: nn.Sequential([L.Dense(2, input_shape=(3,))], seed=n).get_weights()[0].tolist(), 3),
    "seed of a layer": (lambda n: nn.Sequential([L.Dense(2, input_shape=(3,), seed=n)]).get_weights()[0].tolist(), 3),
    "seed of an initializer": (lambda n: nn.initializers.HeNormal(seed=n)((2, 2)).tolist(), 3),
    "set_random_seed": (U.set_random_seed, 3),
    "Neuron": (lambda n: len(nn.Neuron(n).w), 3),
    "Layer n_in": (lambda n: nn.Layer(n, 2).n_in, 3),
    "Layer n_out": (lambda n: len(nn.Layer(2, n).neurons), 3),
    "MLP n_in": (lambda n: nn.MLP(n, [2, 1]).count_params(), 3),
    "MLP n_outs": (lambda n: nn.MLP(2, [n, 1]).count_params(), 3),
    "MLP n_outs, one": (lambda n: nn.MLP(2, n).count_params(), 3),
    "top k": (lambda n: M.TopKCategoricalAccuracy(n)(np.eye(4), np.eye(4)), 2),
    "sparse top k": (lambda n: M.SparseTopKCategoricalAccuracy(n)(np.arange(4), np.eye(4)), 2),
    "top_k of Precision": (lambda n: M.Precision(top_k=n)(np.eye(4), np.eye(4)), 2),
    "class_id of Recall": (lambda n: M.Recall(class_id=n)(np.eye(4), np.eye(4)), 2),
    "num_thresholds of AUC": (lambda n: M.AUC(n)(LABELS, LABELS * 1.0), 5),
    "num_classes of ConfusionMatrix": (lambda n: M.ConfusionMatrix(n)(LABELS, LABELS).tolist(), 3),
    "confusion_matrix": (lambda n: M.confusion_matrix(LABELS, LABELS, n).tolist(), 3),
    "ignore_class of a loss": (lambda n: float(IGNORING(ignore_class=n)(LABELS, X**2)), 2),
    "ignore_class of a metric": (lambda n: M.SparseCategoricalAccuracy(ignore_class=n)(LABELS, X), 2),
    "patience": (lambda n: C.EarlyStopping("loss", patience=n).patience, 2),
    "start_from_epoch": (lambda n: C.EarlyStopping("loss", start_from_epoch=n).start_from_epoch, 2),
    "patience of ReduceLROnPlateau": (lambda n: C.ReduceLROnPlateau("loss", patience=n).patience, 2),
    "cooldown": (lambda n: C.ReduceLROnPlateau("loss", cooldown=n).cooldown, 2),
    "save_freq": (lambda n: C.ModelCheckpoint("x", save_freq=n).save_freq, 2),
    "most of Recorder": (lambda n: C.Recorder(most=n).most, 3),
    "to_categorical": (lambda n: U.to_categorical([0, 1], n).shape, 3),
    "windows": (lambda n: len(U.timeseries_dataset_from_array(X, None, n)), 3),
    "stride of windows": (lambda n: len(U.timeseries_dataset_from_array(X, None, 2, n, batch_size=1)), 3),
    "rate of windows": (lambda n: len(U.timeseries_dataset_from_array(X, None, 2, 1, n, batch_size=1)), 3),
    "batches of windows": (lambda n: len(U.timeseries_dataset_from_array(X, None, 2, batch_size=n)), 3),
    "pad_sequences": (lambda n: P.sequence.pad_sequences([[1], [1, 2]], maxlen=n).tolist(), 3),
    "num_words": (lambda n: P.text.Tokenizer(num_words=n).num_words, 3),
    "one_hot": (lambda n: P.text.one_hot("a b", n), 5),
    "batches": (lambda n: len(list(P.batches(X, batch_size=n))), 5),
    "test_size": (lambda n: len(P.train_test_split(X, test_size=n, random_state=0)[1]), 5),
    "random_state": (lambda n: P.train_test_split(X, random_state=n)[0].tolist(), 5),
    "make_moons": (lambda n: len(D.make_moons(n)[0]), 6),
    "make_moons random_state": (lambda n: D.make_moons(5, random_state=n)[0].tolist(), 6),
    "make_circles": (lambda n: len(D.make_circles(n)[0]), 6),
    "make_blobs": (lambda n: len(D.make_blobs(n)[0]), 6),
    "make_blobs centers": (lambda n: len(set(D.make_blobs(9, centers=n)[1].tolist())), 3),
    "make_blobs n_features": (lambda n: D.make_blobs(9, n_features=n)[0].shape, 3),
    "make_spirals": (lambda n: len(D.make_spirals(n)[0]), 6),
    "sine": (lambda n: len(D.sine(n)[0]), 6),
    "resize": (lambda n: P.image.resize(np.zeros((4, 4, 1)), (n, 2)).shape, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_whole_numbers_of_numpy_do(name, kind):
    call, number = SIZES[name]
    assert call(kind(number)) == call(number)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("wrong", [True, 2.5, "3", -7], ids=repr)
def test_what_is_no_count_is_refused_in_words(name, wrong):
    if wrong == -7 and ("axis" in name or "axes" in name or "ignore_class" in name):
        wrong = 2.5
    with pytest.raises(
        (ValueError, TypeError), match=r"whole number|a shape is|a tuple of sizes|number of samples|an order of"
    ):
        SIZES[name][0](wrong)


@pytest.mark.parametrize("name", SIZES)
def test_no_count_is_refused_by_chance(name):
    """The words are ours: a function of this library raised them, and no NumPy behind it."""
    with pytest.raises((ValueError, TypeError)) as raised:
        SIZES[name][0]("3")
    last = raised.traceback[-1]
    assert "/nn/" in str(last.path), (last.path, raised.value)


def test_settings_of_numpy_numbers_are_saved_as_plain_ones():
    for layer in [
        L.Dense(np.int64(2), seed=np.int64(3)),
        L.Reshape((np.int64(2), -1)),
        L.BatchNormalization(axis=np.int64(1)),
    ]:
        about = layer_description(layer)
        assert layer_description(make_layer(about, None)) == about
        assert "int64" not in str(about)


def test_every_callback_that_counts_is_in_the_table():
    counting = {"patience", "cooldown", "start_from_epoch", "save_freq", "most"}
    for name in C.__all__:
        parameters = set(inspect.signature(getattr(C, name).__init__).parameters)
        for setting in parameters & counting:
            assert any(key.startswith(setting) for key in SIZES), (name, setting)


def test_schedules_take_numbers_of_numpy():
    assert S.CosineDecay(0.1, np.int64(10))(5) == S.CosineDecay(0.1, 10)(5)
    with pytest.raises(ValueError, match="decay_steps is a number above 0; got True"):
        S.CosineDecay(0.1, True)
