"""HTML of the dry run of a meter file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.setup.marks import one_line

LISTED = 200
"""Rows of each kind that are shown."""


def plan(dry_run: Mapping[str, Any], filename: str) -> Markup:
    """Problems of a file, or new, changed and moved meters."""
    if not dry_run:
        return Markup()
    named = one_line(filename, 80)
    if problems := list(dry_run.get("problems", ())):
        many = "one problem" if len(problems) == 1 else f"{len(problems):,} problems"
        return Markup(
            '<p class="ew-wrong" role="alert">✕ {} has {}: nothing is imported before all are mended.</p>'
        ).format(named, many) + _problems(problems)
    new, changed, moved = (list(dry_run.get(kind, ())) for kind in ("new", "changed", "moved"))
    same = int(dry_run.get("unchanged", 0))
    head = Markup("<b>{:,}</b> new, <b>{:,}</b> changed, <b>{:,}</b> moved, {:,} unchanged").format(
        len(new), len(changed), len(moved), same
    )
    told = [
        *(_line("new", item, _new(item["fields"])) for item in new[:LISTED]),
        *(_line("changed", item, _fields(item)) for item in changed[:LISTED]),
        *(_line("moved", item, _fields(item)) for item in moved[:LISTED]),
    ]
    lines = Markup().join(told)
    table = Markup('<div class="ew-scroll"><table class="ew-list ew-wrap"><tbody>{}</tbody></table></div>').format(
        lines
    )
    warnings = list(dry_run.get("warnings", ()))
    careful = Markup('<p class="ew-careful">⚠ Please look at these; they can be imported.</p>') + _problems(warnings)
    rest = _rest(max(len(new), len(changed), len(moved)))
    return Markup('<p role="status">{}: {}.</p>{}{}{}').format(
        named, head, careful if warnings else "", table if told else "", rest
    )


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
    return Markup('<p class="ew-hint">The first {} of each kind are listed.</p>').format(LISTED)


def _line(kind: str, item: Mapping[str, Any], change: str) -> Markup:
    return Markup("<tr><td>{}</td><th>{}</th><td>{}</td></tr>").format(kind, _cell(item["number"]), change)


def _new(fields: Mapping[str, Any]) -> str:
    below = f", below {_cell(fields['parent'])}" if fields.get("parent") else ", at the top of the tree"
    return f"{_cell(fields.get('name'))} ({_cell(fields.get('type'))}{below})"


def _fields(item: Mapping[str, Any]) -> str:
    changes: Iterable[tuple[str, Any]] = item["fields"].items()
    return ", ".join(f"{_cell(name)}: {_cell(before)} → {_cell(after)}" for name, (before, after) in changes)


def _cell(value: Any, most: int = 80) -> str:
    text = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else value
    return one_line("–" if value in (None, "") else text, most)
