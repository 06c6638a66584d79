"""The service answers to its own names: a stranger's name that was pointed at it is nobody's origin."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.app import create_app
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API


@pytest.fixture
def client(home: Settings) -> TestClient:
    named = replace(home, host_names="energy.local, Meters", public_url="https://energy.example.com")
    return TestClient(create_app(named), base_url="http://127.0.0.1:3000")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:3000",
        "localhost",
        "LocalHost:3000",
        "[::1]:3000",
        "192.168.1.20:3000",
        "energy.local:3000",
        "energy.local.:3000",
        "meters",
        "energy.example.com",
        socket.gethostname(),
    ],
)
def test_its_own_names_and_addresses_are_answered(client: TestClient, host: str) -> None:
    assert client.get(f"{API}/health", headers={"Host": host}).json() == {"ok": True}


@pytest.mark.parametrize(
    "host",
    ["rebound.example", "energy.example.com.evil.example", "localhost.evil.example", "", "[::1", "127.0.0.1.nip.io"],
)
@pytest.mark.parametrize("path", [f"{API}/health", "/", "/login", f"{API}/meters"])
def test_another_name_is_refused_before_anything_is_looked_at(client: TestClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert "host_names" in answer.json()["detail"]


@pytest.mark.parametrize("text", ["https://energy.local", "energy.local:3000", "a b", "a,,b"])
def test_what_is_no_name_is_refused_at_start(text: str) -> None:
    from energy_workbench.runtime.settings import checks

    with pytest.raises(ValueError, match="no names"):
        checks.hosts(text)
