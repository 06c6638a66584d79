"""HTML of the review: breaks with their evidence, or the decisions about them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from energy_workbench.contract.rows.review import CaseRow
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.energy.counter_steps import Choice
from energy_workbench.figures.wording.words import moment

WORDS: dict[str, str] = {
    Choice.ROLLOVER: "Rollover: it began again at zero",
    Choice.RESET: "Reset: somebody set it to zero",
    Choice.EXCHANGE: "Exchange: another device took over",
    Choice.GLITCH: "Glitch: the readings after it are wrong",
    Choice.REAL: "Real: it is energy that flowed",
}
"""Choice → its label."""

EVIDENCE: dict[str, tuple[str, str | None]] = {
    "before": ("Reading before", None),
    "after": ("Reading after", None),
    "hours": ("Time between", "h"),
    "typical": ("Usual in an hour", None),
    "modulus": ("Begins again at", None),
}
"""Name in the evidence → its label and unit; None is the counter's own unit."""


def cases(rows: Sequence[CaseRow], *, decided: bool, known: bool) -> Markup:
    """The review list, or what was decided."""
    if not known:
        return Markup('<p class="ew-hint">One moment…</p>')
    if not rows:
        what = "Nothing has been decided yet." if decided else "✓ No break waits for a decision."
        return Markup('<p class="ew-calm">{}</p>').format(what)
    heads = ("When", "Meter", "Counter", "Decided" if decided else "What happened")
    head = Markup().join(Markup("<th>{}</th>").format(name) for name in heads)
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-review-list"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(head, Markup().join(map(_line, rows)))


def _line(case: CaseRow) -> Markup:
    decision = case["decision"]
    told = case["text"]
    if decision:
        told = Markup("<b>{}</b><br>{}").format(WORDS[decision["choice"]], decision["reason"])
    label = QUANTITIES[case["quantity"]].label
    when = moment(case["from"]) if case["count"] == 1 else f"{moment(case['from'])} to {moment(case['to'])}"
    return Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td></tr>").format(when, case["number"], label, told)


def option(case: CaseRow) -> str:
    """A case as the menu shows it."""
    times = f" · {case['count']} times" if case["count"] > 1 else ""
    return f"{case['number']} · {QUANTITIES[case['quantity']].label} · {moment(case['from'])}{times}"


def evidence(case: CaseRow | None) -> Markup:
    """The evidence of the break that is looked at."""
    if case is None:
        return Markup()
    unit, known = QUANTITIES[case["quantity"]].unit, case["evidence"]
    rows = [("From", moment(case["from"])), ("To", moment(case["to"]))]
    if case["count"] > 1:
        rows.append(("Steps that look alike", f"{case['count']}: the decision is on all of them"))
    rows += [
        (label, f"{known[name]:,.10g} {unit if ending is None else ending}".strip())
        for name, (label, ending) in EVIDENCE.items()
        if known.get(name) is not None
    ]
    items = Markup().join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in rows)
    return Markup("<h3>{}: {}</h3><dl>{}</dl>").format(case["number"], case["text"], items)
