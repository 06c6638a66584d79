"""HTML of the page of data quality; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from energy_workbench.core.finding_words import finding_title
from energy_workbench.figures.words import moment


def findings(found: Sequence[Mapping[str, Any]], most: int) -> str:
    """What is wrong with the data, newest first."""
    if not found:
        return '<p class="ew-calm">✓ Nothing was found in this time.</p>'
    rows = "".join(
        f"<tr><td>{moment(one['from'])}</td><th>{_meter(one)}</th><td>{_kind(one['name'])}</td>"
        f"<td>{escape(str(one.get('text') or ''))}</td></tr>"
        for one in found
    )
    head = "<thead><tr><td>When</td><th>Meter</th><td>What</td><td>Evidence</td></tr></thead>"
    more = f'<p class="ew-more">The newest {most} are listed: choose a meter or a shorter time.</p>'
    return (
        f'<div class="ew-scroll"><table class="ew-list ew-findings">{head}<tbody>{rows}</tbody></table></div>'
        f"{more if len(found) >= most else ''}"
    )


def cases(found: Sequence[Mapping[str, Any]]) -> str:
    """The steps of counters that wait for a decision."""
    if not found:
        return '<p class="ew-calm">✓ No step of a counter waits for a decision.</p>'
    rows = "".join(
        f"<tr><td>{moment(case['from'])}</td><th>{_meter(case)}</th><td>{escape(case['text'])}</td>"
        f"<td>{escape(', '.join(case['choices']))}</td></tr>"
        for case in found
    )
    head = "<thead><tr><td>When</td><th>Meter</th><td>What happened</td><td>It may be</td></tr></thead>"
    note = (
        "<p class=ew-more>Until one is decided, the energy on either side counts and only the step itself is left out. "
        "Engineers decide on the setup page, under <b>Review</b>.</p>"
    )
    return f'<div class="ew-scroll"><table class="ew-list ew-findings">{head}<tbody>{rows}</tbody></table></div>{note}'


def _meter(row: Mapping[str, Any]) -> str:
    number = str(row["number"])
    return f'<a class="ew-go" href="meter?meter={quote(number, safe="")}">{escape(number)}</a>'


def _kind(name: str) -> str:
    return f"⚠ {escape(finding_title(name))}"
