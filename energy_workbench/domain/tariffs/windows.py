"""Time windows: which part of a tariff's day a minute is in, by season and kind of day, without hole or overlap."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import yaml

from energy_workbench.domain.tariffs.days import GROUPS, HOLIDAY, WEEKDAYS
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.seasons import Seasons

DAY: Final = 1440
"""Minutes; of the clock, so that a day has as many also where it is changed."""
_SPAN = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")


@dataclass(frozen=True)
class Span:
    """When a window is: from a minute of the day to another, of some seasons and kinds of days.

    One that ends at or before its begin goes on after midnight, and belongs to the day on which it begins.
    """

    begin: int
    end: int
    seasons: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """A name and its spans; `rest` is all time that no other window has."""

    name: str
    spans: tuple[Span, ...] = ()
    rest: bool = False


class Plan(NamedTuple):
    """A day's windows by minute: places in `windows`, -1 where there is none.

    Attributes
    ----------
    today, after : array of int, shape (1440,)
        Its own minutes, and those of the following day that belong to it.
    overlaps : tuple of (int, int, int)
        The first minute, and the two windows.
    """

    today: array[int]
    after: array[int]
    overlaps: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Scheme:
    """Windows that share out all time between them (`peak`, `shoulder`, `night`).

    Attributes
    ----------
    groups : mapping of str to tuple of str
        Names for several kinds of days (`weekend`: sat, sun, holiday).
    """

    name: str
    windows: tuple[Window, ...]
    groups: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the windows, in their order."""
        return tuple(window.name for window in self.windows)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of days that are told apart: a holiday that no window names is the weekday that it falls on."""
        named = {kind for window in self.windows for span in window.spans for kind in self.expanded(span)}
        return (*WEEKDAYS, *sorted(named - set(WEEKDAYS)))

    def expanded(self, span: Span) -> tuple[str, ...]:
        """The kinds of days that a span names; one that names none is on every day."""
        return tuple(kind for day in span.days for kind in self.groups.get(day, GROUPS.get(day, (day,))))

    def edges(self) -> frozenset[int]:
        """Minutes of the day at which a window begins or ends."""
        return frozenset(
            edge % DAY for window in self.windows for span in window.spans for edge in (span.begin, span.end)
        )

    @cached_property
    def _plans(self) -> dict[tuple[str, str], Plan]:
        return {}

    def plan(self, season: str, kind: str) -> Plan:
        """What a day of a season and kind says of its own minutes, and of those of the day after; made once."""
        if (season, kind) not in self._plans:
            self._plans[season, kind] = self._planned(season, kind)
        return self._plans[season, kind]

    def _planned(self, season: str, kind: str) -> Plan:
        both, overlaps = array("h", [-1]) * (2 * DAY), []
        for at, window in enumerate(self.windows):
            for span in window.spans:
                if (span.seasons and season not in span.seasons) or (span.days and kind not in self.expanded(span)):
                    continue
                end = span.end + (DAY if span.end <= span.begin else 0)
                taken = both[span.begin : end]
                if (minute := next((m for m, other in enumerate(taken) if other >= 0), None)) is not None:
                    overlaps.append(((span.begin + minute) % DAY, taken[minute], at))
                both[span.begin : end] = array("h", [at]) * (end - span.begin)
        return Plan(both[:DAY], both[DAY:], tuple(overlaps))

    @property
    def rest(self) -> int:
        """Place of the window that has all other time; -1 where there is none."""
        return next((at for at, window in enumerate(self.windows) if window.rest), -1)

    def faults(self, seasons: Seasons) -> list[str]:
        """Holes and overlaps, in words."""
        plans = {(season, kind): self.plan(season, kind) for season in seasons.names for kind in self.kinds}
        told: dict[str, None] = {}
        for (season, kind), plan in plans.items():
            name = " ".join(filter(None, (season, kind)))
            for minute, first, second in plan.overlaps[:1]:
                names = f"{self.windows[first].name} and {self.windows[second].name}"
                told[f"{names} overlap at {_clock(minute)} ({name})"] = None
            if self.rest >= 0:
                continue
            before = [plans[other, yesterday].after for other in seasons.names for yesterday in _before(kind, self)]
            hole = next((m for m in range(DAY) if plan.today[m] < 0 and not all(tail[m] >= 0 for tail in before)), None)
            if hole is not None:
                told[f"no window has {_clock(hole)} ({name}): add one, or a window `rest`"] = None
        return list(told)


def _before(kind: str, scheme: Scheme) -> list[str]:
    """Kinds that the day before such a day may have."""
    special = [each for each in scheme.kinds if each not in WEEKDAYS]
    if kind in special:
        return list(scheme.kinds)
    return [WEEKDAYS[WEEKDAYS.index(kind) - 1], *special]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def read_groups(fields: Fields | None) -> dict[str, tuple[str, ...]]:
    """`weekend: [sat, sun, holiday]`: names for several kinds of days."""
    return {name: fields.words(name) for name in fields.names()} if fields else {}


def read_schemes(
    fields: Fields | None, seasons: Seasons, groups: Mapping[str, tuple[str, ...]], own: frozenset[str]
) -> dict[str, Scheme]:
    """The schemes of a version: `NAME: {peak: 18:00-22:00, night: {days: …, at: …}, day: rest}`."""
    schemes: dict[str, Scheme] = {}
    kinds = {*WEEKDAYS, HOLIDAY, *GROUPS, *groups, *own}
    for name in fields.names() if fields else ():
        inner = fields.inner(name) if fields else None
        if inner is None or fields is None:
            continue
        before = len(fields.problems.found)
        windows = tuple(_window(inner, window, seasons, kinds) for window in inner.names())
        inner.close()
        scheme = Scheme(name, windows, groups)
        if not windows:
            fields.tell(name, "", "has no window: name one at least")
        if len(fields.problems.found) == before:
            for fault in scheme.faults(seasons):
                fields.tell(name, "", fault)
        schemes[name] = scheme
    return schemes


def _window(fields: Fields, name: str, seasons: Seasons, kinds: set[str]) -> Window:
    node = fields.node_of(name)
    if isinstance(node, yaml.ScalarNode):
        if str(node.value).strip() == "rest":
            return Window(name, rest=True)
        return Window(name, _spans(fields, name, (), ()))
    parts = fields.items(name) if isinstance(node, yaml.SequenceNode) else [fields.inner(name)]
    spans: list[Span] = []
    for part in filter(None, parts):
        wanted, days = part.words("seasons"), part.words("days")
        for season in wanted:
            if season not in seasons.names:
                part.tell("seasons", season, f"is no season of this version: {', '.join(filter(None, seasons.names))}")
        for day in days:
            if day not in kinds:
                part.tell("days", day, f"is no kind of day: {', '.join(sorted(kinds))}")
        spans += _spans(part, "at", wanted, days) if "at" in part else [Span(0, 0, wanted, days)]
        part.node_of("at")
        part.close()
    return Window(name, tuple(spans))


def _spans(fields: Fields, name: str, seasons: tuple[str, ...], days: tuple[str, ...]) -> tuple[Span, ...]:
    spans = []
    for text in fields.words(name, required=True):
        match = _SPAN.fullmatch(text)
        hours, minutes, end_hours, end_minutes = map(int, match.groups()) if match else (99, 0, 0, 0)
        if max(minutes, end_minutes) > 59 or hours > 23 or end_hours * 60 + end_minutes > DAY:
            fields.tell(name, text, "is no span of the clock: write it as 18:00-22:00, or `rest`")
            continue
        spans.append(Span(hours * 60 + minutes, (end_hours * 60 + end_minutes) % DAY, seasons, days))
    return tuple(spans)
