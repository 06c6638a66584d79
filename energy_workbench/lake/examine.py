"""Read-only examination of lake and spool, for the doctor: versions, sizes, damage."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.lake.spool.fullness import SpoolState, look
from energy_workbench.lake.storage import durable
from energy_workbench.runtime import sqlite_file

CHECKED_BYTES = 300_000_000
"""A spool larger than this is not read whole to see whether it is [bytes]."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the lake.

    Attributes
    ----------
    version : int
        -1 where there is no table yet.
    at : datetime or None
        Of the last commit [UTC].
    files, rows : int
        In its last version; rows are counted from what the log says.
    wrong : str
        Why it cannot be read; empty where it can.
    """

    version: int = -1
    at: datetime | None = None
    files: int = 0
    rows: int = 0
    wrong: str = ""


def table(folder: Path) -> Table:
    """The newest version of a table, opened as readers open it."""
    try:
        version = durable.last_version(folder)
    except FileNotFoundError:
        return Table()
    except OSError as error:
        return Table(wrong=f"{folder}: {error.strerror or error}")
    if version < 0:
        return Table()
    entry = durable.log_entry(folder, version)
    at = datetime.fromtimestamp(entry.stat().st_mtime, UTC) if entry.exists() else None
    if durable.read_entry(folder, version) is None:
        wrong = f"the last commit of {folder} is torn: it is set aside at the next commit, and nothing is lost by it"
        return Table(version, at, wrong=wrong)
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        try:
            opened = DeltaTable(str(folder))
            actions = opened.get_add_actions(flatten=True)
            names = [str(name) for name in actions["path"].to_pylist()]
            rows = sum(int(count or 0) for count in actions["num_records"].to_pylist())
        except (DeltaError, OSError, KeyError, ValueError) as error:
            return Table(version, at, wrong=f"{folder} cannot be opened: {error}")
    except ImportError as error:
        return Table(version, at, wrong=f"{folder} cannot be opened: {error}")
    missing = [name for name in names if not (folder / name).exists()]
    wrong = f"{folder} misses {len(missing)} of its files, {missing[0]} among them" if missing else ""
    return Table(version, at, len(names), rows, wrong)


def spool(path: Path, most_bytes: int, *, thorough: bool = False) -> SpoolState | str | None:
    """The state of a spool; what is wrong with it, in words; or None where there is none yet.

    Parameters
    ----------
    most_bytes : int
        Its bound [bytes].
    thorough : bool
        Let SQLite check every page of it as well, unless it is very large.
    """
    if not path.exists():
        return None
    try:
        state = look(sqlite_file.ReadOnly(path), most_bytes)
    except (sqlite3.Error, OSError, WorkbenchError, ValueError, json.JSONDecodeError) as error:
        return f"{path} cannot be read: {error}"
    if thorough and path.stat().st_size <= CHECKED_BYTES and (damage := sqlite_file.damage(path)):
        return f"{path} is damaged: {damage}"
    return state


def daily_bytes(folder: Path, days: int = 7) -> float | None:
    """What a day of readings takes on the disk, by the newest closed days [bytes]; None before the first."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.startswith("day="))
    except OSError:
        return None
    # The newest day is not over.
    sizes = [sum(file.stat().st_size for file in os.scandir(folder / name)) for name in names[-days - 1 : -1]]
    return sum(sizes) / len(sizes) if sizes else None


def writable(folder: Path) -> bool:
    """Whether this process's user may write there, or make it."""
    for each in (folder, *folder.parents):
        if each.exists():
            return each.is_dir() and os.access(each, os.W_OK | os.X_OK)
    return False
