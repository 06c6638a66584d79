"""HTML of the fields that a change was of, on the page of changes and in a meter's details."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from energy_workbench.figures.wording.changes import Difference
from energy_workbench.widgets.markup import one_line

LONGEST = 4000
"""No value that can be stored is longer [characters]."""


def listed(told: Iterable[Difference]) -> Markup:
    """Fields of a change, each in a line: label, before and after."""
    rows = list(told)
    # What is new or gone is told as one text, field after field; a change has a line for each.
    kind = "ew-whole" if rows and not any(each.before and each.after for each in rows) else "ew-fields"
    lines = Markup().join(
        Markup('<div class="ew-change"><span>{}</span> {}</div>').format(
            each.label, _values(one_line(each.before, LONGEST), one_line(each.after, LONGEST))
        )
        for each in rows
    )
    return Markup('<div class="{}">{}</div>').format(kind, lines)


def _values(before: str, after: str) -> Markup:
    if not before:
        return Markup("<b>{}</b>").format(after)
    if not after:
        return Markup("{}").format(before)
    return Markup("{} → <b>{}</b>").format(before, after)
