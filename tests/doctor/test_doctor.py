"""The doctor on real homes: with nothing running, with half of it, with a broken home; it never writes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.collector import Collector
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.domain.status import Communication
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.reading import Reading
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.incidents import record
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor import doctor as room
from energy_workbench.services.doctor.doctor import doctor
from tests.collector.device import Device, running
from tests.collector.test_collector import meter, two_units
from tests.conftest import free_ports
from tests.hostile.frozen import PROFILE, gateway
from tests.migrated import migrated
from tests.waiting import patience, until


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with ports of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    names = ("port", "dashboard_port", "editor_port", "lab_port", "metrics_port")
    lines = [f"{name} = {port}" for name, port in zip(names, free_ports(5), strict=True)]
    (folder / settings_room.FILE).write_text("\n".join(lines), "utf-8")
    settings = settings_room.load(folder)
    migrated(Registry(settings.registry_url)).close()
    state = StateStore(settings.state_url)
    state.migrate()
    state.close()
    tokens_of(settings)
    return settings


def check(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in found["checks"] if row["name"] == name)


def traces(folder: Path) -> dict[str, str]:
    """Every file with its content's digest; in SQLite's `-shm`, which is memory, readers leave their marks."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file() and path.suffix != ".db-shm"
        else ""
        for path in sorted(folder.rglob("*"))
        if not path.is_socket()
    }


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from energy_workbench.cli.main import main; main()"
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(settings.home)}
    command = [sys.executable, "-c", code, "doctor", *arguments]
    return subprocess.run(command, env=environment, text=True, capture_output=True, timeout=patience(120), check=False)


def spooled(settings: Settings, *instants: int) -> None:
    spool = Spool(settings.spool_path)
    spool.add([Reading(1, at * 1_000_000, 0, {"frequency": 50.0}) for at in instants])
    spool.close()


def test_a_quiet_home_is_well_and_nothing_is_written(home: Settings) -> None:
    spooled(home, 1_790_000_000)
    lake, spool = Lake(home.lake_path), Spool(home.spool_path)
    lake.commit(spool)
    spool.close()
    before = traces(home.home)
    found = doctor(home, thorough=True)
    assert traces(home.home) == before
    assert found["verdict"] == "warning"  # nothing runs
    assert not found["live"]
    good = {row["name"] for row in found["checks"] if row["verdict"] == "good"}
    assert good >= {"home", "database", "live state", "spool", "lake", "damage", "tokens"}
    assert check(found, "processes")["text"] == "nothing runs"
    assert "1 readings in 1 files" in check(found, "lake")["text"]


def test_no_home_is_a_problem_and_none_is_made(tmp_path: Path) -> None:
    settings = settings_room.load(tmp_path / "absent")
    found = doctor(settings)
    assert check(found, "home")["verdict"] == "problem"
    assert "energy-workbench init" in check(found, "home")["advice"]
    assert not settings.home.exists()


def overwrite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    path.write_bytes(content)


def tear(settings: Settings) -> None:
    entry = max((Path(settings.lake_path) / "readings" / "_delta_log").glob("*.json"))
    entry.write_bytes(entry.read_bytes()[:20])


def leave_open(path: Path, line: str = "secret") -> None:
    before = path.read_text("utf-8") + "\n" if path.exists() else ""
    path.write_text(before + line, "utf-8")
    path.chmod(0o644)


BROKEN: list[tuple[str, Callable[[Settings], object], str, str]] = [
    ("database", lambda s: (s.home / "registry.db").write_bytes(b"no database at all" * 999), "", "problem"),
    ("database", lambda s: overwrite(s.home / "registry.db"), "", "problem"),
    ("database", lambda s: (s.home / "registry.db").unlink(), "init", "problem"),
    ("live state", lambda s: (s.home / "state.db").write_bytes(b"x" * 5000), "delete it", "warning"),
    ("spool", lambda s: s.spool_path.write_bytes(b"x" * 5000), "sets the damaged part aside", "problem"),
    ("lake", tear, "schedule", "problem"),
    ("tokens", lambda s: (s.home / "editor.token").chmod(0o644), "chmod 600", "problem"),
    ("tokens", lambda s: leave_open(s.home / "smtp_password"), "make new passwords", "problem"),
    (
        "tokens",
        lambda s: leave_open(s.home / settings_room.FILE, 'viewer_token = "0123456789abcdef"'),
        "settings",
        "problem",
    ),
    ("files", lambda s: (s.home / "registry.db").chmod(0o640), "chmod 600", "warning"),
    ("files", lambda s: (s.home / "spool.db").chmod(0o604), "energy-workbench init", "warning"),
    ("damage", lambda s: record(s.home, "spool", "3 pages were torn"), "look at the disk", "warning"),
]


@pytest.mark.parametrize(("name", "break_it", "advice", "verdict"), BROKEN)
def test_what_is_broken_is_named_with_what_to_do(
    home: Settings, name: str, break_it: Callable[[Settings], object], advice: str, verdict: str
) -> None:
    spooled(home, 1_790_000_000)
    lake, spool = Lake(home.lake_path), Spool(home.spool_path)
    lake.commit(spool)
    spool.close()
    break_it(home)
    before = traces(home.home)
    found = doctor(home, thorough=True)
    assert traces(home.home) == before
    row = check(found, name)
    assert row["verdict"] == verdict, row
    assert advice in row["advice"]
    # The rest is examined all the same.
    assert {"home", "database", "spool", "lake", "clock", "processes"} <= {each["name"] for each in found["checks"]}


def test_settings_without_a_secret_may_be_read_and_a_gateways_key_may_not(home: Settings) -> None:
    (home.home / settings_room.FILE).chmod(0o644)
    assert check(doctor(home), "tokens")["verdict"] == "good"
    leave_open(home.home / "plant.key")
    registry = Registry(home.registry_url)
    gateway = "tls://10.0.0.5:802?cert=plant.pem&key=plant.key"
    fields = {"number": "A", "name": "A", "type": "machine", "gateway": gateway, "unit_id": 1, "profile": PROFILE}
    registry.create_meter(fields, by="test")
    row = check(doctor(home), "tokens")
    assert row["verdict"] == "problem"
    assert "make new keys" in row["advice"]


def test_readings_that_wait_for_long_ask_for_the_schedule(home: Settings) -> None:
    spooled(home, 1_700_000_000)
    row = check(doctor(home), "spool")
    assert row["verdict"] == "warning"
    assert "schedule" in row["advice"]


def test_a_clock_that_was_set_back_is_a_problem(home: Settings) -> None:
    from datetime import timedelta

    from energy_workbench.domain.entities import Live
    from energy_workbench.domain.time import clock

    state = StateStore(home.state_url)
    state.write({1: Live(last_seen=clock.now() + timedelta(hours=2))})
    state.close()
    row = check(doctor(home), "clock")
    assert row["verdict"] == "problem"
    assert "set back" in row["advice"]


def test_half_of_the_processes_is_a_problem_that_names_the_others(home: Settings) -> None:
    state = StateStore(home.state_url)
    state.heartbeat("schedule")
    row = check(doctor(home), "processes")
    assert row["verdict"] == "problem"
    assert "schedule run, collector and service do not" in row["text"]
    assert "energy-collector" in row["advice"]
    for name in ("collector", "service"):
        state.heartbeat(name)
    assert check(doctor(home), "processes")["verdict"] == "good"
    state.close()


def test_the_running_collectors_counts_tell_who_is_silent_and_a_call_who_is_back(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units(4.0)) as device:
            device.silent = {2}
            for number, unit in (("A", 1), ("B", 2)):
                registry.create_meter(meter(number, device, unit, poll_seconds=0.2), by="test")
            collector = Collector(home)
            task = asyncio.create_task(collector.run())
            try:
                await until(lambda: _offline(collector), seconds=60)
                found = await asyncio.to_thread(doctor, home)
                assert found["live"]
                rows = {row["number"]: row for row in found["meters"]}
                # B's silence may cost A a cycle: that is a warning at most.
                assert rows["A"]["verdict"] in ("good", "warning")
                assert rows["B"]["verdict"] == "problem"
                assert rows["A"]["success_percent"] > 0
                assert rows["A"]["latency_p50_ms"] is not None
                assert rows["B"]["errors"]["no_answer"] >= 3
                assert rows["B"]["breaker"] in ("open", "half-open")
                assert "its neighbours answer" in rows["B"]["advice"]
                assert found["gateways"][0]["online"] == 1
                assert json.dumps(found)
                connections = device.connections
                called = await asyncio.to_thread(lambda: doctor(home, thorough=True))
                assert device.connections == connections, "the call takes its turn on the connection of the polls"
                assert {row["number"]: row["verdict"] for row in called["meters"]}["B"] == "problem"
                device.silent = set()
                called = await asyncio.to_thread(lambda: doctor(home, thorough=True))
                assert {row["number"]: row["verdict"] for row in called["meters"]}["B"] != "problem"
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


WIRING = ("swapped", "A and B", "termination", "screen", "baud", "poll period", "less often", "longer time-out")


def test_a_gateway_that_hangs_and_goes_on_is_not_looked_for_in_its_cables(home: Settings) -> None:
    """Neither while it is frozen, nor when the first is back, nor in the quarter of an hour after that."""
    told: list[str] = []

    async def look() -> dict[str, Any]:
        found = await asyncio.to_thread(doctor, home)
        told.extend(f"{row['text']}: {row['advice']}" for row in (*found["gateways"], *found["meters"]))
        return found

    async def verdicts(of: str) -> set[str]:
        return {row["verdict"] for row in (await look())[of]}

    async def main() -> None:
        registry = Registry(home.registry_url)
        with gateway(4) as frozen:
            for unit in range(1, 5):
                fields = {"number": f"M{unit}", "name": f"M{unit}", "type": "machine", "gateway": frozen.url}
                more = {"unit_id": unit, "profile": PROFILE, "poll_seconds": 1}
                registry.create_meter({**fields, **more}, by="test")
            collector = Collector(home)
            task = asyncio.create_task(collector.run())
            try:
                await until(lambda: len(list(collector.statistics.meters())) == 4, seconds=30)
                meters = [counts for _, counts in collector.statistics.meters()]
                await until(lambda: all(each.complete > 3 for each in meters), seconds=30)
                frozen.freeze()
                told.clear()
                await until(lambda: collector.statistics.gateways[frozen.url].silence.outage, seconds=30)
                assert await verdicts("gateways") == {"problem"}
                await until(lambda: all(each.breaker.failures >= 3 for each in meters), seconds=60)
                assert await verdicts("meters") == {"problem"}
                frozen.resume()
                await until(lambda: not collector.statistics.gateways[frozen.url].silence.outage, seconds=60)
                await look()
                await until(lambda: all(not each.breaker.failures for each in meters), seconds=60)
                await until(lambda: _all_online(collector), seconds=60)
                found = await look()
                assert {row["verdict"] for row in found["meters"]} == {"good"}
                assert "answers again" in found["gateways"][0]["text"]
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert not [each for each in told if any(word in each for word in WIRING)]


def _all_online(collector: Collector) -> bool:
    return {live.communication for live in collector.state.read().values()} == {Communication.ONLINE}


def _offline(collector: Collector) -> bool:
    meters = {counts.number: counts for _, counts in collector.statistics.meters()}
    # The state is what the doctor reads.
    known = {key: str(live.communication) for key, live in collector.state.read().items()}
    b, a = meters.get("B"), meters.get("A")
    return bool(a and b and a.complete > 3 and b.breaker.failures >= 3 and known.get(b.key) == "offline")


def test_without_a_collector_every_meter_is_called_by_a_process_of_its_own(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units(4.0)) as device, running(Device({})) as gone:
            url = gone.url
            registry.create_meter(meter("A", device, 1), by="test")
            registry.create_meter(meter("B", device, 9), by="test")
        async with running(device):
            registry.create_meter({**meter("C", device, 1), "gateway": url}, by="test")
            before = traces(home.home)
            found = await asyncio.to_thread(lambda: doctor(home, thorough=True))
            assert traces(home.home) == before
        rows = {row["number"]: row for row in found["meters"]}
        assert {number: row["verdict"] for number, row in rows.items()} == {"A": "good", "B": "problem", "C": "problem"}
        assert "no connection" in {row["url"]: row["text"] for row in found["gateways"]}[url]
        assert not found["live"]

    asyncio.run(main())


def test_a_collector_that_hangs_is_a_problem_in_bounded_time(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(room, "COUNTS_SECONDS", 0.3)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(home.home / "collector.sock"))
        deaf.listen()
        row = check(doctor(home), "collector")
    assert row["verdict"] == "problem"
    assert "did not answer in 0.3 s" in row["text"]


def test_the_command_prints_words_or_json_and_ends_with_what_it_found(home: Settings) -> None:
    well = run(home)
    assert well.returncode == 0, well.stdout + well.stderr
    assert "good     database" in well.stdout
    assert "0 problems" in well.stdout
    (home.home / "viewer.token").chmod(0o644)
    ill = run(home, "--quick", "--json")
    assert ill.returncode == 1
    assert json.loads(ill.stdout)["verdict"] == "problem"
    (home.home / settings_room.FILE).write_text("colour = 3\n", "utf-8")
    unset = run(home)
    assert unset.returncode == 1
    assert "there is no setting 'colour'" in unset.stdout
    assert unset.stderr == ""


def test_a_file_that_is_looked_into_by_nobody_else_gets_no_log_beside_it(tmp_path: Path) -> None:
    from energy_workbench.runtime.sqlite_file import damage, read_only

    path = tmp_path / "a.db"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE t(x)")
    writer.commit()
    with read_only(path) as db:
        assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("INSERT INTO t VALUES (1)")
    db.close()
    writer.close()
    assert damage(path) == ""
    assert [each.name for each in tmp_path.iterdir()] == ["a.db"]
