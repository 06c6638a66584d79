"""HTML of the page of data quality."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from energy_workbench.contract.rows.condition import FindingRow
from energy_workbench.contract.rows.review import CaseRow
from energy_workbench.domain.health.finding_words import finding_title
from energy_workbench.figures.wording.words import moment

CASES = 100
"""Most breaks to decide that are listed."""


def findings(listed: Sequence[FindingRow], most: int) -> Markup:
    """Findings, the newest first."""
    if not listed:
        return Markup('<p class="ew-calm">✓ No findings in this period.</p>')
    rows = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td></tr>").format(
            moment(finding["from"]), _meter(finding), _kind(finding["name"]), finding["text"]
        )
        for finding in listed
    )
    head = Markup("<thead><tr><td>When</td><th>Meter</th><td>What</td><td>Evidence</td></tr></thead>")
    more = Markup('<p class="ew-more">The newest {} are listed: choose a meter or a shorter period.</p>').format(most)
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-findings">{}<tbody>{}</tbody></table></div>{}'
    ).format(head, rows, more if len(listed) >= most else "")


def cases(review_list: Sequence[CaseRow]) -> Markup:
    """Breaks that wait for a decision."""
    if not review_list:
        return Markup('<p class="ew-calm">✓ No break waits for a decision.</p>')
    rows = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td></tr>").format(
            moment(case["from"]), _meter(case), case["text"], ", ".join(case["choices"])
        )
        for case in review_list[:CASES]
    )
    head = Markup("<thead><tr><td>When</td><th>Meter</th><td>What happened</td><td>It may be</td></tr></thead>")
    note = Markup(
        "<p class=ew-more>Until one is decided, the energy on either side counts and only the break itself is left "
        "out. Engineers decide on the setup page, under <b>Review</b>.</p>"
    )
    if len(review_list) > CASES:
        rest = Markup("<p class=ew-more>{:,} more are not listed: choose a meter to see its own.</p>")
        note = rest.format(len(review_list) - CASES) + note
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-findings ew-to-decide">{}<tbody>{}</tbody></table></div>{}'
    ).format(head, rows, note)


def _meter(row: FindingRow | CaseRow) -> Markup:
    number = str(row["number"])
    return Markup('<a class="ew-go" href="meter?meter={}">{}</a>').format(quote(number, safe=""), number)


def _kind(name: str) -> Markup:
    return Markup("⚠ {}").format(finding_title(name))
