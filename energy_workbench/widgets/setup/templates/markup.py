"""HTML of the templates of meters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.setup import TemplateRow
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.meter_fields import BY_NAME
from energy_workbench.figures.wording.values import of_field
from energy_workbench.widgets.markup import one_line

NONE = (
    "A template holds what meters of a kind share: type, transformers, gateway, profile. There is none yet: write one "
    "here, or save a meter as one by Save as template… in its details."
)


def table(rows: Sequence[TemplateRow], *, known: bool) -> Markup:
    """Every template with how many meters were made from it."""
    if not rows:
        return Markup('<p class="ew-hint">{}</p>').format(NONE if known else "One moment…")
    lines = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td><td>{}</td></tr>").format(
            one_line(row["name"]), f"{len(row['meters']):,}", one_line(", ".join(_values(row["fields"])), 400)
        )
        for row in rows
    )
    head = Markup("<thead><tr><th>Template</th><th>Meters</th><th>Holds</th></tr></thead>")
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-template-list">{}<tbody>{}</tbody></table></div>'
    ).format(head, lines)


def details(row: TemplateRow | None) -> Markup:
    """All that a template holds, and the meters that were made from it."""
    if row is None:
        return Markup()
    items = Markup().join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(label, one_line(value, 300)) for label, value in _fields(row["fields"])
    )
    made = ", ".join(one_line(number) for number in row["meters"]) or "none yet"
    return Markup("<h3>{}</h3><dl>{}<dt>Made from it</dt><dd>{}</dd></dl>").format(one_line(row["name"]), items, made)


def asked(row: TemplateRow | None) -> Markup:
    """The question before a template is deleted."""
    if row is None:
        return Markup()
    count = len(row["meters"])
    made = {0: "No meter was made from it", 1: "The meter that was made from it stays as it is"}.get(
        count, f"The {count:,} meters that were made from it stay as they are"
    )
    return Markup("Delete the template <b>{}</b>? {}.").format(one_line(row["name"]), made)


def _fields(held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in held.items():
        if name in BY_NAME and value not in (None, ""):
            yield text(BY_NAME[name].message("label")), of_field(BY_NAME[name], value)


def _values(held: Mapping[str, Any]) -> Iterator[str]:
    """The most telling of them, for a line."""
    for name in ("type", "profile", "gateway", "location"):
        if held.get(name):
            yield of_field(BY_NAME[name], held[name])
    for kind in ("ct", "pt"):
        if held.get(f"{kind}_primary") and held.get(f"{kind}_secondary"):
            yield f"{kind.upper()} {held[f'{kind}_primary']:g}/{held[f'{kind}_secondary']:g}"
