"""YAML nodes with their line numbers, for messages that say where a problem is."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from collector.profile.file_keys import Check
from energy_workbench.domain.errors import Problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Entry(NamedTuple):
    """A value of a mapping: plain Python (None where it is read node by node), its line, and its node."""

    value: Any
    line: int
    node: Any


class Located:
    """Reads one file and collects its problems.

    Parameters
    ----------
    path : Path
        Named in every problem.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def problem(self, line: int, field: str, value: Any, reason: str) -> None:
        """Keep what is wrong in a line."""
        shown = "" if isinstance(value, list | dict) or value is None else str(value)[:60]
        self.problems.append(Problem(f"{self.path}, line {line}", field, shown, reason))

    def root(self) -> Any:
        """The file's first node; None, told, where it is no YAML."""
        try:
            return yaml.compose(self.path.read_text("utf-8"), Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problem(mark.line + 1 if mark else 1, "", "", f"not valid YAML: {error.problem or error.context}")
        except yaml.YAMLError as error:
            self.problem(1, "", "", f"not valid YAML: {error}")
        except UnicodeDecodeError as error:
            self.problem(1, "", "", f"not UTF-8 text (byte {error.start}): save it as UTF-8")
        except OSError as error:
            self.problem(1, "", "", f"cannot be read: {error.strerror or error}")
        return None

    def mapping(
        self, node: Any, what: str, keys: Mapping[str, Check], required: tuple[str, ...], nested: Container[str] = ()
    ) -> dict[str, Entry]:
        """The sound entries of a mapping; what is wrong with the others is told.

        Parameters
        ----------
        what : str
            Names the mapping in messages.
        keys : mapping of str to Check
            All that may be there.
        nested : container of str
            Keys whose values the caller reads node by node.
        """
        if not isinstance(node, yaml.MappingNode):
            self.problem(line_of(node), "", "", f"{what} must be a mapping of {', '.join(keys)}")
            return {}
        entries: dict[str, Entry] = {}
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), line_of(key_node)
            if key not in keys:
                self.problem(line, key, "", f"there is no such key in {what}; {_offer(key, keys)}")
            elif key in seen:
                self.problem(line, key, "", f"is there twice, first in line {seen[key]}: keep one")
            elif key in nested:
                entries[key] = Entry(None, line, value_node)
            else:
                value = self.value(value_node)
                if reason := keys[key](value):
                    self.problem(line, key, value, reason)
                else:
                    entries[key] = Entry(value, line, value_node)
            seen.setdefault(key, line)
        for key in required:
            if key not in seen:
                self.problem(line_of(node), key, "", f"is missing from {what}: add it")
        return entries

    def items(self, entry: Entry, what: str) -> list[Any]:
        """Nodes of a list that must not be empty."""
        if not isinstance(entry.node, yaml.SequenceNode):
            self.problem(entry.line, what, "", "must be a list")
            return []
        if not entry.node.value:
            self.problem(entry.line, what, "", "is empty: name at least one")
        return list(entry.node.value)

    def value(self, node: Any) -> Any:
        """Plain Python of a node, by the safe rules of YAML; None, told, where there are none."""
        try:
            return yaml.SafeLoader("").construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            self.problem(line_of(node), "", "", f"not plain YAML: {getattr(error, 'problem', None) or error}")
            return None


def line_of(node: Any) -> int:
    """The line in which a node begins; the first one for none."""
    return int(node.start_mark.line) + 1 if node is not None else 1


def _offer(key: str, keys: Mapping[str, Check]) -> str:
    import difflib

    near = difflib.get_close_matches(key, keys, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(keys)}"
