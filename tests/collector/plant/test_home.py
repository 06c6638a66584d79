"""The plant in a home: its state, its meter file, its history in the lake, and its process."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest

from collector.plant import meter_file, state
from collector.plant.prepare import prepare
from collector.plant.tree import build
from energy_workbench.domain.entities import ProductionRegister
from energy_workbench.domain.errors import HomeError, InputError
from energy_workbench.domain.ratios import AppliedBy
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.axis import floor_interval
from energy_workbench.lake import Lake
from energy_workbench.registry.registry import Registry
from energy_workbench.runtime.settings import load
from tests.conftest import free_ports
from tests.waiting import eventually, patience

ZONE = "Asia/Kolkata"
COMMAND = "from collector.plant.cli import main; main()"


def test_a_restart_goes_on_with_the_same_plant(tmp_path):
    first = state.open_state(tmp_path, ZONE, seed=5)
    again = state.open_state(tmp_path, "Europe/Berlin")
    assert first == again
    plant = again.plant()
    assert plant.origin.hour == plant.origin.minute == 0
    age = clock.now() - plant.origin
    assert timedelta(days=90) <= age < timedelta(days=91)


def test_another_plant_than_the_homes_is_refused(tmp_path):
    state.open_state(tmp_path, ZONE, seed=5)
    with pytest.raises(HomeError, match="seed 5, not 6"):
        state.open_state(tmp_path, ZONE, seed=6)
    with pytest.raises(HomeError, match="meters 92, not 100"):
        state.open_state(tmp_path, ZONE, meters=100)


NO_OFFSET = '{"meters": 92, "seed": 1, "origin": "2026-08-24", "timezone": "UTC"}'


@pytest.mark.parametrize("content", ["", "[]", "{", '{"meters": 92}', NO_OFFSET])
def test_a_broken_state_is_named_and_kept(tmp_path, content):
    (tmp_path / state.FILE).write_text(content)
    with pytest.raises(HomeError, match=r"plant\.json"):
        state.open_state(tmp_path, ZONE)
    assert (tmp_path / state.FILE).read_text() == content


def test_an_impossible_plant_leaves_nothing_behind(tmp_path):
    with pytest.raises(InputError):
        state.open_state(tmp_path, ZONE, meters=3)
    assert list(tmp_path.iterdir()) == []


def test_the_meter_file_has_the_contracts_columns(tmp_path):
    meters = build()
    meter_file.write(tmp_path / "meters.csv", meters, meter_file.gateway_urls(meters, "0.0.0.0", 5020))
    with (tmp_path / "meters.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 92
    wanted = "number name type parent location flow ct_primary ct_secondary pt_primary pt_secondary ratio_applied_by"
    assert " ".join(list(rows[0])[:16]) == wanted + " gateway unit_id profile poll_seconds status"
    assert rows[0]["gateway"] == "tcp://127.0.0.1:5020"
    assert {row["gateway"] for row in rows} == {f"tcp://127.0.0.1:{5020 + k}" for k in range(8)}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A home with the plant's meters and two days of its history."""
    home = tmp_path_factory.mktemp("plant")
    settings = load(home, {})
    lines: list[str] = []
    prepare(settings, lines.append, days=2)
    return settings, lines


def test_prepare_registers_the_plants_meters(prepared):
    settings, _ = prepared
    registry = Registry(settings.registry_url)
    meters = {m.number: m for m in registry.meters()}
    registry.close()
    assert len(meters) == 92
    grid, generator = meters["GRID"], meters["DG"]
    assert grid.ratio.ct_text == "200/5"
    assert grid.ratio.pt_text == "11000/110"
    assert grid.ratio.applied_by is AppliedBy.WORKBENCH
    assert generator.production_register is ProductionRegister.EXPORT
    assert meters["PMD"].parent == meters["MAIN"].key
    assert all(m.polled for m in meters.values())


def test_prepare_writes_the_history_until_the_interval_that_runs(prepared):
    settings, _ = prepared
    lake = Lake(settings.lake_path)
    slots = lake.readings.open().to_pyarrow_table(columns=["meter", "slot"])
    plant = state.stored(settings.home).plant()
    first, last = min(slots["slot"].to_pylist()), max(slots["slot"].to_pylist())
    assert first == plant.origin
    assert clock.now() - floor_interval(clock.now()) < timedelta(minutes=15)
    assert clock.now() - last < timedelta(minutes=30)
    assert len(slots) == 92 * (1 + (last - first) // timedelta(minutes=15))


def test_intervals_of_the_history_are_the_ledger(prepared):
    settings, _ = prepared
    registry = Registry(settings.registry_url)
    keys = {m.number: m.key for m in registry.meters()}
    registry.close()
    plant = state.stored(settings.home).plant()
    table = Lake(settings.lake_path).intervals.open().to_pyarrow_table()
    begin, end = plant.origin, plant.origin + timedelta(days=2)
    for number in ("GRID", "MAIN", "SOLAR", "DG", "UNIT-F", "UNIT-A-MACHINE-01"):
        rows = [
            row
            for row in table.to_pylist()
            if row["meter"] == keys[number] and begin <= row["start"] < end
        ]  # fmt: skip
        truth = plant.ledger(number, begin, end)
        for name, kwh in (("energy_import_kwh", truth.import_kwh), ("energy_export_kwh", truth.export_kwh)):
            if any(row[name] is not None for row in rows):
                assert sum(row[name] or 0 for row in rows) == pytest.approx(kwh, rel=2e-3, abs=0.5), (number, name)


def test_preparing_again_changes_nothing(prepared):
    settings, _ = prepared
    version = Lake(settings.lake_path).readings.snapshot().version
    lines: list[str] = []
    prepare(settings, lines.append)
    assert Lake(settings.lake_path).readings.snapshot().version == version
    assert lines == ["the demo plant is ready"]


def test_meters_follow_the_plant_to_other_ports(tmp_path):
    settings = load(tmp_path, {"ENERGY_WORKBENCH_PLANT_PORT": "15020"})
    prepare(settings, print, meters=42, days=1)
    registry = Registry(settings.registry_url)
    registry.update_meter("PMD", {"gateway": "tcp://192.168.1.5:15020"}, by="engineer")
    before = {meter.number: meter.gateway for meter in registry.meters()}
    prepare(load(tmp_path, {"ENERGY_WORKBENCH_PLANT_PORT": "16020"}), print, meters=42, days=1)
    after = {meter.number: meter.gateway for meter in registry.meters()}
    assert after.pop("PMD") == before.pop("PMD") == "tcp://192.168.1.5:15020"
    assert after == {number: gateway.replace(":15", ":16") for number, gateway in before.items()}


def test_an_interrupted_history_is_completed(tmp_path):
    settings = load(tmp_path / "home", {})

    class StoppedError(Exception):
        pass

    def stop(line):
        if "history" in line:
            raise StoppedError

    with pytest.raises(StoppedError):
        prepare(settings, stop, days=35, meters=42)
    part = Lake(settings.lake_path).readings.snapshot().rows
    prepare(settings, lambda line: None)
    whole = Lake(settings.lake_path).readings.snapshot().rows
    assert 0 < part < whole
    assert whole >= 42 * 35 * 96


def test_the_process_serves_until_it_is_told_to_stop(tmp_path):
    port = free_ports(8)[0]
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--port", str(port), "--meters", "42"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:

        def answers() -> bool:
            assert process.poll() is None, process.stdout.read()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port + 7), timeout=1):
                return True
            return False

        eventually(answers, "the last gateway")
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=patience(20))
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 0
    assert "42 meters on 8 gateways" in output
    assert output.rstrip().endswith("stopped")


@pytest.mark.parametrize("words", [[], ["serve"]])
def test_a_wrong_fault_file_is_one_clear_message(tmp_path, words):
    (tmp_path / "faults.yaml").write_text("- {kind: sulking, meter: MAIN}\n")
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "--faults", str(tmp_path / "faults.yaml"), *words],
        env={**os.environ, "ENERGY_WORKBENCH_HOME": str(tmp_path / "home")}, capture_output=True, text=True,
        timeout=patience(60),
    )  # fmt: skip
    assert done.returncode == InputError.exit_code
    assert "entry 1: kind 'sulking'" in done.stderr
    assert "Traceback" not in done.stderr
