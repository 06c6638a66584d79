"""The folder of reports: every report in it, read from its manifest, newest first."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from energy_workbench.domain.schedules import FORMATS

MANIFEST: Final = ".manifest.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What a manifest says of its report; `files` are names by kind (`html`, `pdf`, `xlsx`)."""

    title: str
    report: str
    site: str
    period: str
    meter: str
    written_at: datetime
    completeness: float | None
    incomplete: bool
    running: bool
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A report in the folder.

    Attributes
    ----------
    id : str
        Made of its place, so that it stays as long as the report does, written again or not.
    manifest : str
        Path of the manifest within the folder.
    told : Told
    files : dict of str to Path
        Those that are there, by kind.
    """

    id: str
    manifest: str
    told: Told
    files: Mapping[str, Path]


def written(folder: Path) -> list[Written]:
    """The reports of a folder and of those below it that have a file left, newest first."""
    found = [each for path in _manifests(folder) if (each := _written(folder, path)) is not None]
    return sorted(found, key=lambda each: (each.told.written_at, each.manifest), reverse=True)


def _manifests(folder: Path) -> Iterator[Path]:
    """Every manifest; hidden folders hold what is being written."""
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(at, name) for name in names if name.endswith(MANIFEST) and not name.startswith("."))


def _written(folder: Path, path: Path) -> Written | None:
    try:
        about = path.stat()
        told = _told(path, about.st_mtime_ns, about.st_size)
    except OSError:
        return None  # taken away meanwhile
    there = {} if told is None else {kind: path.parent / name for kind, name in told.files.items()}
    there = {kind: file for kind, file in there.items() if file.is_file()}
    if told is None or not there:
        return None
    manifest = path.relative_to(folder).as_posix()
    return Written(f"rpt_{hashlib.sha256(manifest.encode()).hexdigest()[:12]}", manifest, told, there)


@lru_cache(4096)
def _told(path: Path, changed: int, size: int) -> Told | None:  # noqa: ARG001 -- a manifest that changed is read anew
    """What a manifest says; None where it is no manifest of a report."""
    try:
        values = json.loads(path.read_text("utf-8"))
        asked, share = values.get("parameters", {}), values.get("completeness")
        at = datetime.fromisoformat(values["written_at"])
        return Told(
            title=str(values["title"]),
            report=str(values.get("report", "")),
            site=str(values.get("site", "")),
            period=str(asked.get("period") or values.get("period") or ""),
            meter=str(asked.get("meter") or ""),
            written_at=at.astimezone(),
            completeness=None if share is None else float(share),
            incomplete=bool(values.get("incomplete")),
            running=bool(values.get("running")),
            # A name is a name: a manifest from elsewhere reaches nothing outside its folder.
            files={k: Path(str(values["files"][k]["name"])).name for k in FORMATS if k in values["files"]},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
