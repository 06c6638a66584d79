"""HTML of the form's texts: the conflict of two editors, and the answer of a connection test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.setup.details.markup import in_order
from energy_workbench.widgets.setup.marks import one_line


def conflict(versions: Iterable[tuple[str, str, str, str]]) -> Markup:
    """Both versions beside what there was."""
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


def probed(answer: Mapping[str, Any]) -> Markup:
    """Values with units, raw and scaled, or the error with advice."""
    if not answer:
        return Markup()
    if not answer.get("ok"):
        return _failed(answer, _values(answer))
    took = f" in {float(answer['milliseconds']):.0f} ms" if answer.get("milliseconds") is not None else ""
    return Markup('<div class="ew-answer ew-good" role="status"><b>✓ The meter answered{}.</b>{}</div>').format(
        took, _values(answer)
    )


def suggested(answer: Mapping[str, Any]) -> Markup:
    """The identity that a meter states, above the profiles that fit; or the error with advice."""
    if not answer:
        return Markup()
    said = Markup().join(
        Markup("<p>{}: {}</p>").format(meaning, one_line(text, 80))
        for meaning, text in dict(answer.get("identity") or {}).items()
    )
    notes = Markup().join(Markup("<p>{}</p>").format(one_line(note, 300)) for note in answer.get("notes") or ())
    if not answer.get("ok"):
        return _failed(answer, said + notes)
    number = len(answer.get("candidates") or ())
    head = (
        "No profile fits." if not number else "One profile fits." if number == 1 else "These profiles fit, best first."
    )
    good = "ew-good" if number else "ew-bad"
    return Markup('<div class="ew-answer {}" role="status"><b>{}</b>{}{}</div>').format(good, head, said, notes)


def reasons(candidate: Mapping[str, Any]) -> Markup:
    """Reasons for and against a suggested profile."""
    named = f"{candidate.get('vendor', '')} {candidate.get('model', '')}".strip()
    told = [*candidate.get("reasons", ()), *(f"but {text}" for text in candidate.get("against", ()))]
    return Markup('<p class="ew-hint"><b>{}</b>: {}. {}</p>').format(
        str(candidate["certainty"]), named, "; ".join(told)
    )


def _failed(answer: Mapping[str, Any], more: Markup) -> Markup:
    advice = Markup("<p>{}</p>").format(_begun(answer["advice"])) if answer.get("advice") else Markup()
    text = _begun(answer.get("error") or "The meter did not answer.")
    return Markup('<div class="ew-answer ew-bad" role="alert"><b>✕ {}</b>{}{}</div>').format(text, advice, more)


def _begun(text: Any) -> str:
    """A sentence with its first letter large."""
    return str(text)[:1].upper() + str(text)[1:]


def _values(answer: Mapping[str, Any]) -> Markup:
    """The values that came, raw and scaled."""
    if not answer.get("values"):
        return Markup()
    lines = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            str(value.get("label") or value["quantity"]),
            _number(value.get("raw")),
            _number(value.get("scaled")),
            _unit(value),
        )
        for value in in_order(answer["values"], lambda value: str(value["quantity"]))
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


def _unit(value: Mapping[str, Any]) -> str:
    unit = str(value.get("unit") or "")
    return "" if unit == "1" else unit
