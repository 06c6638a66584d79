"""The changes that docs/python.md shows are done as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")


@pytest.mark.usefixtures("chromium")
def test_the_changes_of_the_page_are_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    wb = Workbench.at(make_home(tmp_path / "home").home)
    (code,) = re.findall(r"^## Changes\n\n```python\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    known: dict[str, Any] = {"wb": wb, "pd": pd}
    exec(code, known)
    assert [each["parent"] for each in wb.meter_parents("PRESS-2")] == ["MAIN", "UNIT-A"]
    assert wb.over_time("PRESS-2", "2026-10-06").total_kwh == 2.5  # the meter applies its ratio itself
    # The last change was the formula from the seventh on.
    assert wb.meter("REST")["formula"] == "[MAIN] - [UNIT-A]"
    assert known["pdf"].startswith(b"%PDF")


def test_the_page_names_what_there_is() -> None:
    (section,) = re.findall(r"^## Changes\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    for name in re.findall(r"`(?:wb\.)?([a-z_]+)`", section):
        assert name in ("valid_from", "reason") or hasattr(Workbench, name), name
