"""A scan over REST: accepted, followed, one a gateway, and for editors only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from collector.control import SOCKET, ask
from collector.profile.store import load
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API
from tests.collector.device import Device
from tests.collector.meters import device_words
from tests.collector.test_collector import served
from tests.waiting import eventually


@pytest.fixture
def url(home: Settings) -> Iterator[str]:
    with served(Device({3: device_words(load("eastron_sdm630"))}, holes=True)) as device:
        yield device.url
    ask(home.home / SOCKET, {"do": "leave"}, dict)


def test_a_scan_is_accepted_followed_and_cancelled(editor: TestClient, viewer: TestClient, url: str) -> None:
    assert viewer.post(f"{API}/scan", json={"gateway": url}).status_code == 403
    assert viewer.get(f"{API}/registers", params={"gateway": url, "unit_id": 3, "from": 0}).status_code == 403
    begun = editor.post(f"{API}/scan", json={"gateway": url, "units": "3,100-247"})
    assert begun.status_code == 202
    scan = begun.json()["id"]
    again = editor.post(f"{API}/scan", json={"gateway": url})
    assert again.status_code == 409
    assert scan in again.json()["detail"]

    def found() -> Any:
        return editor.get(f"{API}/scan/{scan}").json()["found"]

    assert eventually(found, seconds=60)[0]["unit_id"] == 3
    assert viewer.get(f"{API}/scan/{scan}").status_code == 403
    stopped = editor.delete(f"{API}/scan/{scan}")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")
    assert editor.get(f"{API}/scan/scn_none").status_code == 404
    registers = editor.get(
        f"{API}/registers", params={"gateway": url, "unit_id": 3, "from": 70, "count": 2, "function": 4}
    ).json()
    assert registers["registers"][0]["values"]["abcd"]["float32"] == pytest.approx(50.02)


@pytest.mark.parametrize(
    "query",
    [
        {"gateway": "tcp://169.254.169.254", "unit_id": 1, "from": 0},
        {"gateway": "tcp://127.0.0.1:1", "unit_id": 256, "from": 0},
        {"gateway": "tcp://127.0.0.1:1", "unit_id": 1, "from": 65_536},
        {"gateway": "tcp://127.0.0.1:1", "unit_id": 1, "from": 0, "count": 501},
        {"gateway": "tcp://127.0.0.1:1", "unit_id": 1, "from": 0, "function": 6},
        {"gateway": "tcp://127.0.0.1:1", "unit_id": 1},
    ],
)
def test_what_are_no_registers_is_refused(editor: TestClient, query: dict[str, Any]) -> None:
    assert editor.get(f"{API}/registers", params=query).status_code == 422
