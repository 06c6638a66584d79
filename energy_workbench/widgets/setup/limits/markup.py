"""HTML of the limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.setup.limits.model import NOMINAL, PARTS, shown

HEADS = ("Rule", "Warning", "Critical", "Leaves by", "Lasting", "What is compared")


def title(number: str) -> Markup:
    """Whose limits they are."""
    return Markup("<h2>Limits of health: {}</h2>").format(number or "the site")


def table(answer: Mapping[str, Any]) -> Markup:
    """Every rule with what holds; what was set here is bold, and said to be."""
    if not answer:
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


def source(rule: Mapping[str, Any] | None) -> Markup:
    """Where the defaults of the edited rule come from."""
    return Markup('<p class="ew-hint">Default: {}.</p>').format(rule["source"]) if rule else Markup()


def _line(rule: Mapping[str, Any], answer: Mapping[str, Any]) -> Markup:
    units = (rule["unit"], rule["unit"], rule["unit"], "s")
    marks = ("below ", "below ", "") if rule["low"] else ("above ", "above ", "")
    cells = Markup().join(
        Markup("<td>{}</td>").format(_value(str(rule["name"]) + "_" + part, answer, before, unit))
        for part, unit, before in zip(PARTS, units, (*marks, ""), strict=True)
    )
    return Markup("<tr><th>{}</th>{}<td>{}</td></tr>").format(rule["label"], cells, rule["meaning"])


def _value(name: str, answer: Mapping[str, Any], before: str = "", unit: str = "") -> str:
    value = answer["limits"][name]
    text = shown(value) if value is None else f"{before}{shown(value)}{'' if unit in ('', '1') else f' {unit}'}"
    return Markup('<b title="Set here">{} ✎</b>').format(text) if name in answer["own"] else text
