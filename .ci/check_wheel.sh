#!/usr/bin/env bash
# check_wheel.sh WHEEL: what is in it is what should be, and it works where there is no checkout.
set -euo pipefail
wheel=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${PYTHON:-python3}" - "$wheel" <<'END'
import sys
import zipfile

names = zipfile.ZipFile(sys.argv[1]).namelist()
tops = {name.split("/")[0] for name in names}
extra = {top for top in tops if not top.endswith(".dist-info")} - {"autograd", "nn", "viz"}
tests = [name for name in names if "tests" in name.split("/") or name.split("/")[-1].startswith(("test_", "conftest"))]
missing = [f"{top}/{file}" for top in ("autograd", "nn", "viz") for file in ("__init__.py", "py.typed")]
missing = [name for name in missing if name not in names]
licence = any(name.endswith("LICENSE") for name in names)
if extra or tests or missing or not licence:
    sys.exit(f"wheel: stray packages {sorted(extra)}, tests {tests}, missing {missing}, licence {licence}")
print(f"{len(names)} files, no tests, typed")
END

# Only what is installed can be imported here: the folder is empty and outside the checkout.
"${PYTHON:-python3}" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
mkdir "$scratch/elsewhere"
cd "$scratch/elsewhere"
env -u PYTHONPATH "$scratch/venv/bin/python" -W error - "$scratch/venv" <<'END'
import os
import sys

import numpy as np

import autograd
import nn
import viz

home = os.path.realpath(sys.argv[1])
for package in (autograd, nn, viz):
    assert os.path.realpath(package.__file__).startswith(home), f"{package.__name__} is not the installed one"
x = np.array([0.5, 1.0, 2.0])
np.testing.assert_allclose(autograd.grad(lambda x: np.sum(np.tanh(x)))(x), 1 - np.tanh(x) ** 2)
print("imports, and differentiates tanh")
END
