"""The pages made from the code are up to date."""

import runpy
from pathlib import Path

import numpy as np

DOCS = Path(__file__).parent.parent / "docs"


def test_the_table_of_functions():
    made = runpy.run_path(str(DOCS / "make_functions.py"))["page"]()
    page = (DOCS / "functions.md").read_text()
    if np.__version__.startswith("2.4."):  # the page's version; others have some functions more or less
        assert made == page, "run python docs/make_functions.py"
    rows = {line for line in made.splitlines() if line.startswith("| np.")}
    assert len(rows & set(page.splitlines())) > 0.9 * len(rows)
