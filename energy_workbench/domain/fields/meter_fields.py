"""The fields of a meter, each declared once: what stores, asks for, sends and shows them is made of this table.

A new one is a line here, an attribute of `Meter`, and a migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from energy_workbench.domain import accuracy_classes
from energy_workbench.domain.dated_values import allocation_keys
from energy_workbench.domain.dated_values.metering_periods import FORMS
from energy_workbench.domain.entities import Flow, Fuel, MeterType, Priority, ProductionRegister
from energy_workbench.domain.fields import kinds
from energy_workbench.domain.fields.meter_field import Detail, Group, MeterField, Section, Stored
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import Status

_RATED: Final = kinds.Number(0, 1e7, above=True)
_DAY: Final = 86_400

FIELDS: Final[tuple[MeterField, ...]] = (
    MeterField(
        "number", kinds.MeterNumber(), "Meter number", help="Required; unique; what people call the meter",
        individual=True, group=Group.BASIC, hint="Unique: what people call it", example="UNIT-A-MACHINE-05",
    ),
    MeterField(
        "name", kinds.Text(200), "Meter name", help="Required", individual=True, group=Group.BASIC,
        example="CNC Machine 05",
    ),
    MeterField(
        "type", kinds.Words(MeterType), "Type", help=f"Required; {', '.join(MeterType)}", group=Group.BASIC,
        proposed="machine", detail=Detail(Section.BASIC), example="machine",
    ),
    MeterField(
        "parent", kinds.MeterRef(), "Parent meter",
        help="Number of the meter above, in this file or registered; empty at the top", stored=Stored.PLACEMENT,
        group=Group.BASIC, hint="Number of the meter above; empty at the top", example="MAIN",
    ),
    MeterField(
        "location", kinds.Text(200), "Location", group=Group.BASIC, detail=Detail(Section.BASIC), example="Hall 1"
    ),
    MeterField(
        "flow", kinds.Words(Flow), "Flow", help=f"{', '.join(Flow)}; follows from the type where it is empty",
        group=Group.BASIC, hint="Empty: by its type", empty="By its type", detail=Detail(Section.BASIC),
    ),
    MeterField(
        "ct_primary", _RATED, "CT primary", "A", "Current transformer, primary [A]; empty where there is none",
        stored=Stored.RATIO, group=Group.CT, hint="Empty: no transformer", example="100",
    ),
    MeterField(
        "ct_secondary", _RATED, "CT secondary", "A", "Current transformer, secondary [A], 1 or 5",
        stored=Stored.RATIO, group=Group.CT, hint="Mostly 5 or 1", example="5",
    ),
    MeterField(
        "pt_primary", _RATED, "PT primary", "V", "Voltage transformer, primary [V]; empty where there is none",
        stored=Stored.RATIO, group=Group.PT, hint="Empty: no transformer", example="415",
    ),
    MeterField(
        "pt_secondary", _RATED, "PT secondary", "V", "Voltage transformer, secondary [V], such as 110",
        stored=Stored.RATIO, group=Group.PT, hint="Mostly 110 or 100", example="110",
    ),
    MeterField(
        "ratio_applied_by", kinds.Words(AppliedBy), "Ratio applied by",
        help="meter (its registers are primary values; the default) or workbench (they are secondary ones)",
        stored=Stored.RATIO, attribute="applied_by", group=Group.APPLIED,
        choices={
            "meter": "Meter: it reports primary values",
            "workbench": "Workbench: the meter reports secondary values",
        },
        example="meter",
    ),
    MeterField(
        "gateway", kinds.Gateway(), "Gateway",
        help=f"Where the meter is read; {kinds.GATEWAY_FORMS}; empty where it is not polled",
        group=Group.CONNECTION, hint="IP address, or tcp://host:port, rtu:///dev/ttyUSB0?baudrate=9600",
        detail=Detail(Section.CONNECTION), example="tcp://192.168.1.105:502",
    ),
    MeterField(
        "unit_id", kinds.Whole(0, 255), "Modbus address", help="Modbus device id, 0 to 255; required with a gateway",
        individual=True, check="BETWEEN 0 AND 255", group=Group.CONNECTION, hint="0 to 255", aside="unit id",
        detail=Detail(Section.CONNECTION), example="5",
    ),
    MeterField(
        "shares_device", kinds.YesNo(), "Shares its device",
        help="yes where its device is meant to be read for another meter too; no where it is empty", since=12,
        individual=True, group=Group.CONNECTION, hint="Yes: it is read for another meter too",
        choices={"false": "No", "true": "Yes"},
    ),
    MeterField(
        "profile", kinds.ProfileId(), "Profile",
        help="Id of the register map, such as schneider_pm5xxx; empty where it is not polled", group=Group.CONNECTION,
        hint="Empty: it is not polled", aside="meter model", empty="None",
        detail=Detail(Section.CONNECTION, absent="none: it is not polled"), example="schneider_pm5xxx",
    ),
    MeterField(
        "poll_seconds", kinds.Number(0.1, _DAY), "Poll every", "s",
        "Time between two readings [s], 10 where it is empty",
        check="> 0", group=Group.CONNECTION, detail=Detail(Section.CONNECTION, phrase="{:g} s"), example="10",
    ),
    MeterField(
        "poll_offset_seconds", kinds.Number(0, _DAY), "Read at [s] of each interval", "s",
        "When in each poll_seconds the meter is read [s]; where it is empty, the collector chooses", since=3,
        check=">= 0", group=Group.POLLING, hint="Empty: the collector spreads the meters",
        detail=Detail(Section.CONNECTION, "Poll every", "{:g} s after the full interval"),
    ),
    MeterField(
        "priority", kinds.Words(Priority), "Priority",
        help=f"{', '.join(Priority)}: who is read first where a gateway is short of time; normal where it is empty",
        since=3, group=Group.POLLING, hint="Who is read first where the gateway is short of time",
        detail=Detail(Section.CONNECTION, "Poll every", "{} priority", unless="normal"),
    ),
    MeterField(
        "status", kinds.Words(Status), "Status", help=f"{', '.join(Status)}; active where it is empty", individual=True,
        example="active",
    ),
    MeterField(
        "status_reason", kinds.Text(500), "Reason of its status", help="Why it has that status", since=3,
        individual=True,
    ),
    MeterField(
        "serial", kinds.Text(200), "Serial number", help="Serial number of the device", individual=True,
        group=Group.DEVICE, detail=Detail(Section.BASIC),
    ),
    MeterField(
        "accuracy_class", kinds.Accuracy(accuracy_classes.METER), "Meter class",
        help=f"Class of accuracy of the meter: {', '.join(accuracy_classes.METER)}", group=Group.ACCURACY,
        hint="0.2S, 0.5S, 1 …", detail=Detail(Section.BASIC, "Class", "meter {}"), example="0.5S",
    ),
    MeterField(
        "ct_class", kinds.Accuracy(accuracy_classes.CURRENT), "CT class",
        help=f"Class of accuracy of the current transformer: {', '.join(accuracy_classes.CURRENT)}",
        group=Group.ACCURACY, hint="0.2S, 0.5S, 0.5, 5P …", detail=Detail(Section.BASIC, "Class", "CT {}"),
        example="0.5",
    ),
    MeterField(
        "pt_class", kinds.Accuracy(accuracy_classes.VOLTAGE), "PT class",
        help=f"Class of accuracy of the voltage transformer: {', '.join(accuracy_classes.VOLTAGE)}",
        group=Group.ACCURACY, hint="0.2, 0.5, 3P …", detail=Detail(Section.BASIC, "Class", "PT {}"),
    ),
    MeterField(
        "rated_kw", _RATED, "Rated power", "kW", "Rated power of what is measured [kW]", group=Group.DEVICE,
        detail=Detail(Section.BASIC),
    ),
    MeterField(
        "seen_by_parent", kinds.YesNo(), "Counted by its parent",
        help="no where the meter hangs elsewhere than below its parent; yes where it is empty", group=Group.ENERGY,
        choices={"true": "Yes", "false": "No, it hangs elsewhere"},
    ),
    MeterField(
        "production_register", kinds.Words(ProductionRegister), "Production is counted in",
        help="import (the default) or export: where a producer counts what it produces", group=Group.ENERGY,
        hint="Of a producer",
    ),
    MeterField(
        "fuel", kinds.Words(Fuel), "Fuel", help=f"{', '.join(Fuel)}: what a generator burns; diesel where it is empty",
        since=15, group=Group.ENERGY, hint="Of a generator", empty="Not stated: diesel",
    ),
    MeterField(
        "register_modulus", kinds.Number(0, 1e15, above=True), "Counters begin again at", "kWh",
        "Energy at which its counters begin again at zero [kWh, kvarh, kVAh], as it reports them, such as 1000000 of "
        "six digits; where it is empty, the profile tells, or what the counter did", since=24, check="> 0",
        group=Group.ENERGY, hint="Empty: by its profile", detail=Detail(Section.BASIC, phrase="{:,.10g} kWh"),
    ),
    MeterField(
        "formula", kinds.Formula(), "Formula",
        help="Of a virtual meter: what its energy is made of, as in [MAIN] - [UNIT-A] - 0.4 * [CHILLERS]", since=26,
        individual=True, group=Group.ENERGY, hint="Of a virtual meter, as in [MAIN] - [UNIT-A]",
        detail=Detail(Section.BASIC),
    ),
    MeterField(
        "commissioned_at", kinds.Moment(), "In service since",
        help="Day or instant from which balances count on it, as in 2026-10-05; its first reading where it is empty",
        since=21, individual=True, group=Group.DEVICE, hint="Empty: its first reading, as an assumption",
        detail=Detail(Section.BASIC),
    ),
    MeterField(
        "metering_period", kinds.MeteringPeriod(), "Metering period",
        help=f"How often its register is read: {FORMS}; empty: as its readings of each month tell", since=25,
        group=Group.ENERGY, hint="Empty: as its readings tell", example="30min",
        detail=Detail(Section.BASIC, absent="As its readings tell"),
    ),
    MeterField(
        "area_m2", kinds.AllocationKey(), "Floor area", "m²",
        f"Floor area that costs are allocated by [m²]: {allocation_keys.FORMS}", since=28, individual=True,
        group=Group.ALLOCATION, hint="1200; 1350 from 2026-07-01",
        detail=Detail(Section.BASIC, "Allocated by", "{} m²"),
    ),
    MeterField(
        "heads", kinds.AllocationKey(), "Heads",
        help=f"People that costs are allocated by: {allocation_keys.FORMS}", since=28, individual=True,
        group=Group.ALLOCATION, hint="40; 52 from 2026-07-01", detail=Detail(Section.BASIC, "Allocated by", "{} heads"),
    ),
    MeterField(
        "own_key", kinds.AllocationKey(), "Own key",
        help=f"Key of the plant's own that costs are allocated by, such as pieces: {allocation_keys.FORMS}", since=28,
        individual=True, group=Group.ALLOCATION, hint="Of the plant's own, such as pieces",
        detail=Detail(Section.BASIC, "Allocated by", "own key {}"),
    ),
    MeterField(
        "x", kinds.Number(0, 1), "Place from the left", help="Place on a floor plan from the left, 0 to 1",
        individual=True,
    ),
    MeterField(
        "y", kinds.Number(0, 1), "Place from the top", help="Place on a floor plan from the top, 0 to 1",
        individual=True,
    ),
)  # fmt: skip
"""In the order in which an engineer thinks of them."""
COLUMNS: Final[tuple[MeterField, ...]] = tuple(sorted(FIELDS, key=lambda each: each.since))
"""In the order of their coming: that of files, rows and views."""
GROUPED: Final[tuple[MeterField, ...]] = tuple(
    each for group in (*Group, None) for each in COLUMNS if each.group is group
)
"""In the order of the form's groups: that of form and details."""
BY_NAME: Final = {each.name: each for each in FIELDS}
OWN: Final = tuple(each for each in FIELDS if each.stored is Stored.METER)
"""Those of a meter itself."""
RATIO: Final = tuple(each for each in FIELDS if each.stored is Stored.RATIO)
"""Those of the ratio that is valid now."""
REQUIRED: Final = tuple(each.name for each in FIELDS if each.required)
INDIVIDUAL: Final = frozenset(each.name for each in FIELDS if each.individual)
"""Names of those that every meter has for itself."""
MESSAGES: Final = {name: words for each in FIELDS for name, words in each.messages()}
"""Texts of the table by their ids."""


def ratio_of(row: Mapping[str, Any]) -> Ratio:
    """The ratio of a meter's row, as `wb.meters()` gives it; what the row does not say is the default."""
    return Ratio(**{each.held_as: each.typed(row[each.name]) for each in RATIO if row.get(each.name) is not None})
