"""jit: a replay does what eager code does, for every call, or says why it cannot."""

import numpy as np
import pytest
from equal import same
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Tensor,
    grad,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    testing,
    value_and_grad,
    vjp,
)
from autograd.engine.modes import checked
from autograd.errors import BackwardError


def check(function, *calls, **options):
    """jit of the function and the function give the same bits for all calls, which share programs."""
    recorded = jit(function, **options)
    for args in calls:
        assert same(recorded(*args), function(*args))
    return recorded


def arrays(*shapes, seed=0, count=3, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return [tuple(rng.standard_normal(shape).astype(dtype) for shape in shapes) for _ in range(count)]


# -- random programs ---------------------------------------------------------------------------------------------------
@given(testing.expressions(3), st.data())
def test_random_programs(expression, data):
    shapes = data.draw(testing.broadcastable_shapes(3))
    calls = [
        tuple(data.draw(testing.arrays(shape, dtype)) for shape in shapes)
        for dtype in [data.draw(st.sampled_from([np.float64, np.float32]))]
        for _ in range(3)
    ]

    def total(*xs):
        return np.sum(expression(*xs))

    with np.errstate(all="ignore"):
        check(expression, *calls)
        recorded = check(value_and_grad(total, (0, 1, 2)), *calls)
        check(grad(lambda x, y, z: np.sum(grad(total)(x, y, z) ** 2)), *calls)
    assert len(recorded.programs) == 1


@given(testing.expressions(2, max_leaves=5), st.integers(1, 3))
def test_transforms(expression, n):
    calls = arrays(n, n)

    def total(x, y):
        return np.sum(expression(x, y))

    check(jacobian(lambda x, y: expression(x, y) * x), *calls)
    check(hessian(total), *calls)
    check(lambda x, y: hvp(lambda x: total(x, y), x, y), *calls)
    check(lambda x, y: jvp(expression, (x, y), (y, x)), *calls)
    check(lambda x, y: vjp(expression, x, y)[1](x * y), *calls)


def test_a_jitted_function_inside_another():
    inner = jit(lambda x: np.sin(x) * 2)
    outer = jit(lambda x: np.sum(inner(x) + inner(x)))
    for (x,) in arrays(3):
        assert np.allclose(outer(x), 4 * np.sum(np.sin(x)))
    assert not inner.programs  # it became part of the other


# -- what belongs to a program -----------------------------------------------------------------------------------------
def test_a_program_for_each_kind_of_arguments():
    f = jit(lambda x: x * 2 + 1)
    for x in (np.ones(2), np.ones(3), np.ones((2, 1)), np.ones(2, np.float32), 3.0, 4, np.float64(2), Tensor([1.0])):
        assert same(f(x), x * 2 + 1)
    kinds = len(f.programs)
    assert kinds == 8
    f(np.zeros(2))
    f(7.5)
    assert len(f.programs) == kinds


def test_containers_keywords_and_static_arguments():
    def f(pair, *, table, power, mode="sum"):
        x = pair[0] * table["w"] ** power + pair[1][0]
        return {"y": np.sum(x) if mode == "sum" else np.max(x), "z": (x, [pair[0] * 0.5])}

    recorded = jit(f, static=("power",))
    for seed in range(3):
        x, w, b = arrays(3, 3, 3, seed=seed, count=1)[0]
        for power in (2, 3):
            for mode in ("sum", "max"):
                given_ = ((x, [b]),), {"table": {"w": w}, "power": power, "mode": mode}
                assert same(recorded(*given_[0], **given_[1]), f(*given_[0], **given_[1]))
    assert len(recorded.programs) == 4


def test_numbers_vary_without_a_new_program():
    f = jit(lambda x, rate, n: (x * rate**2 / (1 - rate) - n, rate > 0.5, -n))
    for rate, n in ((0.1, 3), (0.7, 5), (0.9, -1)):
        x = np.arange(3.0)
        assert same(f(x, rate, n), (x * rate**2 / (1 - rate) - n, rate > 0.5, -n))
    assert len(f.programs) == 1


def test_a_number_of_python_stays_weak():
    f = check(lambda x, rate: x * rate, (np.ones(3, np.float32), 0.1), (np.ones(3, np.float32), 0.7))
    assert f(np.ones(3, np.float32), 0.3).dtype == np.float32


def test_programs_are_bounded():
    f = jit(lambda x: x + 1, limit=3)
    for n in range(1, 9):
        f(np.ones(n))
    assert len(f.programs) == 3
    assert "3 programs" in repr(f)


def test_the_program_not_used_for_longest_makes_room():
    f = jit(lambda x: x + 1, limit=2)
    for n in (1, 2, 1, 3):
        f(np.ones(n))
    assert f.recordings == 3
    f(np.ones(1))
    assert f.recordings == 3
    f(np.ones(2))
    assert f.recordings == 4


def test_recording_again_and_again_warns():
    f = jit(lambda x: x + 1, limit=4)
    with pytest.warns(UserWarning, match="recorded 16 times"):
        _ = [f(np.ones(n)) for n in range(20)]


# -- state: gradients and updates --------------------------------------------------------------------------------------
def loop(decorate, steps=20):
    """A linear model trained by hand; everything that is left at the end."""
    rng = np.random.default_rng(0)
    w, b = Tensor(rng.standard_normal((3, 2))), Tensor(np.zeros(2))

    @decorate
    def step(x, y, rate):
        loss = np.mean((np.tanh(x @ w + b) - y) ** 2)
        loss.backward()
        for p in (w, b):
            p.data -= rate * p.grad
            p.grad = None
        return loss

    losses = []
    for k in range(steps):
        x, y = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
        losses.append(step(x, y, 0.1 / (k + 1)).item())
    return losses, w.data, b.data, w.grad


def test_a_training_loop_by_hand():
    assert same(loop(jit)[:3], loop(lambda f: f)[:3])
    assert loop(jit)[3] is None


@pytest.mark.parametrize("zero", ["never", "inside", "outside"])
def test_gradients_add_up_as_in_eager_code(zero):
    def run(decorate):
        w = Tensor([1.0, 2.0])

        @decorate
        def step(x):
            if zero == "inside":
                w.grad = None
            np.sum(w * w * x).backward()

        found = []
        for k in range(4):
            step(np.array([1.0, k]))
            found.append(w.grad.copy())
            if zero == "outside":
                w.grad = None
        return found

    assert same(run(jit), run(lambda f: f))


def test_tensors_as_arguments_get_their_gradients():
    @jit
    def f(x):
        y = np.sum(x**3)
        y.backward()
        return y

    for start in ([1.0, 2.0], [3.0, 4.0]):
        x = Tensor(start)
        f(x)
        assert same(x.grad, 3 * x.data**2)
        f(x)
        assert same(x.grad, 6 * x.data**2)


def test_the_result_is_differentiable_from_outside():
    w = Tensor([2.0, 3.0])
    f = jit(lambda x: np.sum(np.exp(x) * w))
    for seed in range(3):
        x = Tensor(np.random.default_rng(seed).standard_normal(2))
        w.grad = None
        (f(x) * 2).backward()
        assert np.allclose(x.grad, 2 * np.exp(x.data) * w.data)
        assert np.allclose(w.grad, 2 * np.exp(x.data))
    assert np.allclose(grad(f)(np.zeros(2)), w.data)


def test_a_step_that_changes_things_is_not_differentiated_from_outside():
    w = Tensor([1.0])

    @jit
    def step(x):
        loss = np.sum(w * x)
        loss.backward()
        return loss

    step(np.ones(1))
    with pytest.raises(BackwardError, match=r"Call backward\(\) inside"):
        step(np.ones(1)).backward()


def test_results_are_not_overwritten_by_the_next_replay():
    w = Tensor([1.0, 1.0])

    @jit
    def f(x):
        w.grad = None
        np.sum(w * w * x).backward()
        return x * 2, np.sin(x)[:1], x

    first = f(np.ones(2))
    kept = [a.copy() for a in first]
    g = w.grad
    f(np.full(2, 7.0))
    assert same(list(first), kept)
    assert same(g, np.array([2.0, 2.0]))


def test_gradients_are_those_of_the_last_run_when_asked_for():
    w, v = Tensor([1.0, 1.0]), Tensor([2.0])

    @jit
    def f(x):
        w.grad = v.grad = None
        checked(refuse_negative, x)
        loss = np.sum(w * x) * np.sum(v)
        loss.backward()
        joined = np.concatenate([w.grad, v.grad])
        return np.sum(joined * joined)

    f(np.ones(2))
    f(np.full(2, 3.0))
    assert same(w.grad, np.array([6.0, 6.0]))
    kept = v.grad
    f(np.full(2, 5.0))
    assert same(kept, np.array([6.0]))
    assert same(v.grad, np.array([10.0]))
    f(np.full(2, 7.0))
    with pytest.raises(ValueError, match="negative"):
        f(np.full(2, -1.0))
    assert w.grad is None or same(w.grad, np.array([14.0, 14.0]))
    f(np.ones(2))
    assert same(w.grad, np.array([2.0, 2.0]))


def refuse_negative(x):
    if np.any(x < 0):
        raise ValueError("negative")


def test_writes_in_place():
    def f(x):
        y = x * 1.0
        y[0] = y[1] * 10
        z = y[1:]
        z += 1
        y *= 2
        return y, z, np.sum(y)

    check(f, *arrays(4))


def test_an_argument_written_in_place_is_written():
    def f(x):
        x += 1
        return x.sum()

    a, b = np.zeros(3), np.zeros(3)
    g = jit(f)
    for _ in range(3):
        assert same(g(a), f(b))
        assert same(a, b)


def test_equal_calls_are_shared_only_while_nothing_is_written():
    def f(x):
        a = np.exp(x)
        b = np.exp(x)
        c = np.exp(x) + b
        b += 1
        return a, b, c, np.exp(x)

    check(f, *arrays(3))


@pytest.mark.parametrize("order", "CF")
def test_layouts(order):
    a, b = (np.asarray(x, order=order) for x in np.random.default_rng(0).standard_normal((2, 5, 7)))
    check(lambda x: (x.sum(axis=0), np.ravel(x.T), (x * 2).reshape(7, 5), x[::2, ::-1] + 1), (a,), (b,), (a[:, ::-1],))


# -- a nan that only the careful walk masks ----------------------------------------------------------------------------
def test_the_branch_not_taken():
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 0.0)) * np.log(x), 0.0))

    with np.errstate(all="ignore"):
        g = check(grad(f), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),), (np.array([0.0, -1.0]),))
        assert len(g.programs) == 1
        assert g.recordings == 2


def test_random_numbers_of_an_aborted_run_are_used_again():
    def f(x, rng):
        noise = rng.random(2)
        return grad(lambda x: np.sum(np.where(x > 0, np.log(x) * noise, 0.0)))(x), rng.random(2)

    a, b, g = np.random.default_rng(0), np.random.default_rng(0), jit(f)
    with np.errstate(all="ignore"):
        for x in ([1.0, 2.0], [1.0, 3.0], [0.0, 1.0], [0.0, 2.0]):
            assert same(g(np.array(x), a), f(np.array(x), b))
    assert a.random() == b.random()


# -- random numbers ----------------------------------------------------------------------------------------------------
def test_a_generator_as_an_argument_gives_the_stream_of_eager_code():
    def f(x, rng):
        kept = rng.random(x.shape) > 0.3
        noise = rng.normal(0.0, np.abs(x))
        return x * kept + rng.standard_normal(3, dtype=np.float64) + noise, rng.integers(0, 10, 4), x * rng.random()

    a, b, g = np.random.default_rng(1), np.random.default_rng(1), jit(f)
    for k in range(4):
        assert same(g(np.ones(3) * k, a), f(np.ones(3) * k, b))
    assert g(np.ones(3), np.random.default_rng(5))[0].shape == (3,)
    assert len(g.programs) == 1
