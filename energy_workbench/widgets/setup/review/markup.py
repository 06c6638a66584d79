"""HTML of the review: the steps with their evidence, or what was decided of them; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from energy_workbench.core.quantities import QUANTITIES
from energy_workbench.core.vee import Choice
from energy_workbench.figures.words import moment

WORDS: dict[str, str] = {
    Choice.ROLLOVER: "Rollover: it began again at zero",
    Choice.RESET: "Reset: somebody set it to zero",
    Choice.EXCHANGE: "Exchange: another device took over",
    Choice.GLITCH: "Glitch: the readings after it are wrong",
    Choice.REAL: "Real: it is energy that flowed",
}
"""Choice → what it says."""

EVIDENCE: dict[str, tuple[str, str | None]] = {
    "before": ("Reading before", None),
    "after": ("Reading after", None),
    "hours": ("Time between", "h"),
    "typical": ("Usual in an hour", None),
    "modulus": ("Begins again at", None),
}
"""Name in the evidence → what people call it and its unit; None is the counter's own."""


def cases(found: Sequence[Mapping[str, Any]], *, decided: bool, known: bool) -> str:
    """The list of steps."""
    if not known:
        return '<p class="ew-hint">One moment…</p>'
    if not found:
        what = "Nothing has been decided yet." if decided else "✓ No step of a counter waits for a decision."
        return f'<p class="ew-calm">{what}</p>'
    heads = ("When", "Meter", "Counter", "Decided" if decided else "What happened")
    head = "".join(f"<th>{name}</th>" for name in heads)
    return (
        f'<div class="ew-scroll"><table class="ew-list ew-review-list"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_line, found))}</tbody></table></div>"
    )


def _line(case: Mapping[str, Any]) -> str:
    decision = case["decision"]
    told = escape(case["text"])
    if decision:
        told = f"<b>{escape(WORDS[decision['choice']])}</b><br>{escape(decision['reason'])}"
    label = escape(QUANTITIES[case["quantity"]].label)
    return f"<tr><td>{moment(case['from'])}</td><th>{escape(case['number'])}</th><td>{label}</td><td>{told}</td></tr>"


def option(case: Mapping[str, Any]) -> str:
    """A case as the menu shows it."""
    return f"{case['number']} · {QUANTITIES[case['quantity']].label} · {moment(case['from'])}"


def evidence(case: Mapping[str, Any]) -> str:
    """What is known of the step that is looked at."""
    if not case:
        return ""
    unit, known = QUANTITIES[case["quantity"]].unit, case["evidence"]
    rows = [("From", moment(case["from"])), ("To", moment(case["to"]))]
    rows += [
        (label, f"{known[name]:,.10g} {unit if ending is None else ending}".strip())
        for name, (label, ending) in EVIDENCE.items()
        if known.get(name) is not None
    ]
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<h3>{escape(case['number'])}: {escape(case['text'])}</h3><dl>{items}</dl>"
