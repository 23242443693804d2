"""What Keras's layers over images give, as `tests/nn/reference/make_images.py` wrote it."""

import json
from pathlib import Path

import numpy as np

STORED = dict(np.load(Path(__file__).parent / "nn" / "reference" / "images.npz"))
SHAPES = json.loads(str(STORED["shapes"]))
CASES = json.loads(str(STORED["cases"]))
KEYS = ("layer", "config", "x")


def _unpack():
    start = 0
    for case in CASES.values():
        for part in [key for key in case if key not in KEYS]:
            size = int(np.prod(case[part]))
            case[part] = STORED["numbers"][start : start + size].reshape(case[part])
            start += size
        case["x"] = STORED.get(case["x"])
    assert start == STORED["numbers"].size


_unpack()
