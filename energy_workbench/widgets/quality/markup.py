"""HTML of the page of data quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from energy_workbench.domain.health.finding_words import finding_title
from energy_workbench.figures.wording.words import moment


def findings(found: Sequence[Mapping[str, Any]], most: int) -> Markup:
    """What is wrong with the data, newest first."""
    if not found:
        return Markup('<p class="ew-calm">✓ Nothing was found in this time.</p>')
    rows = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td></tr>").format(
            moment(one["from"]), _meter(one), _kind(one["name"]), str(one.get("text") or "")
        )
        for one in found
    )
    head = Markup("<thead><tr><td>When</td><th>Meter</th><td>What</td><td>Evidence</td></tr></thead>")
    more = Markup('<p class="ew-more">The newest {} are listed: choose a meter or a shorter time.</p>').format(most)
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-findings">{}<tbody>{}</tbody></table></div>{}'
    ).format(head, rows, more if len(found) >= most else "")


def cases(found: Sequence[Mapping[str, Any]]) -> Markup:
    """The steps of counters that wait for a decision."""
    if not found:
        return Markup('<p class="ew-calm">✓ No step of a counter waits for a decision.</p>')
    rows = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td></tr>").format(
            moment(case["from"]), _meter(case), case["text"], ", ".join(case["choices"])
        )
        for case in found
    )
    head = Markup("<thead><tr><td>When</td><th>Meter</th><td>What happened</td><td>It may be</td></tr></thead>")
    note = Markup(
        "<p class=ew-more>Until one is decided, the energy on either side counts and only the step itself is left out. "
        "Engineers decide on the setup page, under <b>Review</b>.</p>"
    )
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-findings">{}<tbody>{}</tbody></table></div>{}'
    ).format(head, rows, note)


def _meter(row: Mapping[str, Any]) -> Markup:
    number = str(row["number"])
    return Markup('<a class="ew-go" href="meter?meter={}">{}</a>').format(quote(number, safe=""), number)


def _kind(name: str) -> Markup:
    return Markup("⚠ {}").format(finding_title(name))
