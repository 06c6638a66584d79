"""Changes of meters as audit entries: many at once; another ratio, parent or status is a dated row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.plain import Row, Scalar, instant
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry.checks.fields import OWN, contents
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.journal import AuditEntry
from energy_workbench.registry.storage.rows import RowChange
from energy_workbench.registry.storage.tables import from_on
from energy_workbench.runtime.settings.sites import KEYS

_NewGateways = dict[str | None, tuple[RowChange, ...]]
"""What adds the gateways that meters are the first to name: taken out by the first of them."""


def next_key(connection: Connection) -> int:
    """The key of the next meter: one above the highest that ever was, in the range of the site."""
    highest = connection.execute(select(func.max(schema.meters.c.key))).scalar()
    return max(highest or 0, _above(connection)) + 1


def _above(connection: Connection) -> int:
    """Keys of the site are greater than this."""
    return connection.execute(select(schema.key_range.c.above)).scalar() or 0


def created(connection: Connection, meters: Sequence[Meter], *, by: str, at: datetime) -> list[AuditEntry]:
    """New meters, whose keys are given; their first ratio, parent and status hold from the beginning of time."""
    return written(connection, meters, (), by=by, at=at)


def changed(
    connection: Connection,
    pairs: Sequence[tuple[Meter, Meter]],
    *,
    by: str,
    at: datetime,
    action: str = "meter.update",
) -> list[AuditEntry]:
    """Changed meters, given before and after; another ratio, parent or status holds from `at`."""
    return written(connection, (), pairs, by=by, at=at, action=action)


def written(
    connection: Connection,
    new: Sequence[Meter],
    pairs: Sequence[tuple[Meter, Meter]],
    *,
    by: str,
    at: datetime,
    action: str = "meter.update",
) -> list[AuditEntry]:
    """New meters and changed ones in one change: what they share and nobody named before is added once.

    Raises
    ------
    InputError
        If the site has no ids for the new ones.
    """
    if new and max(meter.key for meter in new) > _above(connection) + KEYS:
        # The next one is an id of the next site.
        raise InputError(
            f"a site has ids for {KEYS:,} meters, deleted ones among them, and these are given: "
            "add further meters to another site (energy-workbench site add)"
        )
    gateways = _new_gateways(connection, [*new, *(after for _, after in pairs)])
    return [*_created(new, gateways, by, at), *_changed(connection, pairs, gateways, by, at, action)]


def _created(meters: Sequence[Meter], gateways: _NewGateways, by: str, at: datetime) -> list[AuditEntry]:
    entries = []
    for meter in meters:
        born = {"created_at": instant(at), "deleted_at": None}
        rows = (
            *gateways.pop(meter.gateway, ()),
            RowChange("meters", (meter.key,), None, {**_own(meter), **born}),
            RowChange("ratios", (meter.key, None), None, _ratio(meter.ratio)),
            RowChange("placements", (meter.key, None), None, {"parent": meter.parent}),
            RowChange("statuses", (meter.key, None), None, _status(meter, by)),
            *([RowChange("formulas", (meter.key, None), None, _formula(meter))] if meter.formula else []),
        )
        after = _with_parent(meter)
        entries.append(AuditEntry(at=at, by=by, action="meter.create", subject=meter.id, after=after, rows=rows))
    return entries


def _changed(
    connection: Connection,
    pairs: Sequence[tuple[Meter, Meter]],
    gateways: _NewGateways,
    by: str,
    at: datetime,
    action: str,
) -> list[AuditEntry]:
    if not pairs:
        return []
    ahead = {name: from_on(connection, name, at) for name in ("ratios", "placements", "statuses", "formulas")}
    calculated = set(connection.execute(select(schema.formulas.c.meter).distinct()).scalars())
    entries = []
    for before, after in pairs:
        key = after.key
        rows = [*gateways.pop(after.gateway, ()), *own_changes(before, after)]
        if not same_ratio(before.ratio, after.ratio):
            # Ratios may be entered ahead of their day: those that begin later stay.
            now = [row for row in ahead["ratios"].get(key, ()) if row.id[1] == instant(at)]
            rows += _from_now("ratios", key, at, now, _ratio(after.ratio))
        if before.parent != after.parent:
            rows += _from_now("placements", key, at, ahead["placements"].get(key, ()), {"parent": after.parent})
        if (before.status, before.status_reason) != (after.status, after.status_reason):
            # Statuses may be entered ahead of their day too.
            now = [row for row in ahead["statuses"].get(key, ()) if row.id[1] == instant(at)]
            rows += _from_now("statuses", key, at, now, _status(after, by))
        if before.formula_by_id != after.formula_by_id:
            # The first one holds from the beginning of time, as a ratio does.
            first = RowChange("formulas", (key, None), None, _formula(after))
            later = ahead["formulas"].get(key, ())
            rows += _from_now("formulas", key, at, later, _formula(after)) if key in calculated else [first]
        was, now_is = _difference(before, after)
        entries.append(
            AuditEntry(at=at, by=by, action=action, subject=after.id, before=was, after=now_is, rows=tuple(rows))
        )
    return entries


def _ratio(ratio: Ratio) -> Row:
    return {field.held_as: field.held_by(ratio) for field in meter_fields.RATIO}


def same_ratio(one: Ratio, other: Ratio) -> bool:
    """Whether two ratios are the same transformers, whenever they begin."""
    return replace(one, valid_from=None) == replace(other, valid_from=None)


def changes(before: Meter, after: Meter) -> tuple[dict[str, Scalar], dict[str, Scalar]]:
    """The fields in which two states of a meter differ, before and after, without the parent."""
    old, new = contents(before), contents(after)
    names = [name for name in old if old[name] != new[name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def _own(meter: Meter) -> Row:
    # A formula is stored with ids: a number may become another.
    return {name: value for name, value in contents(meter).items() if name in OWN} | {"formula": meter.formula_by_id}


def own_changes(before: Meter, after: Meter) -> list[RowChange]:
    """What differs in the row of a meter itself."""
    old = {**_own(before), "deleted_at": instant(before.deleted_at)}
    new = {**_own(after), "deleted_at": instant(after.deleted_at)}
    names = [name for name in old if old[name] != new[name]]
    if not names:
        return []
    return [RowChange("meters", (after.key,), {n: old[n] for n in names}, {n: new[n] for n in names})]


def _from_now(table: str, key: int, at: datetime, ahead: Iterable[RowChange], new: Row) -> list[RowChange]:
    """A row that holds from `at`; where the clock was set back, what begins later does not come to hold again."""
    replaced = {change.id: change for change in ahead}
    identity = (key, instant(at))
    here = replaced.pop(identity, None)
    return [*replaced.values(), RowChange(table, identity, here.old if here else None, new)]


def _formula(meter: Meter) -> Row:
    return {"formula": meter.formula_by_id}


def _status(meter: Meter, by: str) -> Row:
    return {"status": meter.status.value, "reason": meter.status_reason, "by": by[:200]}


def _new_gateways(connection: Connection, meters: Iterable[Meter]) -> _NewGateways:
    wanted = {meter.gateway for meter in meters if meter.gateway}
    if not wanted:
        return {}
    known = set(connection.execute(select(schema.gateways.c.url)).scalars())
    return {url: (RowChange("gateways", (url,), None, {"options": {}}),) for url in wanted - known}


def _with_parent(meter: Meter) -> Row:
    return contents(meter) | {"parent_id": _id(meter.parent)}


def _difference(before: Meter, after: Meter) -> tuple[Row | None, Row | None]:
    if before.deleted_at != after.deleted_at:
        # A deleted meter was everything it was; a restored one is it again.
        was, now_is = (_with_parent(meter) if meter.deleted_at is None else None for meter in (before, after))
        return was, now_is
    old, new = changes(before, after)
    if before.parent != after.parent:
        old["parent_id"], new["parent_id"] = _id(before.parent), _id(after.parent)
    return old, new


def _id(key: int | None) -> str | None:
    return None if key is None else f"mtr_{key}"
