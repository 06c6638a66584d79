"""When something is planned: a cron expression in the site's zone.

The calendar is cronsim's, which follows Debian's cron(8) where the clock changes: what is planned at a fixed time
that the clock skips comes right after the skip, and what is planned at one that the clock shows twice comes once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LOOK_BACK: Final = tuple(timedelta(hours=1) * 8**power for power in range(7))
"""How far back the last planned time is looked for, step by step: an hour to thirty years."""
FIELDS: Final = 5


def check(expression: str) -> str:
    """The expression with single blanks.

    Raises
    ------
    ValueError
        If it is none, or names no time that ever comes; it says what would be one.
    """
    from cronsim import CronSim, CronSimError

    text = " ".join(expression.split())
    if len(text.split()) != FIELDS:
        raise ValueError("five fields are needed: minute, hour, day of the month, month, day of the week: 0 6 1 * *")
    try:
        next(CronSim(text, datetime(2026, 1, 1)))  # noqa: DTZ001 -- any instant will do
    except CronSimError as error:
        raise ValueError(f"{str(error).lower()}: minute, hour, day, month, weekday, such as 0 6 1 * *") from None
    except (StopIteration, OverflowError):
        raise ValueError("there is no such day in any year") from None
    return text


def described(expression: str) -> str:
    """The expression in words: `At 06:00 on the first day of every month`."""
    from cronsim import CronSim

    return str(CronSim(expression, datetime(2026, 1, 1)).explain())  # noqa: DTZ001


def times(expression: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The planned instants after an instant, in UTC, each once and in order."""
    from cronsim import CronSim

    last = after.astimezone(UTC)
    for local in CronSim(expression, after.astimezone(zone)):
        instant = local.astimezone(UTC)
        # In the hour that the clock shows twice, the iteration may begin with a time that was before.
        if instant > last:
            last = instant
            yield instant


def next_time(expression: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first planned instant after an instant; None where there is none within 50 years."""
    return next(times(expression, zone, after), None)


def last_time(expression: str, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The latest planned instant up to and with an instant; None where there was none within 30 years."""
    for back in LOOK_BACK:
        last = None
        for instant in times(expression, zone, at - back):
            if instant > at:
                break
            last = instant
        if last is not None:
            return last
    return None


def count_between(expression: str, zone: ZoneInfo, after: datetime, before: datetime, most: int = 1000) -> int:
    """How many planned instants lie between two others, both left out; counted up to `most`."""
    count = 0
    for instant in times(expression, zone, after):
        if instant >= before or count >= most:
            break
        count += 1
    return count
