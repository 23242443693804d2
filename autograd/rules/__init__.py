"""The table of rules: importing this package fills it, one file for each subject. A new file is found by itself."""

import importlib
import pkgutil

__all__ = []

for _name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_name}")
