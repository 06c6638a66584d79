"""What health knew of the period: alarms and events of the meters, and overloads that intervals tell of."""

from __future__ import annotations

from energy_workbench.reports import words
from energy_workbench.reports.elements import Column, Element, Section, heading, paragraph, table
from energy_workbench.reports.subject import Subject

LISTED = 200
"""Alarms that are listed; the others are counted."""


def alarms(about: Subject) -> Section:
    """Every alarm that held in the period, since when and until when."""
    found = about.alarms
    if not found:
        text = "No meter had an alarm in this period, by its health, its communication or its 15-minute means."
        return Section((heading("Alarms"), paragraph(text)))
    columns = [
        Column("Since", "instant", width=13),
        Column("Until", "instant", width=13),
        Column("Meter", "text", width=20),
        Column("Alarm", "text", width=18),
        Column("Why", "text", width=36),
    ]
    rows = [
        (about.local_time(spell.since), about.local_time(spell.until), number, spell.what, spell.reason)
        for number, spell in found
    ]
    note = "No time under Since: it held before the period. None under Until: it held at its end."
    parts: list[Element] = [heading("Alarms"), table("Alarms", columns, rows[:LISTED]), paragraph(note, kind="note")]
    if len(rows) > LISTED:
        parts.append(paragraph(f"The first {LISTED} of {words.number(len(rows))} are listed.", kind="note"))
    return Section(tuple(parts))


def said(about: Subject) -> list[str]:
    """The alarms in a sentence."""
    found = about.alarms
    if not found:
        return []
    meters = list(dict.fromkeys(number for number, _ in found))
    number, first = next(((n, s) for n, s in found if s.what == "Overload"), found[0])
    many = "One alarm" if len(found) == 1 else f"{words.number(len(found))} alarms"
    of = "one meter" if len(meters) == 1 else f"{words.number(len(meters))} meters"
    why = f", {first.reason}" if first.reason else ""
    return [f"{many} of {of} held in the period: {number}: {first.what[0].lower()}{first.what[1:]}{why}."]
