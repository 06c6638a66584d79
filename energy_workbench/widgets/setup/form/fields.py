"""What the form asks, in its order, with what helps to answer; what is legal is the service's to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from energy_workbench.core.entities import Flow, Fuel, MeterType, Priority, ProductionRegister
from energy_workbench.core.ratios import AppliedBy

Options = tuple[tuple[str, str], ...]


def _words(names: Any) -> Options:
    return tuple((str(name).capitalize(), str(name)) for name in names)


SHARES: Options = (("No", "false"), ("Yes", "true"))
YES_NO: Options = (("Yes", "true"), ("No, it hangs elsewhere", "false"))


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form.

    Attributes
    ----------
    name : str
        As in the meter file and REST.
    label : str
        With the unit, where there is one.
    hint : str
    options : tuple of (shown, value)
        Of a menu; empty for a line of text.
    suggests : bool
        Whether suggestions appear while one types.
    default : str
        Of a new meter.
    number : type or None
        `float` or `int` where the answer is a number.
    """

    name: str
    label: str
    hint: str = ""
    options: Options = ()
    suggests: bool = False
    default: str = ""
    number: type | None = None


BASIC = (
    Field("number", "Meter number", "Unique: what people call it"),
    Field("name", "Meter name"),
    Field("type", "Type", options=_words(MeterType), default="machine"),
    Field("parent", "Parent meter", "Number of the meter above; empty at the top", suggests=True),
    Field("location", "Location"),
    Field("flow", "Flow", "Empty: by its type", options=(("By its type", ""), *_words(Flow))),
)
CT = (
    Field("ct_primary", "CT primary [A]", "Empty: no transformer", number=float),
    Field("ct_secondary", "CT secondary [A]", "Mostly 5 or 1", number=float),
)
PT = (
    Field("pt_primary", "PT primary [V]", "Empty: no transformer", number=float),
    Field("pt_secondary", "PT secondary [V]", "Mostly 110 or 100", number=float),
)
APPLIED = (
    Field(
        "ratio_applied_by",
        "Ratio applied by",
        options=(
            ("Meter: it reports primary values", str(AppliedBy.METER)),
            ("Workbench: the meter reports secondary values", str(AppliedBy.WORKBENCH)),
        ),
        default=str(AppliedBy.METER),
    ),
)
CONNECTION = (
    Field("gateway", "Gateway", "IP address, or tcp://host:port, rtu:///dev/ttyUSB0?baudrate=9600", suggests=True),
    Field("unit_id", "Modbus address (unit id)", "0 to 255", number=int),
    Field("profile", "Profile (meter model)", "Empty: it is not polled", options=(("None", ""),)),
    Field("poll_seconds", "Poll every [s]", default="10", number=float),
    Field(
        "shares_device",
        "Shares its device",
        "Yes: it is read for another meter too",
        SHARES,
        default="false",
    ),
)
POLLING = (
    Field(
        "poll_offset_seconds", "Read at [s] of each interval", "Empty: the collector spreads the meters", number=float
    ),
    Field(
        "priority",
        "Priority",
        "Who is read first where the gateway is short of time",
        options=_words(Priority),
        default=str(Priority.NORMAL),
    ),
)
MORE = (
    Field("serial", "Serial number"),
    Field("rated_kw", "Rated power [kW]", number=float),
    Field("accuracy_class", "Meter class", "0.2S, 0.5S, 1 …"),
    Field("ct_class", "CT class", "0.2S, 0.5S, 0.5, 5P …"),
    Field("pt_class", "PT class", "0.2, 0.5, 3P …"),
    Field("seen_by_parent", "Counted by its parent", options=YES_NO, default="true"),
    Field(
        "production_register",
        "Production is counted in",
        "Of a producer",
        options=_words(ProductionRegister),
        default=str(ProductionRegister.IMPORT),
    ),
    Field("fuel", "Fuel", "Of a generator", options=(("Not stated: diesel", ""), *_words(Fuel))),
)
FIELDS = {field.name: field for group in (BASIC, CT, PT, APPLIED, CONNECTION, POLLING, MORE) for field in group}
INDIVIDUAL = ("number", "name", "serial", "unit_id", "shares_device")
"""What a copy of a meter must not take over."""
RATIO = tuple(field.name for field in (*CT, *PT, *APPLIED))


def texts(meter: Mapping[str, Any], parent: str) -> dict[str, str]:
    """A meter as the form shows it."""
    values = {name: _text(meter.get(name)) for name in FIELDS}
    return {**values, "parent": parent}


def defaults() -> dict[str, str]:
    """What an empty form shows."""
    return {name: field.default for name, field in FIELDS.items()}


def sent(values: Mapping[str, str]) -> dict[str, Any]:
    """Answers of the form as the service takes them; a number that is none is left for it to refuse."""
    return {name: _value(FIELDS[name], text) for name, text in values.items()}


def _value(field: Field, text: str) -> Any:
    text = text.strip()
    if field.name == "gateway":
        return address(text) or None
    if field.options in (YES_NO, SHARES):
        return (text or field.default) == "true"
    if field.number is not None:
        return number(text, field.number)
    return text or None


def number(text: str, kind: type = float) -> Any:
    """A number as it was typed; None for nothing, the text itself where it is no number."""
    if not text.strip():
        return None
    try:
        return kind(text.strip())
    except ValueError:
        return text.strip()


def address(text: str) -> str:
    """The gateway that is meant: a bare host or IP address is one of Modbus TCP."""
    return f"tcp://{text}" if _BARE.fullmatch(text) else text


_BARE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
