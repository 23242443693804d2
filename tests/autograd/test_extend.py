"""The page for libraries on top: what it promises while a function is traced, and HIPS autograd's way to an op."""

import io
import itertools

import numpy as np
import pytest

from autograd import Tensor, Value, check_grads, extend, grad, hessian, jacobian, jit, jvp, no_grad
from autograd.errors import BackwardError, ChangedError, RecordingError
from autograd.extend import defjvp, defvjp, primitive

X = np.array([1.5, 0.5, -1.0])


# -- arrays ------------------------------------------------------------------------------------------------------------


def test_the_array_behind_and_whether_there_is_one():
    t = Tensor(X)
    assert extend.array_of(t) is t.data
    assert extend.array_of(Value(2.0)) == 2.0
    assert extend.array_of("x") == "x"
    assert [extend.is_tensor(x) for x in (t, Value(2.0), X)] == [True, False, False]


def test_a_tensor_of_a_subclass_stands_for_the_same_result():
    class Marked(Tensor):
        __slots__ = ("mark",)

    x = Tensor(X)
    y = extend.shown_as(Marked, x[:2])
    y.mark = "here"
    assert type(y) is Marked
    assert y.mark == "here"
    np.sum(y * y).backward()
    assert x.grad.tolist() == [3.0, 1.0, 0.0]


def test_a_view_of_a_subclass_notices_writes_as_the_view_did():
    x = Tensor(X) * 1
    y = extend.shown_as(Tensor, x[:2])
    x[0] = 5.0
    with pytest.raises(RuntimeError, match="shares memory"):
        y * 2


def test_who_made_a_tensor():
    assert extend.made_by(np.tanh(Tensor(X))) == "tanh"
    assert extend.made_by(Tensor(X)) is None
    with no_grad():
        assert extend.made_by(np.tanh(Tensor(X))) is None


def test_which_arrays_are_shown_even_while_traced():
    seen = io.StringIO()
    array = X.copy()
    tensors = [Tensor(X), Tensor(X)]
    arrays = [tensors[0].data, array]
    seen.write(f"{extend.show(tensors, arrays)} ")
    tensors[1].rebase(array)
    seen.write(f"{extend.show(tensors, arrays)} ")
    jit(lambda: seen.write(f"{extend.show(tensors, arrays)}") and tensors[1] * 2)()
    assert seen.getvalue() == "False True True"


def test_what_was_written_to_cannot_be_gone_back_through():
    array = X.copy()
    t = Tensor(X)
    t.rebase(array)
    y = np.sum(t * t)
    array *= 2
    extend.rewritten([t])
    with pytest.raises(ChangedError):
        y.backward()
    np.sum(t * t).backward()
    assert t.grad.tolist() == (4 * X).tolist()


# -- while a function is traced ----------------------------------------------------------------------------------------


def test_tracing_and_a_stretch_that_is_not():
    seen = io.StringIO()  # jit does not look into it, as it does into a list

    @jit(check=False)
    def f(x):
        seen.write(f"{extend.tracing()} ")
        with extend.untraced():
            seen.write(f"{extend.tracing()} ")
        return x * 2

    f(X), f(X)
    assert seen.getvalue() == "True False "
    assert not extend.tracing()


class Thing:
    __module__ = "nn.things"  # as a class of the library: jit leaves it to `watch`
    unwatched = ("free",)

    def __init__(self, **settings):
        vars(self).update(settings)


def test_settings_are_watched_but_for_those_unwatched():
    thing = Thing(by=2.0, free=1.0)
    extend.watch(thing)  # where nothing is traced: nothing happens
    f = extend.Jitted(lambda x: (extend.watch(thing), x * thing.by)[1])
    assert f(X).tolist() == (X * 2).tolist()
    thing.by = 3.0
    assert f(X).tolist() == (X * 3).tolist()
    thing.free = 2.0
    f(X)
    assert f.recordings == 2


def test_single_attributes_are_watched():
    t = Tensor(X, name="a")  # no plain object: jit watches its numbers, not its name
    f = jit(lambda x: (extend.watch(t, "name"), x * t * len(t.name))[1])
    f(X)
    t.name = "abc"
    assert f(X).data.tolist() == (X * X * 3).tolist()


def test_a_generator_kept_as_an_attribute_goes_on():
    def run(decorate):
        thing = Thing(rng=np.random.default_rng(0))
        f = decorate(lambda x: x + extend.generator_of(thing, "rng").random(3))
        return np.stack([f(X) for _ in range(3)])

    assert (run(jit) == run(lambda f: f)).all()


def test_a_check_runs_at_every_replay():
    def small(array):
        if array.max() > 2:
            raise ValueError("too large")

    f = jit(lambda x: (extend.checked(small, x), x * 2)[1])
    f(X), f(X)
    with pytest.raises(ValueError, match="too large"):
        f(X * 2)


def test_python_at_every_replay():
    calls = itertools.count(1)  # jit does not look into it, as it does into a list

    def host():
        return float(next(calls)), 10.0

    def scaled(x):
        a, b = extend.every_time(host)
        return x * a + b

    f = jit(scaled)
    assert [f(np.ones(1)).item() for _ in range(3)] == [11.0, 12.0, 13.0]
    assert scaled(1.0) == 14.0  # without jit


def test_what_is_called_around_replays():
    seen = io.StringIO()

    def f(x):
        extend.before_replays(lambda: seen.write("before "))
        extend.after_replays(lambda: seen.write("after "))
        return x * 2

    g = jit(f)
    g(X), g(X)
    assert seen.getvalue() == "after before after "
    f(X)
    assert seen.getvalue() == "after before after "  # nothing is replayed without jit


def test_an_array_written_in_place():
    state = {"total": np.zeros(3)}

    @jit
    def add(x):
        extend.written_to(state, "total")
        state["total"] += x
        return x * 1

    for _ in range(3):
        add(X)
    assert state["total"].tolist() == (X * 3).tolist()


def test_a_start_that_has_to_be_made_first():
    seen = []

    def ready():
        seen.append("ready")

    def f(x):
        seen.append("f")
        extend.start_with(ready, "ready" in seen)
        return x * 2

    jit(f)(X)
    assert seen == ["f", "ready", "f"]
    seen.clear()
    f(X)
    assert seen == ["f", "ready"]


def test_what_is_undone_when_tracing_fails():
    thing = Thing(n=0)

    @jit
    def f(x):
        extend.on_failure(lambda: setattr(thing, "n", 0))
        thing.n = 1
        return x if np.sum(x) > 0 else -x

    with pytest.raises(RecordingError):
        f(X)
    assert thing.n == 0


# -- operations as programs for HIPS autograd make them ----------------------------------------------------------------


@primitive
def logsumexp(x):
    """Numerically stable log(sum(exp(x)))."""
    max_x = np.max(x)
    return max_x + np.log(np.sum(np.exp(x - max_x)))


def logsumexp_vjp(ans, x):
    return lambda g: g * np.exp(x - ans)


defvjp(logsumexp, logsumexp_vjp)


@primitive
def weighted(x, n, y, axis=None):
    return np.sum(x**n * y, axis=axis)


defvjp(
    weighted,
    lambda ans, x, n, y, axis=None: lambda g: g * n * x ** (n - 1) * y,
    lambda ans, x, n, y, axis=None: lambda g: g * x**n,
    argnums=(0, 2),
)
defjvp(weighted, lambda g, ans, x, n, y, axis=None: np.sum(g * n * x ** (n - 1) * y, axis=axis), argnums=(0,))


def test_the_example_of_hips_runs():
    def example(y):
        z = y**2
        return np.sum(logsumexp(z))

    p = np.exp(X**2) / np.exp(X**2).sum()
    assert grad(example)(X) == pytest.approx(2 * X * p)
    assert jit(grad(example))(X) == pytest.approx(2 * X * p)
    check_grads(example, X)
    assert logsumexp.__doc__.startswith("Numerically")
    assert logsumexp(X) == pytest.approx(np.log(np.exp(X).sum()))  # plain arrays go straight to the function


def test_higher_orders_and_forward_mode_come_with_it():
    p = np.exp(X) / np.exp(X).sum()
    expected = np.diag(p) - np.outer(p, p)
    assert hessian(logsumexp)(X) == pytest.approx(expected)
    assert jacobian(grad(logsumexp))(X) == pytest.approx(expected)
    assert jvp(logsumexp, (X,), (np.ones(3),))[1] == pytest.approx(1.0)
    assert jvp(lambda x: weighted(x, 2, X), (X,), (np.ones(3),))[1] == pytest.approx((2 * X * X).sum())


def test_arguments_by_number_and_settings():
    by_x, by_y = grad(weighted, (0, 2))(X, 3, X + 1)
    assert by_x == pytest.approx(3 * X**2 * (X + 1))
    assert by_y == pytest.approx(X**3)
    check_grads(lambda x, y: weighted(x, 3, y), X, X + 1)
    x = Tensor(X[:, None] * np.ones((3, 2)))
    np.sum(weighted(x, 2, 1.0, axis=0)).backward()
    assert x.grad == pytest.approx(2 * x.data)


def test_no_derivative_and_one_that_is_0():
    with pytest.raises(BackwardError, match="weighted has no vjp for its argument 1"):
        grad(weighted, 1)(X, 2.0, X)

    @primitive
    def first(a, b):
        return a + 0 * b

    defvjp(first, lambda ans, a, b: lambda g: g, None)
    a, b = Tensor(X), Tensor(X)
    np.sum(first(a, b) * 2).backward()
    assert a.grad.tolist() == [2.0, 2.0, 2.0]
    assert b.grad is None or not b.grad.any()


def test_what_is_refused():
    with pytest.raises(TypeError, match="by position"):
        weighted(X, 2, y=Tensor(X))
    with pytest.raises(TypeError, match="wanted a function made by primitive"):
        defvjp(np.sin, lambda ans, x: lambda g: g)
    with pytest.raises(TypeError, match="wanted a function made by primitive"):
        defjvp(np.sin, lambda g, ans, x: g)


def test_every_time_says_what_it_wants():
    def one(x):
        return x * extend.every_time(lambda: 3.0)[0]

    for f in (one, jit(one)):
        with pytest.raises(TypeError, match="wants a function that returns a tuple"):
            f(np.ones(2))
