"""The site's use is known where each part of it is, and every face says the same and why."""

from __future__ import annotations

import html
from typing import Any

import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.reports.sections.front import summary
from energy_workbench.reports.sections.generation import carbon
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard.model import Model
from energy_workbench.widgets.generation import markup as generation_markup
from energy_workbench.widgets.generation.model import Model as GenerationModel
from tests.workbench.served import served
from tests.workbench.test_generation_registers import DG, GRID, PERIOD, SOLAR, Make, make

__all__ = ["make"]

SINCE = "2026-10-06T10:00:00+05:30"
UNIT: dict[str, Any] = {"type": "unit", "parent": "G1"}
OUT = "G2 is out of service since 6 Oct 2026 10:00: what goes through it is not metered"


def plant(make: Make, **more: Any) -> Workbench:
    meters = {"G1": (GRID, 40, 5, 0, 0), "G2": (GRID, 20, 0, 0, 0), "U": (UNIT, 30, None, 0, 0)}
    return make(**{**meters, "DG": (DG, 10, None, 0, 0), "SOLAR": (SOLAR, 8, 0, 0, 0), **more})


def faces(wb: Workbench, period: str = PERIOD) -> list[float | None]:
    """The site's use as each face has it."""
    with served(wb.settings) as url:
        far = ew.open(url, token=tokens_of(wb.settings).viewer)
        assert isinstance(far, RemoteWorkbench)
        found = [
            each
            for one in (wb, far)
            for each in (
                one.site_figures(period)["energy_kwh"],
                one.overview(period).cards["energy_kwh"],
                one.generation(period).use_kwh,
                ReportContext(one, period).cards["energy_kwh"],
            )
        ]
        assert wb.site_figures(period) == far.site_figures(period)
        far.close()
    return found


def page(wb: Workbench, period: str = PERIOD) -> Model:
    found = Model(wb, Choices(period=period))
    found.refresh()
    return found


def card(found: Any, label: str) -> Any:
    return next(each for each in found.cards if each.label == label)


def test_every_face_tells_the_same_use(make: Make) -> None:
    wb = plant(make)
    assert faces(wb) == pytest.approx([240 * (40 - 5 + 20 + 10 + 8)] * 8)
    assert wb.site_figures(PERIOD)["demand_peak_kw"] == pytest.approx(73)


def test_the_overview_asks_for_what_the_site_does_not_state(make: Make) -> None:
    wb = plant(make)
    note = page(wb).notes[0]
    assert note == wb.site()["advice"]
    assert "energy-workbench site set currency=" in note
    wb.set_site(currency="INR")
    assert note not in page(wb).notes


def test_a_root_out_of_service_leaves_no_use_on_any_face(make: Make) -> None:
    wb = plant(make)
    wb.set_status("G2", "inactive", "gone", valid_from=SINCE)
    assert faces(wb) == [None] * 8
    assert faces(wb, "2026-10-01/2026-10-05") == pytest.approx([120 * 73] * 8)
    figures, told = wb.site_figures(PERIOD), wb.generation(PERIOD)
    assert figures["energy_reason"] == OUT
    # The time in which all was metered has a maximum, and says which time it is.
    assert figures["demand_peak_kw"] == pytest.approx(73)
    assert wb.site_figures("2026-10-07")["demand_peak_kw"] is None
    assert (told.grid_import_kwh, told.solar_share, told.scope2_location_kg, told.net_kg) == (None,) * 4
    assert (told.solar_kwh, told.dg_kwh) == (1920, 2400)
    assert told.unknown == ({"source": "grid", "meter": "G2", "reason": OUT},)
    days = {day["day"]: day["grid_import_kwh"] for day in told.days}
    assert (days["2026-10-05"], days["2026-10-06"], days["2026-10-07"]) == (24 * 60, None, None)
    (g1,) = [each for each in wb.balance(PERIOD).rows if each["number"] == "G1"]
    assert g1["loss_kwh"] is not None
    assert g1["site_percent"] is None
    shown = page(wb)
    assert any(OUT in note for note in shown.notes)
    assert card(shown, "Energy").note == "not known"
    assert card(shown, "Peak demand").note == "while all was measured"
    other = GenerationModel(wb, Choices(period=PERIOD))
    other.refresh()
    assert card(other, "Solar share").note == "the site's use is not known"
    front = str(summary(ReportContext(wb, PERIOD)))
    assert OUT in front
    assert "while all of the site was measured" in front


def test_in_the_month_in_which_a_site_begins_its_use_is_that_since_then(make: Make) -> None:
    # The diesel generator gives its first reading after five days: it is assumed not to have been there before.
    wb = plant(make, DG=(DG, 10, None, 0, 120))
    use = 240 * (40 - 5 + 20 + 8) + 120 * 10
    for period in ("2026-10", "2026-09-20/2026-10-10", "2026"):
        assert wb.generation(period).use_kwh == pytest.approx(use)
    assert faces(wb, "2026-10") == pytest.approx([use] * 8)
    figures = wb.site_figures("2026-10")
    assert (figures["energy_reason"], figures["demand_peak_kw"]) == ("", pytest.approx(73))
    # Before that its demand is that of what was there.
    assert wb.site_figures("2026-09-29/2026-10-05")["demand_peak_kw"] == pytest.approx(63)
    assert wb.generation("2026-10").solar_share == pytest.approx((8 - 5) * 240 / use, abs=1e-4)
    assert wb.site_figures("2026-09")["energy_kwh"] is None
    assert "has no data in this period" in wb.site_figures("2026-09")["energy_reason"]


def test_a_virtual_root_of_meters_that_begin_later_is_no_lack(make: Make) -> None:
    top = {"type": "virtual"}
    wb = make(SITE=(top, None, None, 0, 0), A=({"type": "unit", "parent": "SITE"}, 30, None, 0, 48),
              B=({"type": "unit", "parent": "SITE"}, 20, None, 0, 96))  # fmt: skip
    assert wb.site_figures("2026-10")["energy_kwh"] == pytest.approx(30 * 192 + 20 * 144)


@pytest.mark.parametrize("number", ["DG", "SOLAR"])
def test_a_producer_that_told_nothing_leaves_no_use(make: Make, number: str) -> None:
    fields = {"DG": DG, "SOLAR": SOLAR}[number]
    wb = plant(make, **{number: (fields | {"parent": "G1"}, None, None, 0, 0)})
    assert wb.site_figures(PERIOD)["energy_kwh"] is wb.generation(PERIOD).use_kwh is None
    assert wb.site_figures(PERIOD)["energy_reason"] == f"{number} has no data in this period"
    assert wb.site_figures(PERIOD)["demand_peak_kw"] is None


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        ("SOLAR", SOLAR | {"parent": "G1"}),
        ("DG", DG | {"parent": "G1"}),
        ("WIND", {"type": "other", "flow": "producer", "parent": "G1"}),
    ],
)
def test_a_producer_that_tells_its_other_register_only_has_not_told_what_it_makes(
    make: Make, number: str, fields: dict[str, Any]
) -> None:
    # Production is counted in the register of import, and the device counts it in that of export.
    wb = plant(make, **{number: (fields, None, 8, 0, 0)})
    (row,) = [each for each in wb.energies(PERIOD) if each["number"] == number]
    assert (row["total_kwh"], row["energy_export_kwh"]) == (None, 1920)
    assert faces(wb) == [None] * 8
    reason = (
        f"{number} tells its export only, and what it produces is counted in its import: is production_register right?"
    )
    assert wb.site_figures(PERIOD)["energy_reason"] == reason
    assert [each["meter"] for each in wb.generation(PERIOD).unknown] == [number]
    (leaf,) = [each for each in wb.overview(PERIOD).tree if each["number"] == number]
    assert leaf["energy_kwh"] is None
    flow = wb.flow(PERIOD)
    (node,) = [each for each in flow.nodes if each["number"] == number]
    assert (node["value"], node["metering"]) == (None, "unknown")
    assert not [link for link in flow.links if node["id"] in (link["source"], link["target"])]
    (g1,) = [each for each in wb.balance(PERIOD).rows if each["number"] == "G1"]
    assert (g1["loss_kwh"], g1["verdict"]) == (None, "insufficient_data")


def test_a_producer_out_of_service_made_nobody_knows_what(make: Make) -> None:
    wb = plant(make)
    wb.set_status("DG", "inactive", "gone", valid_from=SINCE)
    told = wb.generation(PERIOD)
    assert (told.dg_kwh, told.diesel_litres, told.scope1_kg, told.net_kg, told.use_kwh) == (None,) * 5
    assert told.grid_import_kwh == 240 * 60
    assert wb.generation("2026-10-01/2026-10-05").dg_kwh == 1200


def test_a_spare_root_that_was_never_connected_is_left_out_and_named(make: Make) -> None:
    wb = plant(make, SPARE=(GRID, None, None, 0, 0))
    assert faces(wb) == pytest.approx([240 * 73] * 8)
    told = wb.generation(PERIOD)
    assert (told.left_out, told.grid_import_kwh, told.unknown) == (("SPARE",), 240 * 60, ())
    assert wb.site_figures(PERIOD)["left_out"] == ["SPARE"]
    words = "SPARE was never connected: the site's figures leave it out."
    assert words in page(wb).notes
    assert words.removesuffix(".") in str(summary(ReportContext(wb, PERIOD)))
    (g1,) = [row for row in wb.balance(PERIOD).rows if row["number"] == "G1"]
    assert g1["site_percent"] is not None
    # One that a gateway is to read is there: what comes in is not known.
    meter = wb.meter("SPARE")
    wb.update_meter("SPARE", {"gateway": "tcp://127.0.0.1:1", "unit_id": 1, "profile": "eastron_sdm630"})
    assert meter["communication"] == "not_connected"
    assert wb.site_figures(PERIOD)["left_out"] == ["SPARE"], "before it was set up it was not connected"
    assert wb.overview("today").cards["power_now_kw"] is None


WIND: dict[str, Any] = {"type": "other", "flow": "producer"}


def test_a_producer_of_another_type_is_no_diesel_generator(make: Make) -> None:
    wb = plant(make, WIND=(WIND, 6, None, 0, 0))
    told = wb.generation(PERIOD)
    assert (told.other_kwh, told.dg_kwh, told.use_kwh) == (1440, 2400, 240 * 79)
    assert [row["number"] for row in told.generators] == ["DG"]
    # Its factor is nobody's guess: neither diesel's nor nothing.
    assert (told.scope1_kg, told.net_kg) == (None, None)
    (lacking,) = told.missing_factors
    assert lacking["name"] == "other_producers"
    assert "WIND is a producer of a type that does not say what powers it" in lacking["reason"]
    assert {day["scope1_kg"] for day in told.days} == {None}
    assert {day["other_kwh"] for day in told.days} == {144}
    shown = GenerationModel(wb, Choices(period=PERIOD))
    shown.refresh()
    assert card(shown, "Other producers").value == "1,440 kWh"
    assert "other producers" in {trace["name"] for trace in shown.sources_figure["data"]}
    assert "other producers 1,440 kWh" in str(shown.sources_figure["layout"])
    assert "WIND is a producer" in str(carbon(ReportContext(wb, PERIOD)))
    by_diesel = 2.68 * (told.diesel_litres or 0)
    for factor in (0, 0.5):
        wb.set_factor({"name": "other_producers", "value": factor, "source": "its maker"})
        assert wb.generation(PERIOD).scope1_kg == pytest.approx(by_diesel + factor * 1440, abs=1e-3)
    assert wb.generation(PERIOD).missing_factors == ()


def test_a_market_based_figure_says_what_it_is_made_with_on_every_face(make: Make) -> None:
    wb = plant(make)

    def said() -> list[str]:
        shown = GenerationModel(wb, Choices(period=PERIOD))
        shown.refresh()
        page = generation_markup.scopes(shown.generation, {}, "")
        return [page, str(carbon(ReportContext(wb, PERIOD))), str(shown.carbon_table().columns), asked()]

    def asked() -> str:
        with served(wb.settings) as url:
            far = ew.open(url, token=tokens_of(wb.settings).viewer)
            assert isinstance(far, RemoteWorkbench)
            found = far.generation(PERIOD)
            far.close()
        assert found == wb.generation(PERIOD)
        return found.market_basis

    text = "no contractual factor is stated: the grid's average is used"
    assert all(text in html.unescape(each) for each in said())
    wb.set_factor({"name": "grid_market", "value": 0.1, "source": "contract", "valid_from": "2026-10-05"})
    text = "a contractual factor is stated from 2026-10-05: before that, the grid's average is used"
    assert all(text in html.unescape(each) for each in said())
    wb.set_factor({"name": "grid_market", "value": 0.1, "source": "contract", "valid_from": "2026-01-01"})
    assert all("as contracted" in each for each in said())
    assert wb.generation(PERIOD).scope2_market_kg == pytest.approx(1440)


def test_a_child_out_of_service_is_told_and_leaves_no_diversity_factor(make: Make) -> None:
    unit: dict[str, Any] = {"type": "unit", "parent": "G1"}
    wb = make(G1=(GRID, 60, 0, 0, 0), A=(unit, 30, None, 0, 0), B=(unit, 20, None, 0, 0), C=(unit, None, None, 0, 0))
    wb.set_status("C", "inactive", "never wired", valid_from="beginning")
    (row,) = wb.demand("G1", PERIOD).rows
    assert [(each["number"], each["kw"]) for each in row["children"]] == [("A", 30), ("B", 20), ("C", None)]
    out = "C is out of service: what goes through it is not metered"
    assert (row["children"][-1]["reason"], row["diversity_factor"], row["diversity_reason"]) == (out, None, out)
    wb.set_status("C", "active", valid_from="beginning")
    (row,) = wb.demand("G1", PERIOD).rows
    assert row["children"][-1] == {"number": "C", "kw": None, "share": None, "reason": "C was not fully measured"}
    assert (row["diversity_factor"], row["diversity_reason"]) == (None, "C was not fully measured")


def test_a_child_that_goes_out_of_service_leaves_the_factor_of_the_time_before(make: Make) -> None:
    unit: dict[str, Any] = {"type": "unit", "parent": "G1"}
    wb = make(G1=(GRID, 60, 0, 0, 0), A=(unit, 30, None, 0, 0), B=(unit, 20, None, 0, 0))
    wb.set_status("B", "inactive", "gone", valid_from=SINCE)
    (row,) = wb.demand("G1", PERIOD).rows
    # It is that of the time in which both were metered: B is not named for the rest of the month.
    assert (row["diversity_factor"], row["diversity_reason"]) == (1, "")
    after = wb.demand("G1", "2026-10-07/2026-10-08").rows[0]
    out = "B is out of service since 6 Oct 2026 10:00: what goes through it is not metered"
    assert (after["diversity_factor"], after["diversity_reason"]) == (None, out)
    # Its maximum was before, when B was metered.
    assert [(each["number"], each["kw"]) for each in row["children"]][:2] == [("A", 30), ("B", 20)]
    (row,) = wb.demand("G1", "2026-10-01/2026-10-05").rows
    assert (row["diversity_factor"], row["diversity_reason"]) == (1, "")
