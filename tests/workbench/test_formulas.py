"""Calculated meters: a formula of others answers every question, and in a balance what stands on both sides cancels."""

from __future__ import annotations

import math
from typing import Any

import pytest

from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.services.workbench import Workbench
from tests.workbench.test_generation_registers import PERIOD, Make, make
from tests.workbench.test_trees import MAIN, below, row

__all__ = ["make"]

VIRTUAL: dict[str, Any] = {"type": "virtual"}


@pytest.fixture
def wb(make: Make) -> Workbench:
    return make(
        M=(MAIN, 100, None, 0, 0), A=(below("M"), 60, None, 0, 0), B=(below("M"), 30, None, 50, 98),
        C=(below("A"), 10, None, 0, 0),
    )  # fmt: skip


def create(wb: Workbench, number: str, formula: str, **more: Any) -> Any:
    return wb.create_meter({"number": number, "name": number, "formula": formula} | VIRTUAL | more)


def test_a_formula_answers_every_question(wb: Workbench) -> None:
    told = create(wb, "REST", "[M] - [a] - 0.5 * [B]")
    assert told["formula"] == "[M] - [A] - 0.5 * [B]"
    energies = {each["number"]: each["total_kwh"] for each in wb.energies(PERIOD)}
    assert energies["REST"] == pytest.approx(25 * 240)
    hour, gap = (wb.intervals("REST", day, every="1h").rows[0] for day in ("2026-10-02", "2026-10-04"))
    assert (hour["energy_import_kwh"], hour["demand_kw"], hour["quality"]) == (25, 25, "actual")
    assert (gap["energy_import_kwh"], gap["demand_kw"], gap["quality"]) == (25, None, "estimated")
    assert wb.over_time("REST", PERIOD).total_kwh == pytest.approx(25 * 240)
    assert wb.demand("REST", PERIOD).rows[0]["maximum"] == 25
    assert wb.load_shape("REST", PERIOD, by="duration").maximum_kw == 25
    # It is no part of what the site uses: what it is made of is counted already.
    assert wb.site_figures(PERIOD)["energy_kwh"] == pytest.approx(100 * 240)


def test_sql_knows_them_as_the_others(wb: Workbench) -> None:
    wb.create_meter({"number": "P", "name": "panel", "type": "virtual"})
    wb.add_parent("C", {"parent_id": "P", "valid_from": "beginning"})
    create(wb, "REST", "[M] - [A] - 0.5 * [B]")
    create(wb, "HALF", "[P] + [A]")
    wb.add_formula("HALF", {"formula": "[P] / 2", "valid_from": "2026-10-06"})
    for number in ("REST", "HALF", "P", "M"):
        shown = wb.intervals(number, PERIOD, every="15min").rows
        found = wb.sql("SELECT * FROM intervals WHERE number = ? ORDER BY start", [number])
        assert len(found) == len(shown) > 900
        for name in ("energy_import_kwh", "energy_export_kwh", "demand_kw", "completeness"):
            told = [math.nan if each[name] is None else each[name] for each in shown]
            assert found[name].tolist() == pytest.approx(told, nan_ok=True), (number, name)
        assert found["quality"].tolist() == [each["quality"] for each in shown], number
    # A month of one is asked alone, and of all together each once.
    one = "SELECT sum(energy_import_kwh) FROM intervals WHERE number = 'REST' AND start >= '2026-10-01 18:30:00+00'"
    assert wb.sql(one).iloc[0, 0] == pytest.approx(25 * 24 * 9)
    every = wb.sql("SELECT number, count(*) AS rows, count(DISTINCT start) AS starts FROM intervals GROUP BY 1")
    assert (every["rows"] == every["starts"]).all()
    assert set(every["number"]) == {"M", "A", "B", "C", "P", "REST", "HALF"}


def test_what_stands_on_both_sides_of_a_balance_cancels_with_its_error(wb: Workbench) -> None:
    create(wb, "REST", "[M] - [A] - [B]", parent="M")
    node = row(wb, "M")
    assert (node["loss_kwh"], node["uncertainty_kwh"], node["verdict"]) == (0, 0, "within_error")
    assert {each["number"]: each["taken_kwh"] for each in node["children"]}["REST"] == pytest.approx(10 * 240)


def test_formulas_are_made_of_formulas_and_of_nodes_without_a_meter(wb: Workbench) -> None:
    wb.create_meter({"number": "P", "name": "panel", "type": "virtual"})
    wb.add_parent("C", {"parent_id": "P", "valid_from": "beginning"})
    create(wb, "ONE", "[P] + [A]")
    create(wb, "TWO", "([ONE] - [A]) / 2")
    assert wb.over_time("TWO", PERIOD).total_kwh == pytest.approx(5 * 240)


def test_another_formula_is_dated(wb: Workbench) -> None:
    create(wb, "K", "[M]")
    told = wb.add_formula("K", {"formula": "[A]", "valid_from": "2026-10-06"})
    assert told == {"valid_from": "2026-10-06T00:00:00+05:30", "formula": "[A]"}
    assert [each["formula"] for each in wb.meter_formulas("K")] == ["[M]", "[A]"]
    assert wb.meter("K")["formula"] == "[A]"
    assert wb.over_time("K", PERIOD).total_kwh == pytest.approx(100 * 120 + 60 * 120)
    wb.undo()
    assert wb.over_time("K", PERIOD).total_kwh == pytest.approx(100 * 240)
    wb.update_meter("K", {"formula": "[B]"})
    assert wb.over_time("K", PERIOD).total_kwh == pytest.approx(100 * 240)
    assert [each["formula"] for each in wb.meter_formulas("K")] == ["[M]", "[B]"]


def test_a_rename_keeps_a_formula_right(wb: Workbench) -> None:
    create(wb, "K", "[M] - [A]")
    wb.update_meter("A", {"number": "HALL 7"})
    assert wb.meter("K")["formula"] == "[M] - [HALL 7]"
    assert wb.over_time("K", PERIOD).total_kwh == pytest.approx(40 * 240)
    # What comes back as it was changes nothing.
    before = wb.meter("K")
    assert wb.update_meter("K", dict(before))["revision"] == before["revision"]


def test_a_meter_that_a_formula_names_is_not_deleted(wb: Workbench) -> None:
    create(wb, "K", "[M] - [B]")
    with pytest.raises(ConflictError, match=r"B is in the formula of K \(\[M\] - \[B\]\)"):
        wb.delete_meter("B")
    wb.delete_meter("K")
    wb.delete_meter("B")
    with pytest.raises(ConflictError, match="names B"):
        wb.restore_meter("K")


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("[M] * [A]", "linear"), ("1 / [A]", "linear"), ("[M] + 5", "no energy"), ("[M] - [NONE]", "no meter 'NONE'"),
        ("[M] -", "ends too early"), ("[M] [A]", "at character 5"), ("[K]", "K → K"), ("[M] / (2 - 2)", "divided by 0"),
        ("[M] - [M]", "nothing"), ("__import__('os')", "at character 1"), ("[M] ** 2", "at character 6"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_where_and_why(wb: Workbench, formula: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        create(wb, "K", formula)
    assert reason in str(raised.value)
    assert "K" not in {meter["number"] for meter in wb.meters()}


def test_what_a_formula_says_is_what_a_producer_produces(wb: Workbench) -> None:
    create(wb, "SUN", "0.5 * [B]", flow="producer")
    assert wb.over_time("SUN", PERIOD).total_kwh == pytest.approx(15 * 240)
    with pytest.raises(InputError, match="what a formula says is what is produced"):
        wb.update_meter("SUN", {"production_register": "export"})
    wb.create_meter({"number": "ROOF", "name": "roof", **VIRTUAL, "flow": "producer", "production_register": "export"})
    with pytest.raises(InputError, match="what a formula says is what is produced"):
        wb.add_formula("ROOF", {"formula": "[B]"})


def test_no_meter_is_made_of_itself_on_any_way(wb: Workbench) -> None:
    create(wb, "ONE", "[M]")
    create(wb, "TWO", "[ONE] - [A]")
    with pytest.raises(InputError, match="ONE → TWO → ONE"):
        wb.update_meter("ONE", {"formula": "[TWO]"})
    with pytest.raises(InputError, match="type virtual"):
        wb.update_meter("A", {"formula": "[M]"})


def test_a_file_brings_formulas_of_meters_that_come_with_it(wb: Workbench) -> None:
    file = b"number,name,type,formula\nK,K,virtual,[L] + [M]\nL,L,virtual,2 * [A]\n"
    assert wb.import_meters(file, "meters.csv", dry_run=False)["problems"] == []
    assert wb.over_time("K", PERIOD).total_kwh == pytest.approx((120 + 100) * 240)
    assert b"[L] + [M]" in wb.export_meters()
    assert not wb.import_meters(wb.export_meters(), "meters.csv", dry_run=True)["changed"]
    wrong = wb.import_meters(b"number,name,type,formula\nX,X,virtual,[Y]\nY,Y,virtual,[X]\n", "m.csv", dry_run=True)
    assert "made of itself" in wrong["problems"][0]["reason"]
