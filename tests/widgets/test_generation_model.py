"""The model of the page of generation, and its texts: driven without a widget, a browser or a kernel."""

from __future__ import annotations

import pytest

from energy_workbench.contract.results import Generation, GenerationComparison
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.generation import markup
from energy_workbench.widgets.generation.change import change, ratio_change
from energy_workbench.widgets.generation.model import Model
from tests.figures import analyses


class StandIn:
    """Answers like a façade: half as much in every other period than the chosen one."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.compared: list[tuple[str, str]] = []
        self.known_before = 0.95

    def generation(self, period: str) -> Generation:
        self.asked.append(period)
        first = len(self.asked) == 1 or period == self.asked[0]
        return Generation.from_dict(
            analyses.generation() if first else analyses.generation(0.5, completeness=self.known_before)
        )

    def compare_generation(self, period: str, *, against: str) -> GenerationComparison:
        self.compared.append((period, against))
        names = ("grid_import_kwh", "grid_export_kwh", "dg_kwh", "dg_run_hours", "diesel_litres", "solar_kwh")
        kg = ("scope1_kg", "scope2_location_kg", "scope2_market_kg", "gross_kg", "avoided_kg", "net_kg")
        now, before = analyses.generation(), analyses.generation(0.5)
        for each in (now, before):
            each["gross_kg"] = each["scope1_kg"] + each["scope2_location_kg"]
        rows = [
            {"name": name, "value": now[name], "before": before[name], "change_percent": 96.0, "totals_percent": 100.0}
            for name in (*names, *kg)
        ]
        span = {"start": now["from"], "end": now["to"], "timezone": now["timezone"], "days": 2.0, "before_days": 3.0}
        return GenerationComparison(
            rows=tuple(rows), total=len(rows), against=against, before_start="2026-10-30T00:00:00+05:30",
            before_end="2026-11-02T00:00:00+05:30", **span,
        )  # fmt: skip

    def factors(self) -> list[dict[str, object]]:
        return analyses.factors()


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def model(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setenv(FIXED_NOW, "2026-11-20T12:00:00+00:00")
    found = Model(stand_in, Choices())
    found.refresh()
    return found


def cards(model: Model) -> dict[str, tuple[str, str]]:
    return {card.label: (card.value, card.note) for card in model.cards}


def test_this_month_is_shown_with_where_its_numbers_come_from(model: Model, stand_in: StandIn) -> None:
    assert stand_in.asked == ["this month"]
    found = cards(model)
    assert found["Grid import"][0] == "2,400 kWh"
    assert found["Diesel energy"] == ("150 kWh", "by 1 generator")
    assert found["Run hours"] == ("3.50 h", "counted by the generators")
    assert found["Diesel burnt, estimated"] == ("45.0 L", "by the generators' load")
    assert found["Diesel per kWh"][0] == "0.300 L/kWh"
    assert found["Solar used on site"][0] == "86.7 %"
    assert found["Data"] == ("98.0 %", "complete")
    assert len(found) == 10


def test_a_comparison_asks_for_the_time_before_and_says_how_much_of_it_is_known(
    model: Model, stand_in: StandIn
) -> None:
    model.choices.compare = "previous"
    model.refresh()
    assert stand_in.compared == [("this month", "previous")]
    assert stand_in.asked[-1] == "2026-10-29T18:30:00+00:00/2026-11-01T18:30:00+00:00"
    assert cards(model)["Grid import"][1] == "▲ 96.0 % like days · 1,200 kWh before, totals +100.0 %"
    assert cards(model)["Solar share"][1] == "as before"
    assert "95.0 % is known" in model.note
    assert "Totals are over 2 and 3 days" in model.note
    text = markup.scopes(model.generation, model.changes, model.beside)
    assert "▲ 96.0 % like days · 60.3 kg CO₂ before" in text
    assert "30 October 2026 – 1 November 2026" in text


def test_a_year_earlier_of_which_nothing_is_known_is_no_change(model: Model, stand_in: StandIn) -> None:
    stand_in.known_before = 0.0
    model.choices.compare = "year"
    model.refresh()
    assert stand_in.compared[-1] == ("this month", "year")
    assert "There are no data for 30 October 2026 – 1 November 2026" in model.note
    assert cards(model)["Grid import"][1] == "from the grid"


def test_scopes_are_gross_and_memo_figures_stand_apart(model: Model) -> None:
    scopes, memo = markup.scopes(model.generation, {}, "").split('<div class="ew-memo">')
    assert "Avoided" not in scopes
    assert "Net" not in scopes
    assert "Memo figures" in memo
    assert "278 kg CO₂" in memo
    # Net is Scope 1 + 2, never gross less avoided.
    assert "1,829 kg CO₂" in scopes
    assert "1,829 kg CO₂" in memo
    assert "avoided is not taken off" in memo


def test_what_has_no_factor_says_so() -> None:
    payload = analyses.generation() | dict.fromkeys(("scope2_location_kg", "scope2_market_kg", "avoided_kg", "net_kg"))
    lacking = [{"name": "grid_location", "reason": "the site states no country", "advice": "state it"}]
    text = markup.scopes(Generation.from_dict(payload | {"missing_factors": lacking}), {}, "")
    assert text.count("<small>the site states no country</small>") == 5
    assert "–" in text


def test_generators_show_their_load_and_the_check_of_their_fuel(model: Model) -> None:
    text = markup.generators(model.generation.generators)
    for said in ("150 kWh", "counted", "metered", "43 %", "+18.4 %", "⚠ check", "38.0 L by load", "of 100 kW rated"):
        assert said in text
    agrees = model.generation.generators[0] | {"fuel_deviation": 0.02}
    assert "✓ agrees" in markup.generators([agrees])
    none = agrees | {"fuel_deviation": None, "litres_per_kwh": None, "mean_load": None, "rated_kw": None}
    assert "no fuel meter" in markup.generators([none])
    assert "No generator" in markup.generators([])


def test_factors_are_dated_sourced_marked_and_told_whether_they_hold(model: Model) -> None:
    assert [row["holds"] for row in model.used_factors] == [False, True, False, True]
    text = markup.factors(model.used_factors)
    assert text.count(">own<") == 1
    assert "<b>ours</b>" not in text
    assert "01 Apr 2024" in text
    assert "not in this period" in text
    assert "no emission factor" in markup.factors([])


def test_what_is_shown_can_be_taken_along(model: Model) -> None:
    assert model.sources_table().rows[0] == ("2026-11-02", 800.0, 20.0, 150.0, 130.0, 50.0, 15.0)
    assert model.carbon_table().rows[0] == ("2026-11-02", 40.2, 569.36, 80.0, 92.521)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((110.0, 100.0, 5.0, 10.0), "▲ 5.0 % like days · 100 kWh before, totals +10.0 %"),
        ((90.0, 100.0, -5.0, -10.0), "▼ 5.0 % like days · 100 kWh before, totals -10.0 %"),
        ((100.0, 100.0, 0.0, 0.0), "± 0.0 % like days · 100 kWh before, totals +0.0 %"),
        ((5.0, 4.0, None, 25.0), "4.00 kWh before, totals +25.0 %"),
        ((5.0, 0.0, None, None), "0 kWh before"),
        ((5.0, None, None, None), "not known before"),
        ((None, 5.0, None, None), "not known"),
    ],
)
def test_a_change_in_words(row: tuple[float | None, ...], said: str) -> None:
    names = ("value", "before", "change_percent", "totals_percent")
    assert change(dict(zip(names, row, strict=True)), "kWh") == said


@pytest.mark.parametrize(
    ("value", "before", "unit", "said"),
    [
        (0.5, 0.4, "%", "▲ 10.0 points (40.0 % before)"),
        (0.282, 0.301, "L/kWh", "▼ 6.3 % (0.301 L/kWh before)"),
        (5.0, None, "%", "not known before"),
        (None, 5.0, "L/kWh", "not known"),
    ],
)
def test_a_change_of_a_ratio_in_words(value: float | None, before: float | None, unit: str, said: str) -> None:
    assert ratio_change(value, before, unit) == said
