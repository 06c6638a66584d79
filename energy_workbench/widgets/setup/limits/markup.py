"""HTML of the limits."""

from __future__ import annotations

from markupsafe import Markup

from energy_workbench.contract.rows.condition import LimitRule, Limits
from energy_workbench.widgets.setup.limits.model import NOMINAL, PARTS, shown

HEADS = ("Rule", "Warning", "Critical", "Leaves by", "Lasting", "What is compared")


def title(number: str) -> Markup:
    """Title: the meter of the limits, or the site."""
    return Markup("<h2>Limits of health: {}</h2>").format(number or "the site")


def table(answer: Limits | None) -> Markup:
    """Every rule with its limits; those that were set here are bold and marked."""
    if answer is None:
        return Markup('<p class="ew-hint">One moment…</p>')
    heads = Markup().join(Markup("<th>{}</th>").format(head) for head in HEADS)
    lines = Markup().join(_line(rule, answer) for rule in answer["rules"])
    nominal = Markup(" · ").join(
        Markup("{}: {}").format(label, _value(name, answer)) for name, label in NOMINAL.items()
    )
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-limits-table"><thead><tr>{}</tr></thead>'
        '<tbody>{}</tbody></table></div><p class="ew-hint">{}</p>'
    ).format(heads, lines, nominal)


def source(rule: LimitRule | None) -> Markup:
    """Source of the defaults of the edited rule."""
    return Markup('<p class="ew-hint">Default: {}.</p>').format(rule["source"]) if rule else Markup()


def _line(rule: LimitRule, answer: Limits) -> Markup:
    units = (rule["unit"], rule["unit"], rule["unit"], "s")
    marks = ("below ", "below ", "") if rule["low"] else ("above ", "above ", "")
    cells = Markup().join(
        Markup("<td>{}</td>").format(_value(f"{rule['name']}_{part}", answer, before, unit))
        for part, unit, before in zip(PARTS, units, (*marks, ""), strict=True)
    )
    return Markup("<tr><th>{}</th>{}<td>{}</td></tr>").format(rule["label"], cells, rule["meaning"])


def _value(name: str, answer: Limits, before: str = "", unit: str = "") -> str:
    value = answer["limits"][name]
    text = shown(value) if value is None else f"{before}{shown(value)}{'' if unit in ('', '1') else f' {unit}'}"
    return Markup('<b title="Set here">{} ✎</b>').format(text) if name in answer["own"] else text
