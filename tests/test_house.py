"""The house stands: imports go down its floors, packages export what they promise, files stay small."""

import ast
import functools
import importlib
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["autograd", "nn", "viz"]  # from the bottom; each may import those before it

# The floors of each package, from the bottom. A file imports only from floors below its own, so two files that need
# one another are one subject, and two on one floor can be read in either order. In `autograd` a floor is a room (a
# folder, without the rooms inside it, or a page beside the folders); within a room imports go round in no circle.
FLOORS = {}
FLOORS["autograd"] = [
    ["errors"],
    ["rules"],
    ["engine", "functional.geometry", "functional.along"],
    ["functional.*"],
    ["functional"],
    ["scalar"],
    ["transforms"],
    ["checks", "testing"],
    ["jit.program"],
    ["jit.trace"],
    ["jit.values"],
    ["jit"],
    ["extend"],  # the page for libraries on top
    [""],  # autograd/__init__.py
]
FLOORS["nn"] = [
    ["settings"],
    ["errors", "registry", "seeds", "module", "safetensors"],
    [
        "files.hdf5",
        "foreign",
        "activations",
        "initializers",
        "regularizers",
        "losses.base",
        "layers.symbols",
        "optimizers.groups",
    ],
    ["layers.shapes"],
    ["optimizers.clipping", "optimizers.schedules", "losses.classification", "losses.regression", "metrics.base"],
    ["layers.base", "losses", "optimizers.base", "metrics.accuracy", "metrics.confusion", "metrics.regression"],
    ["layers.formats", "layers.enlarging", "layers.sampling"],
    ["layers.interpolation", "layers.sliding"],
    ["layers.*", "optimizers.*", "metrics.resolve", "metrics.functions"],
    ["layers", "optimizers", "metrics", "callbacks.base"],
    ["callbacks.history", "callbacks.progress", "callbacks.stopping"],
    ["callbacks.files", "callbacks.rates", "callbacks.recorder", "training.arrays"],
    ["callbacks", "training.data", "training.replay"],
    ["training.steps"],
    ["training.evaluation", "training.linter"],
    ["training.fitting", "saving", "files.keras_objects"],
    ["files.keras_reading", "files.keras_writing", "files.pytorch"],
    ["files.keras_weights"],
    ["files.keras_training"],
    ["files.keras_files"],
    ["files"],
    ["training", "models.summary", "models.names", "models.inputs", "models.seeding"],
    ["models.base"],
    ["models.sequential", "models.functional"],
    ["models"],
    ["neurons", "datasets.*", "preprocessing.*"],
    ["datasets", "preprocessing"],
    ["applications.imagenet_utils", "applications.common"],
    ["applications.resnet", "applications.vgg16", "applications.mobilenet_v2"],
    ["applications.resnet50"],
    ["applications"],
    ["utils"],
    [""],
]
FLOORS["viz"] = [
    [
        "snapshot",
        "numbers",
        "colors",
        "render",
        "arrays",
        "given",
        "settings",
        "notebook_page",
        "classes",
        "plotting",
        "images",
    ],
    ["asking"],
    ["program", "charts", "judging", "saliency", "filters"],
    ["reading", "folding", "svg", "training", "thumbnails"],
    ["health"],
    ["text", "replay", "live", "columns"],
    ["dot", "explorer", "network"],
    ["failing"],
    ["explaining"],
    ["notebook"],
    [""],
]

PUBLIC = """
    Value Tensor grad value_and_grad elementwise_grad vjp jvp jacobian hessian hvp gradients checkpoint
    stop_gradient no_grad detect_anomaly jit primitive check_grads functional
""".split()


def files(*packages):
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def module(path):
    """The dotted name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def nodes(path):
    """All that Python reads in a file."""
    return list(ast.walk(ast.parse(path.read_text())))


@functools.cache
def imports(path):
    """Every module of ours that a file imports, wherever in the file it does so, with the line."""
    found = []
    package = module(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            names = [whole if is_module(whole := f"{source}.{alias.name}") else source for alias in node.names]
        else:
            continue
        found += [(name, node.lineno) for name in names if name.split(".")[0] in PACKAGES]
    return found


@functools.cache
def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def room(name):
    """The room of `autograd` that a module is in."""
    known = [room for rooms in FLOORS["autograd"] for room in rooms]
    while name not in known and name:
        name = name.rpartition(".")[0]
    return name


def room_of(name):
    return room(name.partition(".")[2])


def floor(name):
    """The number of a module's floor in its package, or None; a name written out wins over a pattern."""
    package, _, name = name.partition(".")
    name = room(name) if package == "autograd" else name
    exact = [number for number, modules in enumerate(FLOORS[package]) if name in modules]
    match = [n for n, modules in enumerate(FLOORS[package]) if any(fnmatchcase(name, m) for m in modules)]
    return (exact or match or [None])[0]


def test_packages_import_only_packages_below():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files(*PACKAGES)
        for name, line in imports(path)
        if PACKAGES.index(name.split(".")[0]) > PACKAGES.index(path.relative_to(ROOT).parts[0])
    ]
    assert not wrong, "\n".join(wrong)


# What a library on top of the engine may import of it, and what it must not touch: `autograd.extend` says the rest.
PAGES = {"autograd", "autograd.errors", "autograd.extend", "autograd.functional"}
INSIDE = {"_array", "_node", "_share", "_version", "_grad", "seal", "tape"}


@pytest.mark.parametrize("path", files("nn"), ids=module)
def test_nn_leans_on_a_page(path):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for name, line in imports(path)
        if name.split(".")[0] == "autograd" and name not in PAGES
    ]
    wrong += [
        f"{path.relative_to(ROOT)}:{node.lineno} touches .{node.attr}"
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in INSIDE
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", files(*PACKAGES), ids=module)
def test_imports_go_down_the_floors(path):
    here = floor(module(path))
    package = module(path).partition(".")[0]
    assert here is not None, (
        f"{path.relative_to(ROOT)} is on no floor: add {module(path).partition('.')[2]!r} to FLOORS in "
        "tests/test_house.py, just above the highest floor that it imports from"
    )
    wrong = [
        f"{path.relative_to(ROOT)}:{line} is on floor {here} and imports {name} from floor {floor(name)}"
        for name, line in imports(path)
        if name.split(".")[0] == package
        and (floor(name) is None or floor(name) >= here)
        and not (package == "autograd" and room_of(name) == room_of(module(path)))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [room for rooms in FLOORS["autograd"] for room in rooms])
def test_imports_within_a_room_go_round_in_no_circle(name):
    inside = {module(path): path for path in files("autograd") if room_of(module(path)) == name}
    needs = {here: {n for n, _ in imports(path) if n in inside} - {here} for here, path in inside.items()}
    while needs:
        free = [here for here, above in needs.items() if not above & set(needs)]
        assert free, f"in autograd/{name} these import one another in a circle: {sorted(needs)}"
        needs = {here: above for here, above in needs.items() if here not in free}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_floor_has_its_files(package):
    names = [module(path).partition(".")[2] for path in files(package)]
    gone = [m for modules in FLOORS[package] for m in modules if not any(fnmatchcase(name, m) for name in names)]
    assert not gone, f"FLOORS names files that are not there: {gone}"


def public_packages():
    return [module(path) for path in files(*PACKAGES) if path.name == "__init__.py" and "._" not in module(path)]


def isort_order(name):
    """The order that ruff keeps: constants, then classes, then the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return kind, [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


@pytest.mark.parametrize("name", public_packages())
def test_exports_exist_and_are_in_order(name):
    package = importlib.import_module(name)
    missing = [export for export in package.__all__ if not hasattr(package, export)]
    assert not missing, f"{name}.__all__ promises what is not there: {missing}"
    assert len(set(package.__all__)) == len(package.__all__), f"{name}.__all__ names something twice"
    assert list(package.__all__) == sorted(package.__all__, key=isort_order)


def test_autograd_exports_the_names_programs_are_written_against():
    import autograd

    assert not set(PUBLIC) - set(autograd.__all__)


def modules_after(statement):
    """The top-level modules that a fresh interpreter has loaded after a statement."""
    program = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_import_autograd_needs_numpy_and_nothing_else():
    # What NumPy and an interpreter's start-up files load by themselves is not ours to answer for.
    extra = modules_after("import autograd") - modules_after("import numpy") - set(sys.stdlib_module_names)
    assert extra == {"autograd"}


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_imports_alone(package):
    above = set(PACKAGES[PACKAGES.index(package) + 1 :])
    assert not modules_after(f"import {package}") & above


@pytest.mark.parametrize("path", files(*PACKAGES), ids=module)
def test_files_are_small(path):
    lines = len(path.read_text().splitlines())
    assert lines <= 300, f"{path.relative_to(ROOT)} has {lines} lines: it may hold two subjects"


ABOUT_THE_WHOLE = [
    "test_docs",
    "test_examples",
    "test_house",
    "test_inside",
    "test_readme",
]  # these alone lie at the top of tests/
ACROSS = {Path("autograd/jit/sound")}  # cases of jit against Python, whatever room they are about


def test_the_tests_are_the_tree_of_the_packages():
    rooms = {path.parent.relative_to(ROOT) for path in files(*PACKAGES)} | {Path("autograd/jit/sound")}  # its promise
    for path in (path.relative_to(ROOT) for path in files("tests") if path.name.startswith("test_")):
        room = path.parent.relative_to("tests")
        here = path.stem in ABOUT_THE_WHOLE if room == Path() else room in rooms | ACROSS
        assert here, f"{path} tests no folder of {', '.join(PACKAGES)}: lay it in the one that mirrors its subject's"


@pytest.mark.parametrize("path", files("tests"), ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_are_of_one_subject(path):
    text = path.read_text()
    lines = len(text.splitlines())
    assert lines <= 400 or "Long because" in (ast.get_docstring(ast.parse(text)) or ""), (
        f"{path.relative_to(ROOT)} has {lines} lines: split it by subject, or begin a sentence of its docstring with "
        "'Long because'"
    )


# -- one door: who wants the array behind a Tensor asks array_of, which knows whether something is being traced -------
SLOT = re.compile(r"\._array\b(?! = )")  # read, not set
AT_THE_DOOR = ["autograd/rules/arrays.py", "autograd/jit/trace/door.py"]  # `array_of`, and what it leads past
OF_TRACING = re.compile(r"(?<![A-Za-z0-9])(__traced__|taping|tape|jit)(?![A-Za-z0-9])", re.IGNORECASE)


def lines_with(pattern, paths):
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_goes_past_the_door():
    rest = [path for path in files(*PACKAGES, "benchmarks") if path.relative_to(ROOT).as_posix() not in AT_THE_DOOR]
    found = lines_with(SLOT, rest)
    assert not found, "ask array_of(t) for the array behind a Tensor:\n" + "\n".join(found)


def test_the_engine_and_values_know_nothing_of_tracing():
    found = lines_with(OF_TRACING, files("autograd/engine", "autograd/scalar"))
    assert not found, "jit notices by the door, not by words here:\n" + "\n".join(found)
