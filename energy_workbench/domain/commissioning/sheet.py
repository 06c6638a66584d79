"""A commissioning sheet: what was found when a meter was put into service, who signed it and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from energy_workbench.domain.fields.plain import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissioningSheet:
    """One version of the sheet of a meter; a new one does not take the place of those before.

    Attributes
    ----------
    meter : int
        Key of the meter.
    version : int
        Counted from 1.
    signed_at : datetime
        UTC.
    signed_by : str
        The person, in its own words.
    by : str
        Who sent it: the name of a token, or of a command.
    remarks : str
    verdict : str
        What its checks come to: `ok`, `wrong` or `cannot_tell`.
    found : mapping
        What was looked at: the meter as it was configured, its checks, its values, and what the display showed.
    """

    meter: int
    version: int
    signed_at: datetime
    signed_by: str
    by: str
    remarks: str = ""
    verdict: str = ""
    found: Row = field(default_factory=dict)
