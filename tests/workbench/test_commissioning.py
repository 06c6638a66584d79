"""Putting meters into service: what a meter says of how it was put in, the signed sheet, and who has none yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import adopt, tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.doctor.collector_socket import SOCKET
from energy_workbench.services.workbench import Workbench
from tests.services.test_probing import collector
from tests.workbench.plant import NOW, make_home

FOUND = {
    "active_power_l1": 10.0, "active_power_l2": -10.2, "active_power_l3": 9.8, "reactive_power_l1": 3.0,
    "reactive_power_l2": -3.1, "reactive_power_l3": 2.9, "active_power_total": 9.6, "frequency": 50.0,
    "energy_active_import": 1204.58, "ct_primary": 100.0, "ct_secondary": 5.0,
}  # fmt: skip

TURNED_BACK = {**FOUND, "active_power_l2": 10.2, "reactive_power_l2": 3.1}


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The small plant, with a press that is polled."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    with closing(Workbench.at(make_home(tmp_path / "home").home)) as found:
        found.create_meter(
            {
                "number": "PRESS-2", "name": "Press 2", "type": "machine", "parent": "UNIT-A", "unit_id": 5,
                "gateway": "tcp://127.0.0.1:9", "profile": "schneider_pm5xxx", "ct_primary": 200, "ct_secondary": 5,
            }
        )  # fmt: skip
        yield found


def answering(wb: Workbench, **more: Any) -> Any:
    (wb.settings.home / SOCKET).unlink(missing_ok=True)
    said = {"ok": True, "values": FOUND, "milliseconds": 41.6, **more}
    return collector(wb.settings.home, json.dumps(said).encode() + b"\n")


def told(checks: list[Any]) -> dict[tuple[str, str], str]:
    return {(row["check"], row["of"]): row["verdict"] for row in checks}


def test_a_meter_is_read_and_each_check_says_what_it_found(wb: Workbench) -> None:
    with answering(wb):
        seen = wb.check_commissioning("PRESS-2", {"energy_active_import": 1204.5})
    assert told(seen["checks"]) == {
        ("connection", ""): "ok", ("profile", ""): "ok", ("phases", "L1"): "ok", ("phases", "L2"): "wrong",
        ("phases", "L3"): "ok", ("ct", "CT"): "wrong", ("display", "Energy active import"): "ok",
    }  # fmt: skip
    texts = {row["of"]: row["text"] for row in seen["checks"]}
    assert texts["L2"].startswith("the CT of L2 is reversed")
    assert texts["CT"] == "the meter has 100/5 and 200/5 is entered: 0.5 times"
    assert seen["verdict"] == "wrong"
    assert wb.commissioning_sheets("PRESS-2") == []


def test_a_sheet_is_signed_with_what_was_found_and_no_version_takes_anothers_place(wb: Workbench) -> None:
    with answering(wb), pytest.raises(InputError, match="remarks"):
        wb.sign_commissioning("PRESS-2", "A. Rao")
    with answering(wb), pytest.raises(InputError, match="signed_by"):
        wb.sign_commissioning("PRESS-2", "  ", "all is well")
    with answering(wb):
        first = wb.sign_commissioning("PRESS-2", "A. Rao", "L2 is turned\nat the next stop", by="tablet")
    right = {
        **FOUND,
        "active_power_l2": 10.2,
        "reactive_power_l2": 3.1,
        "active_power_total": 30.0,
        "ct_primary": 200.0,
    }
    with answering(wb, values=right):
        second = wb.sign_commissioning("PRESS-2", "B. Shah", display={"energy_active_import": 1204.5})
    assert (first["version"], first["verdict"], first["remarks"]) == (1, "wrong", "L2 is turned at the next stop")
    assert (second["version"], second["verdict"], second["display"]) == (2, "ok", {"energy_active_import": 1204.5})
    assert second["ct_ratio"] == "200/5"
    assert wb.commissioning_sheets("PRESS-2") == [second, first]
    (entry,) = [row for row in wb.audit(5, "PRESS-2") if row["by"] == "tablet"]
    assert (entry["action"], entry["after"]["signed_by"]) == ("sheet.sign", "A. Rao")  # type: ignore[index]
    assert wb.registry.audit_differences() == []


def test_what_is_not_commissioned_yet_is_a_filter(wb: Workbench) -> None:
    wb.create_meter({"number": "SUM", "name": "Sum", "type": "virtual"})
    assert wb.meter("PRESS-2")["commissioned"] is False
    with answering(wb):
        wb.sign_commissioning("PRESS-2", "A. Rao", "known")
    assert wb.meter("PRESS-2")["commissioned"] is True
    assert [row["number"] for row in wb.meters(commissioned=True).rows] == ["PRESS-2"]
    missing = [row["number"] for row in wb.meters(commissioned=False).rows]
    assert "UNIT-A" in missing
    # What is only calculated has nothing to be put in.
    assert {"PRESS-2", "SUM"}.isdisjoint(missing)
    seen = wb.edit_meters(where={"commissioned": True}, fields={"location": "Hall 3"}, dry_run=True)
    assert [row["number"] for row in seen["meters"]] == ["PRESS-2"]
    wb.undo(by="python")
    assert wb.meters(commissioned=True).rows == ()


def test_a_meter_that_does_not_answer_says_what_to_try(wb: Workbench) -> None:
    with answering(wb, ok=False, values={}, error="unit 5 did not answer in 1 s", advice="check the unit id"):
        seen = wb.check_commissioning("PRESS-2", {"energy_active_import": 5})
    assert seen["checks"][0]["verdict"] == "wrong"
    assert "did not answer in 1 s. check the unit id" in seen["checks"][0]["text"]
    assert told(seen["checks"])["display", "Energy active import"] == "cannot_tell"


def test_a_meter_that_is_not_read_is_told_by_what_came_of_it(wb: Workbench) -> None:
    seen = wb.check_commissioning("UNIT-A")
    assert [row["verdict"] for row in seen["checks"]] == ["cannot_tell", "cannot_tell"]
    at = NOW - timedelta(minutes=5)
    wb.record("UNIT-A", [{"ts": at.isoformat(), "values": TURNED_BACK}])
    seen = wb.check_commissioning("UNIT-A", {"energy_active_import": 1204.5}, display_at=at.isoformat())
    assert told(seen["checks"])["phases", "L2"] == "ok"
    # Its own registers say 100/5, and the workbench multiplies by 100/5 once more.
    assert told(seen["checks"])["ct", "CT"] == "wrong"
    assert seen["values"]["active_power_l1"] == 200.0


@pytest.mark.parametrize(
    ("display", "at", "said"),
    [
        ({"energy_active_import": "1,204"}, None, "a number with a decimal point"),
        ({"voltage_l1_n": 230}, None, "is no counter of energy"),
        ({"energy_active_import": 5}, (NOW + timedelta(hours=1)).isoformat(), "lies ahead"),
    ],
)
def test_nonsense_of_a_display_is_refused(wb: Workbench, display: dict[str, Any], at: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        wb.check_commissioning("UNIT-A", display, display_at=at)
    with pytest.raises(NotFoundError):
        wb.check_commissioning("NONE")


def test_editors_sign_over_rest_and_viewers_look(wb: Workbench) -> None:
    adopt(wb.registry, tokens_of(wb.settings))
    path = "/api/Energy/meters/UNIT-A/commissioning"
    with TestClient(create_app(wb.settings), base_url="http://127.0.0.1:3000") as client:
        client.headers["Authorization"] = f"Bearer {tokens_of(wb.settings).viewer}"
        assert client.post(path, json={"signed_by": "V"}).status_code == 403
        assert client.post(f"{path}/check", json={}).status_code == 403
        client.headers["Authorization"] = f"Bearer {tokens_of(wb.settings).editor}"
        assert client.post(f"{path}/check", json={}).status_code == 200
        assert client.post(path, json={"signed_by": "A", "colour": 1}).status_code == 422
        made = client.post(path, json={"signed_by": "A. Rao"})
        assert made.status_code == 201
        client.headers["Authorization"] = f"Bearer {tokens_of(wb.settings).viewer}"
        assert client.get(path).json() == {"items": [made.json()], "total": 1}
        listed = client.get("/api/Energy/meters?commissioned=false").json()["items"]
        assert "UNIT-A" not in [row["number"] for row in listed]
