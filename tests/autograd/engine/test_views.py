"""What shares memory in NumPy knows of writes: a write through a view is noticed in the array, and the other way."""

import numpy as np
import pytest

from autograd import Tensor, gradients, no_grad, testing
from autograd.rules.arrays import is_tensor
from autograd.rules.structural import Composition, Primitive
from autograd.rules.table import ROWS

# Every row finds its own samples; these are calls that give views only with some settings, or none with some.
MORE = """
    np.meshgrid(x3,x2,copy=False) np.meshgrid(x3,x2) np.meshgrid(x3,x2,sparse=True,copy=False)
    np.meshgrid(x3,copy=False) np.astype(x23,np.float64,copy=False) np.astype(x23,np.float64)
    np.astype(x23,np.float32,copy=False) np.broadcast_arrays(x23,x23) np.broadcast_arrays(x23,x3,x)
    np.broadcast_to(x23,(2,3)) np.atleast_1d(x3) np.atleast_2d(x23) np.atleast_3d(x234) np.rot90(x23,k=0)
    np.rot90(x23,k=4) np.rot90(x23,k=2) np.flip(x23,()) np.einsum('ii->i',x33) np.einsum('ij->ji',x23)
    np.einsum('ij',x23) np.einsum('ij->j',x23) np.diff(x3,n=0) np.trim_zeros(x3) np.real_if_close(x23)
    np.real_if_close(z23,1e30) np.real(z23) np.imag(z23) np.real(x23) np.reshape(x23,(2,3))
    np.reshape(x23,6,order='F') np.ravel(x23,order='F') np.ravel(x23.T) np.ravel(x3) np.squeeze(x23)
    np.expand_dims(x23,0) np.moveaxis(x23,0,0) np.rollaxis(x23,0) np.swapaxes(x23,0,0) np.array_split(x3,5)
    np.split(x3,1) np.tile(x3,1) np.roll(x3,0) np.repeat(x3,1) np.take(x3,[0,1]) np.compress([1],x3)
    np.sum(x23,axis=()) np.max(x23,axis=()) np.mean(x23,axis=()) np.cumsum(x3) np.diag(x33) np.diag(x3) np.tril(x33)
    np.where(True,x3,x3) np.clip(x3,-9,9) np.copy(x3) np.vstack([x23]) np.concatenate([x3]) np.stack([x3])
    np.block([x3]) np.append(x3,[]) np.insert(x3,[],[]) np.delete(x3,[]) np.pad(x3,0) np.sort(x3) np.nan_to_num(x3)
    np.conj(x3) np.positive(x3) np.matrix_transpose(x23) np.permute_dims(x23,(0,1)) np.resize(x3,3)
    np.choose([0,0],[x2]) np.select([[True,True]],[x2]) np.lib.stride_tricks.sliding_window_view(x3,1)
    np.fft.fftshift(x3) np.unwrap(x3) x23[...] x23[()] x23[0] x23[:,None] x23[[0,1]] x23[0,0] x23[x23>-9] x23.T
    x23.reshape(2,3) x23.reshape(-1) x23.astype(np.float64,copy=False) x23.astype(np.float64) x23.flatten('F')
    x23.ravel('F') x33.diagonal() x23.swapaxes(0,1) x23.take([0],axis=0) x23.repeat(1,axis=0) x23.transpose(1,0)
    x23.clip(-9,9) x23.compress([True,True],axis=0)
""".split()


def own_methods():
    """Everything that arrays and Tensors both have, where it needs no arguments."""
    for name in sorted(set(dir(np.ndarray)) & set(dir(Tensor))):
        if name.startswith("_") or name in ("data", "item", "tolist", "argmax", "argmin", "argsort", "nonzero"):
            continue
        for kind in ("x23", "x33", "z23", "x"):
            text = f"{kind}.{name}" + "()" * callable(getattr(np.ndarray, name))
            try:
                eval(text, {kind: np.ones([int(n) for n in kind[1:]], complex if kind[0] == "z" else float)})
            except (TypeError, ValueError):
                continue
            yield text


def calls():
    rows = [row for row in ROWS.values() if isinstance(row, Composition | Primitive)]
    found = [sample for row in rows for sample in testing.sample_calls(row)]
    for text in [*MORE, *own_methods()]:
        found += testing.sample_calls(Text(text))
    return found


class Text:
    """What looks like a row with one sample, and is any expression."""

    def __init__(self, text):
        self.name, self.samples = "", (text,)


def results(y):
    return list(y) if isinstance(y, tuple | list) else [y]


def one(call, arrays, k):
    tensors = [Tensor(a) * 1.0 for a in arrays]
    return tensors, results(call(*tensors))[k]


READS = """t*1 t.data t.numpy() t==0 t.sum() np.sign(np.real(t)) t.tolist() np.abs(t) t.T (0.0)in(t) t.detach()
    np.copy(t) t.backward(np.ones(t.shape)) np.concatenate([t.ravel()])
    gradients(t,t,seed=np.ones(t.shape))""".split()


def reads(text, tensor):
    try:
        eval(text, {"t": tensor, "np": np, "gradients": gradients})
    except RuntimeError as error:
        return str(error)
    return ""


def refused(tensor):
    """Whether a Tensor is refused in whatever reads its numbers; it must be so in all or in none."""
    (found,) = {reads(text, tensor) for text in READS}
    return "shares memory" in found


@pytest.mark.parametrize("mode", [np.errstate, no_grad])
@pytest.mark.parametrize("sample", calls(), ids=repr)
def test_views_are_those_of_numpy(sample, mode):
    with mode():
        check_views(sample)


def check_views(sample):
    with np.errstate(all="ignore"):
        arrays = [a * 1.0 for a in sample.arrays]  # where these have no axes, NumPy makes numbers of them
        plain = results(sample.call(*arrays))
    for k, y in enumerate(plain):
        if not isinstance(y, np.ndarray) or y.dtype.kind not in "fc" or not y.size:
            continue
        for i, a in enumerate(arrays):
            shares = np.shares_memory(y, a)
            tensors, view = one(sample.call, sample.arrays, k)
            if not is_tensor(view):
                assert not shares
                continue
            if view is tensors[i]:
                assert shares
                continue
            if shares:
                with pytest.raises(ValueError, match="read-only"):
                    view.data[...] = 7.0
            view[...] = 7.0
            assert refused(tensors[i]) == shares
            tensors, view = one(sample.call, sample.arrays, k)
            tensors[i] += 1.0
            assert refused(view) == shares


def test_the_samples_have_views_of_many_kinds():
    viewed = {
        sample.text.split("(")[0]
        for sample in calls()
        if any(np.shares_memory(y, a) for y in results(sample.call(*sample.arrays)) for a in sample.arrays)
    }
    assert len(viewed) > 60


@pytest.mark.parametrize("mode", [no_grad, np.errstate])
def test_a_part_is_written_to_by_an_operator(mode):
    for write in ("t[1:] += 1", "t[0] *= 3", "t[0, 1] -= 2", "t[:, ::2] /= 2", "t[[0, 1]] += 1", "t[...] **= 2"):
        array = np.arange(1.0, 7.0).reshape(2, 3)
        t = Tensor(array)
        with mode():
            if mode is not no_grad:
                t = t * 1.0
            exec(write, {"t": t})
        exec(write, {"t": array})
        assert t.data.tolist() == array.tolist()


@pytest.mark.parametrize("mode", [no_grad, np.errstate])
def test_a_view_that_was_written_to_may_come_back_only_where_it_was(mode):
    for place in (slice(1, 3), slice(None, None, 2), [0, 1]):
        with mode():
            t = Tensor(np.zeros(3)) * 1.0
            view = t[:2]
            view += 1.0
            with pytest.raises(RuntimeError, match="shares memory"):
                t[place] = view
            with pytest.raises(RuntimeError, match="shares memory"):
                t * 1.0


def test_rows_of_a_loop_are_views():
    t = Tensor(np.zeros((2, 3))) * 1.0
    for row in t:
        row += 1.0
        break
    with pytest.raises(RuntimeError, match="shares memory"):
        t.sum()


def test_the_derivative_of_a_part_written_to_by_an_operator():
    x = Tensor([1.0, 2.0, 3.0])
    y = x * 2.0
    y[1:] *= x[:2]
    y.sum().backward()
    assert x.grad.tolist() == [2.0 + 4.0, 2.0 + 6.0, 4.0]  # 2 x0 + 2 x1 x0 + 2 x2 x1


def test_an_old_view_shows_itself_and_says_why_not():
    t = Tensor(np.zeros(3)) * 1.0
    view = t[:2]
    t[0] = 1.0
    assert "written to since" in repr(view)


WRITES = {
    "part of data": lambda t: t.data.__setitem__(0, 9.0),
    "data": lambda t: exec("t.data -= 1", {"t": t}),
    "an optimizer": lambda t: t.rebase(np.subtract(t.data, 1.0, out=t.data)),
    "an array of an optimizer": lambda t: (t.rebase(np.array(t.data)), np.negative(t.data, out=t.data)),
}


@pytest.mark.parametrize("exposed", [False, True])
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    "view", ["np.flip(t)", "np.split(t, 3)[0]", "t.reshape(-1)", "np.flip(t.reshape(-1))", "t[:2]"]
)
def test_a_view_of_a_variable_whose_data_is_written_to_shows_it_or_is_refused(view, write, exposed):
    t = Tensor([1.0, 2.0, 3.0])
    if exposed:
        t.data[1] = 5.0
    v = eval(view, {"t": t, "np": np})
    assert v.tolist() == eval(view, {"t": t.numpy(), "np": np}).tolist()
    WRITES[write](t)
    if not refused(v):
        assert v.tolist() == eval(view, {"t": t.numpy(), "np": np}).tolist()


def test_a_copied_view_is_left_alone_where_nothing_is_written():
    t = Tensor([1.0, 2.0, 3.0])
    v = np.flip(t)
    assert t.data.tolist() == [1, 2, 3]
    assert v.tolist() == [3, 2, 1]
    t.data = np.zeros(3)  # another array, as for a reshaped one
    assert v.tolist() == [3, 2, 1]
