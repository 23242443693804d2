"""How much is tried: all of it in the thorough profile (HYPOTHESIS_PROFILE=thorough), a part while you work.

Where many cases take the same path of the code, one in so many will do, always the same ones.
"""

import os

from hypothesis import settings

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def some(cases, one_in):
    """The first case, and one in so many of those that follow; all of them in the thorough profile."""
    return list(cases) if THOROUGH else list(cases)[::one_in]


def so_many(quick, thorough):
    """One for each profile: of steps, of nodes."""
    return thorough if THOROUGH else quick


def examples(quick, thorough, **more):
    """How many examples Hypothesis tries of a property that is costly, or that has other parameters too."""
    return settings(max_examples=so_many(quick, thorough), **more)
