"""Rows of commissioning: checks of a meter, and signed sheets."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words

VerdictText = Annotated[str, Words(("ok", "wrong", "cannot_tell"))]
CheckText = Annotated[str, Words(("connection", "profile", "phases", "ct", "pt", "display"))]


class CheckRow(TypedDict):
    """One check, what it is about (a phase, a register; empty for the meter), and its evidence in words."""

    check: CheckText
    of: str
    verdict: VerdictText
    text: str


class MeterChecked(TypedDict):
    """What a meter says of how it was put in; `values` are primary, in the workbench's units."""

    meter: str
    number: str
    checked_at: Instant
    verdict: VerdictText
    checks: list[CheckRow]
    values: dict[str, float]


class SheetRow(TypedDict):
    """A signed sheet: the meter as it was configured, what was found, who signed and when, and remarks.

    `display` is what somebody read on the meter, by quantity.
    """

    meter: str
    number: str
    name: str
    version: int
    signed_at: Instant
    signed_by: str
    by: str
    remarks: str
    verdict: VerdictText
    checked_at: Instant
    serial: str
    gateway: str
    unit_id: str
    profile: str
    ct_ratio: str
    pt_ratio: str
    checks: list[CheckRow]
    values: dict[str, float]
    display: dict[str, float]
