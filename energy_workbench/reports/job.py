"""A report that is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NotRequired

from typing_extensions import TypedDict

from energy_workbench.reports.manifest import Manifest
from energy_workbench.services.reports.catalogue import ParameterValue, Report


class Source(TypedDict):
    """What a report is made of: a site of a home, or an archive (files by kind); the share of data needed [1]."""

    home: NotRequired[str]
    site: NotRequired[str]
    archive: NotRequired[dict[str, str]]
    threshold: float


@dataclass(frozen=True, slots=True)
class Job:
    """A report to be written.

    Attributes
    ----------
    report : Report
    parameters : dict
        Its parameters, checked.
    source : Source
        What it is made of.
    written_at : datetime
        What the report takes for now.
    formats : tuple of str
    paper : str
    folder : Path
        Where to.
    own_folders : bool
        Whether each meter has a folder in it.
    first : Manifest or None
        The manifest of the first, where it is written again.
    """

    report: Report
    parameters: dict[str, ParameterValue]
    source: Source
    written_at: datetime
    formats: tuple[str, ...]
    paper: str
    folder: Path
    own_folders: bool
    first: Manifest | None

    def text(self, name: str) -> str | None:
        """What a parameter is asked with, as text; None where the report has none of that name."""
        value = self.parameters.get(name)
        return None if value is None else str(value)
