"""Meters that nobody polls, as every face of the workbench shows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.jobs.maintenance import lake_jobs
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home
from tests.workbench.served import served

QUARTER = timedelta(minutes=15)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A plant without any reading, none of its meters with a gateway."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return Workbench.at(make_home(tmp_path / "home").home)


@pytest.fixture
def remote(home: Workbench) -> Iterator[RemoteWorkbench]:
    with served(home.settings) as url:
        found = ew.open(url, token=tokens_of(home.settings).viewer)
        assert isinstance(found, RemoteWorkbench)
        yield found
        found.close()


def rows(number: str, last: datetime, count: int = 5, every: timedelta = QUARTER) -> pd.DataFrame:
    """Readings of a file."""
    instants = [last - every * n for n in range(count)]
    return pd.DataFrame({"meter": number, "ts": instants, "energy_active_import": [1000.0 - n for n in range(count)]})


def state(wb: Any, number: str) -> tuple[str, str, str]:
    row = wb.meter(number)
    return row["communication"], row["health"], row["colour"]


def whole(wb: Any) -> dict[str, Any]:
    """The summary, each group of which has every meter once, and the same in every place that has it."""
    found = wb.status_summary().to_dict()
    listed = wb.meters()
    for group in ("status", "health", "communication", "colour"):
        assert sum(found[group].values()) == found["total"] == len(listed.rows)
        for word, count in found[group].items():
            assert sum(row[group] == word for row in listed.rows) == count
    seen = wb.overview().to_dict()
    assert seen["summary"] == found
    assert seen["cards"]["online"] == found["communication"]["online"]
    by_id = {row["id"]: row for row in listed.rows}
    for row in seen["tree"]:
        assert {name: row[name] for name in ("health", "communication", "colour", "last_seen")} == {
            name: by_id[row["id"]][name] for name in ("health", "communication", "colour", "last_seen")
        }
    for node in seen["flow_now"]["nodes"]:
        assert node["id"] == "losses" or node["colour"] == by_id[node["id"]]["colour"]
    return found


def test_a_plant_without_gateways_and_readings_is_not_connected_everywhere(
    home: Workbench, remote: RemoteWorkbench
) -> None:
    found = whole(home)
    assert found["communication"] == {"online": 0, "offline": 0, "timeout": 0, "not_connected": 6}
    assert found["health"] == {"good": 0, "warning": 0, "critical": 0, "unknown": 6}
    assert found["colour"] == {"green": 0, "yellow": 0, "orange": 0, "red": 0, "grey": 6}
    assert whole(remote) == found


def test_a_meter_fed_by_file_lives_as_long_as_its_readings_are_young(
    home: Workbench, remote: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.import_readings(rows("UNIT-A", NOW - timedelta(minutes=40)))
    home.import_readings(rows("GRID", NOW - timedelta(minutes=50)))
    home.import_readings(rows("DG", NOW - timedelta(days=40), every=timedelta(days=30)))
    assert state(home, "UNIT-A") == state(remote, "UNIT-A") == ("online", "good", "green")
    assert state(home, "GRID") == ("offline", "good", "red")
    assert "50 minutes" in home.meter("GRID")["error"]
    assert state(home, "DG") == ("online", "good", "green")
    assert state(home, "SOLAR") == ("not_connected", "unknown", "grey")
    assert datetime.fromisoformat(home.meter("UNIT-A")["last_seen"]) == NOW - timedelta(minutes=40)
    assert whole(home)["communication"] == {"online": 2, "offline": 1, "timeout": 0, "not_connected": 3}
    assert whole(remote) == whole(home)
    monkeypatch.setenv(FIXED_NOW, (NOW + timedelta(minutes=10)).isoformat())
    assert state(home, "UNIT-A") == state(remote, "UNIT-A") == ("offline", "good", "red")


def test_readings_that_were_there_before_are_found_in_the_lake(home: Workbench) -> None:
    home.import_readings(rows("UNIT-A", NOW - timedelta(minutes=30)))
    home.import_readings(rows("GRID", NOW - timedelta(days=3 * 365), count=1))
    home.state.close()
    for part in home.settings.home.glob("state.db*"):
        part.unlink()
    again = Workbench.at(home.settings.home)
    assert state(again, "UNIT-A") == ("online", "good", "green")
    assert state(again, "GRID") == ("offline", "good", "red")
    assert whole(again)["communication"]["not_connected"] == 4


def test_what_comes_later_is_seen_and_what_comes_late_changes_nothing(home: Workbench) -> None:
    home.import_readings(rows("UNIT-A", NOW - timedelta(hours=5)))
    assert state(home, "UNIT-A")[0] == "offline"
    home.import_readings(rows("UNIT-A", NOW - timedelta(days=30)))
    assert state(home, "UNIT-A")[0] == "offline"
    home.import_readings(rows("UNIT-A", NOW, count=2).assign(energy_active_import=[1010.0, 1009.0]))
    assert state(home, "UNIT-A")[0] == "online"


def test_readings_that_were_posted_count_before_they_are_committed_and_after(
    home: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(minutes: float, kwh: float) -> None:
        instant = (NOW - timedelta(minutes=minutes)).isoformat()
        home.record("UNIT-A", [{"ts": instant, "values": {"energy_active_import": kwh}}])

    post(6, 1)
    post(5, 2)
    post(4, 3)
    assert state(home, "UNIT-A")[0] == "offline"
    post(2, 4)
    assert state(home, "UNIT-A")[0] == "online"
    home.reader.lake.commit(home.spool)
    assert state(home, "UNIT-A")[0] == "online"
    monkeypatch.setenv(FIXED_NOW, (NOW + timedelta(minutes=2)).isoformat())
    assert state(home, "UNIT-A")[0] == "offline"


def test_a_meter_that_loses_its_gateway_is_fed_from_then_on(home: Workbench) -> None:
    home.update_meter("UNIT-A", {"gateway": "tcp://10.0.0.9:502", "unit_id": 1})
    assert state(home, "UNIT-A") == ("offline", "unknown", "red")
    home.update_meter("UNIT-A", {"profile": "eastron_sdm630"})
    assert state(home, "UNIT-A") == ("offline", "unknown", "red")
    key = home._meter("UNIT-A").key
    home.state.write({key: Live(communication=Communication.ONLINE, last_seen=clock.now(), values={"voltage_l1": 1.0})})
    assert state(home, "UNIT-A") == ("online", "good", "green")
    assert [gateway["online"] for gateway in home.gateways()] == [1]
    home.update_meter("UNIT-A", {"gateway": None, "profile": None})
    assert state(home, "UNIT-A")[0] == "online"
    home.state.write({key: Live(communication=Communication.ONLINE, last_seen=clock.now() - timedelta(hours=2))})
    assert state(home, "UNIT-A") == ("offline", "good", "red")


def test_old_days_are_looked_at_once(home: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    from energy_workbench.lake.newest import instants as module

    home.import_readings(rows("UNIT-A", NOW - timedelta(days=1), count=40, every=timedelta(hours=18)))
    assert state(home, "GRID")[0] == "not_connected"
    looked: list[int] = []
    look = module._look
    monkeypatch.setattr(module, "_look", lambda files, *more: (looked.append(len(files)), look(files, *more))[1])
    assert state(home, "GRID")[0] == "not_connected"
    assert looked == []
    home.import_readings(rows("UNIT-A", NOW, count=1).assign(energy_active_import=2000.0))
    assert state(home, "UNIT-A")[0] == "online"
    assert looked == [1]


def came_and_went(wb: Any, number: str) -> list[tuple[str, str]]:
    """Changes of communication, oldest first."""
    return [(event["from"], event["to"]) for event in wb.events(number)[::-1] if event["of"] == "communication"]


def test_a_fed_meter_that_comes_and_goes_makes_events_as_a_polled_one(
    home: Workbench, remote: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (look,) = [job.run for job in lake_jobs(home.settings) if job.name == "presence"]

    def at(minutes: float) -> None:
        monkeypatch.setenv(FIXED_NOW, (NOW + timedelta(minutes=minutes)).isoformat())

    look()
    assert [came_and_went(home, number) for number in ("UNIT-A", "GRID")] == [[], []]
    # By a file, and by a system that posts.
    home.import_readings(rows("UNIT-A", NOW - timedelta(minutes=5)))
    home.record("GRID", [{"ts": NOW.isoformat(), "values": {"energy_active_import": 5.0}}])
    look()
    look()
    came = [("not_connected", "online")]
    assert [came_and_went(home, number) for number in ("UNIT-A", "GRID", "SOLAR")] == [came, came, []]
    at(46)
    look()
    gone = [*came, ("online", "offline")]
    assert [came_and_went(home, number) for number in ("UNIT-A", "GRID")] == [gone, gone]
    assert "no reading for 51 minutes" in home.events("UNIT-A")[0]["reason"]
    # A later reading of long ago brings nobody back.
    home.record("GRID", [{"ts": (NOW + timedelta(minutes=1)).isoformat(), "values": {"energy_active_import": 6.0}}])
    at(100)
    look()
    assert came_and_went(home, "GRID") == gone
    home.record("GRID", [{"ts": (NOW + timedelta(minutes=99)).isoformat(), "values": {"energy_active_import": 7.0}}])
    look()
    assert came_and_went(home, "GRID") == came_and_went(remote, "GRID") == [*gone, ("offline", "online")]
    assert state(home, "GRID")[0] == state(remote, "GRID")[0] == "online"


def test_what_is_made_of_fed_meters_goes_with_them_and_what_is_out_of_service_is_not_missed(
    home: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.create_meter({"number": "HALL", "name": "Hall", "type": "virtual"})
    home.update_meter("UNIT-A", {"parent": "HALL"})
    home.import_readings(rows("UNIT-A", NOW))
    home.import_readings(rows("GRID", NOW))
    home.note_presence()
    home.update_meter("GRID", {"status": "inactive"})
    monkeypatch.setenv(FIXED_NOW, (NOW + timedelta(hours=1)).isoformat())
    assert home.note_presence() == 2
    assert came_and_went(home, "HALL") == came_and_went(home, "UNIT-A") == [("online", "offline")]
    assert came_and_went(home, "GRID") == []


def test_a_lake_that_cannot_be_read_takes_no_meter_away(home: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    home.import_readings(rows("UNIT-A", NOW))
    home.note_presence()

    def unreadable(*_: Any) -> Any:
        raise LakeError("no")

    monkeypatch.setattr(home.reader, "heard", unreadable)
    with pytest.raises(LakeError):
        home.note_presence()
    assert came_and_went(home, "UNIT-A") == []
