"""Values with the days of the site from which they hold, as one text: `1h; 15min from 2026-07-01`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final, Generic, NamedTuple, TypeVar

Value = TypeVar("Value")

_PART: Final = re.compile(r"(?P<value>\S+)(\s+from\s+(?P<day>\S+))?", re.IGNORECASE)


class Dated(NamedTuple, Generic[Value]):
    """A value from a day of the site on; day None is the beginning of time."""

    since: date | None
    value: Value


def dated(text: str, read: Callable[[str], Value], what: str, forms: str) -> tuple[Dated[Value], ...]:
    """The values of a text, oldest first.

    Parameters
    ----------
    read : callable
        Value of a word; raises ValueError where it is none.
    what, forms : str
        What a value is, and how it is written, in words.

    Raises
    ------
    ValueError
        If it cannot be understood: it says which part, and what would be.
    """
    found: dict[date | None, Value] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _PART.fullmatch(part)
        try:
            value = read(match["value"] if match else part)
        except ValueError:
            match = None
        if not match:
            raise ValueError(f"{part[:40]!r} is no {what}: {forms}")
        since = _day(match["day"]) if match["day"] else None
        if since in found:
            raise ValueError(f"two of them begin {'at the beginning' if since is None else f'on {since}'}")
        found[since] = value
    return tuple(Dated(since, found[since]) for since in sorted(found, key=lambda each: each or date.min))


def spelled(values: Iterable[Dated[Value]], write: Callable[[Value], str]) -> str:
    """The text of some values: one that stands for itself alone is that value."""
    return "; ".join(f"{write(each.value)}{'' if each.since is None else f' from {each.since}'}" for each in values)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no day: write it as 2026-07-01") from None
