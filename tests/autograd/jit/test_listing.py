"""A program can be read: its calls, its memory, what each costs; and drawn."""

import numpy as np
import pytest

import nn
import viz
from autograd import Tensor, Value, grad, jit


def training_step():
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], name="w")

    @jit
    def step(x, rng):
        kept = rng.random(x.shape) > 0.5
        loss = np.mean(np.tanh(x * kept @ w) ** 2)
        loss.backward()
        w.data -= 0.1 * w.grad
        w.grad = None
        return loss

    return w, step


def test_the_listing_names_every_call():
    _, step = training_step()
    program = step.program(np.ones((3, 2)), np.random.default_rng(0))
    rows = list(program.listing())
    assert {row.part for row in rows} == {"forward", "backward"}
    product = next(row for row in rows if row.call == "matmul")
    assert product.shape == (3, 2)
    assert product.reads[1] == "w"
    assert product.nbytes == 8 * (6 + 4 + 6)
    assert product.flops == 2 * 3 * 2 * 2
    text = str(program)
    assert all(row.call in text for row in rows)
    assert "of buffers" in text.splitlines()[0]
    assert program.nbytes <= program.peak


def test_costs_measure_and_change_nothing():
    w, step = training_step()
    rng = np.random.default_rng(0)
    x = np.ones((3, 2))
    step(x, rng)
    program = step.program(x, rng)
    before, state = w.data.copy(), rng.bit_generator.state
    costs = program.costs(5)
    assert np.array_equal(w.data, before)
    assert rng.bit_generator.state == state
    assert sum(row.seconds for row in costs) > 0
    assert "share" in str(costs).splitlines()[1]
    with pytest.raises(ValueError, match="arguments"):
        step.programs[0].__class__.costs(step_without_example())


def step_without_example():
    f = jit(lambda x: x * 2)
    f(np.ones(2))
    return f.programs[0]


def test_memory_is_used_again():
    f = jit(lambda x: np.sum(np.exp(np.tanh(np.sin(np.cos(x) * 2) * 3) * 4) * 5))
    x = np.ones(1000)
    assert f.program(x).nbytes < 3 * x.nbytes


def test_a_model_shows_its_programs():
    model = nn.Sequential([nn.layers.Dense(3), nn.layers.Dense(1)], seed=0)
    model.compile("adam", "mse")
    assert model.programs == {}
    model.fit(np.ones((20, 2)), np.ones((20, 1)), batch_size=8, verbose=0)
    assert {what: len(found) for what, found in model.programs.items()} == {"train": 2, "test": 0}
    assert "update" in str(model.programs["train"][0])


def test_a_program_is_drawn():
    _, step = training_step()
    source = viz.draw(step.program(np.ones((3, 2)), np.random.default_rng(0))).source
    assert all(text in source for text in ("cluster_forward", "cluster_backward", "matmul", "argument 0"))
    assert source == viz.draw(step.program(np.ones((3, 2)), np.random.default_rng(0))).source

    a = Value(2.0)
    f = jit(lambda x: (a * x + 1).tanh())
    source = viz.draw(f.program(3.0)).source
    assert "tanh" in source
    assert "level0 -> level1" in source
    assert "level   1" in str(f.program(3.0))


def test_views_are_not_calls_in_the_picture():
    f = jit(grad(lambda x: np.sum((x.T @ x).reshape(-1)[:2])))
    source = viz.draw(f.program(np.ones((3, 2)))).source
    assert "transpose" not in source
    assert "matmul" in source
