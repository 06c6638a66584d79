"""Types of request bodies: their members, and what each may be."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Required

from typing_extensions import TypedDict

from energy_workbench.contract.notes import As, Instant, Sent
from energy_workbench.contract.words import (
    CommunicationText,
    FactorKindText,
    Kvah,
    Kvarh,
    Kwh,
    StatusText,
    TypeText,
)
from energy_workbench.domain.fields.readings_mapping import MappingFields


class Table(StrEnum):
    """Tables of fields that say what a body may have, by the name that the reference gives them."""

    NEW_METER = "NewMeterFields"
    METER = "MeterFields"
    RATIO = "RatioFields"
    """The dated part of a meter, and from when on."""
    METERED = "ConnectionFields"
    """Where a meter is, what it is, and its transformers."""
    OPTIONS = "GatewayOptions"
    LIMITS = "LimitFields"
    """Of health."""
    SCHEDULE = "ScheduleFields"


class ExchangeFields(TypedDict, total=False):
    """An exchange of a meter's device, now by default; counters as the devices showed them.

    `profile` and `ratio`, as a pair is added, are what the new device brings with it; where they are not given, they
    stay.
    """

    at: Instant | None
    old_serial: str | None
    new_serial: str | None
    closing: dict[str, float] | None
    opening: dict[str, float] | None
    note: str | None
    profile: str | None
    ratio: dict[str, Any] | None


class FormulaFields(TypedDict, total=False):
    """What a virtual meter is made of, null for the sum of what is below it; without `valid_from` from now on.

    `valid_from` null, or `beginning`, is the beginning of time.
    """

    formula: Required[str | None]
    valid_from: Instant | None


class ParentFields(TypedDict, total=False):
    """A place of a meter: the id or number of the one above, null at the top; without `valid_from` from now on.

    `valid_from` null, or `beginning`, is the beginning of time.
    """

    parent_id: Required[str | None]
    valid_from: Instant | None


class FactorFields(TypedDict, total=False):
    """An emission factor; without `valid_from` it holds from the beginning of time."""

    name: Required[FactorKindText]
    value: Required[float]
    valid_from: str | None
    source: Required[str]
    gases: str | None


class IntervalFields(TypedDict, total=False):
    """Primary energies in the place of an interval's, and why."""

    energy_import_kwh: Kwh
    energy_export_kwh: Kwh
    energy_reactive_kvarh: Kvarh
    energy_apparent_kvah: Kvah
    reason: Required[str]


class DeviceFields(TypedDict, total=False):
    """Where a device is."""

    gateway: Required[str]
    unit_id: Required[int]


class MeterFilter(TypedDict, total=False):
    """Which meters are meant; each member narrows it. `none` as gateway or profile: those without one."""

    type: TypeText
    status: StatusText
    communication: CommunicationText
    gateway: str
    profile: str
    below: str
    commissioned: bool
    q: str


class SiteFields(TypedDict, total=False):
    """What a plant is; null: not stated."""

    name: str
    timezone: str
    country: str | None
    currency: str | None
    keep_readings_days: int | None


class ReadingFields(TypedDict):
    """A reading, as the meter reports it."""

    ts: Instant
    values: dict[str, float | None]


NewMeter = Annotated[Mapping[str, Any], As.BODY, Sent(Table.NEW_METER)]
Meter = Annotated[Mapping[str, Any], As.BODY, Sent(Table.METER)]
Ratio = Annotated[Mapping[str, Any], As.BODY, Sent(Table.RATIO)]
Metered = Annotated[Mapping[str, Any], As.BODY, Sent(Table.METERED)]
Limits = Annotated[Mapping[str, Any], As.BODY, Sent(Table.LIMITS)]
Device = Annotated[Mapping[str, Any], As.BODY, Sent(DeviceFields)]
Exchange = Annotated[Mapping[str, Any], As.BODY, Sent(ExchangeFields)]
Formula = Annotated[Mapping[str, Any], As.BODY, Sent(FormulaFields)]
Parent = Annotated[Mapping[str, Any], As.BODY, Sent(ParentFields)]
Factor = Annotated[Mapping[str, Any], As.BODY, Sent(FactorFields)]
Interval = Annotated[Mapping[str, Any], As.BODY, Sent(IntervalFields)]
Schedule = Annotated[Mapping[str, Any], As.BODY, Sent(Table.SCHEDULE)]
Site = Annotated[Mapping[str, Any] | None, As.BODY, Sent(SiteFields)]
Mapped = Annotated[Mapping[str, Any], As.BODY, Sent(MappingFields)]
