"""The documentation says what the rules are."""

from __future__ import annotations

import re
from pathlib import Path

from energy_workbench.domain.health.plausibility import bounds
from scripts import document_fields

PAGE = Path(__file__).parents[2] / "docs" / "health.md"


def test_every_rule_stands_there_with_its_defaults_and_their_source() -> None:
    page = PAGE.read_text("utf-8")
    assert document_fields.HEALTH.written(page) == page, "python -m scripts.document_fields writes it"


def test_every_finding_of_a_value_stands_there() -> None:
    named = set(re.findall(r"`(value\.\w+)`", PAGE.read_text("utf-8")))
    assert named == {bound.name for bound in bounds(400.0, 100.0).values()}
