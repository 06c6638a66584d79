"""Dated CT/PT ratios between values and what people send and read, and what a change of one would touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso, ratio_values
from energy_workbench.contract.notes import BEGINNING
from energy_workbench.contract.rows.meters import RatioRow
from energy_workbench.domain.errors import InputError, PeriodError, Problem
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.kinds import Number
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.time.period import parse_instant

SIDES = tuple(field.name for field in meter_fields.RATIO if isinstance(field.kind, Number))
SHOWN_ONLY = ("ct_ratio", "pt_ratio")


def ratio_row(ratio: Ratio, zone: ZoneInfo) -> RatioRow:
    """A ratio as REST shows it; `valid_from` None is the beginning of time."""
    return cast(RatioRow, {"valid_from": iso(ratio.valid_from, zone), **ratio_values(ratio)})


def beginning(text: str | None, zone: ZoneInfo) -> datetime | None:
    """The instant from which a ratio holds, as an address names it; None is the beginning of time.

    Raises
    ------
    PeriodError
        If it is no instant.
    """
    return None if text is None or text == BEGINNING else parse_instant(text, zone)


def impact_warnings(
    history: Sequence[Ratio], beginnings: Sequence[datetime | None], intervals: int, now: datetime, zone: ZoneInfo
) -> list[str]:
    """What a user should know before a pair that begins at one of these instants is stored.

    Parameters
    ----------
    history : sequence of Ratio
        The meter's pairs as stored.
    beginnings : sequence of datetime or None
    intervals : int
        How many are there and would be computed again.
    """
    warnings = []
    if intervals:
        warnings.append(
            f"{intervals:,} intervals are computed again: dashboards and new reports of that time will show other "
            "values than before"
        )
    last = max((start for start in beginnings if start), default=None)
    if last and last > now:
        warnings.append("it begins in the future: nothing changes until then")
    for ratio in history:
        if ratio.valid_from in beginnings:
            warnings.append(f"{_since(ratio.valid_from, zone)} the ratio {_plates(ratio)} is stored: it is replaced")
        elif ratio.valid_from and (last is None or ratio.valid_from > last):
            warnings.append(f"{_since(ratio.valid_from, zone)} the ratio {_plates(ratio)} holds, whatever this one is")
            break
    return warnings


def ratio_from(row: Mapping[str, Any], before: Ratio, zone: ZoneInfo, otherwise: datetime | None) -> Ratio:
    """The ratio that a row means.

    A side that is not given is empty; who applies it stays as `before`; `valid_from` is `otherwise` where it
    is not given, and null is the beginning of time.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems = []

    def wrong(field: str, reason: str) -> None:
        problems.append(Problem("body", field, str(row[field])[:60], reason))

    for field in row.keys() - {*SIDES, *SHOWN_ONLY, "valid_from", "ratio_applied_by"}:
        wrong(field, f"is not known here: a ratio has {', '.join(SIDES)}, ratio_applied_by and valid_from")
    sides: dict[str, Any] = {}
    for field in SIDES:
        value = row.get(field)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            wrong(field, "must be a number, or null where there is no transformer")
        else:
            sides[field] = value
    applied_by = before.applied_by
    if row.get("ratio_applied_by") is not None:
        try:
            applied_by = AppliedBy(row["ratio_applied_by"])
        except ValueError:
            wrong("ratio_applied_by", f"must be one of {', '.join(AppliedBy)}")
    valid_from = otherwise
    if "valid_from" in row:
        try:
            valid_from = None if row["valid_from"] is None else beginning(str(row["valid_from"]), zone)
        except PeriodError as error:
            wrong("valid_from", error.message)
    if problems:
        raise InputError("the ratio cannot be added", problems)
    return replace(Ratio(), **sides, applied_by=applied_by, valid_from=valid_from)


def _since(instant: datetime | None, zone: ZoneInfo) -> str:
    return "from the beginning of time" if instant is None else f"from {instant.astimezone(zone):%Y-%m-%d %H:%M}"


def _plates(ratio: Ratio) -> str:
    return ", ".join(filter(None, (ratio.ct_text, ratio.pt_text))) or "1:1"
