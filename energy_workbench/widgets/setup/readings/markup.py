"""HTML of the dry run of a readings file: what was concluded, its first values, and what is wrong or open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.readings.stated import in_fields

LISTED = 20
"""Problems that are shown."""


def told(answer: Mapping[str, Any], filename: str) -> Markup:
    """What the file would bring, or what is in its way."""
    if not answer:
        return Markup()
    named = one_line(filename, 80)
    wrong = [*answer["problems"], *answer["conflicts"]]
    count = answer["problem_count"] + answer["conflict_count"]
    if count:
        many = "One thing is wrong or open" if count == 1 else f"{count:,} things are wrong or open"
        head = Markup('<p class="ew-wrong" role="alert">✕ {} in {}: nothing is imported before.</p>').format(
            many, named
        )
        return head + _problems(wrong) + _understood(answer)
    meters = "one meter" if answer["meters"] == 1 else f"{answer['meters']:,} meters"
    head = Markup('<p role="status">{}: <b>{:,}</b> readings are new (of {}), {:,} known already.</p>').format(
        named, answer["new"], meters, answer["known"]
    )
    return head + _understood(answer)


def _problems(problems: Sequence[Mapping[str, Any]]) -> Markup:
    lines = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            *(one_line(str(each[key]), most) for key, most in (("where", 40), ("field", 80), ("value", 60))),
            one_line(in_fields(str(each["reason"])), 400),
        )
        for each in problems[:LISTED]
    )
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-wrap"><thead><tr><th>Where</th><th>Column</th><th>Value</th>'
        "<th>Reason</th></tr></thead><tbody>{}</tbody></table></div>"
    ).format(lines)


def _understood(answer: Mapping[str, Any]) -> Markup:
    """How the file was read, and its first values as they would be stored."""
    how = answer.get("understood")
    if not how:
        return Markup()
    notes = Markup().join(Markup("<li>{}</li>").format(one_line(note, 300)) for note in how["notes"])
    head = Markup('<h3>Read as {}</h3><ul class="ew-hint">{}</ul>').format(one_line(how["shape"], 60), notes)
    return head + _first_values(how["sample"])


def _first_values(sample: Sequence[Mapping[str, Any]]) -> Markup:
    if not sample:
        return Markup()
    rows = Markup().join(
        Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{:,.10g} {}</td><td>{}</td></tr>").format(
            each["line"], one_line(each["meter"], 40), _when(each), each["value"], each["unit"], each["quantity"]
        )
        for each in sample
    )
    return Markup(
        '<div class="ew-scroll"><table class="ew-list"><thead><tr><th>Line</th><th>Meter</th><th>Time</th>'
        "<th>Value</th><th>Quantity</th></tr></thead><tbody>{}</tbody></table></div>"
    ).format(rows)


def _when(each: Mapping[str, Any]) -> str:
    start, end = (str(each[edge])[:16].replace("T", " ") for edge in ("start", "end"))
    return end if start == end else f"{start} – {end[11:] if end[:10] == start[:10] else end}"
