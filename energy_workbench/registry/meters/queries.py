"""Queries of meters with parent, ratio and status as valid at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from energy_workbench.domain.entities import ID_PATTERN, Meter
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.kinds import Words
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.formulas.expression import named, renamed
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import Status, StatusChange
from energy_workbench.domain.time import clock
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.storage import schema

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Stands for the beginning of time where instants are compared."""
_WORDS: Final = [field for field in meter_fields.OWN if isinstance(field.kind, Words)]
"""Fields of a meter that a row holds otherwise than it does."""
Placement = tuple[int, int | None, datetime | None]
"""Key of a meter, key of its parent, valid from (None: the beginning of time)."""


def load(
    connection: Connection, at: datetime | None, *, key: int | None = None, living: ColumnElement[bool] | None = None
) -> list[Meter]:
    """Meters with parent, ratio and status as valid at an instant, by key.

    Parameters
    ----------
    connection : Connection
    at : datetime or None
        Aware; None is now.
    key : int, optional
        Only that meter.
    living : condition, optional
        Which meters, by their deletion; all by default.
    """
    meters, gateways = schema.meters, schema.gateways
    query = select(meters, gateways.c.url).select_from(meters.outerjoin(gateways)).order_by(meters.c.key)
    if key is not None:
        query = query.where(meters.c.key == key)
    if living is not None:
        query = query.where(living)
    # No move is ever dated ahead: the newest placement is the one of now, even where the clock was set back.
    parents = {
        m: parent for m, parent, start in placements(connection, key) if at is None or (start or BEGINNING) <= at
    }
    instant = at or clock.now()
    signed = sheets(connection, key)
    ratios = {m: ratio for m, ratio in all_ratios(connection, key) if (ratio.valid_from or BEGINNING) <= instant}
    said = {m: each for m, each in all_statuses(connection, key) if (each.valid_from or BEGINNING) <= instant}
    formulas = {m: text for m, text, start in all_formulas(connection, key) if (start or BEGINNING) <= instant}
    shown = written(connection, formulas)

    def meter(row: RowMapping) -> Meter:
        key = row["key"]
        dated = {
            "parent": parents.get(key), "ratio": ratios.get(key) or Ratio(), "sheets": signed.get(key, 0),
            "formula": shown.get(key), "formula_by_id": formulas.get(key),
        }  # fmt: skip
        return _meter(row, said.get(key), dated)

    return [meter(row) for row in connection.execute(query).mappings()]


def tree_order(meters: Iterable[Meter]) -> list[Meter]:
    """Each meter before its children, branch by branch; siblings by their numbers, as people sort them."""
    ordered = sorted(meters, key=lambda meter: (natural(meter.number), meter.key))
    present = {meter.key for meter in ordered}
    below: dict[int | None, list[Meter]] = {}
    for meter in ordered:
        below.setdefault(meter.parent if meter.parent in present else None, []).append(meter)
    result: list[Meter] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        meter = waiting.pop()
        result.append(meter)
        waiting.extend(below.get(meter.key, [])[::-1])
    return result


def living_at(at: datetime) -> ColumnElement[bool]:
    """Meters that were not deleted at an instant."""
    deleted_at = schema.meters.c.deleted_at
    return deleted_at.is_(None) | (deleted_at > at)


def find(connection: Connection, ref: str | int, *, deleted: bool = False) -> int:
    """Key of a meter by its id (`mtr_12`), number or key.

    With `deleted`, deleted ones are found too; of several with that number the living one, else the
    last deleted.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    meters = schema.meters
    if isinstance(ref, int) or ID_PATTERN.match(ref):
        # A key that no database could hold is simply not there.
        wanted = ref if isinstance(ref, int) else int(ref[4:24])
        query = select(meters.c.key).where(meters.c.key == min(max(wanted, -1), 2**31 - 1))
    else:
        # The same holds for a number with characters that cannot even be sent (lone surrogates).
        query = select(meters.c.key).where(meters.c.folded == (folded(ref.strip()) if ref.isprintable() else ""))
    if deleted:
        query = query.order_by(meters.c.deleted_at.is_not(None), meters.c.deleted_at.desc())
    else:
        query = query.where(meters.c.deleted_at.is_(None))
    key: int | None = connection.execute(query).scalar()
    if key is None:
        raise NotFoundError(f"there is no meter {ref!r}: give its number or its id (mtr_…)")
    return key


def placements(connection: Connection, key: int | None = None) -> list[Placement]:
    """Parents of every meter over time, by meter, oldest first."""
    table = schema.placements
    rows = connection.execute(_of(select(table.c.meter, table.c.parent, table.c.valid_from), table.c.meter, key))
    return sorted(
        ((meter, parent, start) for meter, parent, start in rows), key=lambda row: (row[0], row[2] or BEGINNING)
    )


def tree_changes(connection: Connection) -> set[datetime]:
    """When any meter moved, was deleted, or got another status or formula."""
    dated = (schema.placements, schema.statuses, schema.formulas)
    columns = schema.meters.c.deleted_at, *(table.c.valid_from for table in dated)
    return {at for column in columns for at in connection.scalars(select(column).where(column.is_not(None)).distinct())}


def changes(connection: Connection) -> list[datetime]:
    """When anything that is dated came to hold, or a meter was deleted: between two of them the meters are the same."""
    table = schema.ratios
    ratios = connection.scalars(select(table.c.valid_from).where(table.c.valid_from.is_not(None)).distinct())
    return sorted({*tree_changes(connection), *ratios})


def all_formulas(connection: Connection, key: int | None = None) -> list[tuple[int, str | None, datetime | None]]:
    """Formulas of every calculated meter over time, with ids: key, text and valid from, by meter, oldest first."""
    table = schema.formulas
    rows = connection.execute(_of(select(table.c.meter, table.c.formula, table.c.valid_from), table.c.meter, key))
    return sorted(((m, text, start) for m, text, start in rows), key=lambda row: (row[0], row[2] or BEGINNING))


def written(connection: Connection, formulas: Mapping[int, str | None]) -> dict[int, str | None]:
    """Formulas as people write them: with numbers of meters, as these are now."""
    texts = [text for text in formulas.values() if text]
    known = numbers(connection, {int(ref[4:]) for text in texts for ref in named(text)}) if texts else {}
    return {
        key: renamed(text, lambda ref: known.get(int(ref[4:]), ref)) if text else None for key, text in formulas.items()
    }


def all_ratios(connection: Connection, key: int | None = None) -> list[tuple[int, Ratio]]:
    """Ratios of every meter over time, by meter, oldest first."""
    rows = connection.execute(_of(select(schema.ratios), schema.ratios.c.meter, key)).mappings()
    dated = [(int(row["meter"]), _ratio(row)) for row in rows]
    return sorted(dated, key=lambda pair: (pair[0], pair[1].valid_from or BEGINNING))


def ancestors(parents: Mapping[int, int | None], key: int | None) -> list[int]:
    """A meter and everything above it, upwards; stops where a cycle closes."""
    path: dict[int, None] = {}
    while key is not None and key not in path:
        path[key] = None
        key = parents.get(key)
    return list(path)


def statuses(connection: Connection, key: int) -> list[StatusChange]:
    """What was said of a meter over time, oldest first."""
    return [each for _, each in all_statuses(connection, key)]


def all_statuses(connection: Connection, key: int | None = None) -> list[tuple[int, StatusChange]]:
    """What was said of every meter over time, by meter, oldest first."""
    table = schema.statuses
    dated = [
        (
            int(row.meter),
            StatusChange(status=Status(row.status), reason=row.reason, valid_from=row.valid_from, by=row.by),
        )
        for row in connection.execute(_of(select(table), table.c.meter, key))
    ]
    return sorted(dated, key=lambda pair: (pair[0], pair[1].valid_from or BEGINNING))


def begun(connection: Connection, at: datetime) -> int:
    """How many dated statuses have come to hold by an instant: grows where one does without anybody's change."""
    table = schema.statuses
    query = select(func.count()).select_from(table).where(table.c.valid_from <= at)
    return int(connection.execute(query).scalar_one())


def sheets(connection: Connection, key: int | None = None) -> dict[int, int]:
    """Version of the newest commissioning sheet of each meter that has one."""
    table = schema.commissioning_sheets
    query = select(table.c.meter, func.max(table.c.version)).group_by(table.c.meter)
    return {int(meter): int(version) for meter, version in connection.execute(_of(query, table.c.meter, key))}


def metering_periods(connection: Connection) -> dict[int, str]:
    """Stated metering periods of meters by key, deleted ones too, of those that have one."""
    table = schema.meters
    stated = select(table.c.key, table.c.metering_period).where(table.c.metering_period.is_not(None))
    return {int(row.key): row.metering_period for row in connection.execute(stated) if row.metering_period}


def numbers(connection: Connection, keys: Iterable[int]) -> dict[int, str]:
    """Numbers of meters by key."""
    table = schema.meters
    rows = connection.execute(select(table.c.key, table.c.number).where(table.c.key.in_(list(keys))))
    return {row.key: row.number for row in rows}


def _of(query: Select[Any], column: ColumnElement[int], key: int | None) -> Select[Any]:
    return query if key is None else query.where(column == key)


def _ratio(row: RowMapping) -> Ratio:
    own = {each.held_as: each.typed(row[each.held_as]) for each in meter_fields.RATIO}
    return Ratio(**own, valid_from=row["valid_from"])


def _meter(row: RowMapping, said: StatusChange | None, dated: Mapping[str, Any]) -> Meter:
    plain = {**row, **dated}
    if said is not None:
        # Another status may have come to hold since the row was written.
        plain |= {"status": said.status, "status_reason": said.reason, "status_since": said.valid_from}
    del plain["folded"]
    plain["gateway"] = plain.pop("url")
    for each in _WORDS:
        plain[each.held_as] = each.typed(plain[each.held_as])
    return Meter(**plain)
