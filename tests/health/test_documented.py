"""The documentation says what the rules are."""

from __future__ import annotations

import re
from pathlib import Path

from energy_workbench.domain.health.limits import RULES, Rule
from energy_workbench.domain.health.plausibility import bounds

PAGE = Path(__file__).parents[2] / "docs" / "health.md"


def shown(value: float | None, unit: str, before: str = "") -> str:
    return "off" if value is None else f"{before}{value:g}{'' if unit == '1' else f' {unit}'}"


def line(rule: Rule) -> str:
    limit, side = rule.default, "below " if rule.low else "above "
    cells = (
        f"`{rule.name}`", rule.meaning, shown(limit.warning, rule.unit, side), shown(limit.critical, rule.unit, side),
        shown(limit.hysteresis, rule.unit), shown(limit.seconds, "s"), rule.source,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def test_every_rule_stands_there_with_its_defaults_and_their_source() -> None:
    assert [text for text in PAGE.read_text("utf-8").splitlines() if text in set(map(line, RULES.values()))] == [
        line(rule) for rule in RULES.values()
    ]


def test_every_finding_of_a_value_stands_there() -> None:
    named = set(re.findall(r"`(value\.\w+)`", PAGE.read_text("utf-8")))
    assert named == {bound.name for bound in bounds(400.0, 100.0).values()}
