"""A meter is read by the collector that owns its line, and without one by a process of its own."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.runtime import settings
from energy_workbench.services.commands import probing
from energy_workbench.services.commands.probing import probe, suggest
from energy_workbench.services.doctor.collector_socket import SOCKET
from tests.conftest import free_ports

ASKED = {"gateway": "TCP://Host:502", "unit_id": "5", "profile": "eastron_sdm630"}


@contextmanager
def collector(home: Path, answer: bytes) -> Iterator[list[Any]]:
    """Stands in for the running collector: hears one line, says another."""
    home.mkdir(exist_ok=True)
    heard: list[Any] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / SOCKET))
        listening.listen()

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                heard.append(json.loads(line.makefile("rb").readline()))
                line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield heard
        thread.join(5)


def test_the_collector_is_asked_and_values_come_raw_and_scaled(tmp_path: Path) -> None:
    said = {"ok": True, "values": {"current_l1": 4.2, "voltage_l1_n": None, "own_word": 1}, "milliseconds": 41.6}
    ratio = {"ct_primary": 1000, "ct_secondary": 5, "ratio_applied_by": "workbench"}
    with collector(tmp_path, json.dumps(said).encode() + b"\n") as heard:
        found = probe(settings.load(tmp_path), {**ASKED, **ratio, "name": "left aside"})
    assert heard == [{"do": "probe", "gateway": "tcp://host:502", "unit_id": 5, "profile": "eastron_sdm630"}]
    assert (found["ok"], found["error"], found["milliseconds"]) == (True, "", 42)
    current, voltage = found["values"]
    assert current == {"quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0}
    assert (voltage["raw"], voltage["scaled"]) == (None, None)


def test_what_went_wrong_comes_with_what_to_try(tmp_path: Path) -> None:
    said = {"ok": False, "error": "timeout", "advice": "wrong unit id, baud rate or wiring"}
    with collector(tmp_path, json.dumps(said).encode() + b"\n"):
        found = probe(settings.load(tmp_path), ASKED)
    assert (found["ok"], found["values"], found["advice"]) == (False, [], "wrong unit id, baud rate or wiring")


@pytest.mark.parametrize("answer", [b"", b"{", b"[]\n", b"\xff\n"])
def test_an_answer_that_is_none_is_told(tmp_path: Path, answer: bytes) -> None:
    with collector(tmp_path, answer):
        found = probe(settings.load(tmp_path), ASKED)
    assert found["ok"] is False
    assert "cannot be understood" in found["error"]


def test_a_collector_that_says_nothing_is_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "LONGEST", 0.2)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / SOCKET))
        silent.listen()
        found = probe(settings.load(tmp_path), ASKED)
    assert "did not answer" in found["error"]


def test_values_that_came_before_something_failed_are_kept(tmp_path: Path) -> None:
    said = {"ok": False, "error": "unit 5 did not answer in 1 s", "advice": "try again", "values": {"current_l1": 4.2}}
    with collector(tmp_path, json.dumps(said).encode() + b"\n"):
        found = probe(settings.load(tmp_path), ASKED)
    assert (found["ok"], found["values"][0]["raw"]) == (False, 4.2)
    assert "did not answer" in found["error"]


def test_the_collector_is_asked_which_profiles_fit(tmp_path: Path) -> None:
    row = {"profile": "eastron_sdm630:little", "certainty": "certain", "reasons": ["frequency 50 Hz"], "against": []}
    said = {"ok": True, "candidates": [row], "identity": {"vendor": "E"}, "values": {"frequency": 50.0}, "notes": []}
    with collector(tmp_path, json.dumps(said).encode() + b"\n") as heard:
        found = suggest(settings.load(tmp_path), {"gateway": "TCP://Host:502", "unit_id": "5"})
    assert heard == [{"do": "suggest", "gateway": "tcp://host:502", "unit_id": 5}]
    assert found["candidates"] == [row]
    assert found["values"][0]["raw"] == 50.0
    assert found["milliseconds"] >= 0


def test_without_a_collector_profiles_are_found_by_a_process_of_its_own(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    found = suggest(settings.load(tmp_path), {"gateway": f"tcp://127.0.0.1:{port}", "unit_id": 5})
    assert (found["ok"], found["candidates"]) == (False, [])
    assert "connection" in found["error"]


def test_without_a_collector_a_process_of_its_own_reads(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    found = probe(settings.load(tmp_path), {**ASKED, "gateway": f"tcp://127.0.0.1:{port}"})
    assert found["ok"] is False
    assert found["error"]


def test_nothing_is_sent_to_an_address_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        probe(settings.load(tmp_path), {"gateway": "tpc://x", "unit_id": 300, "ct_primary": -1, "profile": "../x"})
    assert {problem.field for problem in caught.value.problems} == {"gateway", "unit_id", "profile", "ct_primary"}
