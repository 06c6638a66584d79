"""Sites and meters as values: what the registry stores and everyone else passes around."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from energy_workbench.domain.accuracy_classes import AccuracyClass
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import Communication, Health, HealthConditions, Status


class MeterType(StrEnum):
    """What a meter measures in the plant."""

    GRID = "grid"
    MAIN = "main"
    GENERATOR = "generator"
    SOLAR = "solar"
    DISTRIBUTION = "distribution"
    UNIT = "unit"
    MACHINE = "machine"
    LIGHTING = "lighting"
    ADMIN = "admin"
    UTILITY = "utility"
    VIRTUAL = "virtual"
    OTHER = "other"


class Flow(StrEnum):
    """Which way energy goes through the meter."""

    CONSUMER = "consumer"
    PRODUCER = "producer"
    BIDIRECTIONAL = "bidirectional"


class Fuel(StrEnum):
    """What a generator burns."""

    DIESEL = "diesel"
    GAS = "gas"
    OTHER = "other"


class ProductionRegister(StrEnum):
    """The register in which a producer counts what it produces."""

    IMPORT = "import"
    EXPORT = "export"


class Priority(StrEnum):
    """Who is read first where a gateway has no time for all."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Unread(StrEnum):
    """Why nobody reads a measuring point at some time, so that it passes through what is below it."""

    NO_METER = "no_meter"
    """There is none: a panel or a building."""
    NOT_YET = "not_yet"
    """It was commissioned later, as somebody stated."""
    ASSUMED = "assumed"
    """It gave no reading until then, and nobody stated since when it is there."""


def default_flow(type: MeterType) -> Flow:
    """The flow that is meant where a user gives none."""
    if type in (MeterType.GENERATOR, MeterType.SOLAR):
        return Flow.PRODUCER
    return Flow.BIDIRECTIONAL if type in (MeterType.GRID, MeterType.MAIN) else Flow.CONSUMER


@dataclass(frozen=True, slots=True)
class Site:
    """A plant.

    Attributes
    ----------
    name : str
    timezone : str
        IANA name: days, weeks, months and tariffs are cut by it.
    currency : str or None
        ISO 4217; None until somebody states it.
    country : str or None
        ISO 3166-1 alpha-2, for the grid's emission factor; None until somebody states it.
    keep_readings_days : int or None
        For how long every reading is kept before those that no interval needs are taken away [d]; None is for ever.
    """

    name: str
    timezone: str
    currency: str | None = None
    country: str | None = None
    keep_readings_days: int | None = None


RESERVED = frozenset(
    {"hierarchy", "status-summary", "check", "export", "import", "import-template", "bulk", "labels", ".", ".."}
)
"""Words that mean something else where an address has a meter's number; no number is one of them."""

ID_PATTERN = re.compile(r"^mtr_[0-9]+$")
"""Ids of meters; a meter's number never looks like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A measuring point, as configured now.

    Attributes
    ----------
    key : int
        The lake's key; never used again after a deletion.
    number : str
        Unique; what people call it.
    parent : int or None
        Key of the parent now.
    ratio : Ratio
        The one valid now.
    gateway : str or None
        Address as in `tcp://host:port`; None where the meter is not polled.
    unit_id : int or None
        Modbus device id, 0 to 255.
    fuel : Fuel or None
        What a generator burns: diesel where nobody said; of no meaning for another type.
    commissioned_at : str or None
        Day, whose first instant is meant, or instant from which its parent's balance counts on it, as ISO text; None
        leaves it to its first reading.
    formula : str or None
        Of a virtual meter, what its energy is made of, with numbers of meters in brackets; None: the sum of what is
        below it.
    formula_by_id : str or None
        The same with their ids, as it is stored: a number may become another.
    unread : Unread or None
        Why nobody reads it at the time that is looked at, of a meter in a tree of some time; None: it is read.
    made_of : tuple of Part
        What its energy is made of, of a calculated one in a tree of some time; empty: it is measured, or nothing is.
    metering_period : str or None
        How often its register is read, as `domain.dated_values.metering_periods` spells it; None as its readings tell.
    area_m2, heads, own_key : str or None
        Keys by which costs are allocated to it, as `domain.dated_values.allocation_keys` spells them: floor area [m²],
        people, and one of the plant's own; None where nobody said.
    shares_device : bool
        True where its device is meant to be read for another meter too: a meter of two channels, say.
    poll_seconds : float
        [s]
    poll_offset_seconds : float or None
        When in each of those intervals it is read [s]; None leaves it to the collector.
    priority : Priority
        Who is read first where its gateway has no time for all.
    status_reason : str
        Why it is active, inactive, in maintenance or faulty, in the words of who said so.
    status_since : datetime or None
        UTC instant from which that holds; None is the beginning of time.
    accuracy_class, ct_class, pt_class : float, str or None
        Classes of accuracy of the meter (IEC 62053), CT and PT (IEC 61869): a number [%], or text as in `0.5S`.
    rated_kw : float or None
        [kW]
    seen_by_parent : bool
        False where the meter hangs elsewhere than the tree shows: left out of its parent's balance.
    x, y : float or None
        Place on a floor plan, 0 to 1 from its left and top.
    register_modulus : float or None
        Where its counters of energy begin again at zero, as it reports them [kWh, kvarh, kVAh]; None where nobody said.
    deleted_at : datetime or None
        UTC; None while the meter lives. A deleted one keeps its history and can be restored.
    revision : int
        Grows with each change of the configuration; the ETag.
    sheets : int
        Version of its newest commissioning sheet; 0 where nobody signed one.
    """

    key: int
    number: str
    name: str
    type: MeterType
    parent: int | None = None
    location: str = ""
    flow: Flow = Flow.CONSUMER
    ratio: Ratio = field(default_factory=Ratio)
    gateway: str | None = None
    unit_id: int | None = None
    profile: str | None = None
    poll_seconds: float = 10.0
    poll_offset_seconds: float | None = None
    priority: Priority = Priority.NORMAL
    status: Status = Status.ACTIVE
    status_reason: str = ""
    status_since: datetime | None = None
    serial: str = ""
    accuracy_class: AccuracyClass | None = None
    ct_class: AccuracyClass | None = None
    pt_class: AccuracyClass | None = None
    rated_kw: float | None = None
    seen_by_parent: bool = True
    production_register: ProductionRegister = ProductionRegister.IMPORT
    x: float | None = None
    y: float | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    revision: int = 1
    shares_device: bool = False
    fuel: Fuel | None = None
    register_modulus: float | None = None
    commissioned_at: str | None = None
    formula: str | None = None
    formula_by_id: str | None = None
    unread: Unread | None = None
    made_of: tuple[Part, ...] = ()
    metering_period: str | None = None
    area_m2: str | None = None
    heads: str | None = None
    own_key: str | None = None
    sheets: int = 0

    @property
    def id(self) -> str:
        """Public id."""
        return f"mtr_{self.key}"

    @property
    def metered(self) -> bool:
        """Whether what goes through it is metered: it is, unless the meter is out of service."""
        return self.status is not Status.INACTIVE

    @property
    def polled(self) -> bool:
        """Whether the collector reads it."""
        return bool(self.gateway and self.profile) and self.metered


@dataclass(frozen=True, slots=True)
class Part:
    """What a calculated meter's energy has of one register of a measured one.

    Attributes
    ----------
    meter : Meter
        Measured, not calculated.
    register : str
        `import` or `export`.
    factor : float
        [1]
    main : bool
        Whether it is the register that says what the meter takes, or produces: that has to be known. A meter that
        never tells the other one counts nothing there.
    """

    meter: Meter
    register: str
    factor: float
    main: bool = True


def contradictions(meter: Meter) -> list[tuple[str, str]]:
    """Fields of a meter that cannot stand beside what its others say, and why."""
    problems = [(f"{kind}_secondary", f"{kind.upper()} needs both sides or none") for kind in meter.ratio.half_pairs]
    if meter.gateway and meter.unit_id is None:
        problems.append(("unit_id", "is needed where a gateway is given: 0 to 255"))
    if (meter.poll_offset_seconds or 0) >= meter.poll_seconds:
        problems.append(("poll_offset_seconds", f"must be less than the {meter.poll_seconds:g} s between two readings"))
    if (meter.x is None) != (meter.y is None):
        problems.append(("x", "a place needs both x and y, or none"))
    if meter.formula and meter.type is not MeterType.VIRTUAL:
        problems.append(("formula", f"is of a meter of type virtual, and this one is {meter.type}"))
    if meter.formula and meter.gateway:
        problems.append(("formula", "is of a meter that is not read: it has a gateway"))
    if meter.formula and meter.production_register is ProductionRegister.EXPORT:
        reason = "is of a meter with registers of its own: what a formula says is what is produced"
        problems.append(("production_register", reason))
    return problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was last known of a meter; what follows from it now, `domain.presence` says.

    Attributes
    ----------
    health_reason : str
        In words; empty while good.
    health_since : datetime or None
        UTC; from when on the health is what it is, None where it never was another. A meter that does not
        answer keeps its last health: `last_seen` says how old that is.
    alarms : mapping of str to HealthCondition
        What each rule of health says, so that it goes on where it was after a restart.
    error : str
        The last error of the wire, in words; empty while online.
    last_seen : datetime or None
        UTC instant of the last answer.
    values : mapping of str to float or None
        The last reading by quantity, as the meter reported it.
    """

    communication: Communication = Communication.OFFLINE
    health: Health = Health.GOOD
    health_reason: str = ""
    error: str = ""
    last_seen: datetime | None = None
    values: Mapping[str, float | None] = field(default_factory=dict)
    health_since: datetime | None = None
    alarms: HealthConditions = field(default_factory=dict)
