"""A schedule out of what a form, a call or a command line gives: everything that is wrong with it, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import InputError, NotFoundError, PeriodError, Problem, WorkbenchError
from energy_workbench.domain.fields import kinds, schedule_fields
from energy_workbench.domain.fields.schedule_field import ScheduleField
from energy_workbench.domain.schedules import ParameterValue, Schedule, resolved
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.services.commands.schedule_values import converter
from energy_workbench.services.reports import catalogue, parameters
from energy_workbench.services.reports.refusals import named

READ_ONLY: Final = frozenset({"id", "described", "next_run", "run", "warnings", "revision", "since"})
"""What an answer shows and nobody sets."""
HANDED: Final = ("period", "inputs")
"""Parameters of a report that the schedule gives, not its form."""


@dataclass(frozen=True, slots=True)
class Known:
    """What fields are understood with.

    Attributes
    ----------
    zone : ZoneInfo
        The site's.
    now : datetime
    meter_id : callable
        The id of a meter by its number or id; raises NotFoundError.
    folders : tuple of Path
        Where the site's own reports are.
    """

    zone: ZoneInfo
    now: datetime
    meter_id: Callable[[str], str]
    folders: tuple[Path, ...]


def draft(before: Schedule, given: Mapping[str, Any], known: Known) -> tuple[Schedule, list[Problem]]:
    """The schedule with the given fields, and what is wrong with them.

    What is wrong keeps its value. Another time, and being resumed, let it begin now.
    """
    after, problems = before, []
    where = str(given.get("name") or before.name or "schedule")[:64]

    def wrong(name: str, value: Any, reason: object) -> None:
        problems.append(Problem(where, name, "" if value is None else str(value)[:60], str(reason)))

    for name, value in given.items():
        if name in READ_ONLY or name == "parameters":
            continue
        if name not in schedule_fields.BY_NAME:
            wrong(name, value, f"there is no such field; they are {', '.join(schedule_fields.BY_NAME)}")
            continue
        try:
            after = replace(after, **{name: _converted(schedule_fields.BY_NAME[name], value, known)})
        except ValueError as reason:
            wrong(name, value, reason)
    for name in schedule_fields.REQUIRED:
        if not getattr(after, name) and not any(problem.field == name for problem in problems):
            wrong(name, "", "is needed")
    if after.report and not any(problem.field == "report" for problem in problems):
        asked = given.get("parameters", before.parameters if after.report == before.report else {})
        try:
            after = replace(after, parameters=_parameters(after.report, asked, known))
        except InputError as error:
            for problem in error.problems or [Problem("", "", "", str(error))]:
                wrong(f"parameters.{problem.field}" if problem.field else "parameters", problem.value, problem.reason)
    if not any(problem.field == "period" for problem in problems):
        try:
            resolved(after.period, known.zone, known.now)
        except PeriodError as error:
            wrong("period", after.period, error)
    if after.cron != before.cron or (before.paused and not after.paused):
        after = replace(after, since=known.now)
    return after, problems


def checked(before: Schedule, given: Mapping[str, Any], known: Known) -> Schedule:
    """As `draft`.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    after, problems = draft(before, given, known)
    if problems:
        raise InputError("the schedule cannot be stored", problems)
    return after


def _converted(field: ScheduleField, value: Any, known: Known) -> Any:
    if isinstance(field.kind, kinds.ReportName):
        return _report(str(text_of(field.kind.longest)(value)), known)
    return converter(field.kind)(value)


def _report(name: str, known: Known) -> str:
    try:
        return catalogue.find(name, known.folders).name if name else ""
    except NotFoundError as error:
        raise ValueError(str(error)) from None
    except WorkbenchError as error:
        raise ValueError(f"its notebook is damaged: {error}") from None


def _parameters(report: str, given: Any, known: Known) -> dict[str, ParameterValue]:
    """Those that differ from the notebook's own, in their types; a meter as its id, which outlives its number."""
    notebook = catalogue.find(report, known.folders)
    if not isinstance(given, Mapping):
        raise InputError('the parameters are an object, such as {"meter": "UNIT-A"}')
    if taken := [name for name in given if name in HANDED]:
        reason = "is given by the schedule: set its period" if taken[0] == "period" else "is given by the schedule"
        raise InputError("", [Problem("", taken[0], "", reason)])
    stated = {name: value for name, value in given.items() if value is not None}
    values = parameters.check(notebook, stated)
    if meter := values.get("meter"):
        try:
            values["meter"] = known.meter_id(str(meter))
        except NotFoundError as error:
            raise InputError("", [Problem("", "meter", str(meter), str(error))]) from None
    try:
        named(notebook, values)
    except InputError as error:
        raise InputError("", [Problem("", "meter", "", str(error))]) from None
    defaults = {name: parameter.default for name, parameter in notebook.parameters.items()}
    return {name: value for name, value in values.items() if name not in HANDED and value != defaults[name]}
