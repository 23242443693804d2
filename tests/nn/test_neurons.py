"""Neurons, layers and MLPs on Values: what micrograd's users do, and the same network on arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value


def test_a_single_neuron_by_hand():
    neuron = nn.Neuron(3, activation="relu", w=[0.7, 0.3, -0.2], b=0.1)
    x = [Value(1.0), Value(2.0), Value(3.0)]
    y = neuron(x)
    assert y.data == pytest.approx(0.8)
    y.backward()
    assert [v.grad for v in x] == pytest.approx([0.7, 0.3, -0.2])
    assert [w.grad for w in neuron.w] == [1.0, 2.0, 3.0]
    assert neuron.b.grad == 1.0


def test_micrograds_demo_loop_learns():
    model = nn.MLP(2, [8, 8, 1], seed=0)
    X, y = nn.datasets.make_moons(n_samples=30, noise=0.1, random_state=0)
    y = y * 2 - 1
    for k in range(30):
        scores = [model(row) for row in X]
        losses = [(1 + -yi * si).relu() for yi, si in zip(y, scores, strict=True)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert np.mean([(si.data > 0) == (yi > 0) for yi, si in zip(y, scores, strict=True)]) > 0.85


def test_one_output_is_a_value_and_several_are_a_list():
    assert isinstance(nn.MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert len(nn.MLP(2, [3, 2])([1.0, 2.0])) == 2
    assert isinstance(nn.MLP(1, 1)(0.5), Value)


def test_names_and_reprs():
    model = nn.MLP(2, [4, 3, 1], activation="tanh", output_activation="sigmoid", seed=1)
    names = [name for name, _ in model.named_parameters()]
    assert names[:4] == ["layer0.neuron0.w[0]", "layer0.neuron0.w[1]", "layer0.neuron0.b", "layer0.neuron1.w[0]"]
    assert "layer1.neuron2.w[3]" in names
    assert len(names) == len(set(names)) == len(model.parameters()) == 4 * 3 + 3 * 5 + 4
    assert repr(model) == "MLP(2, [4, 3, 1], activation='tanh', output_activation='sigmoid')"
    assert repr(model.layers[0]) == "Layer(2, 4, activation='tanh')"
    assert repr(model.layers[2].neurons[0]) == "Neuron(3, activation='sigmoid')"


def test_a_seed_repeats():
    a, b, c = (nn.MLP(3, [4, 1], seed=s).state_dict() for s in (5, 5, 6))
    assert a == b
    assert a != c


def test_parameters_go_to_and_fro():
    a, b = nn.MLP(3, [4, 1], seed=0), nn.MLP(3, [4, 1], seed=1)
    b.load_state_dict(a.state_dict())
    assert a([1.0, 2.0, 3.0]).data == b([1.0, 2.0, 3.0]).data
    bad = a.state_dict()
    bad.pop("layer0.neuron0.b")
    with pytest.raises(ValueError, match=r"missing \['layer0.neuron0.b'\].*nothing was changed"):
        b.load_state_dict(bad)


ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "gelu", "silu", "softplus", "elu", "leaky_relu", "selu", "mish",
               "softsign", "exponential", "celu", "tanh_shrink"]  # fmt: skip


@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    activation=st.sampled_from(ACTIVATIONS),
    seed=st.integers(0, 1000),
)
def test_values_and_tensors_agree_on_outputs_and_gradients(sizes, activation, seed):
    mlp = nn.MLP(sizes[0], sizes[1:], activation=activation, seed=seed)
    model = mlp.tensor()
    x = np.random.default_rng(seed).normal(0, 1, sizes[0])
    given_values = [Value(v) for v in x]
    out = mlp(given_values)
    outs = out if isinstance(out, list) else [out]
    total = sum((i + 1.0) * o for i, o in enumerate(outs))
    total.backward()
    tensor = Tensor(x[None])
    y = model(tensor)
    assert np.allclose(y.data[0], [o.data for o in outs], rtol=1e-12, atol=1e-12)
    y.backward(np.arange(1.0, len(outs) + 1)[None])
    assert np.allclose(tensor.grad[0], [v.grad for v in given_values], atol=1e-12)
    for layer, dense in zip(mlp.layers, model.layers, strict=True):
        ours = np.array([[w.grad for w in neuron.w] for neuron in layer.neurons]).T
        assert np.allclose(dense.kernel.grad, ours, atol=1e-12)
        assert np.allclose(dense.bias.grad, [neuron.b.grad for neuron in layer.neurons], atol=1e-12)
    again = nn.explode(model)
    assert np.allclose([v.data for v in again.parameters()], [v.data for v in mlp.parameters()], atol=1e-15)
    assert repr(again) == repr(mlp)


def test_optimizers_move_values():
    model = nn.MLP(2, [4, 1], seed=0)
    optimizer = nn.optimizers.Adam(model.parameters(), learning_rate=0.05)
    X, y = nn.datasets.xor()
    first = None
    for _ in range(150):
        loss = sum((model(x) - t) ** 2 for x, t in zip(X, y, strict=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        first = loss.data if first is None else first
    assert loss.data < first / 10


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.MLP(2, [4, 1])([1.0, 2.0, 3.0]), "the MLP takes 2 inputs, got 3"),
        (lambda: nn.Layer(2, 3)([1.0]), r"layer \(Layer\(2, 3, activation='tanh'\)\) takes 2 inputs, got 1"),
        (lambda: nn.MLP(2, [4, 1]).layers[1]([1.0, 2.0]), "layer1 .* takes 4 inputs, got 2"),
        (
            lambda: nn.MLP(2, [1])(np.zeros((5, 2))),
            r"array of shape \(5, 2\); call it for each row, or use model.tensor",
        ),
        (lambda: nn.MLP(2, [1])(Tensor([1.0, 2.0])), "model.tensor"),
        (lambda: nn.MLP(0, [1]), "n_in is a whole number, 1 or more; got 0"),
        (lambda: nn.MLP(2, []), "at least one layer"),
        (lambda: nn.Neuron(2, activation="rellu"), "no activation is called 'rellu'; did you mean 'relu'"),
        (lambda: nn.Neuron(2, w=[1.0]), "2 inputs got 1 weights"),
        (lambda: nn.explode(nn.Sequential([nn.layers.Flatten(input_shape=(2, 2))])), "Flatten"),
        (lambda: nn.MLP(3, [400, 400], seed=0) and nn.explode(nn.MLP(3, [200, 600], seed=0).tensor()), "100,000|limit"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize("method", ["call", "build"])
def test_a_subclass_in_keras_style_is_told_where_that_layer_is(method):
    with pytest.raises(TypeError, match=rf"Scale defines {method}; .* subclass nn\.layers\.Layer"):
        type("Scale", (nn.Layer,), {method: lambda self, x: x})


@pytest.mark.parametrize("settings", [{"units": 3}, {"name": "scale"}, {"n_in": 2, "n_out": 3, "dtype": "float32"}, {}])
def test_settings_of_keras_are_told_where_that_layer_is(settings):
    class Scale(nn.Layer):
        def __init__(self, **others):
            super().__init__(**others)

    with pytest.raises(TypeError, match=r"Scale got .*nn\.layers\.Layer"):
        Scale(**settings)


def test_a_subclass_in_micrograds_style_works():
    class Doubled(nn.Layer):
        def __init__(self, nin, nout, **kwargs):
            super().__init__(nin, nout, seed=0, **kwargs)
            self.by = 2.0

        def __call__(self, x):
            return [n(x) * self.by for n in self.neurons]

    plain, layer = nn.Layer(2, 3, "relu", seed=0, name="a"), Doubled(2, 3, activation="relu")
    assert [y.data for y in layer([1.0, 2.0])] == [2 * y.data for y in plain([1.0, 2.0])]
    assert len(layer.parameters()) == 9
