"""Random generators: passed in, seeded, or drawn from the library's own, which `set_random_seed` restarts.

NumPy's global generator is never touched.
"""

from __future__ import annotations

import numbers

import numpy as np

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
    _own = np.random.default_rng(_checked(seed))


def generator(seed: int | np.random.Generator | None = None) -> np.random.Generator:
    """A generator for a seed; a generator as it is; for None a new one, seeded by the library's own."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return np.random.default_rng(_own.integers(1 << 62))
    return np.random.default_rng(_checked(seed))


def _checked(seed) -> int:
    if isinstance(seed, numbers.Integral) and not isinstance(seed, bool) and seed >= 0:
        return int(seed)
    raise ValueError(f"a seed is a whole number, 0 or more; got {seed!r}")
