"""The meters of the demo plant: tree, wiring and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from energy_workbench.domain.entities import Flow, MeterType, ProductionRegister
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import Status

DEFAULT_METERS = 92
UNITS = "ABCDEFGHIJ"
FIXED_METERS = 32
"""Every meter that is no machine."""
UNITS_ON_A_GATEWAY = 60
"""Most meters behind one gateway; a Modbus line carries 247 unit ids."""

HIGH_VOLTAGE = 11_000.0
LOW_VOLTAGE = 415.0
"""Line to line [V]: the grid's 11 kV and the plant's busbar."""

SOLAR_PEAK_KW = 900.0
GENERATOR_KW = 1600.0
TANK_LITRES = 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantMeter:
    """One meter of the plant.

    Attributes
    ----------
    rated_kw : float
        Power at full load [kW].
    load : str
        Name of its weekly load shape in `load_shapes`; empty where its power follows from others.
    power_factor : float
        Of its load [1], inductive.
    loss_fraction : float
        Share of what its children take that is lost below it [1].
    loss_fixed_kw : float
        Lost below it whenever there is voltage [kW].
    essential : bool
        Whether the generator carries it in an outage.
    voltage : float
        Line to line, primary [V].
    plate_kw : float or None
        What its nameplate says where that is not its full load: more was connected than was planned [kW].
    tap : float
        How far its supply is from nominal, by a wrong tap or a long cable [1].
    lean : tuple of float
        How much more than their third of the load L1 and L2 carry, as a part of it [1].
    gateway : int
        Which gateway of the plant, 0 for the first.
    """

    number: str
    name: str
    type: MeterType
    parent: str | None
    location: str
    profile: str
    rated_kw: float
    flow: Flow = Flow.CONSUMER
    ratio: Ratio
    gateway: int = 0
    unit_id: int = 1
    status: Status = Status.ACTIVE
    load: str = ""
    power_factor: float = 0.9
    loss_fraction: float = 0.0
    loss_fixed_kw: float = 0.0
    essential: bool = True
    voltage: float = LOW_VOLTAGE
    plate_kw: float | None = None
    tap: float = 0.0
    lean: tuple[float, float] = (0.0, 0.0)
    production_register: ProductionRegister = ProductionRegister.IMPORT
    accuracy_class: float = 0.5
    x: float = 0.5
    y: float = 0.5


def _primary(ct: float | None = None) -> Ratio:
    return Ratio(ct_primary=ct, ct_secondary=5 if ct else None, applied_by=AppliedBy.METER)


def _secondary(ct: float, pt: float | None = None) -> Ratio:
    return Ratio(
        ct_primary=ct,
        ct_secondary=5,
        pt_primary=pt,
        pt_secondary=110 if pt else None,
        applied_by=AppliedBy.WORKBENCH,
    )


def _incomers() -> Iterator[PlantMeter]:
    yield PlantMeter(
        number="GRID", name="Grid incomer 11 kV", type=MeterType.GRID, parent=None, location="Substation",
        profile="janitza_umg96rm", flow=Flow.BIDIRECTIONAL, ratio=_secondary(200, HIGH_VOLTAGE), rated_kw=3000,
        voltage=HIGH_VOLTAGE, loss_fraction=0.011, loss_fixed_kw=3.5, unit_id=1, accuracy_class=0.2, x=0.06, y=0.12,
    )  # fmt: skip
    yield PlantMeter(
        number="MAIN", name="Main incomer 415 V", type=MeterType.MAIN, parent="GRID", location="Main panel",
        profile="schneider_pm5xxx", flow=Flow.BIDIRECTIONAL, ratio=_primary(5000), rated_kw=3000,
        loss_fraction=0.006, loss_fixed_kw=1.2, unit_id=2, accuracy_class=0.2, x=0.16, y=0.12,
    )  # fmt: skip
    yield PlantMeter(
        number="DG", name="Diesel generator 2000 kVA", type=MeterType.GENERATOR, parent="MAIN", location="DG house",
        profile="dse_gencomm", flow=Flow.PRODUCER, ratio=_primary(3000), rated_kw=GENERATOR_KW, unit_id=3,
        production_register=ProductionRegister.EXPORT, accuracy_class=1.0, x=0.08, y=0.32,
    )  # fmt: skip
    yield PlantMeter(
        number="SOLAR", name="Rooftop solar 900 kWp", type=MeterType.SOLAR, parent="MAIN", location="Roof",
        profile="schneider_pm5xxx", flow=Flow.PRODUCER, ratio=_primary(1500), rated_kw=SOLAR_PEAK_KW,
        power_factor=1.0, unit_id=4, accuracy_class=0.2, x=0.3, y=0.06,
    )  # fmt: skip


def _boards() -> Iterator[PlantMeter]:
    rows = [
        ("PMD", "Process main distribution", MeterType.DISTRIBUTION, "Main panel", 2500, 4000, "", 0.012, 0.8, 0.3),
        ("SMD", "Services main distribution", MeterType.DISTRIBUTION, "Main panel", 260, 600, "", 0.092, 0.3, 0.42),
        ("LIGHTS", "Lighting board", MeterType.LIGHTING, "Main panel", 120, 250, "", 0.008, 0.1, 0.54),
        ("ADMIN", "Administration building", MeterType.ADMIN, "Office", 110, 250, "office", 0.0, 0.0, 0.66),
        ("UTILITIES", "Utilities board", MeterType.UTILITY, "Utility block", 620, 1250, "", 0.014, 0.4, 0.78),
    ]
    for position, (number, name, kind, where, kw, ct, load, fraction, fixed, x) in enumerate(rows):
        yield PlantMeter(
            number=number, name=name, type=kind, parent="MAIN", location=where, profile="schneider_pm5xxx",
            ratio=_primary(ct), rated_kw=kw, load=load, loss_fraction=fraction, loss_fixed_kw=fixed,
            unit_id=5 + position, lean=LEAN if number in UNEVEN else EVEN, x=x, y=0.2,
        )  # fmt: skip
    for index, letter in enumerate(UNITS):
        meter_applies = index < 5
        yield PlantMeter(
            number=f"UNIT-{letter}", name=f"Unit {letter} {PRODUCTS[index]}", type=MeterType.UNIT, parent="PMD",
            location=f"Hall {index // 2 + 1}", profile="schneider_pm5xxx" if meter_applies else "elmeasure_lg",
            ratio=_primary(1000) if meter_applies else _secondary(1000), rated_kw=300, gateway=1, unit_id=index + 1,
            loss_fraction=HOTSPOTS.get(letter, 0.006 + 0.0012 * index), loss_fixed_kw=0.15,
            accuracy_class=0.5 if meter_applies else 1.0, plate_kw=OVERLOADED.get(letter), x=0.08 + 0.093 * index,
            y=0.4,
        )  # fmt: skip


def _services() -> Iterator[PlantMeter]:
    rows = [
        ("COMPRESSOR-1", "Air compressor 1", MeterType.UTILITY, "UTILITIES", 132, "compressor", 0.88, True),
        ("COMPRESSOR-2", "Air compressor 2", MeterType.UTILITY, "UTILITIES", 90, "two_shifts", 0.88, False),
        ("CHILLER-1", "Chiller 1", MeterType.UTILITY, "UTILITIES", 150, "cooling", 0.87, True),
        ("CHILLER-2", "Chiller 2", MeterType.UTILITY, "UTILITIES", 120, "cooling", 0.86, False),
        ("COOLING-TOWER", "Cooling tower fans", MeterType.UTILITY, "UTILITIES", 30, "cooling", 0.82, True),
        ("PUMPS", "Process water pumps", MeterType.UTILITY, "UTILITIES", 45, "compressor", 0.84, True),
        ("EFFLUENT-PLANT", "Effluent treatment plant", MeterType.UTILITY, "UTILITIES", 28, "continuous", 0.83, False),
        ("WORKSHOP", "Maintenance workshop", MeterType.OTHER, "SMD", 60, "general_shift", 0.8, False),
        ("STORES", "Stores and dispatch", MeterType.OTHER, "SMD", 45, "two_shifts", 0.9, True),
        ("CANTEEN", "Canteen", MeterType.OTHER, "SMD", 55, "canteen", 0.97, True),
        ("LABORATORY", "Quality laboratory", MeterType.OTHER, "SMD", 40, "general_shift", 0.93, True),
        ("LIGHTS-HALLS", "Lighting of the halls", MeterType.LIGHTING, "LIGHTS", 80, "hall_lights", 0.96, True),
        ("LIGHTS-YARD", "Lighting of the yard", MeterType.LIGHTING, "LIGHTS", 30, "yard_lights", 0.95, True),
    ]
    for index, (number, name, kind, parent, kw, load, power_factor, essential) in enumerate(rows):
        janitza = kw >= 80
        yield PlantMeter(
            number=number, name=name, type=kind, parent=parent, location="Utility block" if index < 7 else "Services",
            profile="janitza_umg96rm" if janitza else "elmeasure_lg", ratio=_primary(400 if janitza else 200),
            rated_kw=kw, load=load, power_factor=power_factor, essential=essential, gateway=7, unit_id=index + 1,
            accuracy_class=0.5 if janitza else 1.0, tap=LOW_VOLTAGES.get(number, 0.0),
            lean=LEAN if number in UNEVEN else EVEN, x=0.08 + 0.07 * index, y=0.92,
        )  # fmt: skip


MACHINE_KW = (55.0, 30.0, 45.0, 37.0, 22.0, 60.0)
MACHINE_POWER_FACTOR = (0.82, 0.78, 0.85, 0.8, 0.76, 0.88)
UNIT_LOADS = {"A": "three_shifts", "D": "three_shifts", "J": "continuous"}
"""The other units work two shifts."""
MAINTENANCE = ("UNIT-C-MACHINE-04", "UNIT-G-MACHINE-02")
LOW_POWER_FACTOR = "UNIT-F-MACHINE-02"


OVERLOADED = {"J": 100.0}
"""The feeder of Unit J was planned for less than it carries now [kW]."""
EVEN, LEAN = (0.0, 0.0), (0.33, -0.09)
UNEVEN = ("LIGHTS", "LIGHTS-HALLS")
"""Most of the lamps of the halls hang on L1."""
LOW_VOLTAGES = {"EFFLUENT-PLANT": -0.12}
"""Its own transformer is on a wrong tap [1]."""


PRODUCTS = (
    *("forging", "casting", "pressing", "turning", "milling"),
    *("grinding", "welding", "painting", "assembly", "heat treatment"),
)
HOTSPOTS = {"D": 0.105, "H": 0.083}
"""Units that lose far too much below their meter, to be found [1]; so does SMD."""


def _machine(letter: str, position: int, in_unit: int) -> PlantMeter:
    """Machine `position` (from 0) of the `in_unit` that a unit has."""
    row, kind = UNITS.index(letter), position % 6
    kw = MACHINE_KW[kind] * (6 / max(6, in_unit))
    profile, ratio = (
        ("eastron_sdm630", _secondary(100, LOW_VOLTAGE)),
        ("carlo_gavazzi_em340", _primary(100)),
        ("eastron_sdm630", _primary()),
        ("elmeasure_lg", _secondary(100)),
        ("carlo_gavazzi_em340", _primary()),
        ("elmeasure_lg", _primary(100)),
    )[(kind + row) % 6]
    number = f"UNIT-{letter}-MACHINE-{position + 1:02d}"
    load = UNIT_LOADS.get(letter, "two_shifts")
    if load == "two_shifts" and kind in (1, 4):
        load = "general_shift"
    return PlantMeter(
        number=number, name=f"Unit {letter} machine {position + 1:02d}", type=MeterType.MACHINE,
        parent=f"UNIT-{letter}", location=f"Hall {row // 2 + 1}", profile=profile, ratio=ratio, rated_kw=round(kw, 3),
        load=load, power_factor=0.64 if number == LOW_POWER_FACTOR else MACHINE_POWER_FACTOR[kind],
        essential=letter in "ADJ" or kind in (1, 2), accuracy_class=1.0, gateway=2 + row // 2,
        status=Status.MAINTENANCE if number in MAINTENANCE else Status.ACTIVE,
        x=round(0.05 + 0.093 * row + 0.03 * (position % 3), 3),
        y=round(0.5 + 0.3 * (position // 3 + 1) / (in_unit / 3 + 1), 3),
    )  # fmt: skip


def build(count: int = DEFAULT_METERS) -> tuple[PlantMeter, ...]:
    """The meters of a plant, parents before children.

    Parameters
    ----------
    count : int
        How many; more than 92 adds machines (and gateways), fewer leaves machines out.

    Raises
    ------
    InputError
        If there are too few for the tree, or so many that a plant's ports would run out.
    """
    least, most = FIXED_METERS + len(UNITS), 50_000
    if not least <= count <= most:
        raise InputError(f"a plant of {count} meters cannot be built: {least} to {most}")
    base, extra = divmod(count - FIXED_METERS, len(UNITS))
    machines = (
        _machine(letter, position, base + (index < extra))
        for index, letter in enumerate(UNITS)
        for position in range(base + (index < extra))
    )
    return (*_incomers(), *_boards(), *_services(), *_addressed(machines))


def _addressed(machines: Iterator[PlantMeter]) -> Iterator[PlantMeter]:
    """Unit ids from 1 on each gateway; a full gateway overflows to a new one."""
    used: dict[int, int] = {}
    overflow: dict[int, int] = {}
    spare = 8
    for meter in machines:
        gateway = overflow.get(meter.gateway, meter.gateway)
        if used.get(gateway, 0) == UNITS_ON_A_GATEWAY:
            gateway = overflow[meter.gateway] = spare
            spare += 1
        used[gateway] = used.get(gateway, 0) + 1
        yield replace(meter, gateway=gateway, unit_id=used[gateway])
