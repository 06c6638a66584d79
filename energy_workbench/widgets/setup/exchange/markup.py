"""HTML of the exchanges of a meter's device, and of what one changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.meters import EnergyAtExchange, ExchangePreview, ExchangeRow
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.figures.wording.values import exact
from energy_workbench.figures.wording.words import UNKNOWN, amount
from energy_workbench.widgets.locked_markup import would_alter
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.details.markup import moment

SPANS = {"day": "Day of the exchange", "month": "Month of the exchange"}
ENERGIES = (("import", "Import"), ("export", "Export"))


def title(meter: Mapping[str, Any]) -> Markup:
    """Heading of the panel."""
    return Markup("<h2>Exchange of {} <span>{}</span></h2>").format(
        one_line(meter.get("number", "the device")),
        f"serial number {one_line(meter['serial'])}" if meter.get("serial") else "",
    )


def history(rows: Sequence[ExchangeRow], *, known: bool) -> Markup:
    """Exchanges, the newest first."""
    if not rows:
        text = "The device was never exchanged." if known else "One moment…"
        return Markup('<h3>History</h3><p class="ew-hint">{}</p>').format(text)
    lines = Markup().join(
        Markup("<tr><td>{}</td><td>{} → <b>{}</b></td><td>{}</td></tr>").format(
            moment(row["at"]), one_line(row["old_serial"]) or UNKNOWN, one_line(row["new_serial"]), _told(row)
        )
        for row in reversed(rows)
    )
    head = Markup("<thead><tr><th>When</th><th>Serial number</th><th>Readings</th></tr></thead>")
    return Markup(
        '<h3>History</h3><div class="ew-scroll"><table class="ew-list ew-wrap">{}<tbody>{}</tbody></table></div>'
    ).format(head, lines)


def _told(row: ExchangeRow) -> Markup:
    parts = [
        f"{words} {QUANTITIES[name].label} {exact(value, QUANTITIES[name].unit)}"
        for words, side in (("ended at", row["closing"]), ("began at", row["opening"]))
        for name, value in side.items()
    ]
    return Markup("<br>").join([*parts, *([one_line(row["note"], 500)] if row["note"] else [])])


def option(row: ExchangeRow) -> str:
    """An exchange in a menu."""
    return f"{moment(row['at'])} · {one_line(row['new_serial'])}"


def preview(told: ExchangePreview | None, *, looking: bool, removing: bool) -> Markup:
    """Energy before and after, and what looks wrong."""
    if told is None:
        text = "Working out what it changes…" if looking else ""
        return Markup('<p class="ew-hint" role="status">{}</p>').format(text) if text else Markup()
    careful = Markup().join(Markup('<p class="ew-careful">⚠ {}</p>').format(text) for text in told["warnings"])
    careful += would_alter(told["locked_months"], told["reports"])
    lines = Markup().join(line for row in told["energy"] for line in _lines(row))
    if not lines:
        return careful + Markup(
            '<p class="ew-hint">No energy of that time is known yet: nothing changes before it is.</p>'
        )
    what = "without it" if removing else "with it"
    head = Markup("<thead><tr><th></th><th>As it is</th><th>{}</th><th>Change</th></tr></thead>").format(
        what.capitalize()
    )
    return careful + Markup(
        '<h3>What it changes</h3><table class="ew-list ew-numbers ew-exchange-energy">{}<tbody>{}</tbody></table>'
    ).format(head, lines)


def _lines(row: EnergyAtExchange) -> Iterator[Markup]:
    for name, label in ENERGIES:
        values: Mapping[str, Any] = row
        before, after = values[f"before_{name}_kwh"], values[f"after_{name}_kwh"]
        if before or after:
            yield Markup("<tr><th>{}, {}</th><td>{}</td><td><b>{}</b></td><td>{}</td></tr>").format(
                SPANS[row["span"]], label.lower(), amount(before, "kWh"), amount(after, "kWh"), _change(before, after)
            )


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return UNKNOWN
    change = after - before
    return "none" if abs(change) < 0.0005 else f"{change:+,.10g} kWh" if abs(change) < 1 else f"{change:+,.1f} kWh"


def read(counter: Mapping[str, Any], side: str) -> str:
    """What was read of a counter beside the exchange, as a hint at its field."""
    value, at = (counter["last"], counter["last_at"]) if side == "closing" else (counter["first"], counter["first_at"])
    word = "Read last" if side == "closing" else "Read first"
    return f"{word}: {exact(value, counter['unit'])}, {moment(at)}" if value is not None else ""


def asked(row: ExchangeRow | None) -> Markup:
    """The question before an exchange is taken away."""
    if row is None:
        return Markup()
    return Markup(
        "Take the exchange of <b>{}</b> ({}) away, as if it had never been? The meter has its former serial number "
        "again; a ratio and a profile that came with it stay."
    ).format(moment(row["at"]), one_line(row["new_serial"]))
