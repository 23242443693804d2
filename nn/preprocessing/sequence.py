"""Sequences of one length."""

from __future__ import annotations

import numpy as np


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0) -> np.ndarray:
    """A table with a row for each sequence: shorter ones are filled with `value`, longer ones cut, at one end.

    >>> pad_sequences([[1, 2], [3, 4, 5, 6]], maxlen=3)
    array([[0, 1, 2],
           [4, 5, 6]], dtype=int32)
    """
    for name, side in [("padding", padding), ("truncating", truncating)]:
        if side not in ("pre", "post"):
            raise ValueError(f"{name} is 'pre' or 'post'; got {side!r}")
    if not hasattr(sequences, "__len__"):
        raise TypeError(f"wanted a list of sequences; got {type(sequences).__name__}")
    parts = []
    for i, sequence in enumerate(sequences):
        if isinstance(sequence, str) or not hasattr(sequence, "__len__"):
            raise ValueError(f"sequence {i} is {sequence!r:.40}; wanted a list of numbers")
        parts.append(np.asarray(sequence))
    if maxlen is None:
        maxlen = max((len(part) for part in parts), default=0)
    elif not isinstance(maxlen, int | np.integer) or maxlen < 0:
        raise ValueError(f"maxlen is a whole number, 0 or more; got {maxlen!r}")
    inner = next((part.shape[1:] for part in parts if len(part)), ())
    dtype = np.dtype(dtype) if dtype is not object else np.dtype(object)
    table = np.full((len(parts), maxlen, *inner), value, dtype=dtype)
    for i, part in enumerate(parts):
        if not len(part) or not maxlen:
            continue
        if part.shape[1:] != inner:
            raise ValueError(
                f"sequence {i} has steps of shape {part.shape[1:]}, the first has {inner}; wanted the same"
            )
        if dtype.kind in "iu" and part.dtype.kind == "f" and not np.array_equal(part, np.trunc(part)):
            raise ValueError(f"sequence {i} has fractions, which dtype {dtype} would cut off; give dtype='float32'")
        cut = part[-maxlen:] if truncating == "pre" else part[:maxlen]
        if padding == "pre":
            table[i, -len(cut) :] = cut
        else:
            table[i, : len(cut)] = cut
    return table
