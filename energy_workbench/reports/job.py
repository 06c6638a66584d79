"""A report that is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from energy_workbench.services.reports.catalogue import Report


@dataclass(frozen=True, slots=True)
class Job:
    """A report to be written.

    Attributes
    ----------
    report : Report
    asked : dict
        Its parameters, checked.
    told : dict
        What the kernel is told: `home` or `archive`, and `threshold`.
    written_at : datetime
        What the report takes for now.
    formats : tuple of str
    paper : str
    folder : Path
        Where to.
    own_folders : bool
        Whether each meter has a folder in it.
    first : dict or None
        The manifest of the first, where it is written again.
    """

    report: Report
    asked: dict[str, Any]
    told: dict[str, Any]
    written_at: datetime
    formats: tuple[str, ...]
    paper: str
    folder: Path
    own_folders: bool
    first: dict[str, Any] | None
