"""What the form of a schedule asks, in its order; what is legal is the service's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from energy_workbench.domain.schedules import FORMATS, LANGUAGES

Options = tuple[tuple[str, str], ...]

OWN = "own"
"""Value of the menu of times while somebody writes an expression of their own."""

TIMES: Options = (
    ("On the 1st of the month, 06:00", "0 6 1 * *"),
    ("Every Monday, 06:00", "0 6 * * 1"),
    ("Every day, 06:00", "0 6 * * *"),
    ("On workdays, 06:00", "0 6 * * 1-5"),
    ("Another time…", OWN),
)
PERIODS = ("last month", "last week", "yesterday", "this month", "last 7 days", "last year")
FORMAT_CHOICES: Options = (
    ("HTML and PDF", "html,pdf"),
    ("PDF", "pdf"),
    ("PDF and Excel", "pdf,xlsx"),
    ("HTML, PDF and Excel", "html,pdf,xlsx"),
    ("HTML", "html"),
    ("Excel", "xlsx"),
)


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


WHAT = (
    Field("name", "Name", "What people call it; the folder of its files bears it"),
    Field("report", "Report", options=(("Choose…", ""),)),
    Field("meter", "Meter", "Number; empty is the whole site"),
    Field("period", "Period", "As of then: last month, yesterday, …", suggests=PERIODS, default="last month"),
    Field("formats", "Files", options=FORMAT_CHOICES, default="html,pdf"),
)
WHEN = (
    Field("times", "When", options=TIMES, default="0 6 1 * *"),
    Field("cron", "Minute hour day month weekday", "As in cron, in the site's zone: 30 5 * * 1-5", default="0 6 1 * *"),
    Field("completeness_percent", "Data that must be there [%]", "With less, it waits", default="95"),
    Field("wait_hours", "Waits for them at most [h]", "Then it is sent, marked incomplete", default="12"),
)
WHOM = (
    Field(
        "recipients",
        "Mail to",
        f"Addresses, separated by commas, each with its language: anna@example.com de ({', '.join(LANGUAGES)})",
    ),
    Field("webhook", "Webhook", "Told by a signed POST; empty for none"),
    Field("owner", "When it fails, tell", "A mail address or a webhook; empty for nobody"),
)
FIELDS = {field.name: field for field in (*WHAT, *WHEN, *WHOM)}
PARAMETER = "parameters."
"""What the name of a field begins with that asks for a parameter of the report's own."""
ASKED_ELSEWHERE = ("period", "meter", "inputs")
"""Parameters that have a field for every report, or that nobody types."""


def of_report(report: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields that ask for a report's own parameters: its notebook says their types, defaults and what they are."""
    return tuple(
        Field(
            PARAMETER + each["name"],
            each["name"].replace("_", " ").strip().capitalize(),
            each["help"],
            default=_text(each["default"]),
            yes_no=each["type"] == "bool",
        )
        for each in report.get("parameters", ())
        if each["name"] not in ASKED_ELSEWHERE
    )


def defaults() -> dict[str, str]:
    """Answers of a new schedule."""
    return {name: field.default for name, field in FIELDS.items()}


def texts(row: Mapping[str, Any]) -> dict[str, str]:
    """A stored schedule as the form shows it."""
    parameters = dict(row["parameters"])
    meter = str(parameters.pop("meter", "") or "")
    return {
        "name": str(row["name"]),
        "report": str(row["report"]),
        "meter": meter,
        "period": str(row["period"]),
        "formats": ",".join(row["formats"]),
        **{PARAMETER + name: _text(value) for name, value in parameters.items()},
        "times": row["cron"] if row["cron"] in [value for _, value in TIMES] else OWN,
        "cron": str(row["cron"]),
        "completeness_percent": f"{row['completeness_percent']:g}",
        "wait_hours": f"{row['wait_hours']:g}",
        "recipients": ", ".join(
            each["address"] if each["language"] == "en" else f"{each['address']} {each['language']}"
            for each in row["recipients"]
        ),
        "webhook": str(row["webhook"]),
        "owner": str(row["owner"]),
    }


def sent(values: Mapping[str, str], own: Sequence[Field] | None = None) -> dict[str, Any]:
    """The answers as the service takes them.

    Parameters
    ----------
    own : sequence of Field
        Of the report's own parameters: an answer to none of them is left out. None where they are not known.
    """
    asked = [name for name in values if name.startswith(PARAMETER)] if own is None else [field.name for field in own]
    parameters = {name.removeprefix(PARAMETER): values[name].strip() for name in asked if values.get(name, "").strip()}
    if values["meter"].strip():
        parameters["meter"] = values["meter"].strip()
    plain = {name: values[name].strip() for name in FIELDS if name not in ("meter", "times")}
    return plain | {"parameters": parameters, "formats": _formats(values["formats"])}


def _formats(text: str) -> Sequence[str]:
    return [name for name in FORMATS if name in text.split(",")]


def field_of(name: str, own: Sequence[Field]) -> str:
    """The field of the form at which a problem of the service's is shown; empty where there is none."""
    if name == PARAMETER + "meter":
        return "meter"
    return name if name in FIELDS or any(field.name == name for field in own) else ""


def _text(value: object) -> str:
    """A parameter's value as it is written."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
