"""Refusals of reports: the same checks and words before a kernel is started for one and in its notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from energy_workbench.contract.results import MeterTable, Pattern
from energy_workbench.contract.rows.flow import SiteRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.errors import InputError, NoDataError
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.services.reports.notebook_context import Opens, opens

if TYPE_CHECKING:
    from energy_workbench.services.reports.catalogue import Report


class Questions(Protocol):
    """The questions of the contract that a refusal needs."""

    @property
    def zone(self) -> ZoneInfo:
        """The site's."""

    def site(self) -> SiteRow:
        """The site."""

    def meters(self) -> MeterTable:
        """A row a meter."""

    def meter(self, meter: str) -> MeterRow:
        """One of them."""

    def over_time(self, meter: str | None = None, period: str = "", *, every: str = "") -> Pattern:
        """Its consumption."""


def in_future(period: str) -> NoDataError:
    """Why nothing can be said of a period."""
    return NoDataError(f"the period {period} lies in the future: nothing can be reported of it yet")


def nothing_known(number: str, period: str) -> NoDataError:
    """Why nothing can be said of a meter."""
    return NoDataError(f"there are no data of {number} in {period}: import its history, or ask for another period")


def no_meters(site: str, period: str) -> NoDataError:
    """Why nothing can be said of a site."""
    return NoDataError(f"{site} had no meters in {period}: import or create some first")


def unnamed() -> InputError:
    """Why a report of one meter cannot be written."""
    return InputError("this report is about one meter: name it, such as --meter UNIT-A")


def known(pattern: Pattern) -> bool:
    """Whether anything is known of a pattern: a producer that stood still is known to have produced nothing."""
    return pattern.total_kwh is not None


def reportable(text: str, zone: ZoneInfo, now: datetime) -> Period:
    """The period that somebody asks a report of.

    Raises
    ------
    PeriodError
        If it is none.
    NoDataError
        If it lies in the future.
    """
    period = parse_period(text, zone, now)
    if period.start >= now:
        raise in_future(text)
    return period


def first_of(rows: Sequence[MeterRow]) -> MeterRow | None:
    """The root of the tree that a report of the whole site speaks of; None where there are no meters."""
    ids = {row["id"] for row in rows}
    return next((row for row in rows if row["parent_id"] not in ids), None)


def named(report: Report, parameters: Mapping[str, Any]) -> Opens | None:
    """What a report says it is about; None where its notebook does not tell before it is executed.

    Raises
    ------
    InputError
        If it is about one meter, and none is named.
    """
    context = opens(report)
    if context is not None and context.one and not str(parameters.get("meter") or "").strip():
        raise unnamed()
    return context


def refuse_whatever_comes(wb: Questions, report: Report, parameters: Mapping[str, Any], now: datetime) -> str | None:
    """Refuse a report that cannot succeed, whatever data may come yet.

    Parameters
    ----------
    parameters : mapping
        As `report_parameters.check` gave them.

    Returns
    -------
    str or None
        Id of the meter that it is about, empty for the whole site; None where it does not tell.

    Raises
    ------
    PeriodError
        If the period cannot be read.
    NoDataError
        If it lies in the future.
    NotFoundError
        If there is no such meter.
    InputError
        If the report is about one meter, and none is named.
    """
    if (period := parameters.get("period")) is None:
        return None
    reportable(period, wb.zone, now)
    meter = str(parameters.get("meter") or "")
    subject = wb.meter(meter)["id"] if meter else ""
    context = named(report, parameters)
    if context is None:
        return None
    return subject if context.meter else ""


def refuse(wb: Questions, report: Report, parameters: Mapping[str, Any], now: datetime) -> None:
    """Refuse a report that cannot succeed with the data there are, before anything is started for it.

    Parameters
    ----------
    wb : Questions
        As it was at the end of the period, where that is over.
    parameters : mapping
        As `report_parameters.check` gave them.

    Raises
    ------
    PeriodError, NotFoundError, InputError
        As `refuse_whatever_comes`.
    NoDataError
        If the period lies in the future, or nothing is known of it.
    """
    subject = refuse_whatever_comes(wb, report, parameters, now)
    if subject is None:
        return
    period = str(parameters["period"])
    root = first_of(wb.meters().rows) if not subject else None
    meter = subject or (root and root["id"])
    if not meter:
        raise no_meters(wb.site()["name"], period)
    pattern = wb.over_time(meter, period, every="1h")
    if not known(pattern):
        raise nothing_known(pattern.number, period)
