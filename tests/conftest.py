"""How many examples Hypothesis tries: a few while you work, many in CI (HYPOTHESIS_PROFILE=thorough)."""

import gc
import os

from hypothesis import HealthCheck, settings

# No deadline: the first call of a test also pays for imports, and a busy machine is not a bug. A failure
# prints the blob that replays it, because examples are fresh on every run.
common = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("quick", common, max_examples=20)
settings.register_profile("thorough", common, max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_finish():
    """All that was collected stays until the end, so the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
