"""Incidents: damage that was set aside, a line of JSON a case beside what it happened to, for people to see."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from energy_workbench.domain.time import clock

log = logging.getLogger(__name__)

FILE = "incidents.jsonl"


@dataclass(frozen=True, slots=True)
class Incident:
    """One case of damage.

    Attributes
    ----------
    at : str
        When it was found, ISO 8601 [UTC].
    what : str
        Which part was damaged: `spool`, `lake`, `state`.
    text : str
        What was wrong, what was rescued and what was not, in words.
    aside : str
        Where the damaged part lies now; empty where nothing was worth keeping.
    """

    at: str
    what: str
    text: str
    aside: str = ""


def record(folder: Path, what: str, text: str, aside: Path | None = None) -> Incident:
    """Note an incident in a folder and log it loudly; a disk that refuses the note does not stop the rescue."""
    incident = Incident(clock.now().isoformat(timespec="seconds"), what, text, str(aside or ""))
    log.error("%s%s", text, f"; set aside as {aside}" if aside else "")
    try:
        with (folder / FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(incident)) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        log.error("%s cannot be noted in %s: %s", what, folder / FILE, error.strerror)
    return incident


def incidents(*folders: str | Path) -> list[Incident]:
    """What was noted in these folders (the home and the lake's), oldest first; lines that cannot be read are left out.

    A folder that people have looked at is made clean by removing its `incidents.jsonl`.
    """
    cases: dict[Incident, None] = {}
    for folder in folders:
        try:
            lines = (Path(folder) / FILE).read_text("utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            try:
                cases[Incident(**json.loads(line))] = None
            except (ValueError, TypeError):
                continue
    return sorted(cases, key=lambda incident: incident.at)


def aside_name(path: Path) -> Path:
    """A free name beside a damaged file: `spool.db.broken-20261001T120000`."""
    name = f"{path.name}.broken-{clock.now():%Y%m%dT%H%M%S}"
    target, count = path.with_name(name), 1
    while target.exists():
        count += 1
        target = path.with_name(f"{name}-{count}")
    return target
