"""Rows of meters."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.rows.locked import LockedChangeRow, SentReportRow
from energy_workbench.contract.words import (
    AppliedByText,
    ColourText,
    CommunicationText,
    FlowText,
    FuelText,
    HealthText,
    Kw,
    Kwh,
    PriorityText,
    ProductionRegisterText,
    Seconds,
    StatusText,
    TypeText,
)


class MeterRow(TypedDict):
    """A meter as configured, with its live state."""

    id: str
    number: str
    name: str
    type: TypeText
    parent_id: str | None
    location: str
    flow: FlowText
    ct_primary: float | None
    ct_secondary: float | None
    ct_ratio: str | None
    pt_primary: float | None
    pt_secondary: float | None
    pt_ratio: str | None
    ratio_applied_by: AppliedByText
    gateway: str | None
    unit_id: int | None
    profile: str | None
    poll_seconds: Seconds
    status: StatusText
    health: HealthText
    communication: CommunicationText
    colour: ColourText
    last_seen: Instant | None
    created_at: Instant
    updated_at: Instant
    serial: str
    accuracy_class: float | str | None
    ct_class: float | str | None
    pt_class: float | str | None
    rated_kw: Kw | None
    seen_by_parent: bool
    production_register: ProductionRegisterText
    x: float | None
    y: float | None
    poll_offset_seconds: Seconds | None
    priority: PriorityText
    shares_device: bool
    fuel: FuelText | None
    commissioned_at: str | None
    register_modulus: Kwh | None
    metering_period: str | None
    formula: str | None
    area_m2: str | None
    heads: str | None
    own_key: str | None
    revision: int
    status_reason: str
    status_since: Instant | None
    deleted_at: Instant | None
    health_reason: str
    health_since: Instant | None
    error: str
    commissioned: bool
    power_kw: Kw | None
    locked_change: NotRequired[LockedChangeRow]


class MeterNode(MeterRow):
    """A meter in the tree, with those below it."""

    children: list[MeterNode]


class DeletedMeter(TypedDict):
    """A meter that can be restored; `below` are the numbers of those that hung below it and were deleted with it."""

    id: str
    number: str
    name: str
    type: TypeText
    location: str
    deleted_at: Instant
    deleted_by: str
    below: list[str]


class RestorePreview(TypedDict):
    """What restoring a meter would do.

    It would hang below `parent` (None: at the top); `conflicts` are in its way. From `first` to `last` there are
    intervals of it; None where there are none.
    """

    id: str
    number: str
    parent: str | None
    conflicts: list[str]
    first: Instant | None
    last: Instant | None
    intervals: int


class FieldProblem(TypedDict):
    """What is wrong with a field of a form."""

    field: str
    value: str
    reason: str


class FieldWarning(TypedDict):
    """What looks wrong with a field of a form."""

    field: str
    reason: str


class MeterCheck(TypedDict):
    """What is wrong or looks wrong with a form of a meter, and its ratio worked out."""

    problems: list[FieldProblem]
    warnings: list[FieldWarning]
    example: str | None


class EditedMeter(TypedDict):
    """A meter of those that are changed together: `[before, after]` of each field and limit that changes.

    With `refused`, none of them is changed. `locked_months` are those whose numbers would be others because of it.
    """

    id: str
    number: str
    name: str
    fields: dict[str, Any]
    limits: dict[str, Any]
    refused: list[FieldProblem]
    warnings: list[FieldProblem]
    locked_months: list[str]


class EditedMeters(TypedDict):
    """What changing meters together did, or would do: how many of `total` change, stay as they are, and are refused.

    `revision` is that of the whole configuration.
    """

    dry_run: bool
    total: int
    changed: int
    unchanged: int
    refused: int
    revision: int
    meters: list[EditedMeter]
    locked_change: NotRequired[LockedChangeRow]


class StatusRow(TypedDict):
    """What was said of a meter; `valid_from` None is the beginning of time."""

    valid_from: Instant | None
    status: StatusText
    reason: str
    by: str


class FormulaRow(TypedDict):
    """A dated formula of a meter; `valid_from` None is the beginning of time, `formula` None takes it away."""

    valid_from: Instant | None
    formula: str | None
    locked_change: NotRequired[LockedChangeRow]


class ParentRow(TypedDict):
    """A dated place of a meter; `valid_from` None is the beginning of time, `parent_id` None the top."""

    valid_from: Instant | None
    parent_id: str | None
    parent: str | None
    locked_change: NotRequired[LockedChangeRow]


class RatioRow(TypedDict):
    """A dated CT/PT pair; `valid_from` None is the beginning of time."""

    valid_from: Instant | None
    ct_primary: float | None
    ct_secondary: float | None
    ct_ratio: str | None
    pt_primary: float | None
    pt_secondary: float | None
    pt_ratio: str | None
    ratio_applied_by: AppliedByText
    locked_change: NotRequired[LockedChangeRow]


class MonthEnergy(TypedDict):
    """Energy of a meter in a month, by the intervals as they are and as they would be; None where nothing is known."""

    month: str
    before_import_kwh: Kwh | None
    after_import_kwh: Kwh | None
    before_export_kwh: Kwh | None
    after_export_kwh: Kwh | None
    locked: bool


RatioImpact = TypedDict(
    "RatioImpact",
    {"from": "Instant | None", "until": "Instant | None", "intervals": int, "warnings": "list[str]"},
)
"""What another pair would recompute; None is open."""


class RatioPreview(RatioImpact):
    """The same, with the energy of each month before and after, locked months, and sent reports that would differ."""

    months: list[MonthEnergy]
    locked_months: list[str]
    reports: list[SentReportRow]


class ExchangeRow(TypedDict):
    """An exchange of a meter's device, with the old one's last counters and the new one's first."""

    at: Instant
    old_serial: str
    new_serial: str
    closing: dict[str, float]
    opening: dict[str, float]
    note: str
    locked_change: NotRequired[LockedChangeRow]


class CounterAtExchange(TypedDict):
    """A counter around an exchange, in its own unit: what was read last and first, and what people read off."""

    quantity: str
    label: str
    unit: str
    last: float | None
    last_at: Instant | None
    closing: float | None
    opening: float | None
    first: float | None
    first_at: Instant | None


class EnergyAtExchange(TypedDict):
    """Energy of the day, or of the month, of an exchange: as it is without, and as it is with it; None: not known."""

    span: Annotated[str, Words(("day", "month"))]
    start: Instant
    end: Instant
    before_import_kwh: Kwh | None
    after_import_kwh: Kwh | None
    before_export_kwh: Kwh | None
    after_export_kwh: Kwh | None


class ExchangePreview(TypedDict):
    """What an exchange changes: counters around it, energy before and after, and what looks wrong.

    `locked_months` are those it alters, `reports` the sent ones that would differ.
    """

    at: Instant
    counters: list[CounterAtExchange]
    energy: list[EnergyAtExchange]
    warnings: list[str]
    locked_months: list[str]
    reports: list[SentReportRow]


class RecordedReading(TypedDict):
    """A reading that was taken; None is a value that the meter has not."""

    ts: Instant
    values: dict[str, float | None]


class ReadingRow(TypedDict):
    """A reading: quantity → value, as the meter reported it, in the workbench's units."""

    ts: Instant
    values: dict[str, float]
