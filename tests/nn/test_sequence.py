"""Rows of different lengths padded, and windows of time series."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nn import utils
from nn.preprocessing import sequence


@given(
    rows=st.lists(st.lists(st.integers(1, 9), max_size=6), max_size=5),
    maxlen=st.none() | st.integers(0, 7),
    padding=st.sampled_from(["pre", "post"]),
    truncating=st.sampled_from(["pre", "post"]),
)
def test_padding(rows, maxlen, padding, truncating):
    table = sequence.pad_sequences(rows, maxlen, padding=padding, truncating=truncating)
    length = max(map(len, rows), default=0) if maxlen is None else maxlen
    assert table.shape == (len(rows), length)
    for row, found in zip(rows, table.tolist(), strict=True):
        kept = (row[len(row) - min(length, len(row)) :] if truncating == "pre" else row[:length]) if length else []
        fill = [0] * (length - len(kept))
        assert found == (fill + kept if padding == "pre" else kept + fill)


def test_padding_of_other_things():
    assert sequence.pad_sequences([["a"], []], dtype=object, value="-", padding="post").tolist() == [["a"], ["-"]]
    nested = sequence.pad_sequences([[[1, 2]], [[3, 4], [5, 6]]], value=[7, 8])
    assert nested.tolist() == [[[7, 8], [1, 2]], [[3, 4], [5, 6]]]
    assert sequence.pad_sequences(np.eye(2), dtype="float32", value=-1.5, maxlen=3).tolist() == [
        [-1.5, 1, 0],
        [-1.5, 0, 1],
    ]
    assert sequence.pad_sequences([]).shape == (0, 0)
    assert sequence.pad_sequences([[1]], maxlen=0).shape == (1, 0)
    assert sequence.pad_sequences([[], []], maxlen=2, value=9).tolist() == [[9, 9], [9, 9]]
    assert sequence.pad_sequences([[2.0]]).tolist() == [[2]]
    assert np.isnan(sequence.pad_sequences([[np.nan]], dtype="float32"))


@given(
    n=st.integers(2, 30),
    length=st.integers(1, 6),
    rate=st.integers(1, 3),
    stride=st.integers(1, 3),
    batch=st.integers(1, 5),
    reverse=st.booleans(),
)
def test_generated_windows_equal_a_plain_loop(n, length, rate, stride, batch, reverse):
    assume(length < n)
    series = np.stack([np.arange(float(n)), np.ones(n)], axis=1)
    settings = {"sampling_rate": rate, "stride": stride, "batch_size": batch, "reverse": reverse}
    wanted = [(series[i - length : i : rate][:: -1 if reverse else 1].tolist(), float(i))
              for i in range(length, n, stride)]  # fmt: skip
    windows = sequence.TimeseriesGenerator(series, np.arange(n), length, **settings)
    found = [(x.tolist(), y) for xs, ys in windows for x, y in zip(xs, ys, strict=True)]
    assert found == wanted
    assert len(list(windows)) == len(windows)
    assert np.array_equal(windows[len(windows) - 1][0], windows[-1][0])
    with pytest.raises(IndexError):
        windows[len(windows)]
    mixed = sequence.TimeseriesGenerator(series, np.arange(n), length, shuffle=True, seed=0, **settings)
    for _ in range(2):
        assert sorted((x.tolist(), y) for xs, ys in mixed for x, y in zip(xs, ys, strict=True)) == sorted(wanted)


@given(
    n=st.integers(1, 30),
    length=st.integers(1, 6),
    stride=st.integers(1, 3),
    rate=st.integers(1, 3),
    batch=st.integers(1, 5),
)
def test_windows_equal_a_plain_loop(n, length, stride, rate, batch):
    series, targets = np.arange(float(n)), -np.arange(float(n))
    wanted = [(series[i : i + length * rate : rate].tolist(), targets[i])
              for i in range(0, n, stride) if i + (length - 1) * rate < n]  # fmt: skip
    settings = {"sequence_stride": stride, "sampling_rate": rate, "batch_size": batch}
    if not wanted:
        with pytest.raises(ValueError, match="does not fit"):
            utils.timeseries_dataset_from_array(series, targets, length, **settings)
        return
    data = utils.timeseries_dataset_from_array(series, targets, length, **settings)
    found = [(x.tolist(), y) for xs, ys in data for x, y in zip(xs, ys, strict=True)]
    assert found == wanted
    assert len(list(data)) == len(data)
    mixed = utils.timeseries_dataset_from_array(series, targets, length, shuffle=True, seed=0, **settings)
    assert sorted((x.tolist(), y) for xs, ys in mixed for x, y in zip(xs, ys, strict=True)) == sorted(wanted)


def test_windows_in_part_of_a_series():
    series = np.arange(20.0)
    part = utils.timeseries_dataset_from_array(series, series * 10, 3, start_index=5, end_index=10)
    ((x, y),) = part
    assert x.tolist() == [[5, 6, 7], [6, 7, 8], [7, 8, 9]]
    assert y.tolist() == [50, 60, 70]
    single = list(utils.timeseries_dataset_from_array(series, series, 19, batch_size=None))
    assert [(x.tolist(), y) for x, y in single] == [(list(range(19)), 0), (list(range(1, 20)), 1)]
    assert len(utils.timeseries_dataset_from_array(series, series, 19, batch_size=None)) == 2
    assert [len(x) for x in utils.timeseries_dataset_from_array(series, None, 5, batch_size=10)] == [10, 6]
    wide = utils.timeseries_dataset_from_array(np.zeros((9, 2, 3)), np.zeros((9, 4)), 2)
    assert [(x.shape, y.shape) for x, y in wide] == [((8, 2, 2, 3), (8, 4))]


def test_shuffled_windows_repeat_with_their_seed():
    series = np.arange(40)
    a, b = (utils.timeseries_dataset_from_array(series, series, 3, shuffle=True, seed=7) for _ in range(2))
    first, again, other = next(iter(a))[1], next(iter(b))[1], next(iter(a))[1]
    assert first.tolist() == again.tolist() != other.tolist()
