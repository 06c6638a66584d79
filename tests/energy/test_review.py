"""The review list and edits of intervals: in Python, over REST, audited and undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import AccessError, InputError, NotFoundError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.energy.fallen import ENERGY, FIRST, STEP, rebuild
from tests.workbench.served import served


def energy(wb: Any, meter: str = "GRID") -> float:
    return sum(row["energy_import_kwh"] or 0.0 for row in wb.intervals(meter, "last 7 days"))


def test_an_open_case_has_its_evidence_and_its_choices(wb: Workbench) -> None:
    (case,) = wb.review()
    assert (case["number"], case["quantity"], case["name"]) == ("GRID", ENERGY, "counter.ambiguous")
    assert case["choices"] == ["rollover", "reset", "exchange", "glitch"]
    assert (case["evidence"]["before"], case["evidence"]["after"]) == (9495.0, 3500.0)
    assert case["from"] == (FIRST + timedelta(minutes=15 * (STEP - 1))).astimezone(wb.zone).isoformat()
    assert "9,495" in case["text"]
    assert case["decision"] is None
    assert energy(wb) == pytest.approx(191 * 5.0)


def test_an_exchange_that_was_decided_brings_its_energy(wb: Workbench, home: Settings) -> None:
    (case,) = wb.review()
    decided = wb.decide(case["id"], "exchange", "job 12", closing=9498.0, opening=3499.0, by="asha")
    assert decided["decision"]["closing"] == 9498.0
    assert wb.review() == []
    result = rebuild(home)
    assert 0 < result.rows < 60
    assert energy(wb) == pytest.approx(191 * 5.0 + 3.0 + 1.0)
    (listed,) = wb.review(decided=True)
    assert (listed["id"], listed["decision"]["choice"], listed["name"]) == (case["id"], "exchange", "counter.exchange")
    entry = wb.audit(1)[0]
    assert (entry["action"], entry["by"], entry["number"]) == ("decision.add", "asha", "GRID")
    assert entry["after"]["reason"] == "job 12"
    wb.undo(by="asha")
    rebuild(home)
    assert energy(wb) == pytest.approx(191 * 5.0)
    assert [each["id"] for each in wb.review()] == [case["id"]]
    assert wb.registry.audit_differences() == []


def test_a_decision_is_corrected_and_taken_back(wb: Workbench, home: Settings) -> None:
    (case,) = wb.review()
    wb.decide(case["id"], "reset", "somebody pressed the button")
    rebuild(home)
    assert wb.review() == []
    wb.decide(case["id"], "rollover", "four digits", modulus=10_000.0)
    rebuild(home)
    assert energy(wb) == pytest.approx(191 * 5.0 + 3500.0 - 9495.0 + 10_000.0)
    wb.withdraw(case["id"])
    rebuild(home)
    assert [each["id"] for each in wb.review()] == [case["id"]]
    with pytest.raises(NotFoundError, match="nothing was decided"):
        wb.withdraw(case["id"])


def test_a_glitch_discards_readings_up_to_an_instant(wb: Workbench, home: Settings) -> None:
    (case,) = wb.review()
    until = FIRST + timedelta(minutes=15 * (STEP + 2))
    wb.decide(case["id"], "glitch", "another device answered", until=until.isoformat())
    rebuild(home)
    # The step is now to the first reading that is left, which is another case.
    (next_case,) = wb.review()
    assert next_case["to"] == until.astimezone(wb.zone).isoformat()
    assert energy(wb) == pytest.approx((99 + 90) * 5.0)


@pytest.mark.parametrize(
    ("choice", "figures", "field"),
    [
        ("melted", {}, "choice"),
        ("rollover", {}, "modulus"),
        ("rollover", {"modulus": 9000.0}, "modulus"),
        ("real", {}, "choice"),
        ("exchange", {"closing": 9000.0, "opening": 0.0}, "closing"),
        ("exchange", {"closing": 9500.0, "opening": 3600.0}, "opening"),
        ("exchange", {"closing": 9500.0}, "closing"),
        ("reset", {"modulus": 10_000.0}, "modulus"),
        ("reset", {"until": "2026-10-12T12:00:00Z"}, "until"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_the_numbers(
    wb: Workbench, choice: str, figures: dict[str, Any], field: str
) -> None:
    (case,) = wb.review()
    with pytest.raises(InputError) as refused:
        wb.decide(case["id"], choice, "because", **figures)
    assert field in [problem.field for problem in refused.value.problems]
    assert [each["id"] for each in wb.review()] == [case["id"]]


def test_a_decision_needs_a_reason_and_a_case(wb: Workbench) -> None:
    (case,) = wb.review()
    with pytest.raises(InputError, match="reason"):
        wb.decide(case["id"], "reset", "")
    for wrong in ("x", "mtr_1.energy_active_import.17", f"mtr_1.{ENERGY}.nan"):
        with pytest.raises(NotFoundError, match="review list"):
            wb.decide(wrong, "reset", "why")


def test_an_edited_interval_shows_it_and_the_original_comes_back(wb: Workbench, home: Settings) -> None:
    start = (FIRST + timedelta(hours=3)).isoformat()
    row = wb.edit_interval("MAIN", start, {"energy_import_kwh": 6.5, "reason": "read off the incomer"}, by="ravi")
    assert (row["energy_import_kwh"], row["reason"]) == (6.5, "read off the incomer")
    assert rebuild(home).rows == 1
    (edited,) = [each for each in wb.intervals("MAIN", "last 7 days") if each["quality"] == "edited"]
    assert (edited["energy_import_kwh"], edited["demand_kw"]) == (6.5, 26.0)
    assert energy(wb, "MAIN") == pytest.approx(192 * 5.0 + 1.5)
    assert (wb.audit(1)[0]["action"], wb.audit(1)[0]["by"]) == ("interval.edit", "ravi")
    assert wb.edited_intervals("MAIN") == [row]
    wb.undo(by="ravi")
    assert rebuild(home).rows == 1
    assert energy(wb, "MAIN") == pytest.approx(192 * 5.0)
    wb.edit_interval("MAIN", start, {"energy_import_kwh": 1.0, "reason": "again"})
    wb.restore_interval("MAIN", start)
    assert wb.edited_intervals("MAIN") == []
    with pytest.raises(NotFoundError, match="not edited"):
        wb.restore_interval("MAIN", start)


@pytest.mark.parametrize(
    ("start", "fields", "field"),
    [
        (timedelta(minutes=7), {"energy_import_kwh": 1.0}, "start"),
        (timedelta(days=30), {"energy_import_kwh": 1.0}, "start"),
        (timedelta(), {"energy_import_kwh": -1.0}, "energy_import_kwh"),
        (timedelta(), {"energy_import_kwh": "many"}, "energy_import_kwh"),
        (timedelta(), {"demand_kw": 4.0}, "demand_kw"),
        (timedelta(), {}, "energies"),
        (timedelta(), {"energy_import_kwh": 1.0, "reason": ""}, "reason"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(wb: Workbench, start: timedelta, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        wb.edit_interval("MAIN", (FIRST + start).isoformat(), {"reason": "why", **fields})
    assert field in [problem.field for problem in refused.value.problems]
    assert wb.edited_intervals("MAIN") == []


def test_the_service_does_the_same(far: RemoteWorkbench, wb: Workbench, home: Settings) -> None:
    (case,) = far.review()
    assert [case] == wb.review()
    decided = far.decide(case["id"], "exchange", "job 12", closing=9498.0, opening=3499.0)
    assert decided["decision"]["reason"] == "job 12"
    assert far.review() == []
    assert [each["id"] for each in far.review(decided=True)] == [case["id"]]
    start = (FIRST + timedelta(hours=3)).isoformat()
    row = far.edit_interval("MAIN", start, {"energy_import_kwh": 6.5, "reason": "read off the incomer"})
    assert far.edited_intervals("MAIN") == [row]
    rebuild(home)
    assert energy(far) == pytest.approx(191 * 5.0 + 4.0)
    far.restore_interval("MAIN", start)
    far.withdraw(case["id"])
    rebuild(home)
    assert energy(far) == pytest.approx(191 * 5.0)
    with pytest.raises(InputError) as refused:
        far.decide(case["id"], "rollover", "why")
    assert [problem.field for problem in refused.value.problems] == ["modulus"]
    with pytest.raises(NotFoundError):
        far.decide("mtr_1.energy_active_import.17", "reset", "why")
    with httpx.Client(base_url=far.url, headers={"Authorization": f"Bearer {tokens_of(home).editor}"}) as client:
        answer = client.post(f"/api/Energy/review/{case['id']}", json={"choice": "reset", "reason": 7, "why": 1})
        assert answer.status_code == 422
        assert {problem["field"] for problem in answer.json()["problems"]} == {"reason", "why"}


def test_a_viewer_sees_the_list_and_decides_nothing(home: Settings) -> None:
    with served(home) as address:
        viewer = ew.open(address, token=tokens_of(home).viewer)
        assert isinstance(viewer, RemoteWorkbench)
        (case,) = viewer.review()
        for change in (
            lambda: viewer.decide(case["id"], "reset", "why"),
            lambda: viewer.edit_interval("MAIN", FIRST.isoformat(), {"energy_import_kwh": 1.0, "reason": "why"}),
            lambda: viewer.restore_interval("MAIN", FIRST.isoformat()),
            lambda: viewer.withdraw(case["id"]),
        ):
            with pytest.raises(AccessError):
                change()
        viewer.close()
