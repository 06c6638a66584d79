"""HTML of meters that are changed together: which are chosen, what is to be another, and the preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.meters import EditedMeter, EditedMeters
from energy_workbench.domain.fields.meter_fields import BY_NAME
from energy_workbench.widgets.markup import one_line

LISTED = 200
"""Meters that are shown."""
NAMED = 12


def label(name: str) -> str:
    """What people read of a field or a limit."""
    field = BY_NAME.get(name)
    return field.label if field else f"Limit: {name.removeprefix('limit.').replace('_', ' ')}"


def chosen(numbers: Sequence[str]) -> Markup:
    """How many are chosen, and the first of them."""
    if not numbers:
        return Markup(
            '<p class="ew-hint" role="status">No meter is chosen. Filter above, or click meters in the tree.</p>'
        )
    rest = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
    return Markup(
        '<p role="status"><b>{:,} meters</b> are chosen: {}{}. A click in the tree takes one in or out.</p>'
    ).format(len(numbers), ", ".join(one_line(each, 40) for each in numbers[:NAMED]), rest)


def changes(found: Mapping[str, str]) -> Markup:
    """What is to be another."""
    lines = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td></tr>").format(label(name), one_line(value, 80) or "empty: the default")
        for name, value in found.items()
    )
    return Markup('<table class="ew-list ew-wrap"><tbody>{}</tbody></table>').format(lines) if lines else Markup()


def preview(found: EditedMeters | None, *, busy: bool) -> Markup:
    """What would become of each meter, those that are refused first."""
    if busy:
        return Markup('<p class="ew-hint" role="status">Looking…</p>')
    if found is None:
        return Markup()
    said = Markup("<b>{:,}</b> would change, <b>{:,}</b> stay as they are").format(found["changed"], found["unchanged"])
    head = Markup('<p role="status">{}.</p>').format(said)
    if found["refused"]:
        head = Markup(
            '<p class="ew-wrong" role="alert">✕ {:,} of {:,} meters cannot be changed so: none is changed before.</p>'
        ).format(found["refused"], found["total"])
    if locked := found.get("locked_change"):
        head += Markup('<p class="ew-careful">⚠ It alters numbers of {}, locked: a reason is asked for.</p>').format(
            ", ".join(locked["months"])
        )
    rows = sorted(found["meters"], key=lambda row: not row["refused"])
    lines = Markup().join(_row(row) for row in rows[:LISTED])
    rest = Markup('<p class="ew-hint">The first {} are listed.</p>').format(LISTED) if len(rows) > LISTED else Markup()
    table = Markup('<div class="ew-scroll"><table class="ew-list ew-wrap"><tbody>{}</tbody></table></div>').format(
        lines
    )
    return head + (table if rows else Markup()) + rest


def _row(row: EditedMeter) -> Markup:
    parts = [
        Markup("{}: {} → {}").format(label(name), _shown(old), _shown(new))
        for name, (old, new) in row["fields"].items()
    ]
    parts += [
        Markup("{}: {} → {}").format(label(f"limit.{name}"), _shown(old), _shown(new))
        for name, (old, new) in row["limits"].items()
    ]
    parts += [
        Markup('<span class="ew-wrong">✕ {}: {}</span>').format(label(each["field"]), one_line(each["reason"], 300))
        for each in row["refused"]
    ]
    parts += [
        Markup('<span class="ew-careful">⚠ {}: {}</span>').format(label(each["field"]), one_line(each["reason"], 300))
        for each in row["warnings"]
    ]
    return Markup("<tr><th>{}</th><td>{}</td></tr>").format(one_line(row["number"], 40), Markup("<br>").join(parts))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else f"{value:g}" if isinstance(value, float) else one_line(value, 60)
