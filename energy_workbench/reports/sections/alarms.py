"""Alarms and overloads of the period, and what was stated of its meters."""

from __future__ import annotations

from collections.abc import Collection

from energy_workbench.contract.rows.condition import StatementRow
from energy_workbench.reports.content import words
from energy_workbench.reports.content.blocks import Column, Element, Section, heading, paragraph, table
from energy_workbench.reports.report_context import MOST_STATED, ReportContext

LISTED = 100
"""Alarms, and statements, that are listed; the others are counted."""

STATED = {
    "status": "Status",
    "ratio": "CT/PT ratio",
    "place": "Moved in the tree",
    "formula": "Formula",
    "exchange": "Meter exchanged",
    "decision": "Break decided",
    "edit": "Readings edited",
}
"""What was stated, by its word."""


def alarms(about: ReportContext, types: Collection[str] = ()) -> Section:
    """Every alarm that held in the period, since when and until when; and what people stated of the meters.

    Parameters
    ----------
    types : collection of str, optional
        Types of meters that the report is about; all by default.
    """
    covered = {row["number"]: row["id"] for row in about.tree if not types or row["type"] in types}
    parts = [heading("Alarms"), *_alarms(about, covered)]
    parts += [heading("Changes of meters and readings", level=3), *_stated(about, set(covered.values()))]
    return Section(tuple(parts))


def _alarms(about: ReportContext, covered: Collection[str]) -> list[Element]:
    held = [(number, spell) for number, spell in about.alarms if number in covered]
    if not held:
        few = "No meter" if len(covered) == len(about.tree) else f"No meter of {', '.join(covered)}"
        return [paragraph(f"{few} had an alarm in this period, by health, communication or 15-minute means.")]
    columns = [
        Column("Since", "instant", width=15),
        Column("Until", "instant", width=15),
        Column("Meter", "text", width=18),
        Column("Alarm", "text", width=18),
        Column("Why", "text", width=34),
    ]
    rows = [
        (about.local_time(spell.since), about.local_time(spell.until), number, spell.what, spell.reason)
        for number, spell in held
    ]
    note = (
        "Nothing under Since: it was active before the period began. Nothing under Until: it still was when it ended."
    )
    if (more := len(rows) - LISTED) > 0:
        note += f" {words.number(more)} more are not listed: each meter's page has its events."
    return [table("Alarms", columns, rows[:LISTED]), paragraph(note, kind="note")]


def _stated(about: ReportContext, covered: Collection[str]) -> list[Element]:
    stated = [row for row in about.stated if row["meter"] in covered]
    if not stated:
        text = "No status, ratio, place or device changed in this period, and no reading was decided on or edited."
        return [paragraph(text)]
    columns = [
        Column("From", "instant", width=15),
        Column("Meter", "text", width=15),
        Column("What", "text", width=14),
        Column("Change", "text", width=22),
        Column("Why", "text", width=18),
        Column("Entered by", "text", width=16),
    ]
    rows = [
        (
            about.local(row["at"]),
            row["number"],
            STATED.get(row["of"], row["of"]),
            row["text"],
            row["reason"],
            _entered(about, row),
        )
        for row in stated
    ]
    note = "From: when a change takes effect; the last column says who entered it, and when."
    if len(about.stated) >= MOST_STATED:
        note += f" There are more than the newest {words.number(MOST_STATED)}: GET /history has them all."
    elif (more := len(rows) - LISTED) > 0:
        note += (
            f" {words.number(more)} older ones are not listed: GET /history and the audit on the setup page have them."
        )
    # The newest are listed, the oldest of them on top, as of alarms.
    return [table("Changes", columns, rows[:LISTED][::-1]), paragraph(note, kind="note")]


def _entered(about: ReportContext, row: StatementRow) -> str:
    at = about.local(row["entered"])
    parts = [row["by"] or words.NONE, words.instant(at.isoformat(), about.zone) if at else ""]
    return ", ".join(filter(None, parts))


def said(about: ReportContext) -> list[str]:
    """The alarms in a sentence."""
    held = about.alarms
    if not held:
        return []
    meters = list(dict.fromkeys(number for number, _ in held))
    number, first = next(((n, s) for n, s in held if s.what == "Overload"), held[0])
    many, were = ("One alarm", "was") if len(held) == 1 else (f"{words.number(len(held))} alarms", "were")
    of = "one meter" if len(meters) == 1 else f"{words.number(len(meters))} meters"
    why = f", {first.reason}" if first.reason else ""
    return [f"{many} of {of} {were} active in the period: {number}: {first.what[0].lower()}{first.what[1:]}{why}."]
