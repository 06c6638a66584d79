"""Rows of commissioning: checks of a meter, and signed sheets."""

from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.rows.locked import LockedChangeRow

VerdictText = Annotated[str, Words(("ok", "wrong", "cannot_tell"))]
CheckText = Annotated[str, Words(("connection", "profile", "phases", "ct", "pt", "display"))]


class CheckRow(TypedDict):
    """One check, what it is about (a phase, a register; empty for the meter), and its evidence in words."""

    check: CheckText
    of: str
    verdict: VerdictText
    text: str


OfferText = Annotated[str, Words(("signing", "first_reading"))]


class OfferedBeginning(TypedDict):
    """What may be stated when a sheet is signed, and the day in the site's zone that this would be."""

    says: OfferText
    commissioned_at: str


class MeterChecked(TypedDict):
    """What a meter says of how it was put in; `values` are primary, in the workbench's units.

    `offers` is what `commissioned_at` can be stated as when the sheet is signed; none where it is stated already.
    """

    meter: str
    number: str
    checked_at: Instant
    verdict: VerdictText
    checks: list[CheckRow]
    values: dict[str, float]
    offers: list[OfferedBeginning]


class SheetRow(TypedDict):
    """A signed sheet: the meter as it was configured, what was found, who signed and when, and remarks.

    `display` is what somebody read on the meter, by quantity; `commissioned_at` from when on it was said to be there,
    empty where nobody said so.
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
    commissioned_at: str
    checks: list[CheckRow]
    values: dict[str, float]
    display: dict[str, float]
    locked_change: NotRequired[LockedChangeRow]
