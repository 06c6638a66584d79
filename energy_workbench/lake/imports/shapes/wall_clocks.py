"""Wall clocks of a file as instants of its zone; those that the clock shows twice by their order."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake.imports.shapes import repeated_hour
from energy_workbench.lake.imports.shapes.unclear import Reading

TWICE = (
    "is a time that the clock of {zone} shows twice: write it with an offset, state --in-order where the rows stand in "
    "the order of time, or --timezone where it is another zone's"
)
NEVER = "does not exist in {zone}, whose clock skips it: is it another zone's, or without summer time? State --timezone"


class Wall(NamedTuple):
    """A time as a file has it.

    Attributes
    ----------
    line : int
    key : hashable
        What the row is a row of: rows of the same key follow each other in time.
    wall : datetime
        Without a zone, or with an offset of its own.
    column, text : str
        Where it stands and what is written there.
    """

    line: int
    key: Hashable
    wall: datetime
    column: str
    text: str


def instants(
    walls: Sequence[Wall], zone: ZoneInfo, reading: Reading, *, in_order: bool
) -> tuple[list[int | None], list[Problem]]:
    """Instants [µs since 1970, UTC], None where it cannot be told, and those as problems."""
    told: list[int | None] = []
    twice: list[int] = []
    problems: list[Problem] = []
    for place, each in enumerate(walls):
        early = each.wall if each.wall.tzinfo else each.wall.replace(tzinfo=zone)
        late = early.replace(fold=1)
        if each.wall.tzinfo is None and early.utcoffset() != late.utcoffset():
            if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == each.wall:
                twice.append(place)
            else:
                problems.append(Problem(f"line {each.line}", each.column, each.text, NEVER.format(zone=zone.key)))
            told.append(None)
        else:
            told.append(to_micros(early.astimezone(UTC)))
    if not twice:
        return told, problems
    naive = [each.wall for each in walls if each.wall.tzinfo is None]
    rows = [(place, walls[place].key, walls[place].wall) for place in twice]
    passes = repeated_hour.passes(rows, in_order=in_order, descending=naive[-1] < naive[0])
    for place in twice:
        each = walls[place]
        if place in passes:
            told[place] = to_micros(each.wall.replace(tzinfo=zone, fold=passes[place]).astimezone(UTC))
        else:
            problems.append(Problem(f"line {each.line}", each.column, each.text, TWICE.format(zone=zone.key)))
    if passes:
        day = walls[next(iter(passes))].wall.date()
        reading.note(f"the hour that the clock of {zone.key} shows twice on {day} is told by the order of the rows")
    return told, problems


def shifted(instant: int, months: int, zone: ZoneInfo) -> int:
    """An instant so many calendar months away, at the same local time of the day [µs]."""
    local = datetime.fromtimestamp(instant / 1e6, zone)
    month = local.year * 12 + local.month - 1 + months
    moved = local.replace(tzinfo=None, year=month // 12, month=month % 12 + 1)
    return to_micros(moved.replace(tzinfo=zone).astimezone(UTC))


def next_day(instant: int, days: int, zone: ZoneInfo) -> int:
    """An instant so many days away, at the same local time [µs]."""
    local = datetime.fromtimestamp(instant / 1e6, zone).replace(tzinfo=None, fold=0) + timedelta(days=days)
    return to_micros(local.replace(tzinfo=zone).astimezone(UTC))
