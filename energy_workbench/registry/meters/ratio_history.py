"""The dated CT/PT pairs of a meter: add, correct, take away, and the time that each of these touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.domain.fields.plain import attributes
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry.checks.fields import ratio_problems
from energy_workbench.registry.meters import queries
from energy_workbench.registry.storage import journal
from energy_workbench.registry.storage.rows import changed


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time.

    Attributes
    ----------
    start : datetime or None
        UTC; None is the beginning of time.
    end : datetime or None
        UTC; None is open.
    """

    start: datetime | None
    end: datetime | None


def add(connection: Connection, meter: Meter, ratio: Ratio, *, by: str, at: datetime) -> None:
    """Store it; one that begins at the same instant is corrected, the same again changes nothing."""
    journal.commit(connection, added(connection, meter, ratio, by=by, at=at))


def added(connection: Connection, meter: Meter, ratio: Ratio, *, by: str, at: datetime) -> list[journal.AuditEntry]:
    """What stores it, as `add` does."""
    _refuse_impossible(meter, ratio)
    replaced = _history(connection, meter).get(ratio.valid_from)
    return [] if replaced == ratio else _entries(meter, [(replaced, ratio)], by=by, at=at)


def edit(
    connection: Connection, meter: Meter, valid_from: datetime | None, ratio: Ratio, *, by: str, at: datetime
) -> None:
    """Correct the pair that begins at an instant; it may begin at another one from then on."""
    _refuse_impossible(meter, ratio)
    history = _history(connection, meter)
    old = _existing(meter, history, valid_from)
    if ratio.valid_from != valid_from:
        if valid_from is None:
            raise ConflictError(
                f"the first ratio of meter {meter.number} holds from the beginning of time: add another"
            )
        if ratio.valid_from in history:
            raise ConflictError(f"meter {meter.number} has a ratio from {ratio.valid_from} already: correct that one")
        _store(connection, meter, [(old, None), (None, ratio)], by=by, at=at)
    elif old != ratio:
        _store(connection, meter, [(old, ratio)], by=by, at=at)


def remove(connection: Connection, meter: Meter, valid_from: datetime | None, *, by: str, at: datetime) -> None:
    """Take a later pair away: the one before it holds on."""
    old = _existing(meter, _history(connection, meter), valid_from)
    if valid_from is None:
        raise ConflictError(
            f"the first ratio of meter {meter.number} holds from the beginning and cannot be deleted: correct it"
        )
    _store(connection, meter, [(old, None)], by=by, at=at)


def impact(history: Iterable[Ratio], *beginnings: datetime | None) -> Span:
    """The time whose intervals change where pairs that begin at these instants come, go or are corrected.

    Parameters
    ----------
    history : iterable of Ratio
        The pairs as stored.
    *beginnings : datetime or None
        Both where a pair moves from one to the other.
    """
    order = sorted(beginnings, key=lambda start: start or queries.BEGINNING)
    last = order[-1] or queries.BEGINNING
    later = [ratio.valid_from for ratio in history if ratio.valid_from and ratio.valid_from > last]
    return Span(order[0], min(later, default=None))


def _history(connection: Connection, meter: Meter) -> dict[datetime | None, Ratio]:
    return {ratio.valid_from: ratio for _, ratio in queries.all_ratios(connection, meter.key)}


def _existing(meter: Meter, history: dict[datetime | None, Ratio], valid_from: datetime | None) -> Ratio:
    if valid_from not in history:
        raise NotFoundError(f"meter {meter.number} has no ratio that begins at {valid_from}: its history shows them")
    return history[valid_from]


def _refuse_impossible(meter: Meter, ratio: Ratio) -> None:
    if problems := ratio_problems(ratio, meter.number):
        raise InputError(f"the ratio of meter {meter.number} cannot be stored", problems)


def _store(
    connection: Connection, meter: Meter, pairs: list[tuple[Ratio | None, Ratio | None]], *, by: str, at: datetime
) -> None:
    journal.commit(connection, _entries(meter, pairs, by=by, at=at))


def _entries(
    meter: Meter, pairs: list[tuple[Ratio | None, Ratio | None]], *, by: str, at: datetime
) -> list[journal.AuditEntry]:
    entries = []
    for old, new in pairs:
        action = "ratio.add" if old is None else "ratio.delete" if new is None else "ratio.correct"
        before, after = (None if each is None else attributes(each) for each in (old, new))
        row = changed("ratios", old, new, meter=meter.key)
        entries.append(
            journal.AuditEntry(at=at, by=by, action=action, subject=meter.id, before=before, after=after, rows=(row,))
        )
    return entries
