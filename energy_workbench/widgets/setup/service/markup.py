"""HTML of a commissioning sheet: checks with their evidence, and the versions that were signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.commissioning import CheckRow, MeterChecked, SheetRow
from energy_workbench.widgets.markup import one_line

MARKS = {"ok": ("ew-fine", "✓"), "wrong": ("ew-wrong", "✕"), "cannot_tell": ("ew-careful", "?")}
"""Class and mark of a verdict; its text says it in words."""
CHECKS = {
    "connection": "Connection", "profile": "Profile", "phases": "CTs", "ct": "Ratio", "pt": "Ratio",
    "display": "Display",
}  # fmt: skip
VERDICTS = {
    "ok": "All that could be told is right",
    "wrong": "Something is wrong",
    "cannot_tell": "Nothing can be told",
}


def title(meter: Mapping[str, Any]) -> Markup:
    """Heading of the panel."""
    name = f"{one_line(meter['number'])} · {one_line(meter['name'])}" if meter else ""
    return Markup("<h2>Commissioning <small>{}</small></h2>").format(name)


def found(checked: MeterChecked | None, busy: str) -> Markup:
    """What the meter says now."""
    if busy:
        return Markup('<p class="ew-hint" role="status">{}</p>').format(busy)
    if checked is None:
        return Markup()
    kind, mark = MARKS[checked["verdict"]]
    head = Markup('<p class="{}" role="status"><b>{} {}</b></p>').format(kind, mark, VERDICTS[checked["verdict"]])
    return head + checks(checked["checks"])


def checks(rows: Sequence[CheckRow]) -> Markup:
    """A line a check."""
    lines = Markup().join(_check(row) for row in rows)
    return Markup('<table class="ew-list ew-wrap ew-checks"><tbody>{}</tbody></table>').format(lines)


def _check(row: CheckRow) -> Markup:
    kind, mark = MARKS[row["verdict"]]
    what = f"{CHECKS[row['check']]} {row['of']}".strip()
    return Markup('<tr><th><span class="{}">{}</span> {}</th><td>{}</td></tr>').format(
        kind, mark, what, one_line(row["text"], 600)
    )


def sheets(rows: Sequence[SheetRow], *, known: bool) -> Markup:
    """The signed versions, the newest first."""
    if not known:
        return Markup()
    if not rows:
        return Markup('<h3>Signed sheets</h3><p class="ew-hint">None: the meter is not commissioned yet.</p>')
    return Markup("<h3>Signed sheets</h3>") + Markup().join(_sheet(row) for row in rows)


def _sheet(row: SheetRow) -> Markup:
    _, mark = MARKS[row["verdict"]]
    when = row["signed_at"][:16].replace("T", " ")
    remarks = Markup("<p>{}</p>").format(one_line(row["remarks"], 2000)) if row["remarks"] else Markup()
    return Markup("<details><summary>{} Sheet {}, {} by {}</summary>{}{}</details>").format(
        mark, row["version"], when, one_line(row["signed_by"], 80), remarks, checks(row["checks"])
    )
