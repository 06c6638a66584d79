"""One register more in a profile of a user, whose file stays as it is otherwise, comments included."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from collector.profile.file import read_profile
from collector.profile.file_keys import REGISTER_KEYS, identifier
from collector.profile.profile import Profile
from collector.profile.store import SHIPPED
from energy_workbench.domain.errors import InputError, Problem, ProfileError

HEAD = ("vendor", "model")
LONGEST_LINE = 4_000
"""So that a register stays in one line of the file."""
SOURCE = "read from the device's registers"


def add_register(folder: Path, id: str, given: Mapping[str, Any]) -> tuple[Profile, Path, bool]:
    """Write a register into a profile of that folder, which is made where it is new; all of it, or nothing.

    Parameters
    ----------
    given : mapping
        Keys of a register in a file, and `vendor` and `model` of a new profile.

    Returns
    -------
    Profile, Path, bool
        What it is now, its file, and whether it is new.

    Raises
    ------
    InputError
        If the id is none, or of a profile that comes with the project.
    ProfileError
        With everything that is wrong with the profile as it would be.
    """
    if reason := identifier(id):
        raise InputError(f"profile {id[:60]!r}: {reason}")
    path = folder / f"{id}.yaml"
    if not path.exists() and (SHIPPED / path.name).is_file():
        raise InputError(f"profile {id} comes with the project: save the register under another id")
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new = not path.exists()
        register = {key: given[key] for key in given if key not in HEAD and given[key] is not None}
        if unknown := [key for key in register if key not in REGISTER_KEYS]:
            raise InputError(f"a register has no {', '.join(map(str, unknown))}: {', '.join(REGISTER_KEYS)}")
        text = _begun(id, given, register) if new else _with(path, register)
        profile = _checked(path, text)
        _write(path, text)
    finally:
        os.close(lock)
    return profile, path, new


def _begun(id: str, given: Mapping[str, Any], register: Mapping[str, Any]) -> str:
    head = {
        "id": id, "vendor": given.get("vendor") or "Unknown", "model": given.get("model") or id,
        "confidence": "one-source", "sources": [SOURCE],
    }  # fmt: skip
    return yaml.safe_dump(head, sort_keys=False, allow_unicode=True) + f"registers:\n  - {_line(register)}\n"


def _with(path: Path, register: Mapping[str, Any]) -> str:
    """The file's text with one register more, and its quantity polled where the file says what is."""
    try:
        text = path.read_text("utf-8")
        root = yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    lists = {
        key.value: value for key, value in (root.value if isinstance(root, yaml.MappingNode) else ())
        if isinstance(value, yaml.SequenceNode) and value.value
    }  # fmt: skip
    if "registers" not in lists:
        raise InputError(f"{path} has no list of registers: mend it first")
    entries = [(lists["registers"], _line(register))]
    if "poll" in lists and isinstance(register.get("quantity"), str):
        entries.append((lists["poll"], register["quantity"]))
    for node, entry in sorted(entries, key=lambda each: -each[0].start_mark.index):
        text = _appended(text, node, entry)
    return text


def _appended(text: str, node: yaml.SequenceNode, entry: str) -> str:
    if node.flow_style:
        end = node.end_mark.index - 1  # its bracket
        return f"{text[:end].rstrip().removesuffix(',')}, {entry}{text[end:]}"
    last = _end(node.value[-1])
    at = text.find("\n", last)
    at = len(text) if at < 0 else at
    return f"{text[:at]}\n{' ' * node.start_mark.column}- {entry}{text[at:] or chr(10)}"


def _end(node: yaml.Node) -> int:
    """Where the last of what a node holds ends: a block's own mark is after its comments."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index) - (node.end_mark.column == 0)


def _line(register: Mapping[str, Any]) -> str:
    return str(
        yaml.safe_dump(dict(register), default_flow_style=True, sort_keys=False, width=LONGEST_LINE, allow_unicode=True)
    ).strip()


def _checked(path: Path, text: str) -> Profile:
    with TemporaryDirectory(prefix="energy-workbench-") as folder:
        trial = Path(folder) / path.name
        trial.write_text(text, "utf-8")
        try:
            return read_profile(trial)
        except ProfileError as error:
            told = [
                Problem(each.where.replace(str(trial), str(path)), each.field, each.value, each.reason)
                for each in error.problems
            ]
            raise ProfileError(f"{path} would describe no possible meter:", told) from None


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, "utf-8")
    with draft.open() as file:
        os.fsync(file.fileno())
    draft.replace(path)
