"""HTML of the form's texts: the conflict of two editors, and the answer of a connection test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from energy_workbench.widgets.setup.details.markup import in_order
from energy_workbench.widgets.setup.marks import one_line


def conflict(versions: Iterable[tuple[str, str, str, str]]) -> str:
    """Both versions beside what there was."""
    lines = "".join(
        "<tr>"
        + f"<th>{escape(label)}</th><td>{_shown(before)}</td>"
        + f'<td class="{"ew-other" if now != before else ""}">{_shown(now)}</td>'
        + f'<td class="{"ew-mine" if mine.strip() != before.strip() else ""}">{_shown(mine)}</td></tr>'
        for label, before, now, mine in versions
    )
    head = "<thead><tr><th></th><th>When you opened it</th><th>Stored now</th><th>Yours</th></tr></thead>"
    return f'<table class="ew-list ew-versions">{head}<tbody>{lines}</tbody></table>' if lines else ""


def probed(answer: Mapping[str, Any]) -> str:
    """Values with units, raw and scaled, or the error and what to try."""
    if not answer:
        return ""
    if not answer.get("ok"):
        return _failed(answer, _values(answer))
    took = f" in {float(answer['milliseconds']):.0f} ms" if answer.get("milliseconds") is not None else ""
    return f'<div class="ew-answer ew-good" role="status"><b>✓ The meter answered{took}.</b>{_values(answer)}</div>'


def suggested(answer: Mapping[str, Any]) -> str:
    """What was found out of a meter, above the profiles that fit; or the error and what to try."""
    if not answer:
        return ""
    said = "".join(
        f"<p>{escape(meaning)}: {escape(one_line(text, 80))}</p>"
        for meaning, text in dict(answer.get("identity") or {}).items()
    )
    notes = "".join(f"<p>{escape(one_line(note, 300))}</p>" for note in answer.get("notes") or ())
    if not answer.get("ok"):
        return _failed(answer, said + notes)
    number = len(answer.get("candidates") or ())
    head = (
        "No profile fits." if not number else "One profile fits." if number == 1 else "These profiles fit, best first."
    )
    good = "ew-good" if number else "ew-bad"
    return f'<div class="ew-answer {good}" role="status"><b>{head}</b>{said}{notes}</div>'


def reasons(candidate: Mapping[str, Any]) -> str:
    """Why a profile is suggested."""
    named = escape(f"{candidate.get('vendor', '')} {candidate.get('model', '')}".strip())
    told = [*candidate.get("reasons", ()), *(f"but {text}" for text in candidate.get("against", ()))]
    return f'<p class="ew-hint"><b>{escape(str(candidate["certainty"]))}</b>: {named}. {escape("; ".join(told))}</p>'


def _failed(answer: Mapping[str, Any], more: str) -> str:
    advice = f"<p>{escape(_begun(answer['advice']))}</p>" if answer.get("advice") else ""
    text = escape(_begun(answer.get("error") or "The meter did not answer."))
    return f'<div class="ew-answer ew-bad" role="alert"><b>✕ {text}</b>{advice}{more}</div>'


def _begun(text: Any) -> str:
    """A sentence with its first letter large."""
    return str(text)[:1].upper() + str(text)[1:]


def _values(answer: Mapping[str, Any]) -> str:
    """The values that came, raw and scaled."""
    if not answer.get("values"):
        return ""
    lines = "".join(
        f"<tr><th>{escape(str(value.get('label') or value['quantity']))}</th><td>{_number(value.get('raw'))}</td>"
        f"<td>{_number(value.get('scaled'))}</td><td>{_unit(value)}</td></tr>"
        for value in in_order(answer["values"], lambda value: str(value["quantity"]))
    )
    head = "<thead><tr><th>Quantity</th><th>As reported</th><th>Primary</th><th>Unit</th></tr></thead>"
    return f'<div class="ew-scroll"><table class="ew-list ew-numbers">{head}<tbody>{lines}</tbody></table></div>'


def _shown(text: str) -> str:
    return escape(one_line(text, 80)) or "–"


def _number(value: Any) -> str:
    if value is None:
        return "–"
    if not isinstance(value, int | float):
        return escape(str(value))
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"


def _unit(value: Mapping[str, Any]) -> str:
    unit = str(value.get("unit") or "")
    return "" if unit == "1" else escape(unit)
