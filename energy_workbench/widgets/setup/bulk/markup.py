"""HTML of the dry run of a meter file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.locked_markup import would_alter
from energy_workbench.widgets.markup import one_line

LISTED = 200
"""Rows of each kind that are shown."""

HEADINGS = {"moved": "Moved in the tree", "changed": "Changed", "new": "New"}
"""What would happen to meters that are there comes before those that are not: there it does harm unseen."""


def plan(dry_run: Mapping[str, Any], filename: str) -> Markup:
    """Problems of a file, or moved, changed and new meters."""
    if not dry_run:
        return Markup()
    named = one_line(filename, 80)
    if problems := list(dry_run.get("problems", ())):
        many = "one problem" if len(problems) == 1 else f"{len(problems):,} problems"
        return Markup(
            '<p class="ew-wrong" role="alert">✕ {} has {}: nothing is imported before all are mended.</p>'
        ).format(named, many) + _problems(problems)
    kinds = {kind: list(dry_run.get(kind, ())) for kind in HEADINGS}
    counts = Markup(", ").join(Markup("<b>{:,}</b> {}").format(len(items), kind) for kind, items in kinds.items())
    head = Markup("{}, {:,} unchanged").format(counts, int(dry_run.get("unchanged", 0)))
    told = Markup().join(_listed(kind, items) for kind, items in kinds.items() if items)
    warnings = list(dry_run.get("warnings", ()))
    careful = Markup('<p class="ew-careful">⚠ Please look at these; they can be imported.</p>') + _problems(warnings)
    change = dry_run.get("locked_change")
    locked = would_alter(change["months"], change["reports"]) if change else Markup()
    return Markup('<p role="status">{}: {}.</p>{}{}{}').format(
        named, head, locked, careful if warnings else Markup(), told
    )


def _listed(kind: str, items: Sequence[Mapping[str, Any]]) -> Markup:
    """Meters of one kind under their heading, with how many there are."""
    lines = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td></tr>").format(
            _cell(item["number"]), _new(item["fields"]) if kind == "new" else _fields(item)
        )
        for item in items[:LISTED]
    )
    return Markup(
        '<h3>{} <small>{:,}</small></h3><div class="ew-scroll"><table class="ew-list ew-wrap ew-plan-{}">'
        "<tbody>{}</tbody></table></div>{}"
    ).format(HEADINGS[kind], len(items), kind, lines, _rest(len(items)))


def _problems(problems: Sequence[Mapping[str, Any]]) -> Markup:
    lines = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            _cell(item["line"]), _cell(item["column"]), _cell(item["value"]), _cell(item["reason"], 400)
        )
        for item in problems[:LISTED]
    )
    head = Markup("<thead><tr><th>Line</th><th>Column</th><th>Value</th><th>Reason</th></tr></thead>")
    table = Markup('<table class="ew-list ew-wrap">{}<tbody>{}</tbody></table>').format(head, lines)
    return Markup('<div class="ew-scroll">{}</div>{}').format(table, _rest(len(problems)))


def _rest(count: int) -> Markup:
    if count <= LISTED:
        return Markup()
    return Markup('<p class="ew-hint">The first {} are listed.</p>').format(LISTED)


def _new(fields: Mapping[str, Any]) -> str:
    below = f", below {_cell(fields['parent'])}" if fields.get("parent") else ", at the top of the tree"
    return f"{_cell(fields.get('name'))} ({_cell(fields.get('type'))}{below})"


def _fields(item: Mapping[str, Any]) -> str:
    changes: Iterable[tuple[str, Any]] = item["fields"].items()
    return ", ".join(f"{_cell(name)}: {_cell(before)} → {_cell(after)}" for name, (before, after) in changes)


def _cell(value: Any, most: int = 80) -> str:
    text = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else value
    return one_line("–" if value in (None, "") else text, most)
