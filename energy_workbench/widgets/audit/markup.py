"""HTML of the page of changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.contract.rows.setup import AuditRow
from energy_workbench.domain.fields.audit_actions import done
from energy_workbench.figures.wording.changes import differences
from energy_workbench.widgets.changes import listed
from energy_workbench.widgets.locked_markup import altered
from energy_workbench.widgets.markup import one_line


def changes(
    rows: Sequence[AuditRow], number_of: Callable[[str], str], zone: ZoneInfo, *, narrowed: bool = False
) -> Markup:
    """The table of changes, the newest first; `narrowed` where only some of them are wanted."""
    if not rows:
        text = (
            "No change is like that in this period: choose a longer one, or everybody and all changes."
            if narrowed
            else "Nothing was changed in this period."
        )
        return Markup('<p class="ew-calm">{}</p>').format(text)
    head = Markup("<thead><tr><td>When</td><td>Who</td><td>What</td><td>Before → after</td></tr></thead>")
    lines = Markup().join(_line(row, number_of, zone) for row in rows)
    return Markup('<div class="ew-scroll"><table class="ew-list ew-changes">{}<tbody>{}</tbody></table></div>').format(
        head, lines
    )


def _line(row: AuditRow, number_of: Callable[[str], str], zone: ZoneInfo) -> Markup:
    undone = Markup("<small>takes change {} back</small>").format(row["undoes"]) if row["undoes"] else Markup()
    beside = undone + altered(row["locked"])
    return Markup("<tr><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td></tr>").format(
        moment(row["at"]), row["by"], what(row), beside, listed(differences(row, number_of, zone))
    )


def what(row: AuditRow) -> Markup:
    """What was done, with a link to the meter that it was done to."""
    name = row["number"]
    if not name:
        return Markup("{}").format(_sentence(row["action"], one_line(row["subject"], 300)))
    link = Markup('<a class="ew-go" href="meter?meter={}">{}</a>').format(quote(name, safe=""), one_line(name))
    # The words are the product's own; only the name in them is somebody's.
    before, _, after = _sentence(row["action"], "\0").partition("\0")
    return Markup("{}{}{}").format(before, link, after)


def _sentence(action: str, name: str) -> str:
    said = done(action, name)
    return said[:1].upper() + said[1:]


def moment(iso: str) -> str:
    """An instant, to the second, with its year."""
    return f"{datetime.fromisoformat(iso):%d %b %Y %H:%M:%S}"
