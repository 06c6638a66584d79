"""HTML of what a file would change; every value is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from energy_workbench.widgets.setup.marks import one_line

LISTED = 200
"""Rows of each kind that are shown."""


def plan(found: Mapping[str, Any], filename: str) -> str:
    """Problems of a file, or new, changed and moved meters."""
    if not found:
        return ""
    named = escape(one_line(filename, 80))
    if problems := list(found.get("problems", ())):
        many = "one problem" if len(problems) == 1 else f"{len(problems):,} problems"
        return (
            f'<p class="ew-wrong" role="alert">✕ {named} has {many}: nothing is imported before all are mended.</p>'
            + _problems(problems)
        )
    new, changed, moved = (list(found.get(kind, ())) for kind in ("new", "changed", "moved"))
    same = int(found.get("unchanged", 0))
    head = f"<b>{len(new):,}</b> new, <b>{len(changed):,}</b> changed, <b>{len(moved):,}</b> moved, {same:,} unchanged"
    told = [
        *(_line("new", item, _new(item["fields"])) for item in new[:LISTED]),
        *(_line("changed", item, _fields(item)) for item in changed[:LISTED]),
        *(_line("moved", item, _fields(item)) for item in moved[:LISTED]),
    ]
    lines = f"<tbody>{''.join(told)}</tbody>"
    table = f'<div class="ew-scroll"><table class="ew-list ew-wrap">{lines}</table></div>' if told else ""
    warnings = list(found.get("warnings", ()))
    careful = '<p class="ew-careful">⚠ Please look at these; they can be imported.</p>' + _problems(warnings)
    rest = _rest(max(len(new), len(changed), len(moved)))
    return f'<p role="status">{named}: {head}.</p>{careful if warnings else ""}{table}{rest}'


def _problems(found: Sequence[Mapping[str, Any]]) -> str:
    lines = "".join(
        f"<tr><td>{_cell(item['line'])}</td><td>{_cell(item['column'])}</td>"
        f"<td>{_cell(item['value'])}</td><td>{_cell(item['reason'], 400)}</td></tr>"
        for item in found[:LISTED]
    )
    head = "<thead><tr><th>Line</th><th>Column</th><th>Value</th><th>Reason</th></tr></thead>"
    table = f'<table class="ew-list ew-wrap">{head}<tbody>{lines}</tbody></table>'
    return f'<div class="ew-scroll">{table}</div>{_rest(len(found))}'


def _rest(count: int) -> str:
    return f'<p class="ew-hint">The first {LISTED} of each kind are listed.</p>' if count > LISTED else ""


def _line(kind: str, item: Mapping[str, Any], change: str) -> str:
    return f"<tr><td>{kind}</td><th>{_cell(item['number'])}</th><td>{change}</td></tr>"


def _new(fields: Mapping[str, Any]) -> str:
    below = f", below {_cell(fields['parent'])}" if fields.get("parent") else ", at the top of the tree"
    return f"{_cell(fields.get('name'))} ({_cell(fields.get('type'))}{below})"


def _fields(item: Mapping[str, Any]) -> str:
    changes: Iterable[tuple[str, Any]] = item["fields"].items()
    return ", ".join(f"{_cell(name)}: {_cell(before)} → {_cell(after)}" for name, (before, after) in changes)


def _cell(value: Any, most: int = 80) -> str:
    text = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else value
    return escape(one_line("–" if value in (None, "") else text, most))
