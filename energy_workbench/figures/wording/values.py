"""Values of fields and of changes as people read them: exact numbers with their units, words, instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.domain.accuracy_classes import class_name
from energy_workbench.domain.fields.field import AnyField
from energy_workbench.domain.fields.kinds import Accuracy
from energy_workbench.domain.fields.messages import text
from energy_workbench.figures.wording.words import UNKNOWN


def exact(value: float, unit: str = "") -> str:
    """A number with all of its digits that matter, and its unit: `1,250.5 kWh`."""
    return f"{value:,.10g} {'' if unit == '1' else unit}".rstrip()


def of_field(field: AnyField, value: Any) -> str:
    """A value of a declared field; a dash for none."""
    option = f"option.{str(value).lower() if isinstance(value, bool) else value}"
    if option in field.texts():
        return text(field.message(option))
    if isinstance(field.kind, Accuracy) and isinstance(value, int | float):
        return class_name(value)
    return plain(value, field.unit)


def plain(value: Any, unit: str = "") -> str:
    """Any value: numbers exactly, yes and no, lists and members one after the other; a dash for none."""
    if value is None or value in ("", [], {}):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return exact(value, unit)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(each, unit)}" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(plain(each, unit) for each in value)
    return str(value)


def instant(value: Any, zone: ZoneInfo) -> str:
    """An instant of the audit in the site's zone, or a date; the beginning of time where there is none."""
    if value is None:
        return "the beginning"
    iso = str(value)
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{at:%d %b %Y}" if len(iso) == len("2026-10-05") else f"{at.astimezone(zone):%d %b %Y %H:%M:%S}"
