"""What a webhook is told of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from energy_workbench.domain.schedules import Run


def event(kind: str, name: str, run: Run, manifest: Path | None = None) -> dict[str, Any]:
    """An event of a run; its `id` is the same however often it is told."""
    told: dict[str, Any] = {
        "event": kind,
        "id": f"{run.schedule}/{run.key}/{kind}",
        "schedule": {"id": run.schedule, "name": name},
        "run": run.key,
        "report": run.report,
        "period": run.period,
        "planned_at": run.planned_at.isoformat(),
        "completeness": run.completeness,
        "incomplete": run.incomplete,
    }
    if manifest is None:
        return told | {"reason": run.reason}
    kept = json.loads(manifest.read_text("utf-8"))
    files = [{"kind": kind, **found} for kind, found in kept["files"].items()]
    return told | {"title": kept["title"], "written_at": kept["written_at"], "files": files}
