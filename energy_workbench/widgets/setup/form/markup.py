"""HTML of the form's texts: the conflict of two editors, and the answer of a connection test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.setup import Candidate, Probed, ProbedValue, SuggestedProfiles
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.details.markup import in_order


def conflict(versions: Iterable[tuple[str, str, str, str]]) -> Markup:
    """Table of a conflict: both versions beside the one before."""
    lines = Markup().join(
        Markup('<tr><th>{}</th><td>{}</td><td class="{}">{}</td><td class="{}">{}</td></tr>').format(
            label,
            _shown(before),
            "ew-other" if now != before else "",
            _shown(now),
            "ew-mine" if mine.strip() != before.strip() else "",
            _shown(mine),
        )
        for label, before, now, mine in versions
    )
    if not lines:
        return Markup()
    head = Markup("<thead><tr><th></th><th>When you opened it</th><th>Stored now</th><th>Yours</th></tr></thead>")
    return Markup('<table class="ew-list ew-versions">{}<tbody>{}</tbody></table>').format(head, lines)


def probed(answer: Probed | None) -> Markup:
    """Values with units, raw and scaled, or the error with advice."""
    if answer is None:
        return Markup()
    if not answer["ok"]:
        return _failed(answer, _values(answer["values"]))
    took = f" in {answer['milliseconds']:.0f} ms"
    return Markup('<div class="ew-answer ew-good" role="status"><b>✓ The meter answered{}.</b>{}</div>').format(
        took, _values(answer["values"])
    )


def suggested(answer: SuggestedProfiles | None) -> Markup:
    """The identity that a meter states, above the profiles that fit; or the error with advice."""
    if answer is None:
        return Markup()
    said = Markup().join(
        Markup("<p>{}: {}</p>").format(meaning, one_line(text, 80)) for meaning, text in answer["identity"].items()
    )
    notes = Markup().join(Markup("<p>{}</p>").format(one_line(note, 300)) for note in answer["notes"])
    if not answer["ok"]:
        return _failed(answer, said + notes)
    number = len(answer["candidates"])
    head = (
        "No profile fits." if not number else "One profile fits." if number == 1 else "These profiles fit, best first."
    )
    good = "ew-good" if number else "ew-bad"
    return Markup('<div class="ew-answer {}" role="status"><b>{}</b>{}{}</div>').format(good, head, said, notes)


def reasons(candidate: Candidate) -> Markup:
    """Reasons for and against a suggested profile."""
    named = f"{candidate['vendor']} {candidate['model']}".strip()
    told = [*candidate["reasons"], *(f"but {text}" for text in candidate["against"])]
    return Markup('<p class="ew-hint"><b>{}</b>: {}. {}</p>').format(candidate["certainty"], named, "; ".join(told))


def _failed(answer: Probed, more: Markup) -> Markup:
    advice = Markup("<p>{}</p>").format(_begun(answer["advice"])) if answer["advice"] else Markup()
    text = _begun(answer["error"] or "The meter did not answer.")
    return Markup('<div class="ew-answer ew-bad" role="alert"><b>✕ {}</b>{}{}</div>').format(text, advice, more)


def _begun(text: str) -> str:
    """A sentence with its first letter large."""
    return text[:1].upper() + text[1:]


def _values(values: Sequence[ProbedValue]) -> Markup:
    """The values that were read, raw and scaled."""
    if not values:
        return Markup()
    lines = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            value["label"] or value["quantity"],
            _number(value["raw"]),
            _number(value["scaled"]),
            _unit(value),
        )
        for value in in_order(values, lambda value: value["quantity"])
    )
    head = Markup("<thead><tr><th>Quantity</th><th>As reported</th><th>Primary</th><th>Unit</th></tr></thead>")
    return Markup('<div class="ew-scroll"><table class="ew-list ew-numbers">{}<tbody>{}</tbody></table></div>').format(
        head, lines
    )


def _shown(text: str) -> str:
    return one_line(text, 80) or "–"


def _number(value: Any) -> str:
    if value is None:
        return "–"
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"


def _unit(value: ProbedValue) -> str:
    return "" if value["unit"] == "1" else value["unit"]
