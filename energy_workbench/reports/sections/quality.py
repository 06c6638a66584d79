"""Data quality: completeness, gaps and estimates, findings, and events of the meters."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.health.finding_words import finding_title
from energy_workbench.figures import PAPER
from energy_workbench.figures.ranked import ranked
from energy_workbench.figures.wording.words import spoken
from energy_workbench.reports.content import charts, words
from energy_workbench.reports.content.blocks import (
    Card,
    Cell,
    Column,
    Element,
    Figure,
    Section,
    heading,
    paragraph,
    table,
)
from energy_workbench.reports.report_context import MOST_FINDINGS, MeteredRow, ReportContext

WORST = 20
"""Meters that are drawn."""
LISTED = 200
"""Findings and events that are listed; the others are counted."""


def unclear(row: MeteredRow) -> bool:
    """Whether a meter has gaps or estimated values."""
    return bool(row["estimated_days"] or row["missing_days"] or row["completeness"] < 0.999)


def quality_figures(about: ReportContext) -> list[Card]:
    """Key figures of how good the data are."""
    rows, findings = about.meters, about.findings
    count = len(rows)
    estimated, missing = sum(row["estimated_days"] for row in rows), sum(row["missing_days"] for row in rows)
    named = len({row["meter"] for row in findings})
    return [
        Card("Data complete", words.percent(about.completeness, 2), "", f"of {count} meters"),
        Card("Meters with gaps or estimates", words.number(sum(map(unclear, rows))), "", f"of {count}"),
        Card(
            "Days with estimates",
            words.number(estimated),
            "",
            f"and {words.number(missing)} not known, over all meters",
        ),
        Card("Findings", ("≥ " if about.more_findings else "") + words.number(len(findings)), "", f"of {named} meters"),
    ]


def completeness(about: ReportContext) -> Section:
    """How much of each meter's data is there, the least complete first."""
    rows = sorted(about.meters, key=lambda row: (row["completeness"], natural(row["number"])))
    columns = [
        Column("Meter", "text"),
        Column("Name", "text"),
        Column("Complete", "share", digits=2),
        Column("Days with estimates", digits=0),
        Column("Days not known", digits=0),
        Column("Days in all", digits=0),
    ]
    cells = [
        (
            row["number"],
            row["name"],
            Cell(row["completeness"], bar=row["completeness"]),
            row["estimated_days"],
            row["missing_days"],
            row["days"],
        )
        for row in rows
    ]
    parts: list[Element] = [heading("Completeness")]
    if worst := [(row["number"], 100 * (1 - row["completeness"])) for row in rows if row["completeness"] < 1][:WORST]:
        parts.append(
            Figure(
                charts.placed(ranked(worst, "Missing [% of the period]", theme=PAPER, doubtful=True)),
                "The least complete meters [% missing]",
            )
        )
    return Section((*parts, heading("Every meter", level=3), table("Completeness", columns, cells)))


def gaps(about: ReportContext) -> Section:
    """Only those meters that have gaps or estimated values."""
    rows = [row for row in about.meters if unclear(row)]
    if not rows:
        text = "Every meter was measured without a gap over the whole period."
        return Section((heading("Data quality"), paragraph(text)))
    columns = [
        Column("Meter", "text"),
        Column("Name", "text"),
        Column("Complete", "share", digits=2),
        Column("Days with estimates", digits=0),
        Column("Days not known", digits=0),
        Column("Days in all", digits=0),
    ]
    cells = [
        (row["number"], row["name"], row["completeness"], row["estimated_days"], row["missing_days"], row["days"])
        for row in rows
    ]
    return Section((heading("Data quality"), table("Data quality", columns, cells)))


def findings(about: ReportContext) -> Section:
    """What is wrong with the data: how often, and each."""
    all_findings = about.findings
    if not all_findings:
        return Section(
            (
                heading("Findings"),
                paragraph("There are no findings in this period: no impossible value, and no break of a counter."),
            )
        )
    counted = Counter((finding_title(row["name"]), row["number"] or row["meter"]) for row in all_findings)
    order = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0][0], natural(pair[0][1])))
    sums = [(name, number, count) for (name, number), count in order]
    parts: list[Element] = [
        heading("Findings"),
        table(
            "Findings by meter", [Column("Finding", "text"), Column("Meter", "text"), Column("Times", digits=0)], sums
        ),
        heading("Each finding", level=3),
    ]
    columns = [
        Column("From", "instant", width=13),
        Column("To", "instant", width=13),
        Column("Meter", "text", width=18),
        Column("Finding", "text", width=18),
        Column("What was seen", "text", width=38),
    ]
    rows = [
        (
            about.local(row["from"]),
            about.local(row["to"]),
            row["number"] or row["meter"],
            finding_title(row["name"]),
            row["text"],
        )
        for row in all_findings[:LISTED]
    ]
    parts.append(table("Findings", columns, rows))
    if len(all_findings) > LISTED:
        parts.append(paragraph(f"The newest {LISTED} of {words.number(len(all_findings))} are listed.", kind="note"))
    if about.more_findings:
        text = f"There are more than the newest {words.number(MOST_FINDINGS)}; older ones are not counted."
        parts.append(paragraph(text, kind="note"))
    return Section(tuple(parts))


def events(about: ReportContext) -> Section:
    """When communication and health of the meters changed."""
    rows = []
    for meter in about.tree:
        for event in about.wb.events(meter["id"], about.text, limit=LISTED):
            told = f"{spoken(event['from'])} → {spoken(event['to'])}" if event["from"] else spoken(event["to"])
            at = datetime.fromisoformat(event["at"]).astimezone(about.zone)
            rows.append((at, meter["number"], event["of"], told, event["reason"]))
    rows.sort(key=lambda row: row[0], reverse=True)
    if not rows:
        text = "No meter changed its communication or health in this period."
        return Section((heading("Events"), paragraph(text)))
    columns = [
        Column("At", "instant", width=13),
        Column("Meter", "text", width=20),
        Column("Of", "text", width=15),
        Column("Change", "text", width=18),
        Column("Reason", "text", width=34),
    ]
    parts: list[Element] = [heading("Events"), table("Events", columns, rows[:LISTED])]
    if len(rows) > LISTED:
        parts.append(paragraph(f"Only the newest {LISTED} are listed.", kind="note"))
    return Section(tuple(parts))
