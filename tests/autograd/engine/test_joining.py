"""Joining many Tensors takes time in proportion to their number, forward and backward."""

import time

import numpy as np
import pytest
from amount import so_many

from autograd import Tensor

WAYS = {
    "stack": (np.stack, ()), "concatenate": (np.concatenate, (1,)), "vstack": (np.vstack, ()),
    "hstack": (np.hstack, ()), "dstack": (np.dstack, ()), "column_stack": (np.column_stack, ()),
    "block": (np.block, ()),
    "broadcast_arrays": (lambda many: np.stack(np.broadcast_arrays(*many)), ()),
}  # fmt: skip


def seconds(join, shape, n):
    many = [Tensor(np.full(shape, float(i))) for i in range(n)]
    started = time.process_time()
    y = join(many)
    y.backward(np.arange(float(n)).reshape(y.shape))
    spent = time.process_time() - started
    assert [t.grad.item() for t in many] == list(range(n))
    return spent


@pytest.mark.parametrize("way", WAYS)
def test_joining_is_linear(way):
    join, shape = WAYS[way]
    few, many = 500, 8_000  # 16 times as many; in proportion to the square it would be 256 times
    if way == "broadcast_arrays":
        few, many = 20, 320
    quickest = min(seconds(join, shape, few) for _ in range(3))
    assert seconds(join, shape, many) < 80 * quickest


@pytest.mark.parametrize("way", ["stack", "concatenate"])
def test_many_thousand_tensors_are_joined_in_seconds(way):
    join, shape = WAYS[way]
    assert seconds(join, shape, so_many(30_000, 100_000)) < 10


def test_arrays_that_do_not_fit_are_numpy_s_to_refuse():
    t = Tensor(np.ones((2, 3)))
    for call in (
        lambda t: np.concatenate([t, np.ones(3)]),
        lambda t: np.concatenate([t, t[:, :2]]),
        lambda t: np.stack([t, t[0]]),
        lambda t: np.concatenate([t], axis=2),
        lambda t: np.stack([t], axis=4),
        lambda t: np.vstack([t, t[:, :2]]),
    ):
        with pytest.raises(ValueError, match=r"axis|dimension|shape") as theirs:
            call(t.data)
        with pytest.raises(type(theirs.value), match=r"axis|dimension|shape"):
            call(t)
