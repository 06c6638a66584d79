"""Fields of the form of a schedule, made of the table of its fields; the service decides which values are legal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from typing import Any, Final

from energy_workbench.contract.rows.schedules import ReportRow, ScheduleRow
from energy_workbench.domain.fields import kinds, schedule_fields
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.schedule_field import Group, ScheduleField

Options = tuple[tuple[str, str], ...]
Sent = dict[str, str | list[str] | dict[str, str]]
"""Values of the form as the service takes them."""

OWN = "own"
"""Value of the menu of times while somebody writes an expression of their own."""
TIMES = "times"
"""Question of that menu: its answer, or the line beside it, is `cron`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form.

    Attributes
    ----------
    name, label, hint : str
    options : tuple of (shown, value)
        Of a menu; empty for a line of text.
    suggests : tuple of str
        Suggestions while one types.
    default : str
        Of a new schedule; of a parameter, what holds where nothing is written.
    yes_no : bool
        Whether it is a box to tick: its answers are `true` and `false`.
    """

    name: str
    label: str
    hint: str = ""
    options: Options = ()
    suggests: tuple[str, ...] = ()
    default: str = ""
    yes_no: bool = False


def questions(group: Group) -> tuple[Field, ...]:
    """The fields of a group."""
    return tuple(asked for of in schedule_fields.GROUPED[group] for asked in _questions(of))


def _questions(of: ScheduleField) -> tuple[Field, ...]:
    label, hint = text(of.message("label")), text(of.message("hint")) if of.hint else ""
    options = tuple((text(of.message(f"option.{answer}")), answer) for answer in of.choices)
    default = of.proposed or ("" if of.default is MISSING else written(of.kind, of.default))
    if of.otherwise:
        menu = Field(TIMES, label, options=(*options, ("Another time…", OWN)), default=default)
        return menu, Field(of.name, text(of.message("otherwise")), hint, default=default)
    if isinstance(of.kind, kinds.ReportName):
        # A report can be asked of one meter, whatever else it can be asked with.
        meter = Field("meter", "Meter", "Number; empty is the whole site")
        return Field(of.name, label, hint, options=(("Choose…", ""),), default=default), meter
    label += f" [{of.unit}]" if of.unit else ""
    return (Field(of.name, label, hint, options, of.suggests, default, isinstance(of.kind, kinds.YesNo)),)


def written(kind: kinds.Kind, value: Any) -> str:
    """A value of a stored schedule as the form shows it."""
    match kind:
        case kinds.Several():
            return ",".join(value)
        case kinds.Recipients():
            languages = ["" if each["language"] == "en" else f" {each['language']}" for each in value]
            return ", ".join(each["address"] + language for each, language in zip(value, languages, strict=True))
    return _text(value)


def _text(value: object) -> str:
    """A parameter's value as it is written."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


WHAT, WHEN, WHOM = (questions(group) for group in Group)
FIELDS: Final = {field.name: field for field in (*WHAT, *WHEN, *WHOM)}
STORED: Final = tuple(of for group in Group for of in schedule_fields.GROUPED[group])
"""Fields of the schedule that the form asks for."""
PARAMETER = "parameters."
"""What the name of a field begins with that asks for a parameter of the report's own."""
ASKED_ELSEWHERE = ("period", "meter", "inputs")
"""Parameters that have a field for every report, or that nobody types."""


def of_report(report: ReportRow | None) -> tuple[Field, ...]:
    """The fields of a report's own parameters, with the type, default and help that its notebook states."""
    if report is None:
        return ()
    return tuple(
        Field(
            PARAMETER + each["name"],
            each["name"].replace("_", " ").strip().capitalize(),
            each["help"],
            default=_text(each["default"]),
            yes_no=each["type"] == "bool",
        )
        for each in report["parameters"]
        if each["name"] not in ASKED_ELSEWHERE
    )


def defaults() -> dict[str, str]:
    """Values of a new schedule."""
    return {name: field.default for name, field in FIELDS.items()}


def texts(row: ScheduleRow) -> dict[str, str]:
    """A stored schedule as the form shows it."""
    parameters = dict(row["parameters"])
    meter = str(parameters.pop("meter", "") or "")
    known = [answer for _, answer in FIELDS[TIMES].options]
    by_name: Mapping[str, Any] = row
    return {
        **{of.name: written(of.kind, by_name[of.name]) for of in STORED},
        "meter": meter,
        **{PARAMETER + name: _text(value) for name, value in parameters.items()},
        TIMES: row["cron"] if row["cron"] in known else OWN,
    }


def sent(values: Mapping[str, str], own: Sequence[Field] | None = None) -> Sent:
    """The values as the service takes them.

    Parameters
    ----------
    own : sequence of Field
        Of the report's own parameters: an answer to none of them is left out. None where they are not known.
    """
    asked = [name for name in values if name.startswith(PARAMETER)] if own is None else [field.name for field in own]
    parameters = {name.removeprefix(PARAMETER): values[name].strip() for name in asked if values.get(name, "").strip()}
    if values["meter"].strip():
        parameters["meter"] = values["meter"].strip()
    stored = {of.name: _answer(of.kind, values[of.name].strip()) for of in STORED}
    return {**stored, "parameters": parameters}


def _answer(kind: kinds.Kind, text: str) -> str | list[str]:
    return [word for word in kind.of if word in text.split(",")] if isinstance(kind, kinds.Several) else text


def field_of(name: str, own: Sequence[Field]) -> str:
    """The field of the form at which a problem of the service's is shown; empty where there is none."""
    if name == PARAMETER + "meter":
        return "meter"
    return name if name in FIELDS or any(field.name == name for field in own) else ""
