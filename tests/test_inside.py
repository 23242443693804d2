"""docs/inside.md is true: its reading lists, its calls, its tables; and what the pages name exists."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.jit.program.backend import Backend
from autograd.rules.table import ROWS, Differentiable, _upstream

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "inside.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = [*sorted((ROOT / "examples").glob("*.py")), *sorted((ROOT / "autograd").rglob("__init__.py"))]


# -- what is named is there -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", [*PAGES, *SOURCES], ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page):
    named = re.findall(r"\b(?:autograd|nn|viz|tests|examples|docs|benchmarks)/[\w./]*\w", page.read_text())
    links = re.findall(r"\]\(([\w./]+)", page.read_text()) if page.suffix == ".md" else []
    gone = [name for name in named if not (ROOT / name).exists()]
    gone += [link for link in links if not (page.parent / link).exists()]
    assert not gone, f"{page.relative_to(ROOT)} names {gone}"


def test_the_picture_names_files_and_rooms():
    drawn = (ROOT / "docs" / "pictures" / "floors.svg").read_text()
    stems = {path.stem for path in (ROOT / "autograd").rglob("*.py")}
    rooms = {path.name for path in (ROOT / "autograd").rglob("*") if path.is_dir()}
    files = re.findall(r"\w+", " ".join(re.findall(r'class="files"[^>]*>([^<]*)', drawn)))
    names = re.findall(r"\w+", " ".join(re.findall(r'class="name"[^>]*>([^<]*)', drawn)))
    assert not set(files) - stems - rooms
    assert not set(names) - rooms - {"the", "pages", "errors", "nn", "viz"}


# -- the reading lists ------------------------------------------------------------------------------------------------
def reading_list(start):
    """The files of the numbered list below the line that starts so."""
    lines = PAGE[PAGE.index(f"\n{start}") :].split("\n\n")[1]
    return re.findall(r"^\d+\. `([\w./]+)`", lines, re.MULTILINE)


@pytest.mark.parametrize(("start", "files", "lines"), [("Value, ", 4, 500), ("Tensor, ", 8, 1300)])
def test_there_is_little_to_read(start, files, lines):
    counts = {name: len((ROOT / name).read_text().splitlines()) for name in reading_list(start)}
    assert len(counts) <= files, counts
    assert sum(counts.values()) <= lines, counts


# -- call by call -----------------------------------------------------------------------------------------------------
MADE_FROM_TEXT = {"<string>": "rules/elementwise.py", "<table>": "rules/structural.py"}
HELPERS = {  # their names say enough, and dispatch only looks the row up
    "rules/arrays.py", "engine/operands.py", "engine/fast.py", "engine/dispatch.py",
}  # fmt: skip


def blocks():
    """Statement by statement what the page says: [(statement, [(depth, name, file), ...]), ...] for each block."""
    found = []
    for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL):
        if "y.backward()" in text:
            found.append(statements := [])
            for line in text.splitlines():
                if not line.startswith(" "):
                    statements.append((line, []))
                    continue
                name, file = re.split(r"\s{2,}", line.strip())[:2]
                statements[-1][1].append(((len(line) - len(line.lstrip())) // 2, name, file))
    return found


def calls(statement, space):
    """The engine's functions that a statement calls: [(depth, name, file), ...], without properties."""
    found, stack, home = [], [], Path(autograd.__file__).parent

    def profile(frame, event, arg):
        if event == "call":
            code = frame.f_code
            file = MADE_FROM_TEXT.get(code.co_filename, code.co_filename)
            file = "scalar/methods.py" if file.startswith("<rule ") else file.removeprefix(f"{home}/")
            is_property = code.co_name in ("shape", "dtype", "ndim", "size")
            inner = code.co_name.startswith("<") and code.co_name != "<lambda>"
            ours = not Path(file).is_absolute() and not file.startswith("<") and not is_property and not inner
            stack.append(ours)
            if ours:
                found.append((sum(stack), getattr(code, "co_qualname", code.co_name), file))
        elif event == "return" and stack:
            stack.pop()

    code = compile(statement, "<a user's line>", "exec")
    sys.setprofile(profile)
    try:
        exec(code, space)
    finally:
        sys.setprofile(None)
    return [call for call in found if call[1] != "<module>"]


def spaces():
    """Names for the statements: a first time, to ask the rows what they keep, then the one that counts."""
    return [{"np": np, "t": Tensor([0.5]), "v": Value(0.5), "__name__": "__main__"} for _ in range(2)]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block[0][0])
def test_calls_are_those_of_the_page(block):
    for space in spaces():
        seen = [calls(statement, space) for statement, _ in block]
    for (statement, wanted), found in zip(block, seen, strict=True):
        wanted = [(depth, "<lambda>" if name.startswith("lambda") else name, file) for depth, name, file in wanted]
        if sys.version_info < (3, 11):  # where functions do not know their class
            wanted = [(depth, name.rpartition(".")[2], file) for depth, name, file in wanted]
        assert wanted == found, statement


def test_the_formula_is_the_row_s():
    assert _upstream("x", ROWS["tanh"].formulas[0]) in PAGE


def test_the_calls_lead_through_the_reading_lists():
    def of(*blocks):
        return {f"autograd/{file}" for block in blocks for _, lines in block for _, _, file in lines}

    tanh, total, value = blocks()
    helpers = {f"autograd/{file}" for file in HELPERS}
    assert of(tanh, total) - helpers <= set(reading_list("Tensor, "))
    assert of(value) <= set(reading_list("Value, "))


# -- tables that stand elsewhere as well ------------------------------------------------------------------------------
def test_the_flags_are_those_of_the_table():
    rules = [match.start() for match in re.finditer(r"^ *=+  =+  =+$", Differentiable.__doc__, re.MULTILINE)]
    rows = Differentiable.__doc__[rules[1] : rules[2]].splitlines()[1:]
    wanted = {}
    for line in rows:
        if found := re.match(r" {4}(\w+) +(\w+) +(.*)", line):
            flag, usual, meaning = found.groups()
            wanted[flag] = [usual, meaning]
        elif line.strip():
            wanted[flag][1] += " " + line.strip()
    table = PAGE[PAGE.index("| flag |") :].split("\n\n")[0].splitlines()[2:]
    shown = {line.split(" | ")[0].strip("| `"): line.strip("| ").split(" | ")[1:] for line in table}
    plain = {flag: [usual, meaning.replace("``", "`")] for flag, (usual, meaning) in wanted.items()}
    assert shown == plain


def test_the_seam_is_that_of_the_protocol():
    section = PAGE[PAGE.index("\n## A second backend") :]
    named = set(re.findall(r"^- `(\w+)", section, re.MULTILINE))
    members = {name for name in vars(Backend) if not name.startswith("_")} | set(Backend.__annotations__)
    assert named == members | {"__init__"}
