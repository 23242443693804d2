#!/usr/bin/env bash
# check_wheel.sh WHEEL: what is in it is what should be, and it works where there is no checkout.
set -euo pipefail
wheel=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${PYTHON:-python3}" - "$wheel" "$(dirname "${BASH_SOURCE[0]}")/.." <<'END'
import sys
import zipfile
from pathlib import Path

wheel, root = sys.argv[1], Path(sys.argv[2])
packages = ["autograd", "nn", "viz"]
found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
# Everything in the packages and nothing else: so no tests, and no folder or page that setup.cfg forgets.
paths = [path for package in packages for path in (root / package).rglob("*") if path.is_file() and path.name[0] != "."]
wanted = {path.relative_to(root).as_posix() for path in paths if path.suffix != ".pyc"}
wanted |= {f"{package}/py.typed" for package in packages}
if found != wanted:
    sys.exit(f"wheel: stray {sorted(found - wanted)}, missing {sorted(wanted - found)}")
print(f"{len(found)} files: all of the packages, typed, and no tests")
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
