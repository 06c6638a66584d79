"""Which stretches of time a change of the configuration alters the numbers of, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.quantities import Scaling
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import Status
from energy_workbench.domain.time.axis import INTERVAL
from energy_workbench.domain.time.period import local_midnight, zone_of
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.rows import RowChange

FIGURES: Final = frozenset(
    {
        "type", "flow", "accuracy_class", "ct_class", "pt_class", "rated_kw", "seen_by_parent", "production_register",
        "profile", "fuel", "register_modulus", "commissioned_at", "metering_period",
    }
)  # fmt: skip
"""Attributes of a meter that hold for all of its time, and that energies, balances or emissions are made with."""
OF_SITE: Final = ("timezone", "country")
"""Days and months are cut by the first, the second chooses the grid's emission factor."""
_FIRST: Final = datetime.min.replace(tzinfo=UTC)

Worth = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Altered:
    """A stretch of time in which numbers are others after a change.

    Attributes
    ----------
    meter : int or None
        Key of the meter; None for the site as a whole.
    start, end : datetime or None
        UTC, half-open; None is open.
    """

    meter: int | None
    start: datetime | None
    end: datetime | None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it shares time with a stretch."""
        return (self.start is None or self.start < end) and (self.end is None or self.end > start)


def alterations(connection: Connection, changes: Sequence[RowChange]) -> Iterator[Altered]:
    """What these changes would alter, which are not written yet."""
    zone = zone_of(connection.execute(select(schema.site.c.timezone)).scalar_one())
    born = {change.meter for change in changes if change.table == "meters" and change.old is None}
    for change in changes:
        old, new = change.old or {}, change.new or {}
        match change.table:
            case "site" if any(old.get(name) != new.get(name) for name in OF_SITE):
                yield Altered(None, None, None)
            case "meters" if change.meter not in born:
                yield from _meter(change.meter, old, new)
            case "exchanges" if any(old.get(name) != new.get(name) for name in ("closing", "opening")):
                at = _instant(change.id[1])
                yield Altered(change.meter, at, at + timedelta(microseconds=1))
            case "decisions":
                for row in filter(None, (change.old, change.new)):
                    until = _instant(row.get("until") or change.id[2])
                    yield Altered(change.meter, _instant(row["since"]), until)
            case "interval_edits":
                start = _instant(change.id[1])
                yield Altered(change.meter, start, start + INTERVAL)
            case "placements" if change.meter in born and new.get("parent") is not None:
                # Its first place holds from the beginning of time: what it does not know, the balance above lacks.
                yield Altered(change.meter, None, None)
    yield from _dated(connection, changes, "ratios", _factor, born)
    yield from _dated(connection, changes, "placements", lambda row: row["parent"], born)
    yield from _dated(connection, changes, "statuses", lambda row: Status(row["status"]) is not Status.INACTIVE, born)
    yield from _dated(connection, changes, "formulas", lambda row: row["formula"], born)
    yield from _factors(connection, changes, zone)


def _meter(key: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Altered]:
    if FIGURES & {*old, *new}:
        yield Altered(key, None, None)
    if "deleted_at" in new:
        # From when it was, or is, deleted on, the tree is without it.
        yield Altered(key, _instant(new["deleted_at"] or old["deleted_at"]), None)


def _dated(
    connection: Connection, changes: Sequence[RowChange], name: str, worth: Worth, born: set[int]
) -> Iterator[Altered]:
    mine: dict[int, list[RowChange]] = {}
    for change in changes:
        if change.table == name and change.meter not in born:
            mine.setdefault(change.meter, []).append(change)
    table = schema.metadata.tables[name]
    for key, of_meter in mine.items():
        stored = connection.execute(select(table).where(table.c.meter == key)).mappings()
        before = {row["valid_from"]: dict(row) for row in stored}
        after = dict(before)
        for change in of_meter:
            since = _instant(change.id[1]) if change.id[1] else None
            if change.new is None:
                after.pop(since, None)
            else:
                after[since] = {**after.get(since, {}), **change.new}
        was, will = ({since: worth(row) for since, row in rows.items()} for rows in (before, after))
        yield from (Altered(key, *span) for span in differences(was, will))


def _factors(connection: Connection, changes: Sequence[RowChange], zone: ZoneInfo) -> Iterator[Altered]:
    table = schema.factors
    for change in changes:
        if change.table == "factors" and change.old != change.new:
            name, since = change.id
            others = connection.execute(select(table.c.valid_from).where(table.c.name == name)).scalars()
            later = sorted(each for each in others if each > str(since))
            start, end = (_midnight(each, zone) for each in (str(since), later[0] if later else ""))
            yield Altered(None, start, end)


def differences(
    before: Mapping[datetime | None, Any], after: Mapping[datetime | None, Any]
) -> Iterator[tuple[datetime | None, datetime | None]]:
    """The stretches in which what holds differs, of values by the instant from which they hold."""
    instants: list[datetime | None] = sorted({None, *before, *after}, key=lambda each: each or _FIRST)
    for since, until in zip(instants, [*instants[1:], None], strict=True):
        if _holding(before, since) != _holding(after, since):
            yield since, until


def _holding(dated: Mapping[datetime | None, Any], at: datetime | None) -> Any:
    """What holds at an instant: before the first, the first."""
    order: Iterable[datetime | None] = sorted(dated, key=lambda each: each or _FIRST)
    held = [since for since in order if (since or _FIRST) <= (at or _FIRST)] or list(order)[:1]
    return dated[held[-1]] if held else None


def _factor(row: Mapping[str, Any]) -> float:
    own = {each.held_as: each.typed(row[each.held_as]) for each in meter_fields.RATIO}
    return Ratio(**own).factor(Scaling.POWER)


def _instant(text: Any) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(str(text))


def _midnight(day: str, zone: ZoneInfo) -> datetime | None:
    return local_midnight(date.fromisoformat(day), zone) if day else None
