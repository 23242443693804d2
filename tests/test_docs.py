"""The pages made from the code are up to date."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_the_table_of_functions():
    made = runpy.run_path(str(DOCS / "make_functions.py"))["page"]()
    assert made == (DOCS / "functions.md").read_text(), "run python docs/make_functions.py"
