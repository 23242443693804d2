"""Every public function of viz with every kind of object: a picture, or a sentence that says what to write."""

import linecache

import numpy as np
import pytest

import nn
import viz
from autograd import Tensor, Value, jit
from nn import layers as L

pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")
mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

X, Y = nn.datasets.make_moons(30, noise=0.1, random_state=0)


def backward(y):
    y.backward()
    return y


def dense(**settings):
    return nn.Sequential([L.Dense(3, activation="relu", **settings), L.Dense(1, activation="sigmoid")], seed=0)


def trained():
    model = dense(input_shape=(2,))
    model.compile("adam", "bce", metrics=["accuracy"])
    recorder = nn.callbacks.Recorder(X)
    model.fit(X, Y, epochs=2, callbacks=[recorder], verbose=0)
    return model, recorder


def programs():
    arrays, values = jit(lambda x: np.sum(np.tanh(x) * x)), jit(lambda x: (x * x + x).tanh())
    return arrays.program(np.ones(3)), values.program(Value(2.0))


def error():
    try:
        Tensor(np.ones((2, 3))) @ Tensor(np.ones((2, 4)))
    except ValueError as error:
        return error


def batch_normalised():
    return nn.Sequential([L.BatchNormalization(input_shape=(2,))], seed=0)


def functional():
    x = nn.Input((2,))
    return nn.Model(x, L.Add()([L.Dense(2)(x), x]), seed=0)


IMAGE = np.random.default_rng(0).random((8, 8, 1))
IMAGES, LABELS = np.random.default_rng(1).random((6, 8, 8, 1)), np.array([0, 1, 2, 0, 1, 2])


def convolutional():
    return nn.Sequential(
        [L.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)), L.MaxPooling2D(), L.Flatten(), L.Dense(3)], seed=0
    )


@pytest.fixture(scope="module")
def objects():
    with np.errstate(all="ignore"):
        return made()


def made():
    model, recorder = trained()
    program, levels = programs()
    return {
        "Value": backward((Value(2.0, name="a") * 3.0).tanh()), "variable": Value(1.0), "before": Value(2.0) * 3.0,
        "Tensor": backward(np.sum(np.tanh(Tensor(np.ones((2, 3))) @ np.ones(3)))), "leaf": Tensor([1.0, 2.0]),
        "not a number": backward(np.sum(np.log(Tensor([-1.0, 1.0])))), "several": Tensor([1.0, 2.0]) * 2.0,
        "complex": np.abs(Tensor([1.0 + 2.0j])), "empty tensor": Tensor(np.zeros((0, 2))) * 2.0,
        "parameter": model.parameters()[0], "model": model, "unbuilt": dense(), "built": dense(input_shape=(2,)),
        "functional": functional(), "normalised": batch_normalised(),
        "no weights": nn.Sequential([L.Flatten(input_shape=(2, 2))]), "layer": model.layers[0], "new layer": L.Dense(3),
        "MLP": nn.MLP(2, [3, 1], seed=0), "neuron": nn.Neuron(2), "history": model.history, "recorder": recorder,
        "empty history": nn.callbacks.History(), "empty recorder": nn.callbacks.Recorder(), "program": program,
        "levels": levels, "number": 3.0, "array": np.ones((4, 2)), "integers": np.arange(3),
        "NumPy number": np.float64(1.5),
        "None": None, "text": "loss", "list": [Value(1.0)], "empty list": [], "dictionary": {"loss": [1.0, 0.5]},
        "texts": {"loss": ["a"]}, "empty dictionary": {}, "class": Value, "function": np.tanh, "error": error(),
        "other error": KeyError("k"), "snapshot": viz.snapshot(Value(2.0) * 3.0), "set": {1}, "object": object(),
        "loss": nn.losses.MeanSquaredError(), "optimizer": nn.optimizers.Adam(),
        "convolutional": convolutional(),
    }  # fmt: skip


GRAPHS = "Value,variable,before,Tensor,leaf,several,complex,parameter,snapshot,not a number,empty tensor".split(",")
JUDGED = [
    "model",
    "built",
    "unbuilt",
    "functional",
    "normalised",
    "no weights",
    "function",
    "MLP",
    "layer",
    "new layer",
]
LOSS = backward((Value(2.0) * 3.0).tanh())

# What each function is asked, and of which objects it makes a picture.
FUNCTIONS = {
    "snapshot": (lambda x, at: viz.snapshot(x), GRAPHS),
    "draw": (lambda x, at: viz.draw(x).source + viz.draw(x, locals=True, depth=1).source, [*GRAPHS, "program",
             "levels"]),
    "tree": (lambda x, at: viz.tree(x), GRAPHS),
    "health": (lambda x, at: str(viz.health(x)) + "", GRAPHS),
    "explore": (lambda x, at: viz.explore(x, at / "g.html").read_text(), GRAPHS),
    "explain": (lambda x, at: viz.explain(x), ["error"]),
    "explain itself": (lambda x, at: viz.explain(x, x), [*[g for g in GRAPHS if g != "snapshot"], "error"]),
    "explain of a loss": (lambda x, at: viz.explain(x, LOSS), ["error"]),
    "draw with a model": (lambda x, at: viz.draw(LOSS, x), ["model", "unbuilt", "built", "functional", "normalised",
                          "no weights", "layer", "new layer", "MLP", "neuron", "None", "convolutional"]),
    "network": (lambda x, at: str(viz.network(x)), ["model", "built", "MLP", "convolutional"]),
    "network with a sample": (lambda x, at: str(viz.network(x, X[0])), ["model", "built", "MLP"]),
    "network over a plane": (lambda x, at: str(viz.network(x, data=X)), ["model", "built", "MLP"]),
    "importance": (lambda x, at: viz.importance(x), ["model", "built", "MLP", "convolutional"]),
    "training": (lambda x, at: viz.training(x, at / "t.html", data=(X, Y)).read_text(),
                 ["history", "recorder", "empty history", "empty recorder"]),
    "curves": (lambda x, at: viz.curves(x), ["history", "recorder", "dictionary", "model"]),
    "confusion": (lambda x, at: viz.confusion(x, X, Y), JUDGED), "roc": (lambda x, at: viz.roc(x, X, Y), JUDGED),
    "precision_recall": (lambda x, at: viz.precision_recall(x, X, Y), JUDGED),
    "confusion of images": (lambda x, at: viz.confusion(x, IMAGES, LABELS), ["convolutional", "no weights"]),
    "worst": (lambda x, at: viz.worst(x, IMAGES, LABELS), ["convolutional", "no weights"]),
    "filters": (lambda x, at: viz.filters(x), ["convolutional"]),
    "feature_maps": (lambda x, at: viz.feature_maps(x, IMAGE), ["convolutional"]),
    "saliency": (lambda x, at: viz.saliency(x, IMAGE), ["convolutional"]),
    "grad_cam": (lambda x, at: viz.grad_cam(x, IMAGE), ["convolutional"]),
    "network with an image": (lambda x, at: str(viz.network(x, IMAGE)), ["convolutional"]),
    "boundary": (lambda x, at: viz.boundary(x, X, Y, steps=5), ["model", "built", "unbuilt", "functional", "new layer",
                 "layer", "normalised", "no weights", "function", "MLP"]),
    "gradients": (lambda x, at: viz.gradients(x), ["model", "layer"]),
    "histograms": (lambda x, at: viz.histograms(x), ["recorder"]),
    "live": (lambda x, at: viz.live(x).close() or True, ["None", "array", "integers", "model", "unbuilt", "built",
             "functional", "normalised", "no weights", "layer", "new layer", "MLP", "neuron", "empty list",
             "convolutional"]),
}  # fmt: skip


def test_the_table_is_whole():
    asked = {name.split(" ")[0] for name in FUNCTIONS}
    assert asked == set(viz.__all__) - {"Flag", "Snapshot", "keep_values"}


def complaint(ask, x, name, pictures, at):
    """What is wrong with what a function makes of an object; None if nothing is."""
    try:
        with np.errstate(all="ignore"):
            found = ask(x, at)
    except (TypeError, ValueError) as said:
        trace = said.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        ours = "raise" in linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno)  # written for it
        bare = not ours or len(str(said)) < 30 or "\n" in str(said)
        return f"{type(said).__name__}: {said}" if bare or name in pictures else None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None if found is not None and name in pictures else f"gives {found!r:.100}; is that what was meant?"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_picture_or_a_sentence(objects, function, tmp_path):
    ask, pictures = FUNCTIONS[function]
    assert set(pictures) <= set(objects)
    wrong = {}
    for name, x in objects.items():
        wrong[name] = complaint(ask, x, name, pictures, tmp_path)
        plt.close("all")
    assert not {name: text for name, text in wrong.items() if text}


def test_what_came_and_what_to_write(objects):
    wanted = {
        "model": "viz.network(model)", "None": "y.backward()", "number": "Value(2.0)", "array": "Tensor(x)",
        "history": "viz.curves(history)", "recorder": "viz.training(recorder)", "layer": "viz.draw(loss, layer)",
        "error": "viz.explain(error)", "list": "one at a time", "MLP": "viz.draw(loss, module)",
        "class": "an object of it",
    }  # fmt: skip
    for name, advice in wanted.items():
        with pytest.raises(TypeError, match="wanted a Value, a Tensor or a Snapshot; got") as said:
            viz.draw(objects[name])
        assert advice in str(said.value)
