"""`energy-workbench scan` and `energy-workbench registers`: what a user sees."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from collector.control import SOCKET, ask
from collector.profile.store import load
from energy_workbench.cli.data import registers, scan
from energy_workbench.runtime.settings import Settings
from tests.collector.device import Device
from tests.collector.meters import device_words
from tests.collector.test_collector import home, served

__all__ = ["home"]


@pytest.fixture
def url(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home.home))
    with served(Device({3: device_words(load("eastron_sdm630"))}, holes=True)) as device:
        yield device.url
    ask(home.home / SOCKET, {"do": "leave"}, dict)


def test_a_scan_tells_who_is_there(url: str) -> None:
    done = CliRunner().invoke(scan.app, [url, "--units", "2-3"])
    assert done.exit_code == 0, done.output
    assert "eastron_sdm630" in done.output
    assert "certain" in done.output
    assert f"1 units of 2-3 answer on {url}" in done.output
    done = CliRunner().invoke(scan.app, [url, "--units", "3", "--json"])
    row = json.loads(done.stdout)
    assert (row["state"], row["found"][0]["number"]) == ("done", "EASTRON-3")
    # A gateway that is not there.
    done = CliRunner().invoke(scan.app, ["tcp://127.0.0.1:1", "--units", "3"])
    assert done.exit_code == 12
    assert "accepts no connection" in done.output


def test_registers_are_shown_as_the_types_that_are_asked_for(url: str) -> None:
    done = CliRunner().invoke(
        registers.app, [url, "3", "70", "3", "--function", "4", "--type", "float32", "--type", "bcd16"]
    )
    assert done.exit_code == 0, done.output
    assert "float32" in done.output
    assert "50.02" in done.output
    assert "int16" not in done.output
    done = CliRunner().invoke(registers.app, [url, "3", "70", "2", "--function", "4", "--json"])
    assert json.loads(done.stdout)["registers"][0]["values"]["abcd"]["float32"] == pytest.approx(50.02)
    done = CliRunner().invoke(registers.app, [url, "9", "70", "2"])
    assert done.exit_code == 12
    assert "did not answer" in done.output
