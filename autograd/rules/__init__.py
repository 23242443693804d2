"""The mathematics: the table of rows, one file for each subject. Read elementwise, then table, and reductions for sums.

Importing this package fills the table; a new file is found by itself.
"""

import importlib
import pkgutil

__all__ = []

for _name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_name}")
