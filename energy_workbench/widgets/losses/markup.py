"""HTML of the page of losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from urllib.parse import urlencode

from markupsafe import Markup

from energy_workbench.contract.rows.losses import NodeRow
from energy_workbench.figures.wording import losses
from energy_workbench.figures.wording.verdicts import VERDICTS
from energy_workbench.figures.wording.words import amount

RARE = {"unmetered_kw": "Without a meter", "counted_twice": "Counted twice"}
"""Columns that are there only where a node has a value in them."""

LISTED = 20
"""Nodes of a page of the table; a download has all."""


def link(page: str, number: str, text: str, more: Mapping[str, str] | None = None) -> Markup:
    """A link to a page about a meter, which keeps the kernel."""
    return Markup('<a class="ew-go" href="{}?{}">{}</a>').format(
        page, urlencode({"meter": number, **(more or {})}), text
    )


def crumbs(path: Sequence[NodeRow], roots: Sequence[NodeRow], note: str, own: Mapping[str, str]) -> Markup:
    """The path from the top of the tree to the node in view, and the note about it."""
    if not path:
        return Markup('<p class="ew-note">⚠ {}</p>').format(note) if note else Markup()
    beside = [row for row in roots if row["meter"] != path[0]["meter"]]
    steps = [link("losses", row["number"], row["number"], own) for row in path[:-1]]
    here = path[-1]
    steps.append(Markup('<b aria-current="page">{}</b> <span>{}</span>').format(here["number"], here["name"]))
    others = Markup().join(Markup(" · {}").format(link("losses", row["number"], row["number"], own)) for row in beside)
    told = Markup('<p class="ew-note">⚠ {}</p>').format(note) if note else Markup()
    return Markup('<nav class="ew-path" aria-label="Place in the tree">{}{}</nav>{}').format(
        Markup(" › ").join(steps), others, told
    )


def pill(verdict: str) -> Markup:
    """A verdict with its icon, its word and its colour."""
    look = VERDICTS[verdict]
    return Markup('<span class="ew-pill ew-{}">{} {}</span>').format(look.colour, look.icon, look.word)


def legend() -> Markup:
    """What the colours mean."""
    words = (Markup("<span>{} {}</span>").format(pill(verdict), look.about) for verdict, look in VERDICTS.items())
    return Markup('<p class="ew-legend">{}</p>').format(Markup().join(words))


def table(rows: Sequence[NodeRow], by: str, own: Mapping[str, str], begin: int = 0) -> Markup:
    """A page of the ranking of the nodes as a table.

    Parameters
    ----------
    begin : int
        So many are on the pages before.
    """
    if not rows:
        return Markup('<p class="ew-more">No node has a balance in this period.</p>')
    shown = rows[begin : begin + LISTED]
    needed = (any(row["unmetered_kw"] for row in shown), any(row["counted_twice"] for row in shown))
    rare = {key for key, wanted in zip(RARE, needed, strict=True) if wanted}
    heads = {
        "verdict": "Verdict", "node": "Node", "reason": "Reason", "kwh": "Loss", "doubt": "±", "percent": "% of supply",
        **{key: text for key, text in RARE.items() if key in rare}, "links": "",
    }  # fmt: skip
    head = Markup().join(
        Markup("<td{}>{}{}</td>").format(" aria-sort=descending" if key == by else "", text, " ▼" if key == by else "")
        for key, text in heads.items()
    )
    body = Markup().join(_row(row, own, rare) for row in shown)
    return Markup('<table class="ew-list ew-balance"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        head, body
    )


def _rare(row: NodeRow) -> dict[str, str]:
    """Cells of the columns that few nodes need."""
    return {
        "unmetered_kw": "" if row["unmetered_kw"] is None else amount(row["unmetered_kw"], "kW"),
        "counted_twice": ", ".join(row["counted_twice"]),
    }


def _row(row: NodeRow, own: Mapping[str, str], rare: Set[str]) -> Markup:
    number = row["number"]
    assumed = " (classes assumed)" if row["assumed_classes"] else ""
    return Markup(
        "<tr><td>{}</td><th>{}<small>{}</small></th><td>{}{}</td><td>{}</td>"
        '<td title="{}">{}</td><td>{}</td>{}<td>{} · {}</td></tr>'
    ).format(
        pill(row["verdict"]),
        link("losses", number, number, own),
        row["name"],
        row["reason"],
        assumed,
        losses.loss(row),
        row["uncertainty_reason"],
        losses.doubt(row),
        losses.share(row),
        Markup().join(Markup("<td>{}</td>").format(text) for key, text in _rare(row).items() if key in rare),
        link("meter", number, "Meter"),
        link("patterns", number, "Patterns"),
    )
