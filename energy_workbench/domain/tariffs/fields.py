"""The keys of a mapping in a tariff's file, each taken once with its type; what nobody takes is refused by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

import yaml

from energy_workbench.domain.tariffs.located import Problems, line_of
from energy_workbench.domain.tariffs.rounding import MODES, NONE, Rounding

LARGEST = Decimal(10) ** 12


class Fields:
    """The keys of one mapping.

    A value that is wrong is told and the default given in its place: whoever reads a file goes on to find all that is
    wrong with it, and `Problems.refuse` is asked at the end.

    Parameters
    ----------
    node : yaml.Node
    path : str
        Where the mapping is (`versions[0].charges[2]`).
    problems : Problems
    """

    def __init__(self, node: yaml.Node, path: str, problems: Problems) -> None:
        self.node, self.path, self.problems = node, path, problems
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        self._known: list[str] = []
        if not isinstance(node, yaml.MappingNode):
            self.tell("", "", "must be keys with values (`key: value`)")
            return
        for key, value in node.value:
            name = str(key.value)
            if name in self._nodes:
                self.problems.add(line_of(key), self.key(name), "", f"is there twice, first in line {self.line(name)}")
            self._nodes[name] = value
            self._lines.setdefault(name, line_of(key))

    def key(self, name: str) -> str:
        """A key with the way to it."""
        return f"{self.path}.{name}" if self.path and name else self.path or name

    def line(self, name: str = "") -> int:
        """The line of a key; of the mapping where there is no such key."""
        return self._lines.get(name, line_of(self.node))

    def tell(self, name: str, value: str, reason: str) -> None:
        """Keep what is wrong with a key."""
        self.problems.add(self.line(name), self.key(name), value, reason)

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def names(self) -> list[str]:
        """All keys, where they are names that the author chose."""
        return list(self._nodes)

    def node_of(self, name: str, *, required: bool = False) -> yaml.Node | None:
        """The value of a key; None where it is absent, told where it must not be."""
        if name not in self._known:
            self._known.append(name)
        if name not in self._nodes and required:
            self.tell(name, "", "is missing: add it")
        return self._nodes.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; required where it has no default."""
        node = self.node_of(name, required=default is None)
        if node is None:
            return default or ""
        if not isinstance(node, yaml.ScalarNode):
            self.tell(name, "", "must be one value")
            return default or ""
        value = str(node.value).strip()
        if not value and default is None:
            self.tell(name, "", "is empty: fill it in")
        return value or default or ""

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str:
        """One of some words."""
        value, known = self.text(name, default), list(choices)
        if value and value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self.tell(name, value, f"is not known: {', '.join(known)}{hint}")
            return default or known[0]
        return value or default or known[0]

    def number(
        self, name: str, default: Decimal | None = None, *, least: Decimal | None = None, most: Decimal | None = None
    ) -> Decimal:
        """A decimal number between two bounds; required where it has no default."""
        return self.maybe(name, least=least, most=most, required=default is None) or default or Decimal(0)

    def maybe(
        self, name: str, *, least: Decimal | None = None, most: Decimal | None = None, required: bool = False
    ) -> Decimal | None:
        """A decimal number; None where it is absent."""
        node = self.node_of(name, required=required)
        return None if node is None else self.decimal(node, name, least=least, most=most)

    def decimal(
        self, node: yaml.Node, name: str, *, least: Decimal | None = None, most: Decimal | None = None
    ) -> Decimal | None:
        """The number of a node; None, told, where it is none."""
        text = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
        try:
            value = Decimal(text)
        except InvalidOperation:
            self.problems.add(line_of(node), self.key(name), text, "is no number: write it as 12.34")
            return None
        if not value.is_finite() or abs(value) > LARGEST:
            self.problems.add(line_of(node), self.key(name), text, "is no number that can be paid")
        elif least is not None and value < least:
            self.problems.add(line_of(node), self.key(name), text, f"must be {least} at least")
        elif most is not None and value > most:
            self.problems.add(line_of(node), self.key(name), text, f"must be {most} at most")
        else:
            return value
        return None

    def whole(self, name: str, default: int, *, least: int = 0, most: int = 10**6) -> int:
        """A whole number."""
        value = self.number(name, Decimal(default), least=Decimal(least), most=Decimal(most))
        if name in self and value != int(value):
            self.tell(name, str(value), "must be a whole number")
        return int(value)

    def flag(self, name: str) -> bool:
        """Yes or no; no where it is absent."""
        return self.choice(name, ("yes", "no", "true", "false"), "no") in ("yes", "true")

    def words(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts, or a single one."""
        node = self.node_of(name, required=required)
        if node is None:
            return ()
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not nodes or not all(isinstance(each, yaml.ScalarNode) for each in nodes):
            self.tell(name, "", "must be a list of names")
            return ()
        return tuple(str(each.value).strip() for each in nodes)

    def day(self, name: str) -> date:
        """A day; required."""
        text = self.text(name)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.tell(name, text, "is no day: write it as 2026-04-01")
            return date.min

    def inner(self, name: str) -> Fields | None:
        """The keys of a mapping within; None where there is none."""
        node = self.node_of(name)
        return None if node is None else Fields(node, self.key(name), self.problems)

    def items(self, name: str, *, required: bool = True) -> list[Fields]:
        """The mappings of a list."""
        node = self.node_of(name, required=required)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.tell(name, "", "must be a list with one entry at least")
            return []
        return [Fields(each, f"{self.key(name)}[{at}]", self.problems) for at, each in enumerate(node.value)]

    def rounding(self, name: str, default: Rounding | None) -> Rounding | None:
        """`0.01`, `0.05 half even`, `1 up` or `none`."""
        text = self.text(name, "")
        if not text:
            return default
        if text == "none":
            return NONE
        step, _, mode = text.partition(" ")
        try:
            value = Decimal(step)
        except InvalidOperation:
            value = Decimal(0)
        if not value.is_finite() or value <= 0 or (mode and mode not in MODES):
            self.tell(name, text, f"is no rounding: `0.01`, `0.05 half even` ({', '.join(MODES)}), or `none`")
            return default
        return Rounding(value, mode or "half up")

    def close(self) -> None:
        """Tell the keys that nobody took."""
        for name in self._nodes:
            if name not in self._known:
                near = difflib.get_close_matches(name, self._known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self._known)}"
                self.tell(name, "", f"there is no such key; {hint}")
