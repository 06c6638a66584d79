"""HTML of the deleted meters."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from energy_workbench.contract.rows.meters import DeletedMeter, RestorePreview
from energy_workbench.figures.wording.words import UNKNOWN
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.details.markup import moment
from energy_workbench.widgets.setup.long_list import SHOWN, rest


def table(rows: Sequence[DeletedMeter], *, known: bool, sought: bool = False) -> Markup:
    """When each was deleted, by whom, and how many went along; of very many the first."""
    if not rows:
        nothing = "No deleted meter is like that." if sought else "No meter is deleted."
        return Markup('<p class="ew-hint">{}</p>').format(nothing if known else "One moment…")
    lines = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            moment(row["deleted_at"]),
            one_line(row["number"]),
            one_line(row["name"]),
            one_line(row["deleted_by"]) or UNKNOWN,
            _below(row),
        )
        for row in rows[:SHOWN]
    )
    head = Markup("<thead><tr><th>Deleted</th><th>Meter</th><th>Name</th><th>By</th><th>With it</th></tr></thead>")
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-deleted-list">{}<tbody>{}</tbody></table></div>'
    ).format(head, lines) + rest(len(rows))


def option(row: DeletedMeter) -> str:
    """A deleted meter in a menu."""
    return f"{one_line(row['number'])} · {one_line(row['name'])} · deleted {moment(row['deleted_at'])}"


def preview(row: DeletedMeter | None, told: RestorePreview | None) -> Markup:
    """Where it would hang, what is known of it, what went along, and what is in its way."""
    if row is None:
        return Markup()
    head = Markup("<h3>{}</h3>").format(_called(row))
    if told is None:
        return head + Markup('<p class="ew-hint" role="status">Looking what restoring it would do…</p>')
    place = f"below {one_line(told['parent'])}" if told["parent"] else "at the top of the tree"
    data = (
        f"{told['intervals']:,} intervals, {moment(told['first'])} to {moment(told['last'])}"
        if told["intervals"]
        else "nothing was measured"
    )
    items = [
        ("Would hang", place),
        ("Location", one_line(row["location"]) or UNKNOWN),
        ("History", data),
        ("Deleted with it", ", ".join(map(one_line, row["below"])) or "no other meter"),
    ]
    lines = Markup().join(Markup("<dt>{}</dt><dd>{}</dd>").format(label, value) for label, value in items)
    conflicts = Markup().join(
        Markup('<p class="ew-wrong" role="alert">✕ It cannot come back now: {}.</p>').format(one_line(text, 400))
        for text in told["conflicts"]
    )
    more = (
        Markup('<p class="ew-hint">Those that were deleted with it stay deleted: restore each of them after it.</p>')
        if row["below"]
        else Markup()
    )
    return Markup("{}<dl>{}</dl>{}{}").format(head, lines, conflicts, more)


def _called(row: DeletedMeter) -> str:
    number, name = one_line(row["number"]), one_line(row["name"])
    return number if name.casefold() == number.casefold() else f"{number} {name}"


def _below(row: DeletedMeter) -> str:
    return {0: UNKNOWN, 1: "one meter"}.get(len(row["below"]), f"{len(row['below']):,} meters")
