"""Every test of programs of Values runs twice."""

import pytest

from autograd.jit.values.levels import Levels


@pytest.fixture(params=["levels", "lines"])
def way(request, monkeypatch):
    """The test twice: computed by NumPy in levels, and as lines of Python, whatever would be quicker."""
    monkeypatch.setattr(Levels, "is_narrow", lambda self: request.param == "lines")
    return request.param
