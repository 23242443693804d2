"""A function that keeps what it computed in what was there before: refused at once, and nothing of it stays."""

import numpy as np
import pytest

import nn
from autograd import Tensor, jit
from autograd.errors import RecordingError

X = np.array([1.0, 2.0, 3.0])


class Holder:
    def __init__(self):
        self.w = np.zeros(3)


def keepers():
    """(a function that keeps something, what it is kept in, as numbers)."""
    table, items, holder, shown = {"v": np.zeros(3)}, [np.zeros(3)], Holder(), {"t": Tensor(np.zeros(3))}
    total, empty, nested = np.zeros(3), {}, {"all": []}

    def in_a_dict(x):
        table["v"] = 0.9 * table["v"] + x
        return x * 1

    def in_a_list(x):
        items[0] = items[0] - x
        return x * 1

    def at_the_end(x):
        items.append(x * 2)
        return x * 1

    def in_an_attribute(x):
        holder.w = holder.w - x
        return x * 1

    def in_a_new_attribute(x):
        holder.cache = x * 2
        return x * 1

    def in_a_variable(x):
        nonlocal total
        total = total + x
        return x * 1

    def in_a_tensor(x):
        shown["t"] = Tensor(shown["t"].data - x)
        return x * 1

    def under_a_new_key(x):
        empty["v"] = (x, x * 2)
        return x * 1

    def further_in(x):
        nested["all"].append({"loss": np.sum(x)})
        return x * 1

    def state():
        flat = [
            table["v"],
            *items,
            holder.w,
            vars(holder).get("cache"),
            total,
            shown["t"].data,
            empty.get("v"),
            *nested["all"],
        ]
        return [x.tolist() if isinstance(x, np.ndarray) else x for x in flat]

    return [in_a_dict, in_a_list, at_the_end, in_an_attribute, in_a_new_attribute, in_a_variable, in_a_tensor,
            under_a_new_key, further_in], state  # fmt: skip


@pytest.mark.parametrize("number", range(9), ids=[f.__name__ for f in keepers()[0]])
def test_what_is_kept_is_refused_and_put_back(number):
    functions, state = keepers()
    before = state()
    with pytest.raises(RecordingError, match=r"keeping an array that it computed.*Return it"):
        jit(functions[number])(X)
    assert state() == before
    functions[number](X)  # and Python does it
    assert state() != before


class Momentum(nn.optimizers.Optimizer):
    """As a textbook has it: the state is made when it is first needed, and bound anew."""

    def update(self, p, g, state, rate):
        if "m" not in state:
            state["m"] = np.zeros_like(p)
        state["m"] = 0.9 * state["m"] + g
        p -= rate * state["m"]


def test_an_optimizer_that_binds_its_state_anew_trains_in_python():
    x, y = nn.datasets.make_moons(64, noise=0.2, random_state=0)

    def trained(**settings):
        model = nn.Sequential([nn.layers.Dense(4, activation="tanh", input_shape=(2,)), nn.layers.Dense(1)], seed=0)
        model.compile(Momentum(0.05), "mse")
        return model.fit(x, y, epochs=3, batch_size=16, verbose=0, **settings).history["loss"]

    assert trained() == trained(jit=False)


def test_the_identity_of_an_array_is_refused():
    memo = {}

    def f(x):
        memo[id(x)] = memo.get(id(x), 0) + 1
        return x * memo[id(x)]

    with pytest.raises(RecordingError, match=r"id\(\) of an array"):
        jit(f)(X)
    assert memo == {}
    assert "id" not in globals()
    assert jit(lambda x: x * (id(memo) > 0))(X).tolist() == X.tolist()
