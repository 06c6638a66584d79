"""Lists of meters: those that a filter means, and the typed view of SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from energy_workbench.contract.results import METER_COLUMNS
from energy_workbench.core.accuracy_classes import FIELDS as CLASSES
from energy_workbench.core.accuracy_classes import class_name, percent
from energy_workbench.core.entities import Meter, MeterType
from energy_workbench.core.errors import InputError, Problem
from energy_workbench.core.instant_columns import TIMES
from energy_workbench.core.status import Status

if TYPE_CHECKING:
    import pyarrow as pa

MORE = (
    "serial",
    "accuracy_class",
    "ct_class",
    "pt_class",
    "rated_kw",
    "seen_by_parent",
    "production_register",
    "x",
    "y",
    "poll_offset_seconds",
    "priority",
    "status_reason",
    "shares_device",
    "fuel",
)
NUMBERS = {
    "ct_primary", "ct_secondary", "pt_primary", "pt_secondary", "poll_seconds", "accuracy_class", "ct_class",
    "pt_class", "rated_kw", "x", "y", "poll_offset_seconds",
}  # fmt: skip


def meter_view(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows of meters as a table whose `key` is the `meter` of the other views.

    A class of accuracy is a number there, its limit at full load [%]; as it is written it stands beside it, as in
    `ct_class_name`.
    """
    import pyarrow as pa

    def kind(name: str) -> pa.DataType:
        if name in TIMES:
            return pa.timestamp("us", tz="UTC")
        if name in NUMBERS:
            return pa.float64()
        kinds = {"unit_id": pa.int32(), "seen_by_parent": pa.bool_(), "shares_device": pa.bool_()}
        return kinds.get(name, pa.string())

    def column(name: str) -> list[Any]:
        values = [row[name] for row in rows]
        if name in CLASSES:
            return [value if value is None else percent(value, CLASSES[name]) for value in values]
        return [v and datetime.fromisoformat(v) for v in values] if name in TIMES else values

    columns: dict[str, pa.Array] = {"key": pa.array([int(row["id"].removeprefix("mtr_")) for row in rows], pa.int32())}
    columns |= {name: pa.array(column(name), kind(name)) for name in (*METER_COLUMNS, *MORE)}
    for name in CLASSES:
        written = [row[name] if row[name] is None else class_name(row[name]) for row in rows]
        columns[f"{name}_name"] = pa.array(written, pa.string())
    return pa.table(columns)


def chosen(
    meters: Sequence[Meter],
    *,
    type: str | None = None,
    status: str | None = None,
    parent: int | None = None,
    text: str | None = None,
) -> list[Meter]:
    """The meters of that type, status and parent with that text in number, name or location.

    Raises
    ------
    InputError
        If there is no such type or status.
    """
    for name, value, known in (("type", type, list(MeterType)), ("status", status, list(Status))):
        if value is not None and value not in known:
            reason = f"must be one of {', '.join(known)}"
            raise InputError("the filter cannot be used", [Problem("query", name, value, reason)])
    folded = (text or "").casefold().strip()
    return [
        meter
        for meter in meters
        if (type is None or meter.type == type)
        and (status is None or meter.status == status)
        and (parent is None or meter.parent == parent)
        and any(folded in part.casefold() for part in (meter.number, meter.name, meter.location))
    ]
