"""YAML nodes to dataclasses, by the types of their fields; what is wrong is told with its line and key."""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import yaml

from energy_workbench.domain.errors import Problem, printable
from energy_workbench.domain.tariffs.rates import decimal

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Made = TypeVar("Made")
Choose = Callable[[str], Any]
"""Gives the class of a mapping by its `kind`; raises ValueError where there is none."""

_MEANT: Final[Mapping[type, tuple[Callable[[str], object], str]]] = types.MappingProxyType(
    {
        date: (date.fromisoformat, "is no day: write it as 2026-04-01"),
        datetime: (datetime.fromisoformat, "is no instant: write it as 2026-01-14T17:30+01:00"),
        int: (int, "is no whole number"),
    }
)


class RefusedError(Exception):
    """A node of which something was told already."""


class NodeReader:
    """Reads one text and collects its problems.

    Parameters
    ----------
    name : str
        Of the file, in every problem.
    kinds : mapping of type to callable
        Classes of which a mapping is one of several, by its key `kind`.
    """

    def __init__(self, name: str, kinds: Mapping[type, Choose]) -> None:
        self.name = name
        self.kinds = kinds
        self.problems: list[Problem] = []

    def root(self, text: str) -> yaml.Node | None:
        """The first node of a text; None, told, where it is no YAML."""
        try:
            node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problem(mark.line + 1 if mark else 1, "", "", f"not valid YAML: {error.problem or error.context}")
            return None
        except (yaml.YAMLError, RecursionError) as error:
            self.problem(1, "", "", f"not valid YAML: {str(error).splitlines()[0]}")
            return None
        if node is None:
            self.problem(1, "", "", "is empty")
        return node

    def problem(self, line: int, field: str, value: str, reason: str) -> None:
        """Keep what is wrong in a line."""
        self.problems.append(Problem(f"{self.name}, line {line}", field, printable(value), reason))

    def made(self, made: type[Made], node: yaml.Node, key: str = "") -> Made:
        """The dataclass of a node.

        Raises
        ------
        RefusedError
            If it is none; told.
        """
        found = self._dataclass(made, node, key)
        return typing.cast(Made, found)

    def _value(self, hint: Any, node: yaml.Node, key: str) -> Any:
        origin = typing.get_origin(hint)
        inner = typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
                return None
            return self._value(next(each for each in inner if each is not type(None)), node, key)
        if origin is tuple:
            nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
            return tuple(self._all((inner[0], each, key) for each in nodes))
        if origin in (dict, Mapping):
            pairs = self._pairs(node, key)
            values = self._all((inner[1], each, f"{key}.{name}") for name, each in pairs)
            return dict(zip((name for name, _ in pairs), values, strict=True))
        if dataclasses.is_dataclass(hint):
            return self._dataclass(typing.cast(type, hint), node, key)
        return self._scalar(hint, node, key)

    def _all(self, asked: Iterable[tuple[Any, yaml.Node, str]]) -> list[Any]:
        """All values, after all that is wrong with any of them is told."""
        found, refused = [], False
        for hint, node, key in asked:
            try:
                found.append(self._value(hint, node, key))
            except RefusedError:
                refused = True
        if refused:
            raise RefusedError
        return found

    def _scalar(self, hint: Any, node: yaml.Node, key: str) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise self._refused(node, key, "", "is a list or a mapping, where one value is wanted")
        text = str(node.value)
        try:
            if typing.get_origin(hint) is typing.Literal:
                return _choice(text, typing.get_args(hint))
            if hint is bool:
                return {"true": True, "false": False}[_choice(text.lower(), ("true", "false"))]
            if hint is Decimal:
                return decimal(text)
            if hint in _MEANT:
                return _meant(hint, text)
        except ValueError as error:
            raise self._refused(node, key, text, str(error)) from None
        return text

    def _dataclass(self, made: type, node: yaml.Node, key: str) -> Any:
        items = getattr(made, "ITEMS", None)
        of_text = getattr(made, "of_text", None)
        if of_text and isinstance(node, yaml.ScalarNode):
            try:
                return self._sound(of_text(str(node.value)), node, key)
            except ValueError as error:
                raise self._refused(node, key, str(node.value), str(error)) from None
        if items:
            if not isinstance(node, yaml.SequenceNode) or not node.value:
                raise self._refused(node, key, "", f"is a list of {items}" + (", or one word" if of_text else ""))
            hint = typing.get_args(typing.get_type_hints(made)[items])[0]
            values = tuple(self._all((hint, each, key) for each in node.value))
            return self._sound(made(values), node, key)
        if of_text:
            raise self._refused(node, key, "", "is a list or a mapping, where one value is wanted")
        return self._sound(self._mapping(made, node, key), node, key)

    def _mapping(self, made: type, node: yaml.Node, key: str) -> Any:
        pairs = self._pairs(node, key)
        made = self._chosen(made, node, dict(pairs))
        fields = {each.name: each for each in dataclasses.fields(made)}
        known = [*(("kind",) if hasattr(made, "kind") else ()), *fields]
        hints = typing.get_type_hints(made)
        given, refused = {}, False
        for name, each in pairs:
            path = f"{key}.{name}" if key else name
            if name == "kind" and hasattr(made, "kind"):
                continue
            try:
                if name not in fields:
                    raise self._refused(each, path, "", f"there is no such key; {_offer(name, known)}")
                given[name] = self._value(hints[name], each, path)
            except RefusedError:
                refused = True
        for name, field in fields.items():
            wanted = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            if wanted and name not in dict(pairs):
                self.problem(line_of(node), f"{key}.{name}" if key else name, "", "is missing: add it")
                refused = True
        if refused:
            raise RefusedError
        return made(**given)

    def _chosen(self, made: type, node: yaml.Node, pairs: Mapping[str, yaml.Node]) -> type:
        if made not in self.kinds:
            return made
        kind = pairs.get("kind")
        if not isinstance(kind, yaml.ScalarNode):
            raise self._refused(node, "kind", "", "is missing: say which kind of charge it is")
        try:
            return typing.cast(type, self.kinds[made](str(kind.value)))
        except ValueError as error:
            raise self._refused(kind, "kind", str(kind.value), str(error)) from None

    def _pairs(self, node: yaml.Node, key: str) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self._refused(
                node,
                key,
                getattr(node, "value", "") if isinstance(node, yaml.ScalarNode) else "",
                "is no mapping: write `key: value` lines below it",
            )
        found: dict[str, yaml.Node] = {}
        for name_node, each in node.value:
            name = str(name_node.value)
            if name in found:
                raise self._refused(
                    name_node, name, "", f"is there twice, first in line {line_of(found[name])}: keep one"
                )
            found[name] = each
        return list(found.items())

    def _sound(self, value: Any, node: yaml.Node, key: str) -> Any:
        """A value that has nothing wrong with it, by what it says itself."""
        wrong = list(value.wrong()) if hasattr(value, "wrong") else []
        for path, reason in wrong:
            at, found = _at(node, path)
            name = ".".join(str(each) for each in (key, *path) if each != "" and not isinstance(each, int))
            shown = str(found.value) if isinstance(found, yaml.ScalarNode) else ""
            self.problem(at, name, shown, reason)
        if wrong:
            raise RefusedError
        return value

    def _refused(self, node: yaml.Node, key: str, value: str, reason: str) -> RefusedError:
        self.problem(line_of(node), key, value, reason)
        return RefusedError()


def line_of(node: yaml.Node) -> int:
    """The line in which a node begins."""
    return int(node.start_mark.line) + 1


def _at(node: yaml.Node, path: Iterable[str | int]) -> tuple[int, yaml.Node]:
    """Line and node of a value: as far as its path leads."""
    line = line_of(node)
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((name, each) for name, each in node.value if name.value == str(step)), None)
            if pair is None:
                break
            line, node = line_of(pair[0]), pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = line_of(node)
        else:
            break
    return line, node


def _choice(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        near = difflib.get_close_matches(text, known, n=1)
        raise ValueError(f"is none of {', '.join(known)}" + (f": did you mean {near[0]}?" if near else ""))
    return text


def _meant(hint: type, text: str) -> object:
    read, reason = _MEANT[hint]
    if hint is date and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(reason)
    try:
        return read(text)
    except ValueError:
        raise ValueError(reason) from None


def _offer(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"
