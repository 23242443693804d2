"""Every test of programs of Values runs twice."""

import pytest

from autograd.jit.values.levels import Recipe


@pytest.fixture(params=["levels", "lines"])
def way(request, monkeypatch):
    """The test twice: computed by NumPy in levels, and as lines of Python, whatever would be quicker."""
    monkeypatch.setattr(Recipe, "is_narrow", lambda self: request.param == "lines")
    return request.param
