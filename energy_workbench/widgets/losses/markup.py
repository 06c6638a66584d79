"""HTML of the page of losses; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from html import escape
from typing import Any
from urllib.parse import urlencode

from energy_workbench.figures import loss_words
from energy_workbench.figures.verdicts import VERDICTS
from energy_workbench.figures.words import amount
from energy_workbench.widgets.losses.branch import Row

RARE = {"unmetered_kw": "Without a meter", "counted_twice": "Counted twice"}
"""Columns that are there only where a node has something to say in them."""

LISTED = 20
"""Nodes of the table; all are in what readers take along."""


def link(page: str, number: str, text: str, more: Mapping[str, str] | None = None) -> str:
    """A link to a page about a meter, which keeps the kernel."""
    return f'<a class="ew-go" href="{page}?{escape(urlencode({"meter": number, **(more or {})}))}">{escape(text)}</a>'


def crumbs(path: Sequence[Row], roots: Sequence[Row], note: str, own: Mapping[str, str]) -> str:
    """The way from the top of the tree to the node in view, and what is to be known of it."""
    if not path:
        return f'<p class="ew-note">⚠ {escape(note)}</p>' if note else ""
    beside = [row for row in roots if row["meter"] != path[0]["meter"]]
    steps = [link("losses", row["number"], row["number"], own) for row in path[:-1]]
    here = path[-1]
    steps.append(f'<b aria-current="page">{escape(here["number"])}</b> <span>{escape(here["name"])}</span>')
    others = "".join(f" · {link('losses', row['number'], row['number'], own)}" for row in beside)
    told = f'<p class="ew-note">⚠ {escape(note)}</p>' if note else ""
    return f'<nav class="ew-path" aria-label="Place in the tree">{" › ".join(steps)}{others}</nav>{told}'


def pill(verdict: str) -> str:
    """A verdict with its icon, its word and its colour."""
    look = VERDICTS[verdict]
    return f'<span class="ew-pill ew-{look.colour}">{look.icon} {escape(look.word)}</span>'


def legend() -> str:
    """What the colours mean."""
    return '<p class="ew-legend">' + "".join(
        f"<span>{pill(verdict)} {escape(look.about)}</span>" for verdict, look in VERDICTS.items()
    ) + "</p>"  # fmt: skip


def table(rows: Sequence[Row], by: str, own: Mapping[str, str]) -> str:
    """The nodes, those to look at first on top."""
    if not rows:
        return '<p class="ew-more">No node has a balance in this time.</p>'
    shown = rows[:LISTED]
    rare = {key for key in RARE if any(row[key] for row in shown)}
    heads = {
        "verdict": "Verdict", "node": "Node", "reason": "Reason", "kwh": "Loss", "doubt": "±", "percent": "% of supply",
        **{key: text for key, text in RARE.items() if key in rare}, "links": "",
    }  # fmt: skip
    head = "".join(
        f"<td{' aria-sort=descending' if key == by else ''}>{text}{' ▼' if key == by else ''}</td>"
        for key, text in heads.items()
    )
    more = len(rows) - LISTED
    rest = f'<p class="ew-more">and {more} more: all are in the table that can be taken along</p>' if more > 0 else ""
    body = "".join(_row(row, own, rare) for row in shown)
    return f'<table class="ew-list ew-balance"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}'


def _row(row: Mapping[str, Any], own: Mapping[str, str], rare: Set[str]) -> str:
    number = row["number"]
    assumed = " (classes assumed)" if row["assumed_classes"] else ""
    seldom = {
        "unmetered_kw": "" if row["unmetered_kw"] is None else amount(row["unmetered_kw"], "kW"),
        "counted_twice": escape(", ".join(row["counted_twice"])),
    }
    cells = (
        f"<td>{pill(row['verdict'])}</td>"
        f"<th>{link('losses', number, number, own)}<small>{escape(row['name'])}</small></th>"
        f"<td>{escape(row['reason'])}{assumed}</td>"
        f"<td>{loss_words.loss(row)}</td>"
        f'<td title="{escape(row["uncertainty_reason"])}">{loss_words.doubt(row)}</td>'
        f"<td>{loss_words.share(row)}</td>"
        f"{''.join(f'<td>{text}</td>' for key, text in seldom.items() if key in rare)}"
        f"<td>{link('meter', number, 'Meter')} · {link('patterns', number, 'Patterns')}</td>"
    )
    return f"<tr>{cells}</tr>"
