"""The fields of the form of a meter, in their order, with hints; the service decides which values are legal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.kinds import Gateway, Kind, MeterRef, Number, Whole, YesNo
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.meter_field import Group, MeterField
from energy_workbench.widgets.form import Value

Options = tuple[tuple[str, str], ...]


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
    kind : Kind
        What an answer may be.
    """

    name: str
    label: str
    hint: str = ""
    options: Options = ()
    suggests: bool = False
    default: str = ""
    kind: Kind = field(kw_only=True)


def question(of: MeterField) -> Field:
    """The form's question for a field of a meter."""
    menu = [(text(of.message(f"option.{value}")), value) for value in of.options]
    label = text(of.message("label")) + (f" ({text(of.message('aside'))})" if of.aside else "")
    return Field(
        of.name,
        f"{label} [{of.unit}]" if of.unit and f"[{of.unit}]" not in label else label,
        text(of.message("hint")) if of.hint else "",
        options=tuple([(text(of.message("empty")), ""), *menu] if of.empty else menu),
        suggests=isinstance(of.kind, Gateway | MeterRef),
        default=of.proposed or ("" if of.empty or of.required else _text(of.default)),
        kind=of.kind,
    )


def questions(*groups: Group) -> tuple[Field, ...]:
    """The fields of these groups."""
    return tuple(question(of) for of in meter_fields.GROUPED if of.group in groups)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


BASIC, CT, PT, APPLIED, CONNECTION = (
    questions(group) for group in (Group.BASIC, Group.CT, Group.PT, Group.APPLIED, Group.CONNECTION)
)
MORE = questions(Group.POLLING, Group.DEVICE, Group.ACCURACY, Group.ENERGY, Group.ALLOCATION)
"""What is folded away."""
FIELDS = {each.name: each for each in (*BASIC, *CT, *PT, *APPLIED, *CONNECTION, *MORE)}
INDIVIDUAL = tuple(name for name in FIELDS if name in meter_fields.INDIVIDUAL)
"""What a copy of a meter must not take over."""
RATIO = tuple(each.name for each in (*CT, *PT, *APPLIED))


def texts(meter: Mapping[str, Any], parent: str) -> dict[str, str]:
    """A meter as the form shows it."""
    values = {name: _text(meter.get(name)) for name in FIELDS}
    return {**values, "parent": parent}


def defaults() -> dict[str, str]:
    """Values of an empty form."""
    return {name: field.default for name, field in FIELDS.items()}


def sent(values: Mapping[str, str]) -> dict[str, Value]:
    """Values of the form as the service takes them; a number that is none is left for it to refuse."""
    return {name: _value(FIELDS[name], text) for name, text in values.items()}


def _value(field: Field, text: str) -> Value:
    text = text.strip()
    match field.kind:
        case Gateway():
            return address(text) or None
        case YesNo():
            return (text or field.default) == "true"
        case Number():
            return number(text)
        case Whole():
            return number(text, int)
    return text or None


def number(text: str, kind: type[float] = float) -> float | str | None:
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
