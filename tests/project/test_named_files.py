"""Files of the code that the documentation names are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (ROOT, ROOT / "energy_workbench", ROOT / "collector")
PAGES = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_module_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`([\w./]+/[\w.]+\.(?:py|js|css))`", page.read_text("utf-8")))
    assert {name for name in named if not any((room / name).exists() for room in ROOMS)} == set()
