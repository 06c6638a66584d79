"""Trees as they are: nodes without a meter, meters that come later, and moves that are told afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.contract.results import PowerFlow
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.services.workbench import Workbench
from tests.workbench.test_generation_registers import PERIOD, Make, make

__all__ = ["make"]

MAIN: dict[str, Any] = {"type": "main"}
SWITCHED = "2026-10-06T00:00:00+05:30"
"""120 of the 240 hours before it."""


def below(parent: str, **more: Any) -> dict[str, Any]:
    return {"type": "unit", "parent": parent} | more


def row(wb: Workbench, number: str, period: str = PERIOD) -> dict[str, Any]:
    return dict(next(each for each in wb.balance(period) if each["number"] == number))


def links(flow: PowerFlow) -> dict[tuple[str, str], float]:
    names = {node["id"]: node["number"] or "losses" for node in flow.nodes}
    return {(names[link["source"]], names[link["target"]]): link["value"] for link in flow.links}


def at_last(wb: Workbench, number: str) -> float:
    """What a node of the Sankey gives to its losses."""
    return links(wb.flow(PERIOD)).get((number, "losses"), 0.0)


# --- a node without a meter ---


@pytest.mark.parametrize("kind", ["virtual", "distribution"])
def test_a_node_without_a_meter_passes_through_what_is_below_it(make: Make, kind: str) -> None:
    wb = make(
        SRC=(MAIN, 100, None, 0, 0), P=(below("SRC", type=kind), None, None, 0, 0), A=(below("P"), 60, None, 0, 0),
        B=(below("P"), 37, None, 0, 0),
    )  # fmt: skip
    node, panel = row(wb, "SRC"), row(wb, "P")
    assert (node["supply_kwh"], node["loss_kwh"], node["completeness"]) == pytest.approx((24_000, 720, 1.0))
    assert [(each["number"], each["taken_kwh"]) for each in node["children"]] == [("P", pytest.approx(97 * 240))]
    assert (panel["verdict"], panel["loss_kwh"]) == ("not_metered", None)
    assert panel["reason"].startswith("P has no meter")
    assert wb.losses("SRC", PERIOD, every="1mo").rows[0]["loss_kwh"] == pytest.approx(720)
    flow = wb.flow(PERIOD)
    told = {"SRC→P": 97 * 240, "P→A": 60 * 240, "P→B": 37 * 240, "SRC→losses": 720}
    assert {f"{a}→{b}": value for (a, b), value in links(flow).items()} == pytest.approx(told)
    assert {node["number"]: node["verdict"] for node in flow.nodes}["P"] == "not_metered"


def test_a_node_without_a_meter_answers_every_question_with_its_sum(make: Make) -> None:
    wb = make(
        SRC=(MAIN, 100, None, 0, 0), P=(below("SRC", type="virtual"), None, None, 0, 0),
        A=(below("P"), 60, None, 0, 0), Q=(below("P", type="virtual"), None, None, 0, 0),
        B=(below("Q"), 37, None, 50, 98),
    )  # fmt: skip
    energies = {each["number"]: each["total_kwh"] for each in wb.energies(PERIOD)}
    assert energies["P"] == pytest.approx(97 * 240)
    assert energies["Q"] == pytest.approx(37 * 240)
    hour = wb.intervals("P", "2026-10-02", every="1h").rows[0]
    assert (hour["energy_import_kwh"], hour["demand_kw"], hour["quality"]) == (97, 97, "actual")
    # The worst of its parts: B was silent for two days.
    gap = wb.intervals("P", "2026-10-04", every="1h").rows[0]
    assert (gap["energy_import_kwh"], gap["quality"], gap["demand_kw"]) == (97, "estimated", None)
    assert wb.over_time("P", PERIOD).total_kwh == pytest.approx(97 * 240)
    assert wb.demand("P", PERIOD).rows[0]["maximum"] == 97
    assert wb.load_shape("P", PERIOD).maximum_kw == 97
    assert wb.balance(PERIOD, meter="P").rows[0]["verdict"] == "not_metered"


def test_what_produces_below_a_node_without_a_meter_feeds_it(make: Make) -> None:
    wb = make(
        SRC=(MAIN, 70, 0, 0, 0), P=(below("SRC", type="virtual"), None, None, 0, 0), A=(below("P"), 100, None, 0, 0),
        S=({"type": "solar", "parent": "P"}, 30, None, 0, 0),
    )  # fmt: skip
    node = row(wb, "SRC")
    assert (node["loss_kwh"], node["supply_kwh"]) == (pytest.approx(0), pytest.approx(100 * 240))
    assert links(wb.flow(PERIOD)) == {("SRC", "P"): 70 * 240, ("P", "A"): 100 * 240, ("S", "P"): 30 * 240}
    assert wb.over_time("P", PERIOD).total_kwh == pytest.approx(70 * 240)


# --- a meter that comes later ---


def test_a_new_meter_does_not_void_the_past_of_the_one_above(make: Make) -> None:
    wb = make(
        M=(MAIN, 100, None, 0, 0), A=(below("M"), 99, None, 0, 120), N=(below("M"), 9, None, 0, 120),
        B=(below("M"), 90, None, 0, 0),
    )  # fmt: skip
    # Of A and N there is nothing before the sixth; without them 10 % are lost, and that is assumed.
    before = row(wb, "M", "2026-10-03")
    assert (before["loss_kwh"], before["completeness"]) == (pytest.approx(240), 1.0)
    assert before["verdict"] == "insufficient_data"
    assert "A, N gave no reading yet" in before["reason"]
    for number in ("A", "N"):
        wb.update_meter(number, {"commissioned_at": "2026-10-06"})
    assert row(wb, "M", "2026-10-03")["verdict"] == "hotspot"
    wb.update_meter("N", {"commissioned_at": "2026-10-02"})
    assert row(wb, "M", "2026-10-03")["verdict"] == "insufficient_data"
    assert row(wb, "M", "2026-10-03")["loss_kwh"] is None


def test_the_month_of_a_new_meter_is_the_same_in_balance_and_sankey(make: Make) -> None:
    wb = make(
        M=(MAIN, 100, None, 0, 0), A=(below("M"), 50, None, 0, 0), B=(below("M"), 49, None, 0, 0),
        N=(below("M", seen_by_parent=True), 0, None, 0, 120),
    )  # fmt: skip
    node = row(wb, "M")
    assert (node["loss_kwh"], node["loss_percent"], node["completeness"]) == (pytest.approx(240), 1.0, 1.0)
    assert at_last(wb, "M") == pytest.approx(node["loss_kwh"])


def test_a_meter_that_was_made_by_mistake_voids_nothing(make: Make) -> None:
    wb = make(M=(MAIN, 100, None, 0, 0), A=(below("M"), 99, None, 0, 0))
    before = row(wb, "M")
    wb.create_meter({"number": "X", "name": "mistake", "type": "unit", "parent": "M"})
    wb.create_meter(
        {"number": "Y", "name": "never answered", "type": "unit", "parent": "M", "gateway": "tcp://127.0.0.1:9",
         "unit_id": 3, "profile": "schneider_pm5xxx"}
    )  # fmt: skip
    after = row(wb, "M")
    assert {name: after[name] for name in ("loss_kwh", "verdict", "completeness")} == {
        name: before[name] for name in ("loss_kwh", "verdict", "completeness")
    }


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "16.09.2026", True])
def test_what_is_no_day_is_no_date_of_commissioning(make: Make, value: object) -> None:
    wb = make(M=(MAIN, 100, None, 0, 0))
    with pytest.raises(InputError, match="2026-10-05"):
        wb.update_meter("M", {"commissioned_at": value})
    assert wb.update_meter("M", {"commissioned_at": "2026-10-05"})["commissioned_at"] == "2026-10-05"
    assert wb.update_meter("M", {"commissioned_at": None})["commissioned_at"] is None


# --- moves with a date ---


def test_a_move_of_the_past_counts_from_its_date(make: Make) -> None:
    wb = make(
        M=(MAIN, 100, None, 0, 0), A=(below("M"), 60, None, 0, 0), B=(below("M"), 39, None, 0, 0),
        X=(below("A"), 20, None, 0, 0), Y=(below("A"), 40, None, 0, 0), Z=(below("B"), 39, None, 0, 0),
    )  # fmt: skip
    assert row(wb, "A")["loss_kwh"] == pytest.approx(0)
    told = wb.add_parent("X", {"parent_id": "B", "valid_from": SWITCHED})
    assert (told["parent"], told["valid_from"]) == ("B", SWITCHED)
    assert wb.meter("X")["parent_id"] == wb.meter("B")["id"]
    assert [each["parent"] for each in wb.meter_parents("X")] == ["A", "B"]
    assert row(wb, "A")["loss_kwh"] == pytest.approx(20 * 120)
    assert row(wb, "B")["loss_kwh"] == pytest.approx(-20 * 120)
    assert row(wb, "A", "2026-10-03")["loss_kwh"] == pytest.approx(0)
    # The Sankey of the period shows it below each for its time.
    found = links(wb.flow(PERIOD))
    assert (found["A", "X"], found["B", "X"]) == pytest.approx((20 * 120, 20 * 120))
    assert found["A", "losses"] == pytest.approx(row(wb, "A")["loss_kwh"])
    wb.undo()
    assert row(wb, "A")["loss_kwh"] == pytest.approx(0)
    wb.add_parent("X", {"parent_id": "B", "valid_from": SWITCHED})
    assert [each["parent"] for each in wb.delete_parent("X", SWITCHED)] == ["A"]
    assert row(wb, "A")["loss_kwh"] == pytest.approx(0)


def test_a_meter_is_never_below_itself_at_any_time(make: Make) -> None:
    wb = make(M=(MAIN, 9, None, 0, 0), A=(below("M"), 5, None, 0, 0), B=(below("A"), 4, None, 0, 0))
    with pytest.raises(ConflictError, match="below itself: A → B → A"):
        wb.add_parent("A", {"parent_id": "B"})
    wb.add_parent("B", {"parent_id": "M", "valid_from": SWITCHED})
    # From the sixth on it can be, before that B was below it.
    with pytest.raises(ConflictError, match="below itself"):
        wb.add_parent("A", {"parent_id": "B", "valid_from": "2026-10-03"})
    wb.add_parent("A", {"parent_id": "B", "valid_from": "2026-10-07"})
    with pytest.raises(ConflictError, match="below itself"):
        wb.delete_parent("B", SWITCHED)
    assert [each["parent"] for each in wb.meter_parents("A")] == ["M", "B"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"parent_id": "NONE"}, "parent_id"), ({"valid_from": "2026-10-01"}, "parent_id"),
        ({"parent_id": "M", "valid_from": "soon"}, "valid_from"), ({"parent_id": None, "when": "now"}, "when"),
        ({"parent_id": None, "valid_from": "2031-01-01"}, "valid_from"), ({"parent_id": 7}, "parent_id"),
    ],
)  # fmt: skip
def test_a_move_that_makes_no_sense_is_refused(make: Make, fields: dict[str, Any], field: str) -> None:
    wb = make(M=(MAIN, 9, None, 0, 0), A=(below("M"), 5, None, 0, 0))
    with pytest.raises(InputError) as raised:
        wb.add_parent("A", fields)
    assert [problem.field for problem in raised.value.problems] == [field]
    assert [each["parent"] for each in wb.meter_parents("A")] == ["M"]
    with pytest.raises(NotFoundError):
        wb.delete_parent("A", SWITCHED)
    with pytest.raises(ConflictError):
        wb.delete_parent("A", None)


def test_a_move_of_a_locked_month_needs_a_reason(make: Make) -> None:
    wb = make(M=(MAIN, 9, None, 0, 0), A=(below("M"), 5, None, 0, 0), B=(below("M"), 4, None, 0, 0))
    wb.lock_month("2026-09")
    with pytest.raises(ConflictError, match="2026-09"):
        wb.add_parent("A", {"parent_id": "B", "valid_from": "2026-09-15"})
    told = wb.add_parent("A", {"parent_id": "B", "valid_from": "2026-09-15"}, reason="found at the audit")
    assert told["locked_change"]["months"] == ["2026-09"]


# --- a root that cannot be read ---


def test_the_highest_meters_that_are_known_speak_for_a_root_that_cannot_be_read(make: Make) -> None:
    read: dict[str, Any] = {"gateway": "tcp://127.0.0.1:9", "unit_id": 3, "profile": "schneider_pm5xxx"}
    wb = make(
        G=({"type": "grid"} | read, None, None, 0, 0), A=(below("G"), 60, None, 0, 0), B=(below("A"), 50, None, 0, 0),
        C=(below("G", **(read | {"unit_id": 4})), None, None, 0, 0), D=(below("C"), 7, None, 0, 0),
        S=({"type": "solar", "parent": "G"}, 5, None, 0, 0),
    )  # fmt: skip
    figures = wb.site_figures(PERIOD)
    assert figures["speaking"] == ["A", "D", "S"]
    assert figures["silent"] == ["G", "C"]
    assert (figures["energy_kwh"], figures["demand_peak_kw"]) == (pytest.approx(72 * 240), pytest.approx(72))
    assert wb.overview(PERIOD).cards["energy_kwh"] == pytest.approx(72 * 240)
    assert wb.generation(PERIOD).use_kwh == pytest.approx(72 * 240)
    # What a page shows where no meter is chosen is one that is known.
    assert wb.over_time(period=PERIOD).number == "A"


def test_a_root_that_fell_silent_gives_way_for_the_time_in_which_it_told_nothing(make: Make) -> None:
    wb = make(G=({"type": "grid"}, 67, None, 60, 241), A=(below("G"), 60, None, 0, 0), D=(below("G"), 6, None, 0, 0))
    assert wb.site_figures("2026-10-02")["speaking"] == ["G"]
    later = wb.site_figures("2026-10-06/2026-10-09")
    assert (later["speaking"], later["silent"]) == (["A", "D"], ["G"])
    assert later["energy_kwh"] == pytest.approx(66 * 96)
