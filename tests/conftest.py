"""How many examples Hypothesis tries: a few while you work, many in CI (HYPOTHESIS_PROFILE=thorough)."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

# No deadline: the first call of a test also pays for imports, and a busy machine is not a bug. A failure
# prints the blob that replays it, because examples are fresh on every run.
common = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("quick", common, max_examples=20)
settings.register_profile("thorough", common, max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="module", autouse=True)
def settled():
    """What was collected, and what pytest keeps of each test, stays to the end: it need not be gone through again and
    again by the garbage collector, nor by `gc.get_objects`. This is a third of the time of the suite."""
    gc.collect()
    gc.freeze()
