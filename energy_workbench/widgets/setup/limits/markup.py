"""HTML of the limits."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from energy_workbench.widgets.setup.limits.model import NOMINAL, PARTS, shown

HEADS = ("Rule", "Warning", "Critical", "Leaves by", "Lasting", "What is compared")


def title(number: str) -> str:
    """Whose limits they are."""
    return f"<h2>Limits of health: {escape(number)}</h2>" if number else "<h2>Limits of health: the site</h2>"


def table(answer: Mapping[str, Any]) -> str:
    """Every rule with what holds; what was set here is bold, and said to be."""
    if not answer:
        return '<p class="ew-hint">One moment…</p>'
    heads = "".join(f"<th>{escape(head)}</th>" for head in HEADS)
    lines = "".join(_line(rule, answer) for rule in answer["rules"])
    nominal = " · ".join(f"{escape(label)}: {_value(name, answer)}" for name, label in NOMINAL.items())
    return (
        f'<div class="ew-scroll"><table class="ew-list ew-limits-table"><thead><tr>{heads}</tr></thead>'
        f'<tbody>{lines}</tbody></table></div><p class="ew-hint">{nominal}</p>'
    )


def source(rule: Mapping[str, Any] | None) -> str:
    """Where the defaults of the edited rule come from."""
    return f'<p class="ew-hint">Default: {escape(rule["source"])}.</p>' if rule else ""


def _line(rule: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    units = (rule["unit"], rule["unit"], rule["unit"], "s")
    marks = ("below ", "below ", "") if rule["low"] else ("above ", "above ", "")
    cells = "".join(
        f"<td>{_value(str(rule['name']) + '_' + part, answer, before, unit)}</td>"
        for part, unit, before in zip(PARTS, units, (*marks, ""), strict=True)
    )
    return f"<tr><th>{escape(rule['label'])}</th>{cells}<td>{escape(rule['meaning'])}</td></tr>"


def _value(name: str, answer: Mapping[str, Any], before: str = "", unit: str = "") -> str:
    value = answer["limits"][name]
    text = shown(value) if value is None else f"{before}{shown(value)}{'' if unit in ('', '1') else f' {unit}'}"
    return f'<b title="Set here">{escape(text)} ✎</b>' if name in answer["own"] else escape(text)
