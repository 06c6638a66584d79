"""The page of the settings is made of their declaration."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_the_settings_is_what_is_declared() -> None:
    spec = importlib.util.spec_from_file_location("document_settings", ROOT / "scripts" / "document_settings.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = script.PAGE.read_text("utf-8")
    assert script.written(page) == page, "run scripts/document_settings.py"
    row = script.line(script.declared()["billing_day"])
    assert row in page
    assert script.written(page.replace(row, row + " old |")) == page
