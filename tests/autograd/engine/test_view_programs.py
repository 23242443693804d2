"""Random programs of views and writes in place: a Tensor shows what NumPy's array shows, or is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, gradients, no_grad

VIEWS = """a.reshape(-1) a.T a[1:] a[::-1] a[0] a[...,None] np.flip(a) np.atleast_2d(a) np.moveaxis(a,0,-1) np.real(a)
    np.split(a,[1])[0] np.split(a,[1])[1] np.broadcast_arrays(a,a)[0] np.swapaxes(a,0,-1) np.expand_dims(a,0)
    a.squeeze() np.rot90(np.atleast_2d(a)) np.einsum('...->...',a) np.ravel(a) a.copy() a*1.0 np.roll(a,1) a[[0]]
    a.flatten() np.atleast_1d(a) np.meshgrid(a,a,copy=False)[0] a.astype(float,copy=False) a.conj()
    np.diagonal(np.atleast_2d(a)) np.tile(a,1) np.real_if_close(a) np.array_split(a,2)[0] np.flipud(a)
    a[a>0] np.hstack([a,a])""".split()
WRITES = """a[...]=k a+=k a[0]=k a[0]*=k a[1:]+=k a[-1]-=k a*=a a[::2]=k a[[0]]+=k a[a>0]=k a[1:]=a[:-1]
    a-=a.mean() b[...]=a.mean() b+=a.max() a[...]=a[::-1].copy()""".split()
STEPS = [*VIEWS, *WRITES]


def run(steps, start):
    """The variables of a program, of arrays or of Tensors; a step that is refused or makes no sense has no effect."""
    found, done = [start], []
    for step, i, j, k in steps:
        space = {"np": np, "a": found[i % len(found)], "b": found[j % len(found)], "k": k}
        try:
            if step in VIEWS:
                found.append(eval(step, space))
            else:
                exec(step, space)
            done.append((step, i, j, k))
        except (ValueError, IndexError, TypeError, AttributeError, Warning):
            if not isinstance(start, np.ndarray):
                raise
    return found, done


def or_refused(function, *args):
    """What a function gives; None where it needs what a Tensor no longer shows."""
    try:
        return function(*args)
    except (RuntimeError, ValueError) as error:
        if "shares memory" not in str(error) and "read-only" not in str(error):
            raise
        return None


@pytest.mark.parametrize("mode", [np.errstate, no_grad])
@given(data=st.data())
def test_a_program_of_views_and_writes(mode, data):
    shape = data.draw(st.sampled_from([(4,), (2, 3), (3, 3), (1, 2)]))
    step = st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(0, 9), st.integers(2, 5))
    start = np.arange(1.0, np.prod(shape) + 1).reshape(shape) - 2.5
    arrays, done = run(data.draw(st.lists(step, max_size=8)), start.copy())
    smooth = mode is np.errstate and not any(">" in step or "max" in step for step, *_ in done)
    x = Tensor(start)
    with mode():
        tensors, _ = or_refused(run, done, x * 1.0) or ([], None)
    for n, tensor in enumerate(tensors):
        shown = or_refused(lambda t: t.data, tensor)
        if shown is not None:
            assert np.array_equal(shown, arrays[n]), done
            if smooth and isinstance(tensor, Tensor):
                assert np.isclose(gradients(tensor.sum(), x).sum(), slope(done, start, n), rtol=1e-4, atol=1e-4), done


def slope(done, start, n):
    """How the sum of the n-th variable changes where all numbers at the start are moved alike."""
    ends = [run(done, start + h)[0][n].sum() for h in (1e-5, -1e-5)]
    return (ends[0] - ends[1]) / 2e-5
