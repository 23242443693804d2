"""Every row of the table, found by itself: values, derivatives, dtypes, memory layouts, empty arrays."""

import functools
import inspect
import math
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value, check_grads, gradients, jacobian, primitive, testing
from autograd.engine.apply import fresh
from autograd.rules.arrays import array_of
from autograd.rules.structural import Composition, Constant, Primitive
from autograd.rules.table import FUNCTIONS, ROWS, Differentiable, Elementwise
from autograd.transforms.containers import leaves

LINES = [row for row in ROWS.values() if isinstance(row, Elementwise)]
SAMPLED = [row for row in ROWS.values() if row.samples or isinstance(row, Elementwise)]
SAMPLES = [sample for row in SAMPLED for sample in testing.sample_calls(row)]


def results(y):
    return leaves(list(y)) if isinstance(y, tuple | list) else [y]


def raw(y):
    return np.asarray(array_of(y))


def run(sample, arrays):
    """The results on Tensors, and the gradient of a weighted sum of them for each argument."""
    tensors = [Tensor(a) for a in arrays]
    with np.errstate(all="ignore"):
        ys = [y for y in results(sample.call(*tensors)) if isinstance(y, Tensor)]
        total = sum(
            np.sum(np.real(y) * np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype.char.lower())) for y in ys
        )
    gs = gradients(total, tensors) if isinstance(total, Tensor) else [np.zeros_like(a) for a in arrays]
    return [raw(y) for y in ys], gs


def test_a_row_without_samples_fails():
    bare = [
        row.name
        for row in ROWS.values()
        if isinstance(row, Composition | Primitive)
        and row.covers
        and not row.samples
        and not hasattr(row, "instead")  # refused by design
    ]
    assert not bare, f"rows without sample calls, so nothing checks them: {bare}"


def test_at_least_two_hundred_differentiable_public_functions():
    found = [f for f, row in FUNCTIONS.items() if not isinstance(row, Constant) and not hasattr(row, "instead")]
    assert len(found) >= 200


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_values_and_derivatives(sample):
    with np.errstate(all="ignore"):
        plain = results(sample.call(*sample.arrays))
        on_tensors = results(sample.call(*map(Tensor, sample.arrays)))
    for a, b in zip(plain, on_tensors, strict=True):
        assert np.shape(a) == raw(b).shape
        assert np.asarray(a).dtype == raw(b).dtype
        assert np.allclose(a, raw(b), equal_nan=True)
    check_grads(sample.call, *sample.arrays)


@pytest.mark.parametrize("sample", [s for row in SAMPLED for s in testing.sample_calls(row, np.float32)], ids=repr)
def test_float32_stays_float32(sample):
    if "float_power" in sample.text or "f8" in sample.text:
        return  # float64 by definition
    # Even where NumPy itself goes to float64 (cov, interp, vander).
    ys, gs = run(sample, sample.arrays)
    assert {y.dtype.char for y in ys} <= {"F" if y.dtype.kind == "c" else "f" for y in ys}
    assert [g.dtype for g in gs] == [a.dtype for a in sample.arrays]


def layouts(a):
    if a.ndim == 0:
        yield from [("0-d", a.copy())] * 4
        return
    yield "fortran", np.asfortranarray(a)
    yield "reversed", a[(slice(None, None, -1),) * a.ndim].copy()[(slice(None, None, -1),) * a.ndim]
    wide = np.zeros(tuple(2 * n for n in a.shape), a.dtype)
    wide[(slice(None, None, 2),) * a.ndim] = a
    yield "strided", wide[(slice(None, None, 2),) * a.ndim]
    frozen = a.copy()
    frozen.flags.writeable = False
    yield "read-only", frozen


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_memory_layouts_make_no_difference(sample):
    ys, gs = run(sample, sample.arrays)
    for versions in zip(*(layouts(a) for a in sample.arrays), strict=True):
        arrays = [array for _, array in versions]
        before = [array.copy() for array in arrays]
        # As variables (which are copied), and as they are beside one variable.
        for y, z in zip(ys, run(sample, arrays)[0], strict=True):
            assert np.allclose(y, z, equal_nan=True)
        for k in range(len(arrays)):
            mixed = [fresh(np.array(a)) for a in arrays]
            for t, a in zip(mixed, arrays, strict=True):
                t._array = a
            with np.errstate(all="ignore"):
                zs = [y for y in results(sample.call(*mixed)) if isinstance(y, Tensor)]
                weights = [np.cos(np.arange(y.size)).reshape(y.shape).astype(y.dtype.char.lower()) for y in zs]
                total = sum(np.sum(np.real(y) * w) for y, w in zip(zs, weights, strict=True))
            if isinstance(total, Tensor):
                found = gradients(total, mixed[k])
                assert np.allclose(found, gs[k], equal_nan=True)
                assert not np.shares_memory(found, arrays[k])
        for a, b in zip(arrays, before, strict=True):
            assert np.array_equal(a, b, equal_nan=True)


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_empty_arrays_where_numpy_takes_them(sample):
    for k, array in enumerate(sample.arrays):
        for axis in range(array.ndim):
            shape = array.shape
            cut = [
                a[tuple(slice(0, 0) if n == shape[axis] and (i == k or n != 1) else slice(None) for n in a.shape)]
                for i, a in enumerate(sample.arrays)
            ]
            with np.errstate(all="ignore"):
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("error")
                        plain = results(sample.call(*cut))
                except Exception:
                    continue
                ys, gs = run(sample, cut)
            expected = [np.asarray(y) for y in plain if np.asarray(y).dtype.kind in "fc"]
            for a, b in zip(expected, ys, strict=True):
                assert np.shape(a) == b.shape
            for a, g in zip(cut, gs, strict=True):
                assert g.shape == a.shape
                assert g.dtype == a.dtype


@pytest.mark.parametrize("sample", [s for s in SAMPLES if all(a.dtype.kind == "f" for a in s.arrays)], ids=repr)
def test_batched_cotangents_equal_one_at_a_time(sample):
    with np.errstate(all="ignore"):
        plain = results(sample.call(*sample.arrays))
    if not all(np.asarray(y).dtype.kind == "f" for y in plain):
        return
    for k, y in enumerate(plain):
        flat = jacobian(lambda *xs, k=k: results(sample.call(*xs))[k], tuple(range(len(sample.arrays))))(*sample.arrays)
        tensors = [Tensor(a) for a in sample.arrays]
        with np.errstate(all="ignore"):
            out = results(sample.call(*tensors))[k]
        for index in list(np.ndindex(np.shape(y)))[:6]:
            seed = np.zeros(np.shape(y))
            seed[index] = 1
            for j, g in zip(flat, gradients(out, tensors, seed=seed), strict=True):
                assert np.allclose(j[index], g)


@pytest.mark.parametrize("row", LINES, ids=lambda row: row.name)
@given(data=st.data())
def test_elementwise_rows_on_any_shapes(row, data):
    shapes = (
        [data.draw(testing.broadcastable_shapes(2))[0]]
        if len(row.formulas) == 1
        else data.draw(testing.broadcastable_shapes())
    )
    args = [
        data.draw(testing.arrays(shape, low=low, high=high, away_from=row.kinks))
        for shape, (low, high) in zip(shapes, row.domain, strict=True)
    ]
    if row.name in ("maximum", "minimum", "fmax", "fmin") and args:
        args[1] = args[1] + 4.5 * np.sign(args[1] + 0.1)  # away from ties
    check_grads(row, *args, order=1)


@pytest.mark.parametrize("row", [row for row in ROWS.values() if isinstance(row, Constant)], ids=lambda row: row.name)
def test_constants_give_no_tensors(row):
    t = Tensor(np.array([[3.0, 1.0], [1.0, 2.0]]))
    for args in ((t,), (t, t), (t[0], t[1])):
        try:
            y = row.covers[0](*args)
        except (TypeError, ValueError, FileNotFoundError, DeprecationWarning):
            continue
        assert not any(isinstance(part, Tensor | Value) for part in results(y))
        return


@pytest.mark.parametrize("row", LINES, ids=lambda row: row.name)
def test_the_twin_of_a_row_is_numpy_on_one_float_and_never_raises(row):
    points = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 5e-324, 1e16, 710.0, 1e300, -1e300, np.inf, -np.inf, np.nan]

    @given(st.tuples(*[st.sampled_from(points) | st.floats()] * len(row.formulas)))
    def agrees(floats):
        with np.errstate(all="ignore"):
            expected = row.forward(*map(np.float64, floats))
        atol = 1e-300 if row.ufunc else 1e-14  # in our own functions something may cancel, as in 1 + erf(-6)
        assert np.isclose(row.scalar(*floats), expected, rtol=1e-12, atol=atol, equal_nan=True)

    agrees()


def test_a_row_without_a_twin_and_one_whose_twin_raises_take_numpy_s_answer():
    assert ROWS["cbrt"].scalar(-8.0) == -2.0
    assert ROWS["log"].twin is math.log
    assert ROWS["log"].scalar(0.0) == -math.inf
    assert ROWS["exp"].scalar(1e4) == math.inf
    assert ROWS["tanh"].scalar is math.tanh  # it cannot raise, so nothing is put around it
    assert Value(0.0).log().data == -math.inf


def test_the_flags_of_a_row_are_explained_with_their_usual_values_in_one_place():
    lines = (line.split() for line in Differentiable.__doc__.splitlines())
    written = {line[0]: line[1] for line in lines if len(line) > 2 and line[1] in ("True", "False", "1")}
    row = Primitive(lambda x: x, key="of this test")
    del ROWS["of this test"]
    assert written == {name: str(getattr(row, name)) for name in written}
    parameters = inspect.signature(Primitive).parameters.values()
    assert set(written) == {p.name for p in parameters if p.kind is p.KEYWORD_ONLY}


def test_a_user_s_row_is_taken_to_be_careful():
    rule = primitive(lambda x: x)
    del ROWS[f"{__name__}.{rule.forward.__qualname__}"]
    assert (rule.batched, rule.masks) == (False, True)
    assert (Differentiable.batched, Differentiable.masks) == (False, True)


def test_a_row_that_can_hide_a_nan_says_so(monkeypatch):
    calls = []
    for row in ROWS.values():
        if isinstance(row, Primitive):
            monkeypatch.setattr(row, "forward", functools.partial(listen, calls, row, row.forward))
    for sample in SAMPLES:
        if all(a.dtype.kind == "f" for a in sample.arrays):
            with np.errstate(all="ignore"):
                sample.call(*map(Tensor, sample.arrays))
    assert len({row.name for row, *_ in calls}) > 35
    hiding = {row.name for row, forward, args, settings in calls if hides_nan(forward, args, settings)}
    # And only those, since the walk looks for nan after each of them.
    assert hiding == {row.name for row, *_ in calls if row.masks}


def listen(calls, row, forward, *args, **settings):
    calls.append((row, forward, args, settings))
    return forward(*args, **settings)


def hides_nan(forward, args, settings):
    for i, x in enumerate(map(np.asarray, args)):
        for j in range(x.size if x.dtype.kind == "f" else 0):
            spoilt = np.array(x)
            spoilt.flat[j] = np.nan
            try:
                with np.errstate(all="ignore"):
                    y = forward(*args[:i], spoilt, *args[i + 1 :], **settings)
            except np.linalg.LinAlgError:
                continue
            if np.size(y[0] if isinstance(y, tuple) else y) and not any(np.isnan(part).any() for part in results(y)):
                return True
    return False


def test_sum_and_mean_are_one_row_each_whatever_the_axes():
    t = Tensor(np.arange(6.0).reshape(2, 3))
    sums = [t.sum(), np.sum(t), t.sum(axis=0), np.sum(t, keepdims=True), np.add.reduce(t)]
    means = [t.mean(), np.mean(t), t.mean(axis=(0, 1)), np.mean(t, keepdims=True)]
    assert {y._node.rule for y in sums} == {ROWS["sum_"]}
    assert {y._node.rule for y in means} == {ROWS["mean_"]}
    assert {y._node.rule.name for y in sums + means} == {"sum", "mean"}


def test_a_new_file_of_rules_is_found_by_itself(tmp_path):
    autograd = Path(inspect.getfile(Tensor)).parents[1]
    shutil.copytree(autograd, tmp_path / "autograd", ignore=shutil.ignore_patterns("__pycache__"))
    row = "import math\n\nimport numpy as np\n\nfrom autograd.rules.table import Elementwise as row\n\n"
    row += 'cubed = row("cubed", lambda x: x**3, None, "3 * x * x")\n'
    (tmp_path / "autograd" / "rules" / "cubes.py").write_text(row)
    program = "from autograd import Value, grad; print(grad(lambda x: x.cubed())(Value(2.0)).data)"
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["12.0"], run.stderr
