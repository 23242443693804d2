"""Names for things: wherever a layer, a loss or an optimizer is wanted, its name, its class or the object will do.

A registry is closed: a name that is not in it is refused, and nothing is ever imported by name. That is what makes
loading a saved model safe. A user's own class is passed where it is needed (`custom=`).
"""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from typing import Any

REGISTRIES: dict[str, Registry] = {}


class Registry:
    """The things of one kind, by name.

    >>> fruit = Registry("fruit")
    >>> @fruit.add("apple")
    ... class Apple:
    ...     def __init__(self, color="green"):
    ...         self.color = color
    >>> fruit.get("apple").color
    'green'
    >>> fruit.get({"name": "apple", "config": {"color": "red"}}).color
    'red'
    >>> fruit.get("aple")
    Traceback (most recent call last):
        ...
    ValueError: no fruit is called 'aple'; did you mean 'apple'? There are: apple
    """

    def __init__(self, kind: str):
        self.kind = kind
        self.entries: dict[str, Any] = {}
        self.base: type = type(self)  # set to the class that users derive theirs from
        REGISTRIES[kind] = self

    def add(self, *names: str):
        """Decorate a class or a function to be found under these names; the first is the one that is saved."""

        def register(thing):
            for name in names:
                if name in self.entries:
                    raise ValueError(f"two {self.kind}s are called {name!r}")
                self.entries[name] = thing
            return thing

        return register

    def find(self, name: str, custom: dict[str, Any] | None = None):
        """The class or function of that name."""
        if custom and name in custom:
            return custom[name]
        found = self.entries.get(name)
        if found is None:
            found = next((thing for thing in self.entries.values() if getattr(thing, "__name__", None) == name), None)
        if found is None:
            raise ValueError(f"no {self.kind} is called {name!r}{self._advice(name)}")
        return found

    def get(self, what, custom: dict[str, Any] | None = None):
        """The object for a name, a class, a description {'name': ..., 'config': {...}}, or the object itself."""
        if isinstance(what, str):
            what = self.find(what, custom)
        elif isinstance(what, dict):
            return self._from_description(what, custom)
        if isinstance(what, type):
            return what()
        if what is not None and not callable(what) and not isinstance(what, self.base):
            raise TypeError(f"{what!r:.60} is no {self.kind}; wanted a name, a class or an object{self._advice('')}")
        return what

    def describe(self, thing) -> dict:
        """Plain data from which `get` makes an equal object."""
        kind = thing if inspect.isfunction(thing) or inspect.isbuiltin(thing) else type(thing)
        name = next((n for n, entry in self.entries.items() if entry is kind or entry is thing), None)
        if kind is not type(thing):
            return {"name": name or kind.__name__, "config": {}}
        return {"name": name or kind.__name__, "config": config(thing)}

    def _from_description(self, what, custom):
        name, settings = what.get("name"), what.get("config", {})
        if not isinstance(name, str) or not isinstance(settings, dict) or set(what) - {"name", "config"}:
            raise ValueError(f"a {self.kind} is described by {{'name': ..., 'config': {{...}}}}; got {what!r:.100}")
        found = self.find(name, custom)
        if not isinstance(found, type):
            return found
        return construct(found, settings, custom)

    def has(self, thing) -> bool:
        """Whether a function, or an object's own class, is in this registry."""
        return any(thing is entry or type(thing) is entry for entry in self.entries.values())

    def _advice(self, name):
        close = difflib.get_close_matches(name, self.entries, 1)
        hint = f"; did you mean {close[0]!r}?" if close else ";"
        return f"{hint} There are: {', '.join(sorted(self.entries))}"


def parameters_of(kind: type) -> dict[str, inspect.Parameter]:
    """The settings that a class is made with, those handed on to its bases through **others included.

    >>> class A:
    ...     def __init__(self, name=None): ...
    >>> class B(A):
    ...     def __init__(self, units, **others): ...
    >>> list(parameters_of(B))
    ['units', 'name']
    """
    found: dict[str, inspect.Parameter] = {}
    for cls in kind.__mro__:
        if "__init__" not in vars(cls) or cls is object:
            continue
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        found |= {p.name: p for p in named if p.name not in found}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return found


def config(thing) -> dict:
    """The settings that an object was made with, as plain data; they are kept as attributes of the same names."""
    found = {}
    for name in parameters_of(type(thing)):
        if not hasattr(thing, name):
            raise TypeError(
                f"{type(thing).__name__} takes {name}= but keeps no attribute of that name, so it cannot be saved; "
                f"write self.{name} = {name} in its __init__"
            )
        found[name] = plain(getattr(thing, name), f"{type(thing).__name__}.{name}")
    return found


def plain(value, where: str):
    """A setting as JSON can hold it: objects of a registry become descriptions."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(part, where) for part in value]
    if isinstance(value, dict):
        return {str(key): plain(part, where) for key, part in value.items()}
    if hasattr(value, "tolist"):  # NumPy numbers and arrays
        return value.tolist()
    for registry in REGISTRIES.values():
        if registry.has(value):
            return {"kind": registry.kind, **registry.describe(value)}
    if inspect.isroutine(value):
        return {"kind": "custom", "name": value.__name__, "config": {}}
    if callable(value) or any(isinstance(value, registry.base) for registry in REGISTRIES.values()):
        return {"kind": "custom", "name": type(value).__name__, "config": config(value)}
    raise TypeError(f"{where} is {value!r:.60}, which cannot be written as plain data")


def revive(value, custom: dict[str, Any] | None = None):
    """The setting that `plain` wrote, with descriptions made into objects again."""
    if isinstance(value, list):
        return [revive(part, custom) for part in value]
    if not isinstance(value, dict):
        return value
    if "kind" not in value:
        return {key: revive(part, custom) for key, part in value.items()}
    kind = value["kind"]
    rest = {key: part for key, part in value.items() if key != "kind"}
    if kind == "custom":
        name = rest.get("name")
        if not custom or name not in custom:
            raise ValueError(f"{name!r} is not one of the library's own; pass its class as custom={{{name!r}: ...}}")
        found = custom[name]
        return construct(found, rest.get("config", {}), custom) if isinstance(found, type) else found
    if kind not in REGISTRIES:
        raise ValueError(f"a saved setting is of the unknown kind {kind!r:.40}")
    return REGISTRIES[kind].get(rest, custom)


def construct(kind: type, settings: dict, custom=None):
    """An object of a class from plain settings; a setting that it does not take is refused by name."""
    known = parameters_of(kind)
    unknown = [key for key in settings if key not in known]
    if unknown:
        raise ValueError(f"{kind.__name__} takes no setting {unknown[0]!r}; it takes {', '.join(known) or 'none'}")
    try:
        return kind(**{key: revive(value, custom) for key, value in settings.items()})
    except (TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise ValueError(f"{kind.__name__} cannot be made from {settings!r:.200}: {error}") from error


@functools.cache
def snake(name: str) -> str:
    """A class's name as that of its objects, as Keras writes it.

    >>> snake("BatchNormalization"), snake("ReLU"), snake("Conv2D"), snake("TopKCategoricalAccuracy")
    ('batch_normalization', 're_lu', 'conv2d', 'top_k_categorical_accuracy')
    """
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name.lstrip("_"))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
