"""What the supervisor knows of each process, as a file in the home: `up` writes it, the service reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final, Literal

import psutil

from energy_workbench.runtime import disk
from energy_workbench.runtime.settings import Settings

NAME = "up.json"
OF_A_SITE: Final = ("collector", "schedule")
"""Processes that each site has for itself; those of further sites have its slug behind their name."""


@dataclass(frozen=True)
class Supervised:
    """One process.

    Attributes
    ----------
    state : str
        `running`; or `waiting`: it ended, and is started again.
    pid : int or None
        While it runs.
    since : datetime
        Of that state.
    restarts : int
        How often it was started again.
    ended : datetime or None
        When it ended last.
    reason : str
        How: `killed (SIGKILL)`, `code 2: a setting is wrong`.
    """

    state: Literal["running", "waiting"]
    pid: int | None
    since: datetime
    restarts: int = 0
    ended: datetime | None = None
    reason: str = ""

    def told(self, zone: tzinfo) -> str:
        """How it fared, in words; nothing where it runs as it was started."""
        if self.ended is None:
            return ""
        times = f"restarted {self.restarts} {'time' if self.restarts == 1 else 'times'}"
        last = f"ended {self.ended.astimezone(zone):%d %b %H:%M:%S}: {self.reason}"
        return f"{times}, last {last}" if self.state == "running" else f"{last}; {times}, is started again"


def label(name: str, settings: Settings) -> str:
    """What a process of a site is called beside those of others: `collector.kolkata`; of the first as ever."""
    return f"{name}.{settings.site}" if settings.site_number else name


def is_of_a_site(label: str) -> bool:
    """Whether a process is of one site alone."""
    return label.partition(".")[0] in OF_A_SITE


def write(home: Path, processes: Mapping[str, Supervised]) -> None:
    """Keep what is known; the file is that of this process, and stands for as long as it runs."""
    rows = {name: asdict(found) for name, found in processes.items()}
    content = {"pid": os.getpid(), "began": psutil.Process().create_time(), "processes": rows}
    with disk.replaced(home / NAME) as draft:
        draft.write_text(json.dumps(content, default=datetime.isoformat), "utf-8")


def read(home: Path) -> dict[str, Supervised]:
    """What the supervisor of a home wrote; nothing where none runs."""
    try:
        content = json.loads((home / NAME).read_text("utf-8"))
        # A number is given out again: only together with its beginning it names a process.
        if psutil.Process(content["pid"]).create_time() != content["began"]:
            return {}
        return {name: _row(row) for name, row in content["processes"].items()}
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return {}


def remove(home: Path) -> None:
    """Forget it: nobody supervises any more."""
    (home / NAME).unlink(missing_ok=True)


def _row(row: dict[str, str]) -> Supervised:
    instants = {name: datetime.fromisoformat(row[name]) for name in ("since", "ended") if row[name] is not None}
    return Supervised(**{**row, **instants})  # type: ignore[arg-type]
