"""Nodes of a YAML file with their lines, so that every message says where it is meant."""

from __future__ import annotations

from typing import Any

import yaml

from energy_workbench.domain.errors import InputError, Problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_CHARACTERS = 5_000_000


class Problems:
    """What is wrong with a file; nothing of it is used where there is anything.

    Parameters
    ----------
    file : str
        Its name, as the user knows it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, line: int, key: str, value: str, reason: str) -> None:
        """Keep one; `line` 0 is the file as a whole."""
        where = f"{self.file}, line {line}" if line else self.file
        problem = Problem(where, key, value[:60], reason)
        if problem not in self.found:
            self.found.append(problem)

    def refuse(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputError
            If anything was.
        """
        if self.found:
            raise InputError(f"{self.file} is no tariff that can be used", self.found)


def composed(text: str, problems: Problems) -> yaml.Node | None:
    """The first node of a text; None, told, where it is no YAML or empty.

    Scalars stay text: `0.1` becomes a decimal number without having been a float.
    """
    if len(text) > MOST_CHARACTERS:
        problems.add(0, "", "", f"has {len(text):,} characters: {MOST_CHARACTERS:,} at most")
        return None
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(mark.line + 1 if mark else 1, "", "", f"not valid YAML: {error.problem or error.context}")
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problems.add(1, "", "", f"not valid YAML: {error}")
        return None
    if node is None:
        problems.add(1, "", "", "the file is empty")
    return node


def line_of(node: yaml.Node) -> int:
    """The line in which a node begins."""
    return int(node.start_mark.line) + 1
