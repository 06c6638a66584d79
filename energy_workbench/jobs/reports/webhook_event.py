"""The event of a run that a webhook is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired

from typing_extensions import TypedDict

from energy_workbench.domain.schedules import Run

if TYPE_CHECKING:
    from energy_workbench.reports.manifest import Manifest


class NamedSchedule(TypedDict):
    """A schedule."""

    id: str
    name: str


class WrittenFile(TypedDict):
    """A file of a report: name, size [bytes] and checksum (SHA-256)."""

    kind: str
    name: str
    bytes: int
    sha256: str


class Event(TypedDict):
    """What became of a run at a site (its slug), its share of data [1]; one that failed has a reason, else files."""

    event: str
    id: str
    site: str
    schedule: NamedSchedule
    run: int
    report: str
    period: str
    planned_at: str
    completeness: float | None
    incomplete: bool
    reason: NotRequired[str]
    title: NotRequired[str]
    written_at: NotRequired[str]
    files: NotRequired[list[WrittenFile]]


def event(kind: str, site: str, name: str, run: Run, manifest: Path | None = None) -> Event:
    """An event of a run; its `id` is the same however often it is told."""
    told: Event = {
        "event": kind,
        "id": f"{run.schedule}/{run.key}/{kind}",
        "site": site,
        "schedule": {"id": run.schedule, "name": name},
        "run": run.key,
        "report": run.report,
        "period": run.period,
        "planned_at": run.planned_at.isoformat(),
        "completeness": run.completeness,
        "incomplete": run.incomplete,
    }
    if manifest is None:
        return {**told, "reason": run.reason}
    kept: Manifest = json.loads(manifest.read_text("utf-8"))
    files: list[WrittenFile] = [{"kind": kind, **file} for kind, file in kept["files"].items()]
    return {**told, "title": kept["title"], "written_at": kept["written_at"], "files": files}
