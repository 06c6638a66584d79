"""HTML of readings by hand: what a reading makes of a register, and the last ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.figures.wording.values import exact
from energy_workbench.figures.wording.words import amount
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.details.markup import moment
from energy_workbench.widgets.setup.hand_reading.model import Register

PER_HOUR = {"kWh": "kW", "kvarh": "kvar", "kVAh": "kVA"}


def title(meter: Mapping[str, Any]) -> Markup:
    """Heading of the panel."""
    return Markup("<h2>Reading by hand <span>{} {}</span></h2>").format(
        one_line(meter.get("number", "")), one_line(meter.get("name", ""))
    )


def hint(register: Register, zone: ZoneInfo) -> str:
    """What is known of a register, beside its input."""
    unit = QUANTITIES[register.quantity].unit
    if register.last is None or register.at is None:
        return "Nothing was read of it before"
    if register.falls:
        return f"Below the last reading, {exact(register.last, unit)}"
    if register.flowed is None or register.mean is None:
        return f"Last {exact(register.last, unit)}, {moment(register.at.astimezone(zone).isoformat())}"
    mean = amount(register.mean, PER_HOUR.get(unit, f"{unit} an hour"))
    since = moment(register.at.astimezone(zone).isoformat())
    return f"{amount(register.flowed, unit)} since {since}, {mean} on average"


def asked(registers: Sequence[Register]) -> Markup:
    """The question about readings below the last ones."""
    lower = [(QUANTITIES[each.quantity], each.last) for each in registers if each.falls and each.last is not None]
    named = ", ".join(f"{known.label} was {exact(last, known.unit)}" for known, last in lower)
    return Markup(
        "<p><b>Is that what the meter shows?</b> {} before, and a register does not run backwards. "
        "Where the device was exchanged, write that down instead (Exchange device…).</p>"
    ).format(named)


def history(rows: Sequence[tuple[datetime, Mapping[str, float]]], counted: Sequence[str], zone: ZoneInfo) -> Markup:
    """The last readings, newest first, as the meter showed them."""
    if not rows:
        return Markup('<p class="ew-hint">No register of it was read yet.</p>')
    names = [name for name in counted if any(name in values for _, values in rows)]
    head = Markup().join(
        Markup("<th>{} [{}]</th>").format(QUANTITIES[name].label, QUANTITIES[name].unit) for name in names
    )
    lines = Markup().join(
        Markup("<tr><th>{}</th>{}</tr>").format(
            moment(at.astimezone(zone).isoformat()),
            Markup().join(
                Markup("<td>{}</td>").format("" if name not in values else exact(values[name])) for name in names
            ),
        )
        for at, values in rows
    )
    return Markup(
        "<h3>Last readings, as the meter showed them</h3>"
        '<div class="ew-scroll"><table class="ew-list ew-numbers ew-read">'
        "<thead><tr><th>When</th>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(head, lines)
