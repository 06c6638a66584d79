"""The history of meters: what stands stated, what was taken back, and the same rows on every face."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import insert

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.time import clock
from energy_workbench.registry.storage import schema
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.energy.fallen import ENERGY
from tests.workbench.served import served

PERIOD = "2026-10"
EXCHANGE = {
    "at": "2026-10-11T08:00", "old_serial": "A1", "new_serial": "B2", "closing": {ENERGY: 9700.0},
    "opening": {ENERGY: 2.0}, "note": "seal 77",
}  # fmt: skip


def told(wb: Any, of: str, meter: str | None = None) -> list[tuple[str, str, str, str]]:
    found = wb.history(PERIOD, meter=meter)
    return [(row["number"], row["text"], row["reason"], row["by"]) for row in found if row["of"] == of]


def test_a_decision_is_told_until_it_is_taken_back(wb: Workbench) -> None:
    (case,) = wb.review()
    wb.decide(case["id"], "reset", "somebody pressed the button", by="asha")
    step = "step of energy active import: it was set back"
    assert (
        told(wb, "decision") == told(wb, "decision", "GRID") == [("GRID", step, "somebody pressed the button", "asha")]
    )
    assert told(wb, "decision", "MAIN") == []
    (row,) = wb.history(PERIOD, meter="GRID")
    assert row["at"] == case["to"]
    wb.decide(case["id"], "rollover", "four digits", modulus=10_000.0, by="ravi")
    assert told(wb, "decision") == [("GRID", "step of energy active import: it rolled over", "four digits", "ravi")]
    wb.undo(by="ravi")
    assert [each[:3] for each in told(wb, "decision")] == [("GRID", step, "somebody pressed the button")]
    wb.withdraw(case["id"], by="mina")
    assert wb.history(PERIOD) == []


def test_an_exchange_is_told_until_it_is_undone(wb: Workbench) -> None:
    wb.add_exchange("MAIN", EXCHANGE, by="ravi")
    (row,) = wb.history(PERIOD)
    assert (row["of"], row["number"], row["by"], row["reason"]) == ("exchange", "MAIN", "ravi", "seal 77")
    assert row["text"] == "serial A1 → B2; energy active import 9,700 → 2 kWh"
    wb.undo(by="ravi")
    assert wb.history(PERIOD) == []
    wb.add_exchange("MAIN", EXCHANGE, by="mina")
    assert told(wb, "exchange")[0][3] == "mina"
    wb.delete_exchange("MAIN", EXCHANGE["at"], by="mina")
    assert wb.history(PERIOD) == []


def test_a_changed_ratio_is_told_as_it_stands(wb: Workbench) -> None:
    fields = {"ct_primary": 200, "ct_secondary": 5, "valid_from": "2026-10-10T09:00"}
    wb.add_ratio("UNIT-A", fields, by="ravi")
    assert told(wb, "ratio") == [("UNIT-A", "CT 100/5 → 200/5", "", "ravi")]
    wb.edit_ratio("UNIT-A", "2026-10-10T09:00", {**fields, "ct_primary": 150}, by="asha")
    assert told(wb, "ratio") == [("UNIT-A", "CT 100/5 → 150/5", "", "asha")]
    wb.edit_ratio("UNIT-A", "2026-10-10T09:00", {**fields, "ct_primary": 150, "valid_from": "2026-09-30"}, by="asha")
    assert told(wb, "ratio") == []
    assert [row["of"] for row in wb.history("2026-09")] == ["ratio"]
    wb.delete_ratio("UNIT-A", "2026-09-30", by="asha")
    assert wb.history() == []


@pytest.mark.parametrize("asked", [{}, {"period": PERIOD}, {"meter": "GRID"}, {"period": PERIOD, "limit": 2}])
def test_the_same_rows_in_python_here_and_afar_and_over_rest(
    wb: Workbench, home: Settings, asked: dict[str, Any]
) -> None:
    (case,) = wb.review()
    wb.decide(case["id"], "reset", "somebody pressed the button", by="asha")
    wb.add_exchange("MAIN", EXCHANGE, by="ravi")
    wb.add_ratio("UNIT-A", {"ct_primary": 200, "ct_secondary": 5, "valid_from": "2026-10-10T09:00"}, by="ravi")
    wb.set_status("UNIT-A", "inactive", "belt torn", valid_from="2026-10-09T10:00", by="asha")
    wb.edit_interval("MAIN", "2026-10-11T10:00", {"energy_import_kwh": 1.5, "reason": "bypass open"}, by="mina")
    here = wb.history(**asked)
    assert len(here) == {"{}": 5, "GRID": 1, "2": 2}.get(str(asked.get("meter") or asked.get("limit") or asked), 5)
    token = tokens_of(home).viewer
    with served(home) as url:
        far = ew.open(url, token=token)
        assert isinstance(far, RemoteWorkbench)
        assert far.history(**asked) == here
        far.close()
        answer = httpx.get(f"{url}/api/Energy/history", params=asked, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["items"] == here


def test_of_the_audit_only_the_changes_of_those_meters_are_read(wb: Workbench) -> None:
    wb.add_exchange("MAIN", EXCHANGE, by="ravi")
    unreadable = {
        "change": 10_000,
        "at": clock.now(),
        "by": "x",
        "action": "y",
        "subject": "mtr_1",
        "rows": [["broken"]],
    }
    with wb.registry.database.write() as connection:
        connection.execute(insert(schema.audit), [unreadable])
    assert [row["by"] for row in wb.history(PERIOD)] == ["ravi"]
    assert wb.history("2026-09") == []
