"""Request parameters and the JSON body that several endpoints share."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Path, Query
from pydantic import AfterValidator

from energy_workbench.api.access.session import Home
from energy_workbench.api.answers import json_object
from energy_workbench.api.segments import whole
from energy_workbench.contract.rows.payload import JsonObject
from energy_workbench.domain.errors import InputError, PeriodError
from energy_workbench.domain.paging import LEFT_OUT, PAGE
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import beginning, between, parse_period
from energy_workbench.domain.time.period_text import not_begun

Part = AfterValidator(whole)
"""Of a path: a slash that the caller has encoded is part of it."""
Ref = Annotated[str, Path(alias="id", description="Id (`mtr_12`) or number (`UNIT-A`) of the meter."), Part]
NEVER = -1
"""The revision that nothing ever has."""
Limit = Annotated[int, Query(ge=1, le=PAGE, description="Most rows of the answer.")]
Offset = Annotated[int, Query(ge=0, le=LEFT_OUT, description="Rows left out at the beginning.")]


Why = Annotated[str | None, Query(alias="reason", description="Why, where numbers of a locked month are altered.")]


def period(
    wb: Home,
    start: Annotated[
        str | None,
        Query(
            alias="from",
            description="ISO 8601; without offset in the site's zone. A date, week, month or year: its first instant.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        Query(alias="to", description="As `from`, and not part of the answer: its first instant too. Now by default."),
    ] = None,
    text: Annotated[
        str | None,
        Query(
            alias="period",
            description="Instead: `today`, `last 7 days`, `2026-10`, `2026-Q4`, `2026-W41`, or days with the last "
            "of them: `2026-10-01/2026-10-15`",
        ),
    ] = None,
) -> str | None:
    """The period that a call asks for, as people write it; None where it names none."""
    if text is not None:
        if start is not None or end is not None:
            raise PeriodError("give either `period` or `from` and `to`")
        return text
    if start is None and end is None:
        return None
    if start is None:
        raise PeriodError("`to` needs a `from`")
    if end is None:
        return f"{beginning(instant(start), wb.zone).isoformat()}/{clock.now().isoformat()}"
    return between(instant(start), instant(end), wb.zone).text


def note_of(text: str | None, zone: ZoneInfo) -> dict[str, str]:
    """What a list of a period says beside its items: that the period lies in the future, and only then."""
    if not text:
        return {}
    now = clock.now()
    ahead = not_begun(parse_period(text, zone, now).start.astimezone(zone), now)
    return {"note": ahead} if ahead else {}


def instant(text: str) -> str:
    """An instant as it was meant: in a query a plus sign that was not encoded arrives as a blank (14:30:00 05:30)."""
    return re.sub(r"(T[\d:.]+) (\d\d:?\d\d)$", r"\1+\2", text.strip())


Asked = Annotated[str | None, Depends(period)]


def seen(
    wb: Home,
    ref: Ref,
    if_match: Annotated[
        str | None, Header(description="ETag that the change was made from; another one is refused (412).")
    ] = None,
) -> int | None:
    """The revision that a change of a meter was made from; None where any will do."""
    revisions = _revisions(if_match)
    if revisions is None:
        return None
    current = wb.registry.meter(ref).revision
    return current if current in revisions else revisions[0]


def seen_first(
    if_match: Annotated[
        str | None, Header(description="ETag that the change was made from; another is refused (412).")
    ] = None,
) -> int | None:
    """The revision that a change was made from; None where any will do."""
    revisions = _revisions(if_match)
    return None if revisions is None else revisions[0]


def _revisions(if_match: str | None) -> list[int] | None:
    """The revisions that a header names; None where any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = re.findall(r'(?:W/)?"([^"]*)"', if_match) or [if_match.strip()]
    if not any('"' in if_match or re.fullmatch(r"[0-9]+", tag) for tag in tags):
        raise InputError(f'If-Match {if_match!r} is no ETag, such as "3"')
    # A tag that this service never gave is one that does not match.
    return [int(tag) if re.fullmatch(r"[0-9]{1,18}", tag) else NEVER for tag in tags]


Body = Annotated[JsonObject, Depends(json_object)]
Seen = Annotated[int | None, Depends(seen)]
SeenFirst = Annotated[int | None, Depends(seen_first)]
