"""What pictures say of the arrays in a graph of Tensors: constants, what is shared, what is in use, thumbnails."""

import numpy as np
import pytest

import nn
import viz
from autograd import Tensor
from autograd.rules.table import ROWS
from nn import layers as L
from viz.snapshot import LARGEST, Numbers, Snapshot, thinned

RNG = np.random.default_rng(0)
X, Y = RNG.normal(0, 1, (20, 4)), RNG.normal(0, 1, (20, 1))


def constants(shot):
    return [node for node in shot.nodes if node.kind == "constant"]


CALLS = {
    "add": lambda t, c: t + c, "add, turned": lambda t, c: c + t, "subtract": lambda t, c: t - c, "maximum": np.maximum,
    "multiply": lambda t, c: c * t, "where": lambda t, c: np.where(t.data > 0, t, c), "hypot": np.hypot,
    "concatenate": lambda t, c: np.concatenate([t, c]), "matmul": lambda t, c: t.T @ c,
    "einsum": lambda t, c: np.einsum("ij,ij->i", t, c), "arctan2": lambda t, c: np.arctan2(c, t),
    "in place": lambda t, c: (t * 1.0).__iadd__(c),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("size", [(2, 3), (300, 400)])
@pytest.mark.parametrize("gone", [False, True])
def test_constants_have_their_shapes(name, size, gone):
    t, c = Tensor(np.full(size, 0.5)), RNG.normal(0, 1, size)
    y = CALLS[name](t, c)
    if gone:
        del c
    shapes = [node.shape for node in constants(viz.snapshot(y)) if node.shape]
    assert shapes == [size]


@pytest.mark.parametrize("rule", [r for r in ROWS.values() if getattr(r, "elementwise", 0) and len(r.formulas) == 2],
                         ids=lambda rule: rule.name)  # fmt: skip
def test_constants_of_every_row(rule):
    t, c = Tensor([[0.5, 0.25]]), np.array([[0.3], [0.6]])
    for y in (rule(t, c), rule(c, t)):
        (node,) = constants(viz.snapshot(y))
        assert (node.shape, node.value.elements) == ((2, 1), (0.3, 0.6))
        y = y.sum()
        y.backward()
    (node,) = constants(viz.snapshot(rule(t, 0.5)))
    assert (node.shape, node.value.elements) == ((), (0.5,))


def test_what_is_not_kept_is_not_held():
    import weakref

    t, c = Tensor(np.ones(5)), np.ones(5)
    seen, y = weakref.ref(c), t + c
    del c
    assert seen() is None
    (node,) = constants(viz.snapshot(y))
    assert (node.shape, node.value) == ((5,), None)
    assert "(5,) float64" in viz.draw(y).source
    y = t + np.ones(5)
    z = t + np.zeros(5)  # it may lie where the first did, and is another
    assert len(constants(viz.snapshot(y * z))) == 2


def test_the_same_array_is_one_box():
    w, v = Tensor(np.ones((4, 4))), Tensor(np.ones((4, 4)))
    shot = viz.snapshot(np.tanh(X @ w) + X @ v + X)
    (box,) = constants(shot)
    assert len(shot.outgoing()[box.id]) == 3
    assert len(constants(viz.snapshot(np.tanh(X @ w) + X.copy() * 2.0 @ v))) == 2
    a, b = np.zeros(3), np.zeros(3)  # equal, yet two
    assert len(constants(viz.snapshot((Tensor(np.ones(3)) + a) * (Tensor(np.ones(3)) + b)))) == 2
    assert len(constants(viz.snapshot((Tensor(np.ones(3)) + a) * (Tensor(np.ones(3)) + a)))) == 1
    with viz.keep_values():
        assert len(constants(viz.snapshot((Tensor(np.ones(3)) + a) * (Tensor(np.ones(3)) - a)))) == 1


def residual():
    x = nn.Input((4,))
    h = L.Dense(4, activation="relu")(x)
    model = nn.Model(x, L.Dense(1)(L.Add()([h, x])), seed=0)
    loss = nn.losses.mse(model(X), Y)
    loss.backward()
    return model, loss


def test_residual_connections_are_visible_also_folded():
    model, loss = residual()
    shot = viz.snapshot(loss, model)
    x = next(node for node in constants(shot) if node.shape == (20, 4))  # each layer casts it, and it stays one
    assert x.module == ""
    assert {shot.nodes[e.target].op for e in shot.outgoing()[x.id]} == {"linear", "add"}
    source = viz.draw(loss, model, depth=1).source
    assert f"n{x.id} -> m_dense " in source
    add = next(node.id for node in shot.nodes if node.op == "add")
    assert f"n{x.id} -> n{add} " in source
    assert f"m_dense -> n{add} " in source


def test_a_constant_lies_in_the_module_that_alone_uses_it():
    model = nn.Sequential([L.Dense(2), L.Lambda(lambda t: t * np.array([1.0, 2.0], np.float32))], seed=0)
    shot = viz.snapshot(np.sum(model(np.ones((3, 4)) * [1, 2, 3, 4])), model)
    assert constants(shot)[0].module == "dense"


def test_what_is_in_use_shows_its_values():
    w, b = Tensor(np.ones((4, 2)), name="w"), Tensor(np.full(2, 3.0), name="b")
    h = X @ w + b
    y = np.sum(h)
    named = {node.name: node for node in viz.snapshot(y).nodes}
    assert named["b"].value.elements == (3.0, 3.0)  # a sum keeps nothing, the user does
    b.data[0] = 5.0
    shot = viz.snapshot(y)
    assert next(node for node in shot.nodes if node.name == "b").value.elements == (5.0, 3.0)
    assert [node.value is not None for node in shot.nodes if node.op == "add"] == [True]
    del h
    assert [node.value for node in viz.snapshot(y).nodes if node.op == "add"] == [None]
    model, loss = residual()
    assert all(node.value is not None for node in viz.snapshot(loss, model).nodes if node.kind == "parameter")
    assert all(node.value is not None for node in viz.snapshot(loss).nodes if node.kind == "input")


SHAPES = [(100, 100), (100_000,), (64, 28, 28), (8, 16, 16, 3), (4097, 1), (1, 5000), (3, 3000)]


@pytest.mark.parametrize("shape", SHAPES)
def test_thumbnails_have_the_shape_of_the_array(shape):
    array = np.arange(float(np.prod(shape))).reshape(shape)
    numbers = Numbers.of(array)
    assert LARGEST / 8 < len(numbers.elements) <= LARGEST
    kept = np.reshape(numbers.elements, numbers.grid)
    assert kept.ndim == array.ndim
    assert np.array_equal(kept, array[tuple(slice(None, None, step) for step in numbers.steps)])
    assert (numbers.least, numbers.most, numbers.mean) == (0.0, array.size - 1, array.mean())
    shot = viz.snapshot(np.sum(Tensor(array)))
    assert Snapshot.from_json(shot.to_json()) == shot
    assert max(thinned((2, 3), 6)) == 1
    assert thinned((), 1) == ()


def test_local_derivatives_of_tensors():
    w = Tensor(np.full((4, 2), 0.1), name="w")
    y = np.sum(np.tanh(X @ w) * 3.0)
    before = viz.draw(y, locals=True).source
    assert "call backward() first" in before
    assert "× 3" in before
    assert "adds" not in before.replace("adds: of", "")
    y.backward()
    source = viz.draw(y, locals=True).source
    slope = 1 - np.tanh(X @ w.data) ** 2
    assert f"× {slope.mean():.4g} [{slope.min():.4g} … {slope.max():.4g}]" in source
    assert f"adds {w.grad.mean():.4g} [" in source
    assert "call backward() first" not in source
    assert "× the local" not in viz.draw(y).source


def test_gradients_of_tensors_are_explained():
    model, loss = residual()
    kernel = model.parameters()[0]
    text = viz.explain(kernel, loss, model)
    assert text.splitlines()[0].startswith("dense.kernel: value ")
    assert "It is the sum of 1 contribution:" in text
    assert f"linear  {kernel.grad.mean():.4g} [" in text
    assert "viz.explore(output)" in text
    assert "It is the output" in viz.explain(loss, loss)
    with pytest.raises(ValueError, match="does not depend on that node"):
        viz.explain(Tensor([1.0]), loss)


def test_constants_in_trees_and_findings():
    w, v = Tensor(np.ones((4, 1))), Tensor(np.ones((4, 1)))
    assert viz.tree(X @ w + X @ v).count("(above)") == 1
    with np.errstate(all="ignore"):
        flags = viz.health(np.sum(Tensor(np.ones(2)) * np.array([1.0, np.nan])))
    assert "a constant is the first nan or inf going forward" in flags[0].text
