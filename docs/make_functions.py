"""Writes docs/functions.md from the table: every NumPy function that can be applied to a Tensor, and its derivative."""

from pathlib import Path

from autograd import Tensor, functional
from autograd.rules.structural import Composition, Constant, Primitive, numpy_name
from autograd.rules.table import ROWS, Elementwise

PAGE = Path(__file__).parent / "functions.md"
HEAD = """# What differentiates

Made from the table by `python docs/make_functions.py`. Anything else refuses a Tensor by name.

"""


def page() -> str:
    rows = list(ROWS.values())
    lines = [
        HEAD,
        "## Elementwise\n",
        "In the formulas `x`, or `a` and `b`, are arguments and `y` the result; names in brackets are for formulas.\n",
    ]
    lines += ["| function | derivative |", "|---|---|"]
    for row in rows:
        if isinstance(row, Elementwise):
            name = ", ".join(numpy_name(f) for f in row.covers) or own_name(row.name)
            formulas = ", ".join(f"`{text}`" for text in row.formulas).replace("|", "\\|")
            lines.append(f"| {name} | {formulas} |")
    lines += ["\n## On whole arrays\n", "| function | calls that the tests check |", "|---|---|"]
    for row in rows:
        if isinstance(row, Composition | Primitive) and row.covers and row.samples:
            name = ", ".join(numpy_name(f) for f in row.covers)
            calls = " ".join(f"`{text}`" for text in row.samples).replace("|", "\\|")
            lines.append(f"| {name} | {calls} |")
    lines += ["\nIn the calls `f` is the function and a name such as `x23` an array of shape (2, 3).\n"]
    lines += ["## Constant on purpose\n", "These give plain arrays or plain answers, and end the graph there:\n"]
    names = dict.fromkeys(row.name.removesuffix(" (alias)") for row in rows if isinstance(row, Constant))
    lines += [", ".join(names) + "."]
    return "\n".join(lines) + "\n"


def own_name(name) -> str:
    """Where a row is found that NumPy has no ufunc for."""
    places = [f"functional.{name}"] * hasattr(functional, name) + [f"`.{name}()`"] * hasattr(Tensor, name)
    return ", ".join(places) or f"({name})"


if __name__ == "__main__":
    PAGE.write_text(page())
