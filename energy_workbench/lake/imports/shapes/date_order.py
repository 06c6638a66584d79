"""Dates and times of a file as wall clocks: the order of day and month proven by the dates, or asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from energy_workbench.lake.imports.shapes.unclear import UnclearError

ORDERS: Final = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}
_DATE: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2}|[^\W\d]{3,9}\.?)\2(\d{1,4})\.?")
_SPELLED: Final = re.compile(r"(\d{1,2})[ .]+([^\W\d]{3,9})\.?,? +(\d{4})")
_PACKED: Final = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")
_CLOCK: Final = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE
)
_OFFSET: Final = re.compile(r"\s*(Z|UTC|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
SHORTEST_PROOF: Final = 4
"""Instants, of which one order makes a regular series and the other none."""


def split(text: str) -> tuple[str, str, str]:
    """The date, the time of the day and the offset of a text, each empty where it is not there."""
    text = text.strip()
    if match := _PACKED.fullmatch(text):
        clock = f"{match[4]}:{match[5]}:{match[6] or '00'}" if match[4] else ""
        return f"{match[1]}-{match[2]}-{match[3]}", clock, ""
    for pattern in (_DATE, _SPELLED):
        if match := pattern.match(text):
            rest = text[match.end() :].lstrip(" T,\u00a0")
            offset = _OFFSET.search(rest)
            return match[0].rstrip(), (rest[: offset.start()] if offset else rest).strip(), offset[1] if offset else ""
    offset = _OFFSET.search(text)
    clock = (text[: offset.start()] if offset else text).strip()
    return ("", clock, offset[1] if offset else "") if _CLOCK.fullmatch(clock) else ("", "", "")


def is_date(text: str) -> bool:
    """Whether a text begins with a date."""
    return bool(split(text)[0])


def is_clock(text: str) -> bool:
    """Whether a text is a time of the day."""
    day, clock, _ = split(text)
    return not day and bool(clock)


@lru_cache(maxsize=100_000)
def day_of(text: str, order: str) -> date | None:
    """A date by its order; None where there is no such day."""
    if match := _SPELLED.fullmatch(text):
        month = _MONTHS.get(match[2].casefold()[:3])
        parts: tuple[int, ...] = (int(match[3]), month or 0, int(match[1]))
    else:
        match = _DATE.fullmatch(text)
        if match is None:
            return None
        first, middle, last = match[1], match[3], match[4]
        if not middle.isdigit():
            month = _MONTHS.get(middle.casefold()[:3], 0)
            year, day = (first, last) if len(first) == 4 else (last, first)
            parts = (int(year), month, int(day))
        else:
            if len(first) == 4:
                order = "ymd"
            given = (int(first), int(middle), int(last))
            parts = tuple(given[place] for place in ORDERS[order])
    # Four digits are the year itself, two are of this century.
    year = parts[0] + 2000 if parts[0] < 100 and not re.search(r"\d{4}", text) else parts[0]
    try:
        return date(year, parts[1], parts[2])
    except ValueError:
        return None


def seconds_of(text: str) -> tuple[int, int] | None:
    """Seconds and microseconds since midnight of a time of the day, 24:00 among them; None where it is none."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    micros = int((match[4] or "0").ljust(6, "0")[:6])
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5].lower() == "p" else 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second or micros)):
        return None
    return hour * 3600 + minute * 60 + second, micros


def order_of(
    dates: Sequence[tuple[int, str, str]], name: str, heading: str, *, stated: str | None, today: date
) -> tuple[str, str]:
    """How the dates of a file are written, and in words what shows it.

    Parameters
    ----------
    dates : sequence of (int, str, str)
        Line, date and time of the day of each row, in the order of the file.
    today : date
        Nothing was measured later.

    Raises
    ------
    UnclearError
        If day and month may be either way round, and no date proves which.
    """
    if stated:
        return stated, "as stated"
    open_: list[tuple[int, str, str]] = []
    proven: dict[str, tuple[int, str]] = {}
    for line, text, clock in dates:
        match = _DATE.fullmatch(text)
        if match is None or not match[3].isdigit() or len(match[1]) == 4:
            continue
        if match[2] == ".":
            # No country writes the month first with points.
            proven.setdefault("dmy", (line, text))
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12:
            proven.setdefault("dmy", (line, text))
        elif second > 12:
            proven.setdefault("mdy", (line, text))
        elif first != second:
            open_.append((line, text, clock))
    if len(proven) == 2:
        (line, text), (other, seen) = max(proven.values()), min(proven.values())
        reason = f"has day and month the other way round than {seen!r} in line {other}: write one and the same"
        raise UnclearError(name, f"line {line}", heading, text, reason)
    if proven:
        order, (line, text) = next(iter(proven.items()))
        return order, f"line {line} ({text}) shows it"
    if not open_:
        return "dmy", ""
    possible = [order for order in ("dmy", "mdy") if _possible(open_, order, today)]
    if len(possible) == 1:
        return possible[0], "the other way round some would lie in the future"
    regular = [order for order in possible if _regular(dates, order)]
    if len(regular) == 1:
        return regular[0], "only so the times follow each other regularly"
    line, text, _ = open_[0]
    either = " or ".join(str(day_of(text, order)) for order in ("dmy", "mdy"))
    raise UnclearError(
        name, f"line {line}", heading, text,
        f"may be {either}, and no date of the file tells: state --date-order dmy or --date-order mdy",
    )  # fmt: skip


def _possible(dates: Sequence[tuple[int, str, str]], order: str, today: date) -> bool:
    days = [day_of(text, order) for _, text, _ in dates]
    return all(day is not None and day <= today for day in days)


def _regular(dates: Sequence[tuple[int, str, str]], order: str) -> bool:
    """Whether an order makes the times follow each other regularly, also where the day changes."""
    walls: list[datetime] = []
    for _, text, clock in dates[:5000]:
        day, seconds = day_of(text, order), seconds_of(clock) if clock else (0, 0)
        if day is not None and seconds is not None:
            walls.append(datetime.combine(day, time()) + timedelta(seconds=seconds[0]))
    steps = [b - a for a, b in pairwise(walls) if b != a]
    across = [b - a for a, b in pairwise(walls) if a.date() != b.date()]
    if len(set(walls)) < SHORTEST_PROOF or not across:
        return False
    usual = max(set(steps), key=steps.count)
    # A gap of days may be there; a step of months in each change of the day may not.
    return usual > timedelta() and sum(abs(step) <= timedelta(days=3) for step in across) >= 0.9 * len(across)
