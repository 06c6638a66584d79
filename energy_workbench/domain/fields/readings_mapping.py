"""A mapping: what somebody states of a readings file that does not say it itself, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, QUANTITIES, UNIT_FACTORS, Kind

KINDS: Final = ("counter", "interval", "power")
"""What the values of energy of a file are: a counter's, the energy of each interval, or power."""
DATE_ORDERS: Final = ("dmy", "mdy", "ymd")
DECIMALS: Final = (".", ",")
STAMPS: Final = ("start", "end")
"""Whether the time of an interval is where it begins or where it ends."""
INTERVALS: Final = ("5min", "10min", "15min", "30min", "1h", "1d", "1mo")
ROLES: Final = ("meter", "ts", "date", "time", "end", "end_time", "quantity", "value", "estimated", "-")
"""What a column may be beside a quantity; `-` is left out."""
LONGEST: Final = 200
"""Columns or meters that a mapping may name."""


class MappingFields(TypedDict, total=False):
    """What is stated of a readings file: each as the parameter of its import, and what columns and meters are."""

    kind: str
    timezone: str
    in_order: bool
    meter: str
    date_order: str
    decimal: str
    stamps: str
    interval: str
    columns: dict[str, str]
    meters: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsMapping:
    """What is stated of a file; None and empty is what the file itself says.

    Attributes
    ----------
    kind : str or None
        Of `KINDS`.
    timezone : str or None
        IANA zone of times without an offset.
    in_order : bool
        Whether the rows of the hour that the clock shows twice stand in the order of time.
    meter : str or None
        Number of the meter whose readings they are, where the file names none.
    date_order, decimal, stamps, interval : str or None
        Of `DATE_ORDERS`, `DECIMALS`, `STAMPS` and `INTERVALS`.
    columns : mapping of str to str
        Heading → one of `ROLES`, or a quantity, its unit behind it where that is another: `energy_active_import MWh`.
    meters : mapping of str to str
        What the file calls a meter → its number.
    """

    kind: str | None = None
    timezone: str | None = None
    in_order: bool = False
    meter: str | None = None
    date_order: str | None = None
    decimal: str | None = None
    stamps: str | None = None
    interval: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    meters: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> MappingFields:
        """What of it is stated, as plain values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        plain = {name: dict(v) if isinstance(v, Mapping) else v for name, v in values.items() if v}
        return cast(MappingFields, plain)

    def with_(self, other: ReadingsMapping) -> ReadingsMapping:
        """This one, but for what the other states."""
        both = {name: {**getattr(self, name), **getattr(other, name)} for name in ("columns", "meters")}
        stated: dict[str, Any] = {**other.said, **both}
        return replace(self, **stated)


NOTHING: Final = ReadingsMapping()
_WORDS: Final = {
    "kind": KINDS, "date_order": DATE_ORDERS, "decimal": DECIMALS, "stamps": STAMPS, "interval": INTERVALS
}  # fmt: skip


def mapping_of(given: Mapping[str, Any]) -> ReadingsMapping:
    """A mapping from plain values.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    known = {each.name for each in fields(ReadingsMapping)}
    problems: list[Problem] = []
    values: dict[str, Any] = {}

    def wrong(name: str, value: object, reason: str) -> None:
        problems.append(Problem("mapping", name[:60], str(value)[:60], reason))

    for name, value in given.items():
        if name not in known:
            wrong(name, value, f"there is no such field: {', '.join(sorted(known))}")
        elif value is None or value == "":
            continue
        elif name in _WORDS:
            if value in _WORDS[name]:
                values[name] = value
            else:
                wrong(name, value, f"must be one of {' '.join(_WORDS[name])}")
        elif name == "timezone":
            try:
                values[name] = zone_name(str(value))
            except InputError as error:
                wrong(name, value, error.message)
        elif name == "in_order":
            if isinstance(value, bool):
                values[name] = value
            else:
                wrong(name, value, "must be true or false")
        elif name == "meter":
            values[name] = str(value)[:200]
        elif not isinstance(value, Mapping) or len(value) > LONGEST:
            wrong(name, value, f"must be an object of at most {LONGEST} texts")
        else:
            values[name] = {str(key): str(word) for key, word in value.items()}
    for heading, role in values.get("columns", {}).items():
        if reason := role_trouble(role):
            wrong(f"columns: {heading}", role, reason)
    if problems:
        raise InputError("the mapping cannot be used", problems)
    return ReadingsMapping(**values)


def role_trouble(role: str) -> str:
    """Why a column cannot be that; empty where it can."""
    name, _, unit = role.partition(" ")
    if name in ROLES:
        return "has no unit" if unit else ""
    if name not in QUANTITIES:
        import difflib

        near = difflib.get_close_matches(name, [*ROLES, *QUANTITIES], n=3)
        hint = f": did you mean {', '.join(near)}?" if near else f"; other roles are {' '.join(ROLES)}"
        return f"is no quantity{hint}"
    if unit and factor(QUANTITIES[name].unit, unit) is None:
        return f"{unit} is no unit of {name}, which is in {QUANTITIES[name].unit or 'no unit'}"
    return ""


def factor(of: str, unit: str) -> float | None:
    """What a value in a unit is multiplied by to be in one of the workbench's; None where it is none of it."""
    if unit == of:
        return 1.0
    if unit == "GWh" and of == "kWh":
        return 1e6
    target, by = UNIT_FACTORS.get(unit, ("", 1.0))
    return by if target == of else None


def as_kind(name: str, kind: str | None) -> str | None:
    """The quantity that a counter's column is, where its values are of another kind; None where it cannot be that."""
    if kind == "interval" and name in QUANTITIES and QUANTITIES[name].kind is Kind.COUNTER:
        return INTERVAL_ENERGIES.get(name)
    if kind == "power" and name == "energy_active_import":
        return "active_power_total"
    return name


def zone_name(text: str) -> str:
    """An IANA zone by its name, or the fixed one of an offset of whole hours, such as `+10:00`.

    Raises
    ------
    InputError
        If there is none.
    """
    if match := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?00)?", text.strip(), re.IGNORECASE):
        # POSIX counts offsets the other way round.
        text = f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}"
    try:
        return ZoneInfo(text.strip()).key
    except (ValueError, OSError, LookupError):
        raise InputError(f"{text[:60]!r} is no time zone: give one such as Europe/Berlin, UTC or +10:00") from None
