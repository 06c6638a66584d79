"""What a change of the configuration did, field by field in words: label, value before, value after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from energy_workbench.contract.rows.setup import AuditRow
from energy_workbench.domain.fields import gateway_options, meter_fields, schedule_fields
from energy_workbench.domain.fields.field import AnyField
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.health.limits import NOMINAL, RULES
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.figures.wording import values
from energy_workbench.figures.wording.words import UNKNOWN

METER_FIELDS: Final[dict[str, AnyField]] = {
    **{field.name: field for field in meter_fields.FIELDS},
    **{field.held_as: field for field in meter_fields.FIELDS},
}
"""By their names, and by what holds them, as dated rows have them."""

INSTANTS: Final = frozenset({"at", "since", "until", "valid_from", "start", "deleted_at"})

LABELS: Final[dict[str, str]] = {
    "parent_id": "Below", "status": "Status", "status_reason": "Reason", "deleted_at": "Deleted",
    "valid_from": "From", "at": "At", "since": "Since", "until": "Until", "start": "Interval from",
    "old_serial": "Old serial number", "new_serial": "New serial number", "note": "Note",
    "closing": "Last reading of the old device", "opening": "First reading of the new device",
    "quantity": "Counter", "choice": "It was", "modulus": "Begins again at", "reason": "Reason",
    "energies": "Energy", "role": "Role", "value": "Value", "source": "Source", "gases": "Gases",
    "country": "Country", "currency": "Currency", "timezone": "Time zone", "name": "Name", "schema": "Schema",
    "keep_readings_days": "Every reading is kept for [d]", "unlike": "Meters left as they were",
    "kept": "Readings kept", "size": "Size before [B]", "size_kept": "Size after [B]",
}  # fmt: skip
"""Of what is no declared field."""

ENERGIES: Final[dict[str, tuple[str, str]]] = {
    "energy_import_kwh": ("import", "kWh"), "energy_export_kwh": ("export", "kWh"),
    "energy_reactive_kvarh": ("reactive", "kvarh"), "energy_apparent_kvah": ("apparent", "kVAh"),
}  # fmt: skip

PARTS: Final[dict[str, tuple[str, str | None]]] = {
    "warning": ("warns from", None), "critical": ("critical from", None), "hysteresis": ("hysteresis", None),
    "seconds": ("lasting", "s"),
}  # fmt: skip
"""Part of a limit of health → its words and unit; None is the rule's own."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change in words; `before` is empty where the thing is new, `after` where it is gone."""

    label: str
    before: str
    after: str


def differences(
    row: AuditRow, number_of: Callable[[str], str] = lambda _: "", zone: ZoneInfo | None = None
) -> list[Difference]:
    """What a change did: each field that differs, or all that are set of what is new or gone.

    Parameters
    ----------
    number_of : callable
        The number of the meter with an id; empty where it is not known.
    zone : ZoneInfo, optional
        The site's; UTC by default.
    """
    before, after, kind = row["before"], row["after"], row["action"].partition(".")[0]
    told = _Words(kind, number_of, zone or ZoneInfo("UTC"))
    if before is not None and after is not None:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return [told.difference(name, before, after) for name in names]
    whole = after if before is None else before
    return [
        told.difference(name, before, after)
        for name, value in (whole or {}).items()
        if value not in (None, "", [], {}) or name == "valid_from"
    ]


@dataclass(frozen=True, slots=True)
class _Words:
    """Words for the fields of one kind of change."""

    kind: str
    number_of: Callable[[str], str]
    zone: ZoneInfo

    def difference(self, name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Difference:
        return Difference(
            self.label(name),
            *("" if each is None else self.value(name, each.get(name)) for each in (before, after)),
        )

    def label(self, name: str) -> str:
        if field := self._field(name):
            return text(field.message("label"))
        if self.kind == "gateway" and name in gateway_options.OPTIONS:
            return gateway_options.OPTIONS[name].label
        if self.kind == "limits" and (limit := _limit(name)):
            return limit[0]
        return LABELS.get(name) or name.removesuffix("_id").replace("_", " ").capitalize()

    def value(self, name: str, value: Any) -> str:
        if name == "parent_id":
            return self.number_of(str(value)) or str(value) if value else "the top of the tree"
        if name in INSTANTS and (value is not None or name == "valid_from"):
            return values.instant(value, self.zone)
        if field := self._field(name):
            return values.of_field(field, value)
        if name == "quantity" and value in QUANTITIES:
            return QUANTITIES[value].label
        if name in ("closing", "opening", "energies") and isinstance(value, Mapping):
            return ", ".join(_counted(value)) or UNKNOWN
        if value is None and self.kind in ("limits", "gateway"):
            return "the default"
        return values.plain(value, self._unit(name))

    def _field(self, name: str) -> AnyField | None:
        if self.kind == "schedule":
            return schedule_fields.BY_NAME.get(name)
        return METER_FIELDS.get(name) if self.kind in ("meter", "ratio", "template", "undo") else None

    def _unit(self, name: str) -> str:
        if self.kind == "gateway" and name in gateway_options.OPTIONS:
            return gateway_options.OPTIONS[name].unit
        limit = _limit(name) if self.kind == "limits" else None
        return limit[1] if limit else ""


def _counted(readings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in readings.items():
        if name in ENERGIES:
            label, unit = ENERGIES[name]
        elif name in QUANTITIES:
            label, unit = QUANTITIES[name].label, QUANTITIES[name].unit
        else:
            label, unit = name, ""
        yield f"{label} {values.plain(value, unit)}"


def _limit(name: str) -> tuple[str, str] | None:
    """Words and unit of a limit of health."""
    if name in NOMINAL:
        return {
            "nominal_voltage": ("Nominal voltage", "V"), "nominal_frequency": ("Nominal frequency", "Hz"),
            "least_load": ("At rest below", "% of rated load"),
        }[name]  # fmt: skip
    rule, _, part = name.rpartition("_")
    if rule not in RULES or part not in PARTS:
        return None
    words, unit = PARTS[part]
    return f"{RULES[rule].label}, {words}", RULES[rule].unit if unit is None else unit
