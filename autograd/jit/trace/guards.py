"""Guards: conditions under which a program holds, as the text of one Python function.

Each is a line such as `c3["rate"] is c7`: what is read there has to be the very object that was there while tracing,
or a plain one that is the same. Looking at all of them costs some 30 ns a line.
"""

from __future__ import annotations

import itertools
import keyword
import sys
from operator import is_

from autograd.engine.writes import fingerprint
from autograd.jit.trace.code import is_foreign
from autograd.jit.trace.exact import every, is_plain, same
from autograd.jit.trace.things import attributes_of

FEW = 16  # items of a list or dict that get a line each; more are looked at in one go


class Guards:
    """Collects conditions; `compiled()` is a function that says whether all hold."""

    def __init__(self):
        self.names = {
            "same": same,
            "every": every,
            "is_": is_,
            "fingerprint": fingerprint,
            "attributes_of": attributes_of,
            "chain": itertools.chain.from_iterable,
        }
        self.known: dict[int, str] = {}
        self.lines: list[str] = []

    def name(self, thing) -> str:
        """What the text calls an object, which it keeps alive."""
        name = self.known.get(id(thing))
        if name is None:
            name = self.known[id(thing)] = f"c{len(self.known)}"
            self.names[name] = thing
        return name

    def value(self, expression, now) -> None:
        """`expression` gives the same thing as now."""
        if now is None or now is True or now is False:
            self.lines.append(f"{expression} is {now}")
        elif is_plain(now):
            self.lines.append(f"((v := {expression}) is {self.name(now)} or same(v, {self.name(now)}))")
        else:
            self.lines.append(f"{expression} is {self.name(now)}")

    def item(self, holder, key, now) -> None:
        """An item of a dict, or of what looks like one."""
        key = repr(key) if type(key) in (str, int) else self.name(key)
        self.value(f"{self.name(holder)}[{key}]", now)

    def attribute(self, owner, name, now) -> None:
        usual = name.isidentifier() and not keyword.iskeyword(name)
        self.value(f"{self.name(owner)}.{name}" if usual else f"getattr({self.name(owner)}, {name!r})", now)

    def missing(self, holder, key) -> None:
        self.lines.append(f"{key!r} not in {self.name(holder)}")

    def setting(self, owner, name, now) -> None:
        """An attribute, or what a property gives."""
        space = getattr(owner, "__dict__", ())
        if name in space:
            self.item(space, name, now)
        else:
            self.attribute(owner, name, now)

    def presence(self, owner, name, there) -> None:
        """Whether an attribute or item is None."""
        text = f"{self.name(owner)}[{name!r}]" if isinstance(owner, dict | list) else f"{self.name(owner)}.{name}"
        self.lines.append(f"{text} is {'not ' if there else ''}None")

    def kind(self, owner) -> None:
        """What class an object has."""
        self.lines.append(f"type({self.name(owner)}) is {self.name(type(owner))}")

    def space(self, owner, now) -> None:
        """That the attributes of an object are in this dict."""
        if type(owner).__getattribute__ is object.__getattribute__:
            return self.attribute(owner, "__dict__", now)
        self.value(f"attributes_of({self.name(owner)})", now)

    def keys(self, holder) -> None:
        """The keys of a dict, in order."""
        keys = list(holder)
        if all(type(key) is str for key in keys):
            self.lines.append(f"[*{self.name(holder)}] == {self.name(keys)}")
        else:
            self.lines.append(f"every([*{self.name(holder)}], {self.name(keys)})")

    def items(self, holder) -> None:
        """All items of a list or deque."""
        items = list(holder)
        if len(items) > FEW:
            return self._all(self.name(holder), items)
        self.lines.append(f"len({self.name(holder)}) == {len(items)}")
        for i, x in enumerate(items):
            self.item(holder, i, x)

    def values(self, holder, keys) -> None:
        """What a dict has at these keys, which are all or some of its own."""
        if len(keys) > FEW and len(keys) == len(holder):
            return self._all(f"[*{self.name(holder)}.values()]", list(holder.values()))
        for key in keys:
            self.item(holder, key, holder[key])

    def _all(self, text, items):
        """Many items: first whether they are the very ones, which takes no Python; then whether they are the same."""
        now, before = f"n{len(self.lines)}", self.name(items)
        self.lines.append(
            f"len({now} := {text}) == {len(items)} and (all(map(is_, {now}, {before})) or every({now}, {before}))"
        )

    def members(self, holder) -> None:
        """What a set has."""
        self.lines.append(f"same(frozenset({self.name(holder)}), {self.name(frozenset(holder))})")

    def table(self, lists) -> None:
        """What nested lists hold, however many they are."""
        if len(lists) == 1:
            return self.items(lists[0])
        rows, before = self.name(lists), self.name([x for row in lists for x in row])
        lengths = self.name([len(row) for row in lists])
        self.lines.append(f"[*map(len, {rows})] == {lengths}")
        self.lines.append(f"(all(map(is_, chain({rows}), {before})) or every([*chain({rows})], {before}))")

    def numbers(self, array, mark) -> None:
        """The numbers of an array, which anybody may write to."""
        self.value(f"fingerprint({self.name(array)})", mark)

    def objects(self, array) -> list:
        """The objects in an array."""
        items = array.ravel().tolist()
        self.lines.append(f"every({self.name(array)}.ravel().tolist(), {self.name(items)})")
        return items

    def modules(self, names) -> None:
        """What is imported under these names, where it may be the user's."""
        for name in names:
            if name not in sys.modules:  # as yet
                self.missing(sys.modules, name)
            elif not is_foreign(name):
                self.item(sys.modules, name, sys.modules[name])

    def bytes(self, buffer) -> None:
        self.value(f"bytes({self.name(buffer)})", bytes(buffer))

    def compiled(self):
        if not self.lines:
            return lambda: True
        conditions = "\n            and ".join(self.lines)
        text = f"def holds():\n    try:\n        return (\n            {conditions}\n        )\n"
        text += "    except Exception:\n        return False\n"
        exec(compile(text, "<guards>", "exec"), self.names)
        return self.names["holds"]
