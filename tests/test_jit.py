"""jit: a replay does what eager code does, for every call, or says why it cannot."""

import gc
import random
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import (
    Tensor,
    detect_anomaly,
    grad,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    no_grad,
    testing,
    value_and_grad,
    vjp,
)
from autograd.errors import BackwardError, RecordingError
from autograd.modes import checked


def same(a, b):
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, str) or a is None:
        return a == b
    a, b = (np.asarray(getattr(x, "_array", x)) for x in (a, b))
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)


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


# -- the world outside -------------------------------------------------------------------------------------------------
SCALE = 2.0
TABLE = {"shift": np.ones(3)}


def test_changed_globals_and_closures_are_noticed():
    global SCALE  # noqa: PLW0603  that it changes is what is tested
    factor = np.array([1.0, 2.0, 3.0])

    def f(x):
        return x * SCALE * factor + TABLE["shift"]

    g, x = jit(f), np.ones(3)
    assert same(g(x), f(x))
    SCALE = 3.0
    assert same(g(x), f(x))
    factor = np.array([5.0, 6.0, 7.0])
    assert same(g(x), f(x))
    factor *= 2  # in place: the program reads it where it is
    assert same(g(x), f(x))
    TABLE["shift"] = np.zeros(3)
    assert same(g(x), f(x))
    SCALE, TABLE["shift"] = 2.0, np.ones(3)


def test_a_changed_helper_or_default_is_noticed():
    def inner(x, k=2.0):
        return x * k

    def f(x):
        return inner(x)

    g = jit(f)
    assert g(np.ones(1))[0] == 2
    inner.__defaults__ = (5.0,)
    assert g(np.ones(1))[0] == 5

    def inner(x):
        return x * 7

    assert g(np.ones(1))[0] == 7


def test_attributes_of_an_object_are_noticed():
    class Scaled:
        factor = 1.0

        def __init__(self):
            self.factor = 2.0
            self.w = Tensor([1.0, 2.0])

        def __call__(self, x):
            return np.sum(self.w * x) * self.factor

    model = Scaled()
    f, x = jit(lambda x: model(x) * 1.0), np.ones(2)
    for factor in (2.0, 3.0):
        model.factor = factor
        assert f(x).item() == model(x).item()
    model.w = Tensor([10.0, 20.0])
    assert f(x).item() == model(x).item()
    model.w.data = np.array([0.0, 1.0])
    assert f(x).item() == model(x).item()
    model.w.data -= 5
    assert f(x).item() == model(x).item()


def test_methods():
    class Model:
        def __init__(self, k):
            self.k = k

        @jit
        def __call__(self, x):
            return x * self.k

    a, b = Model(2.0), Model(3.0)
    x = np.ones(2)
    for _ in range(2):
        assert a(x)[0] == 2
        assert b(x)[0] == 3
    a.k = 4.0
    assert a(x)[0] == 4


def test_no_grad_and_other_modes():
    f = jit(lambda x: x * 2)
    x = Tensor([1.0])
    assert not f(x).is_leaf
    with no_grad():
        assert f(x).is_leaf
    with detect_anomaly(), np.errstate(all="ignore"), pytest.raises(ArithmeticError, match="log gave nan"):
        jit(np.log)(Tensor([-1.0]))


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


RNG = np.random.default_rng(0)


@pytest.mark.parametrize("draw", [lambda: np.random.rand(3), random.random, lambda: RNG.random(3)])  # noqa: NPY002  refused
def test_draws_that_a_program_would_freeze_are_refused(draw):
    with pytest.raises(RecordingError, match="as an argument"):
        jit(lambda x: x + draw())(np.ones(3))


# -- refusals ----------------------------------------------------------------------------------------------------------
def branch(x):
    return x * 2 if x.sum() > 0 else x


REFUSED = {
    "if": branch,
    "while": lambda x: [None for _ in iter(lambda: bool(np.all(x > 0)), True)],
    "float": lambda x: x * float(x[0]),
    "int": lambda x: x * int(x[0]),
    "item": lambda x: x * x[0].item(),
    "tolist": lambda x: np.array(x.tolist()),
    "asarray": lambda x: np.asarray(x) * 2,
    "format": lambda x: f"{x[0]:.3f}",
    "mask": lambda x: x[x > 0],
    "nonzero": lambda x: x[np.nonzero(x)],
    "contains": lambda x: 1.0 in x,
    "allclose": lambda x: np.allclose(x, 0),
    "into a plain array": lambda x: np.add(x, 1, out=np.zeros(3)),
    "item of a plain array": lambda x: np.zeros(3).__setitem__(0, x[0]),
    "Tensor as a bool": lambda x: 1 if np.sum(Tensor(x)) else 2,
    "Tensor.item": lambda x: np.sum(Tensor(x)).item(),
    "Tensor.tolist": lambda x: Tensor(x).tolist(),
    "shape": lambda x: np.zeros(np.sum(x).astype(int)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_the_numbers_is_refused(name):
    f = jit(REFUSED[name])
    for _ in range(2):
        with pytest.raises((RecordingError, ValueError)) as caught:
            f(np.array([1.0, 2.0, 3.0]))
        assert isinstance(caught.value, RecordingError) or isinstance(caught.value.__cause__, RecordingError)
    assert not f.programs


NUMBERS = {
    "if": lambda n: 1 if n > 2 else 0,
    "range": lambda n: [None for _ in range(n)],
    "index": lambda n: [1, 2, 3][n],
    "shape": lambda n: np.zeros(n) + 1,
    "float": lambda n: float(n) + 1,
    "format": lambda n: f"{n}",
    "slice": lambda n: Tensor(np.ones(5)).data[:n],
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_that_decide_are_refused_unless_static(name):
    with pytest.raises(RecordingError, match="static="):
        jit(NUMBERS[name])(2)
    f = jit(NUMBERS[name], static="n")
    assert same(f(2), NUMBERS[name](2))


def test_a_recorded_array_that_escapes_is_refused_later():
    kept = []

    @jit
    def f(x):
        kept.append(x * 2)
        return x

    f(np.ones(2))
    with pytest.raises(RecordingError, match="returned"):
        kept[0] + 1


def test_a_failed_recording_leaves_everything_as_it_was():
    w = Tensor([1.0, 2.0])

    @jit
    def f(x):
        y = np.sum(w * x)
        y.backward()
        return y.item()

    before = w.data
    with pytest.raises(RecordingError):
        f(np.ones(2))
    assert w.grad is None
    assert w.data is before
    assert same(np.sum(w * 2).item(), 6.0)


def test_errors_of_the_function_come_through():
    with pytest.raises(ValueError, match="shapes"):
        jit(lambda x, y: x + y)(np.ones(2), np.ones(3))
    with pytest.raises(TypeError, match="takes a function"):
        jit(3)
    with pytest.raises(TypeError, match="no parameter 'n'"):
        jit(lambda x: x, static="n")
    with pytest.raises(TypeError, match="hash"):
        jit(lambda x: x)({1, 2})
    with pytest.raises(TypeError, match="dtype"):
        jit(lambda x: x)(np.array(["a"]))


# -- models ------------------------------------------------------------------------------------------------------------
OPTIMIZERS = [
    nn.optimizers.SGD(0.1), nn.optimizers.SGD(0.1, momentum=0.9, nesterov=True), nn.optimizers.RMSprop(0.01),
    nn.optimizers.RMSprop(0.01, momentum=0.9, centered=True), nn.optimizers.Adagrad(0.1), nn.optimizers.Adadelta(1.0),
    nn.optimizers.Adam(0.01), nn.optimizers.Adam(0.01, amsgrad=True), nn.optimizers.AdamW(0.01, weight_decay=0.1),
    nn.optimizers.Adamax(0.01), nn.optimizers.Nadam(0.01), nn.optimizers.Lion(0.01),
    nn.optimizers.Adam(nn.optimizers.schedules.CosineDecay(0.1, 10)), nn.optimizers.Adam(0.01, clipnorm=0.1),
    nn.optimizers.SGD(0.1, clipvalue=0.01), nn.optimizers.SGD(0.1, global_clipnorm=0.1),
]  # fmt: skip


def network(seed=0):
    return nn.Sequential(
        [
            nn.layers.Dense(8, activation="relu", input_shape=(3,), kernel_regularizer="l2"),
            nn.layers.BatchNormalization(),
            nn.layers.Dropout(0.3),
            nn.layers.GaussianNoise(0.1),
            nn.layers.Dense(4, activation="tanh"),
            nn.layers.LayerNormalization(),
            nn.layers.Dense(1, activation="sigmoid"),
        ],
        seed=seed,
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{o}{vars(o).get('clipnorm') or ''}")
def test_twenty_steps_of_a_model(optimizer):
    def run(decorate):
        import copy

        model, own = network(), copy.deepcopy(optimizer)
        own.bind(model.trainable_parameters())
        loss = nn.losses.BinaryCrossentropy()

        @decorate
        def step(x, y):
            value = loss(y, model(x, training=True)) + sum(model.losses)
            own.zero_grad()
            value.backward()
            own.step()
            return value

        rng = np.random.default_rng(0)
        values = []
        for k in range(20):
            n = 5 if k % 4 == 3 else 8
            x = rng.standard_normal((n, 3)).astype(np.float32)
            values.append(step(x, (x[:, :1] > 0).astype(np.float32)).item())
        return values, [p.data for p in model.parameters()], own.state_dict(), model.random.random(3)

    assert same(run(jit), run(lambda f: f))


def test_parameters_set_from_outside_are_used():
    def run(decorate):
        model = network()
        optimizer = nn.optimizers.Adam(model.trainable_parameters())

        @decorate
        def step(x):
            loss = np.mean(model(x, training=False))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        x = np.ones((4, 3), np.float32)
        start = model.get_weights()
        found = [step(x).item(), step(x).item()]
        model.set_weights(start)
        found += [step(x).item()]
        model.set_weights([w * 0.5 for w in start])
        found += [step(x).item(), step(x).item()]
        return found

    assert same(run(jit), run(lambda f: f))


def test_training_mode_and_settings_are_noticed():
    model = network()
    f, x = jit(model), np.ones((4, 3), np.float32)
    training = f(x).data
    model.eval()
    assert same(f(x), model(x))
    assert not same(training, f(x))


# -- threads and memory ------------------------------------------------------------------------------------------------
def test_threads():
    f = jit(grad(lambda x: np.sum(np.tanh(x @ x.T) ** 2)))
    inputs = [np.random.default_rng(k).standard_normal((20, 20)) for k in range(8)]
    wanted = [grad(lambda x: np.sum(np.tanh(x @ x.T) ** 2))(x) for x in inputs]
    wrong = []

    def work(k):
        wrong.extend(k for _ in range(50) if not np.array_equal(f(inputs[k]), wanted[k]))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_memory_of_a_thousand_replays_is_flat():
    model = network()
    optimizer = nn.optimizers.Adam(model.trainable_parameters())

    @jit
    def step(x):
        loss = np.mean(np.square(model(x, training=True)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    x = np.ones((64, 3), np.float32)
    for _ in range(10):
        step(x)
    gc.collect()
    tracemalloc.start()
    for _ in range(1000):  # some Pythons take a little once
        step(x)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(1000):
        step(x)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 30_000  # less than a Python object for each replay


def test_a_dropped_program_frees_its_memory():
    def once():
        f = jit(lambda x: np.sum(np.exp(x) * 2))
        f(np.ones(100_000))
        f(np.ones(100_000))

    once()
    gc.collect()
    tracemalloc.start()
    once()
    gc.collect()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert left < 100_000
