"""A schedule out of what a form, a call or a command line gives: everything that is wrong with it, at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import InputError, NotFoundError, PeriodError, Problem, WorkbenchError
from energy_workbench.domain.fields.mail_address import mail_address
from energy_workbench.domain.schedules import FORMATS, LANGUAGES, Recipient, Schedule, resolved
from energy_workbench.domain.time import crontab
from energy_workbench.registry.checks.conversions import real, text_of, yes_no
from energy_workbench.services.reports import catalogue, parameters
from energy_workbench.services.reports.refusals import named

READ_ONLY: Final = frozenset({"id", "described", "next_run", "run", "revision", "since"})
"""What an answer shows and nobody sets."""
MOST_RECIPIENTS: Final = 50
LONGEST_WAIT_HOURS: Final = 14 * 24.0
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
        if name not in CONVERT:
            wrong(name, value, f"there is no such field; they are {', '.join([*CONVERT, 'parameters'])}")
            continue
        try:
            found: Any = _report(value, known) if name == "report" else CONVERT[name](value)
            after = replace(after, **{name: found})
        except ValueError as reason:
            wrong(name, value, reason)
    for name in ("name", "report", "cron"):
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


def _report(value: Any, known: Known) -> str:
    name = str(text_of(100)(value))
    try:
        return catalogue.find(name, known.folders).name if name else ""
    except NotFoundError as error:
        raise ValueError(str(error)) from None
    except WorkbenchError as error:
        raise ValueError(f"its notebook is damaged: {error}") from None


def _parameters(report: str, given: Any, known: Known) -> dict[str, Any]:
    """Those that differ from the notebook's own, in their types; a meter as its id, which outlives its number."""
    found = catalogue.find(report, known.folders)
    if not isinstance(given, Mapping):
        raise InputError('the parameters are an object, such as {"meter": "UNIT-A"}')
    if taken := [name for name in given if name in HANDED]:
        reason = "is given by the schedule: set its period" if taken[0] == "period" else "is given by the schedule"
        raise InputError("", [Problem("", taken[0], "", reason)])
    stated = {name: value for name, value in given.items() if value is not None}
    values = parameters.check(found, stated)
    if meter := values.get("meter"):
        try:
            values["meter"] = known.meter_id(str(meter))
        except NotFoundError as error:
            raise InputError("", [Problem("", "meter", str(meter), str(error))]) from None
    try:
        named(found, values)
    except InputError as error:
        raise InputError("", [Problem("", "meter", "", str(error))]) from None
    defaults = {name: parameter.default for name, parameter in found.parameters.items()}
    return {name: value for name, value in values.items() if name not in HANDED and value != defaults[name]}


def _cron(value: Any) -> str:
    text = str(text_of(100)(value))
    return crontab.check(text) if text else ""


def _period(value: Any) -> str:
    text = str(text_of(100)(value))
    if not text:
        raise ValueError("is needed, such as last month")
    return text


def _formats(value: Any) -> tuple[str, ...]:
    listed = _list(value)
    wanted = [str(each).strip().lower() for each in listed if str(each).strip()]
    if unknown := [each for each in wanted if each not in FORMATS]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(FORMATS)}")
    if not wanted:
        raise ValueError(f"choose of {', '.join(FORMATS)}")
    return tuple(each for each in FORMATS if each in wanted)


def _recipients(value: Any) -> tuple[Recipient, ...]:
    """Objects of `address` and `language`, or texts such as `anna@example.com de`."""
    found: dict[str, Recipient] = {}
    for each in _list(value):
        if isinstance(each, Mapping):
            address, language = str(each.get("address", "")).strip(), str(each.get("language") or "en").strip()
        else:
            address, _, language = re.sub(r"[ :]+", " ", str(each).strip(" ")).partition(" ")
        if not address and not language:
            continue
        address, language = mail_address(address), language.strip().lower() or "en"
        if language not in LANGUAGES:
            raise ValueError(f"{address}: the language {language!r} is none of {', '.join(LANGUAGES)}")
        recipient = Recipient(address=address, language=language)
        found.setdefault(recipient.address.lower(), recipient)
    if len(found) > MOST_RECIPIENTS:
        raise ValueError(f"at most {MOST_RECIPIENTS} recipients: give a mailing list its address")
    return tuple(found.values())


def _list(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if isinstance(value, str):
        return re.split(r"[,;\n]", value)
    if isinstance(value, Sequence):
        return value
    raise ValueError("a list is needed")


def web_address(value: Any) -> str:
    """An http(s) address; empty for none.

    Raises
    ------
    ValueError
        If it is none, or holds a password.
    """
    text = str(text_of(500)(value))
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or not text.isascii() or " " in text:
        raise ValueError("an address such as https://hooks.example.com/energy is needed")
    if parts.username or parts.password:
        raise ValueError("it holds a password: the call is signed instead, see docs/schedules.md")
    return text


def _owner(value: Any) -> str:
    text = str(text_of(500)(value))
    if not text:
        return ""
    return web_address(text) if text.startswith(("http:", "https:")) else mail_address(text)


def _name(value: Any) -> str:
    text = str(text_of(200)(value))
    if re.fullmatch(r"sch_[0-9a-f]+", text, re.IGNORECASE):
        raise ValueError("it looks like an id (sch_…): choose another name")
    return text


CONVERT: Final[dict[str, Callable[[Any], Any]]] = {
    "name": _name,
    "report": text_of(100),
    "cron": _cron,
    "period": _period,
    "formats": _formats,
    "recipients": _recipients,
    "webhook": web_address,
    "owner": _owner,
    "completeness_percent": real(0.0, 100.0),
    "wait_hours": real(0.0, LONGEST_WAIT_HOURS),
    "paused": yes_no,
}
"""Field → how its value is understood."""
