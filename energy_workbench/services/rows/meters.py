"""Lists of meters: those that a filter means, and the typed view of SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from energy_workbench.contract.results import METER_COLUMNS
from energy_workbench.domain.accuracy_classes import class_name, percent
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.kinds import Accuracy, Number, Whole, YesNo
from energy_workbench.domain.fields.meter_field import Stored
from energy_workbench.domain.status import Communication, Status
from energy_workbench.domain.time.instant_columns import TIMES
from energy_workbench.registry.checks.addresses import gateway_address
from energy_workbench.services.queries.meter_index import MeterIndex

if TYPE_CHECKING:
    import pyarrow as pa

MORE = tuple(
    field.name
    for field in meter_fields.COLUMNS
    if field.name not in METER_COLUMNS and field.stored is not Stored.PLACEMENT
)
NONE = "none"
"""What a filter says of meters without a gateway or a profile."""
CLASSES = {field.name: field.kind.known for field in meter_fields.FIELDS if isinstance(field.kind, Accuracy)}


def meter_view(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of meters as a table whose `key` is the `meter` of the other views.

    A class of accuracy is a number there, its limit at full load [%]; as it is written it stands beside it, as in
    `ct_class_name`.
    """
    import pyarrow as pa

    def kind(name: str) -> pa.DataType:
        if name in TIMES:
            return pa.timestamp("us", tz="UTC")
        field = meter_fields.BY_NAME.get(name)
        match field and field.kind:
            case Number() | Accuracy():
                return pa.float64()
            case Whole():
                return pa.int32()
            case YesNo():
                return pa.bool_()
        return pa.string()

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
    index: MeterIndex,
    *,
    type: str | None = None,
    status: str | None = None,
    parent: int | None = None,
    text: str | None = None,
    communication: str | None = None,
    gateway: str | None = None,
    profile: str | None = None,
    below: int | None = None,
    commissioned: bool | None = None,
    live: Mapping[int, Live] | None = None,
) -> list[Meter]:
    """The meters of that type, status and so on, with that text in number, name or location, in order.

    Parameters
    ----------
    gateway, profile : str, optional
        `none`: those without one.
    below : int, optional
        Key of a meter: those below it, at any depth.
    commissioned : bool, optional
        Whether a commissioning sheet was signed; where not, only those that have a device.
    live : mapping, optional
        The state of each by its key; needed for `communication`.

    Raises
    ------
    InputError
        If there is no such type, status or state of communication, or the gateway is no address.
    """
    for name, value, known in (
        ("type", type, list(MeterType)),
        ("status", status, list(Status)),
        ("communication", communication, list(Communication)),
    ):
        if value is not None and value not in known:
            raise _useless(name, value, f"must be one of {', '.join(known)}")
    tests: list[Callable[[Meter], bool]] = []
    if parent is not None and below is not None:
        beneath = {meter.key for meter in index.branch(below)}
        tests.append(lambda meter: meter.key in beneath)
    if type is not None:
        tests.append(lambda meter: meter.type == type)
    if status is not None:
        tests.append(lambda meter: meter.status == status)
    if gateway is not None:
        address = _address(gateway)
        tests.append(lambda meter: (meter.gateway or NONE) == address)
    if profile is not None:
        tests.append(lambda meter: (meter.profile or NONE) == profile.strip())
    if commissioned is not None:
        tests.append(lambda meter: _put_in(meter) is commissioned)
    if folded := (text or "").casefold().strip():
        tests.append(lambda meter: "\n" not in folded and folded in index.texts[meter.key])
    if communication is not None:
        tests.append(lambda meter: (live or {})[meter.key].communication == communication)
    meant = index.meters if below is None else index.branch(below)
    meant = meant if parent is None else index.below.get(parent, [])
    for test in tests:
        meant = [meter for meter in meant if test(meter)]
    return meant


def _put_in(meter: Meter) -> bool | None:
    """Whether its sheet was signed; None of what is only calculated."""
    return True if meter.sheets else None if meter.type is MeterType.VIRTUAL else False


def _address(gateway: str) -> str:
    try:
        return gateway if gateway == NONE else gateway_address(gateway)
    except ValueError as reason:
        raise _useless("gateway", gateway, str(reason)) from None


def _useless(name: str, value: str, reason: str) -> InputError:
    return InputError("the filter cannot be used", [Problem("query", name, value[:60], reason)])
