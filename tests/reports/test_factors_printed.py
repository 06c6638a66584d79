"""The generation report prints each factor that held with all that is known of it, as Python has it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.reports import sections
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home

HEADS = ["Factor", "Year", "Value", "Unit", "Gases", "Valid from", "Source"]


def printed(about: ReportContext, title: str) -> list[list[str]]:
    """Rows of a table of the section as they stand in the page, the heads first."""
    parts = [part._repr_mimebundle_()["text/html"] for part in sections.carbon(about).parts]
    (html,) = [part for part in parts if "<table" in part and f"<th>{title}" in re.sub(r"<th[^>]*>", "<th>", part)]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def test_factors_of_location_and_market_are_printed_with_all_that_is_known_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "home")
    add_history(home)
    wb = Workbench.at(home.home)
    wb.set_factor(
        {
            "name": "grid_market",
            "value": 0.1234,
            "valid_from": "2021-01-01",
            "source": "contract 7",
            "gases": "CO2, CH4, N2O",
        }
    )
    about = ReportContext(wb, "2026-10")
    heads, *rows = printed(about, "Factor")
    assert heads == HEADS
    found = {row[0]: row[1:] for row in rows}
    assert found["grid market"] == ["2021 (old)", "0.1234", "kg CO₂e/kWh", "CO₂, CH₄, N₂O", "2021-01-01", "contract 7"]
    for factor in (each for each in wb.generation("2026-10").to_dict()["factors"] if each["holds"]):
        year, value, unit, gases, since, source = found.pop(factor["name"].replace("_", " "))
        assert year == (f"{factor['year']}{' (old)' if factor['old'] else ''}" if factor["year"] else "–")
        assert value == f"{factor['value']:.4f}"
        assert (unit, gases, source) == (factor["unit"], factor["gases"], " ".join(factor["source"].split()))
        assert since == (factor["valid_from"] or "always")
    assert not found, "no factor beside those that held"
    scopes = {row[0]: row[1:] for row in printed(about, "Emission")[1:]}
    generation = wb.generation("2026-10").to_dict()
    # The market-based one says what it is made with.
    (basis,) = (name for name in scopes if name.startswith("Scope 2: grid, market-based"))
    assert generation["market_basis"] in basis
    location, market = scopes["Scope 2: grid, location-based"], scopes[basis]
    assert (location[1], market[1]) == ("kg CO₂", "kg CO₂e")
    for shown, name in ((location, "scope2_location_kg"), (market, "scope2_market_kg")):
        assert float(shown[0].replace(",", "")) == pytest.approx(generation[name], rel=0.02)
    assert location[0] != market[0]
