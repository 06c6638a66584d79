"""HTML of one meter's details."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.contract.rows.condition import EventRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.contract.rows.setup import AuditRow
from energy_workbench.domain.accuracy_classes import class_name
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.audit_actions import done
from energy_workbench.domain.fields.kinds import Accuracy, Number, Words, YesNo
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.meter_field import Detail, MeterField, Section
from energy_workbench.domain.fields.meter_fields import ratio_of
from energy_workbench.domain.pages import AUDIT
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.ratios import AppliedBy
from energy_workbench.figures.wording.changes import differences
from energy_workbench.figures.wording.words import ICONS, STATE_COLOURS, amount, spoken
from energy_workbench.widgets.changes import listed
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup import marks

FIRST = (
    "active_power_total", "power_factor_total", "frequency", "voltage_l1_l2", "voltage_l1_n", "current_l1",
    "current_l2", "current_l3", "reactive_power_total", "apparent_power_total", "energy_active_import",
    "energy_active_export",
)  # fmt: skip
"""Quantities that are shown first, in this order; others follow by name."""

Item = TypeVar("Item")

NOTHING = Markup()

EVER = "2000-01-01/2099-12-31"
"""A period that all changes of a meter are in."""


def title(row: MeterRow | None, path: Sequence[str]) -> Markup:
    """Number, name, state, and path in the tree."""
    if row is None:
        return Markup("<h2>No meter is chosen</h2><p>Choose one in the tree, or add the first.</p>")
    number, name = one_line(row["number"]), one_line(row["name"])
    shown = Markup("<span>{}</span>").format(name) if name.casefold() != number.casefold() else Markup()
    trail = Markup(" › ").join(one_line(part) for part in path)
    return Markup('<h2>{}{}</h2>{}<p class="ew-trail">{}</p>').format(
        number, shown, marks.pill(marks.of(row)), trail + " ›" if trail else "Top of the tree"
    )


def basic(row: MeterRow) -> Markup:
    """Fields of what the meter is, and of its location."""
    return _section("Basic information", fields_of(row, Section.BASIC))


def state(row: MeterRow) -> Markup:
    """Status with its reason, health, communication."""
    return _section(
        "Status",
        [
            ("Status", _with(str(row["status"]).capitalize(), row.get("status_reason"))),
            ("Since", moment(row.get("status_since"))),
            ("Health", _health(row)),
            ("Communication", _with(_communication(row), row.get("error"))),
            ("Last seen", moment(row["last_seen"]) or "never"),
        ],
    )


def transformers(row: MeterRow) -> Markup:
    """Ratios of CT and PT, who applies them, and an example."""
    return _section(
        "Transformers (CT/PT)",
        [
            ("CT ratio", _plate(row["ct_ratio"], "A")),
            ("PT ratio", _plate(row["pt_ratio"], "V")),
            ("Applied by", str(row["ratio_applied_by"]).capitalize()),
            ("Example", example(row)),
        ],
    )


def example(row: MeterRow) -> str:
    """The ratio applied to a value."""
    ratio = ratio_of(row)
    secondary = 0.84 * (ratio.ct_secondary or 0.0)
    if not ratio.ct_text:
        return "direct: meter says 4.2 A → 4.2 A"
    if ratio.applied_by is AppliedBy.WORKBENCH:
        return f"meter says {secondary:g} A → {ratio.ct * secondary:g} A"
    return f"meter says {ratio.ct * secondary:g} A → {ratio.ct * secondary:g} A"


def connection(row: MeterRow) -> Markup:
    """Gateway, unit id, profile and polling."""
    if not row["gateway"]:
        return _section("Connection", [("Gateway", "not polled")])
    return _section("Connection", fields_of(row, Section.CONNECTION))


def fields_of(row: MeterRow, section: Section) -> list[tuple[str, str]]:
    """Lines of a section: heading and value of each of its fields; those with one heading share a line."""
    lines: dict[str, list[str]] = {}
    for field in meter_fields.GROUPED:
        if field.detail is not None and field.detail.section is section:
            heading = text(field.message("line" if field.detail.line else "label"))
            lines.setdefault(heading, []).append(_told(field, field.detail, row.get(field.name)))
    return [(heading, ", ".join(filter(None, told))) for heading, told in lines.items()]


def _told(field: MeterField, detail: Detail, value: Any) -> str:
    """A value as the details show it; empty where there is nothing to say."""
    if value in (None, ""):
        return text(field.message("absent")) if detail.absent else ""
    if detail.phrase:
        said = class_name(value) if isinstance(field.kind, Accuracy) else value
        return "" if value == detail.unless else text(field.message("phrase")).format(said)
    if value in field.options and isinstance(field.kind, Words):
        return text(field.message(f"option.{value}"))
    if isinstance(field.kind, YesNo):
        return text(field.message(f"option.{str(value).lower()}"))
    if isinstance(field.kind, Accuracy):
        return class_name(value)
    return amount(value, field.unit) if isinstance(field.kind, Number) else str(value)


def values(newest: Mapping[str, float | None], at: str) -> Markup:
    """The newest reading, primary values with units."""
    head = Markup("<h3>Last values <small>primary{}</small></h3>").format(f", read {moment(at)}" if at else "")
    if not newest:
        return head + Markup('<p class="ew-hint">Nothing has been read yet.</p>')
    shown = in_order(newest, str)
    lines = Markup().join(_value(name, newest[name]) for name in shown)
    return head + Markup('<div class="ew-values">{}</div>').format(lines)


def in_order(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """Items that have a quantity's name, in the order of `FIRST`, others after them by name."""
    order = {known: index for index, known in enumerate(FIRST)}
    return sorted(items, key=lambda item: (order.get(name(item), len(order)), name(item)))


def events(listed: Iterable[EventRow]) -> Markup:
    """Changes of health and communication, with their reasons."""
    lines = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            moment(event["at"]), event["of"].capitalize(), _changed(event), one_line(event["reason"], 300)
        )
        for event in listed
    )
    return _logged("Health and communication lately", lines, "No change yet.")


def changes(entries: Iterable[AuditRow], row: MeterRow, number_of: Callable[[str], str], zone: ZoneInfo) -> Markup:
    """The last changes of a meter, in the words of the page of changes, and the way there.

    Parameters
    ----------
    number_of : callable
        The number of the meter with an id.
    """
    lines = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            moment(entry["at"]), entry["by"], _sentence(entry), listed(differences(entry, number_of, zone))
        )
        for entry in entries
    )
    link = Markup('<a class="ew-go" href="{}?meter={}&amp;period={}">All of them</a>').format(
        AUDIT.name, quote(str(row["number"]), safe=""), quote(EVER)
    )
    return _logged("Last changes", lines, "None.", link)


def _sentence(entry: AuditRow) -> str:
    """What was done to the meter whose details these are."""
    said = done(entry["action"], one_line(entry["number"] or entry["subject"]))
    return said[:1].upper() + said[1:]


def _logged(heading: str, lines: Markup, none: str, aside: Markup = NOTHING) -> Markup:
    """A table of events, the newest first, with something beside its heading."""
    table = Markup('<table class="ew-list ew-log">{}</table>').format(lines)
    return Markup("<h3>{} <small>{}</small></h3>{}").format(
        heading, aside, table if lines else Markup('<p class="ew-hint">{}</p>').format(none)
    )


def moment(iso: str | None) -> str:
    """An instant as text."""
    return f"{datetime.fromisoformat(iso):%d %b %Y %H:%M:%S}" if iso else ""


def _section(heading: str, lines: Iterable[tuple[str, Any]]) -> Markup:
    shown = Markup().join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, one_line(value, 300))
        for name, value in lines
        if value not in (None, "")
    )
    return Markup("<h3>{}</h3><dl>{}</dl>").format(heading, shown)


def _value(name: str, value: float | None) -> Markup:
    try:
        known = quantity(name)
        label, unit = known.label, known.unit
    except InputError:
        label, unit = one_line(name), ""
    text = "–" if value is None else f"{value:,.{_digits(value)}f} {'' if unit == '1' else unit}".strip()
    return Markup("<div><span>{}</span><b>{}</b></div>").format(label, text)


def _digits(value: float) -> int:
    return 0 if abs(value) >= 10_000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3


def _health(row: MeterRow) -> str:
    """The health with its reason, and since when; of a meter that does not answer it is the last that is known."""
    text = _with(str(row["health"]).capitalize(), row.get("health_reason"))
    if row.get("health_since") and row["health"] not in ("good", "unknown"):
        text += f", since {moment(row['health_since'])}"
    return f"{text} (the last known)" if row["communication"] == "offline" and row["last_seen"] else text


def _changed(event: EventRow) -> Markup:
    sign = ICONS.get(STATE_COLOURS.get(event["to"], "green"), "")
    before = "" if event["from"] == event["to"] else f"{spoken(event['from'] or '')} → "
    return Markup("{}<b>{} {}</b>").format(before, sign, spoken(event["to"]))


def _communication(row: MeterRow) -> str:
    word = spoken(str(row["communication"])).capitalize()
    polled = row["gateway"] and row["profile"] and row["status"] != "inactive"
    return word if polled or row["communication"] == "not_connected" else f"{word} (not polled)"


def _with(word: str, reason: Any) -> str:
    return f"{word}: {reason}" if reason else word


def _plate(text: str | None, unit: str) -> str:
    return f"{text} {unit}" if text else "none (1:1)"
