"""Random generators: passed in, seeded, or drawn from the library's own, which `set_random_seed` restarts.

NumPy's global generator is never touched.
"""

from __future__ import annotations

import numpy as np

from nn.settings import whole

_own = np.random.default_rng()


def set_random_seed(seed: int) -> None:
    """Restart the library's generator, so that everything built without a seed of its own repeats.

    >>> set_random_seed(7)
    >>> a = generator().random()
    >>> set_random_seed(7)
    >>> a == generator().random()
    True
    """
    global _own  # noqa: PLW0603  the one piece of state that users ask for by name
    _own = np.random.default_rng(whole("a seed", seed, 0))


def generator(seed: int | np.random.Generator | None = None) -> np.random.Generator:
    """A generator for a seed; a generator as it is; for None a new one, seeded by the library's own."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return np.random.default_rng(_own.integers(1 << 62))
    return np.random.default_rng(whole("a seed", seed, 0))


def checked_seed(seed: int | np.random.Generator | None) -> int | np.random.Generator | None:
    """A seed as it is given, looked at; NumPy's whole numbers as Python's."""
    return seed if seed is None or isinstance(seed, np.random.Generator) else whole("a seed", seed, 0)


PART = 1 << 15  # numbers that stay in a processor's cache


def uniform(rng, limit, shape, dtype) -> np.ndarray:
    """`rng.uniform(-limit, limit, shape)` in another dtype, a part at a time: all of it in float64 would take twice the
    memory of float32, and more time.

    >>> np.array_equal(uniform(generator(0), 2.0, (3, 4), "f4"), generator(0).uniform(-2, 2, (3, 4)).astype("f4"))
    True
    """
    found = np.empty(shape, dtype)
    flat = found.reshape(-1)
    for i in range(0, flat.size, PART):
        flat[i : i + PART] = rng.uniform(-limit, limit, min(PART, flat.size - i))
    return found
