"""Live state: last values and heartbeats."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event

from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import HomeError
from energy_workbench.domain.status import Communication, Health
from energy_workbench.registry import StateStore
from tests.registry.conftest import Place

SEEN = datetime(2026, 10, 5, 12, 0, 0, 123456, tzinfo=UTC)


def online(**values: float | None) -> Live:
    return Live(communication=Communication.ONLINE, last_seen=SEEN, values=values)


def test_what_was_written_is_read(state: StateStore) -> None:
    lost = Live(
        communication=Communication.TIMEOUT, health=Health.WARNING, health_reason="hot", error="no answer in 1 s"
    )
    state.write({1: online(active_power_total=12.3456789, frequency=None), 2: lost})
    assert state.read() == {1: online(active_power_total=12.3456789, frequency=None), 2: lost}


def test_a_later_state_replaces_an_earlier_one_and_leaves_others(state: StateStore) -> None:
    state.write({1: online(frequency=50.0), 2: online(frequency=49.0)})
    state.write({1: online(voltage_l1_n=230.0)})
    state.write({})
    assert state.read() == {1: online(voltage_l1_n=230.0), 2: online(frequency=49.0)}


def test_what_is_no_number_is_no_value(state: StateStore) -> None:
    state.write({1: online(frequency=float("nan"), current_l1=float("inf"))})
    assert state.read()[1].values == {"frequency": None, "current_l1": None}


def test_a_cycle_costs_as_many_statements_whether_of_one_meter_or_of_92(state: StateStore) -> None:
    values = {f"quantity_{index}": index * 1.2345 for index in range(30)}
    said: list[str] = []

    def hear(*told: object) -> None:
        said.append(str(told[2]))

    counts = []
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        for meters in (1, 92):
            for _ in range(2):  # the first is the one in which all of them are news
                said.clear()
                state.write({key: online(**values) for key in range(meters)})
            counts.append(len(said))
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert counts[0] == counts[1] > 0


def test_heartbeats_tell_who_is_alive(state: StateStore) -> None:
    state.heartbeat("collector", "92 meters")
    first, _ = state.processes()["collector"]
    state.heartbeat("collector", "93 meters")
    state.heartbeat("schedule")
    beats = state.processes()
    assert beats["collector"][0] >= first
    assert beats["collector"][1] == "93 meters"
    assert set(beats) == {"collector", "schedule"}


def test_several_processes_write_and_create_at_once(place: Place) -> None:
    stores = [StateStore(place("state")) for _ in range(4)]

    def work(index: int) -> None:
        stores[index].migrate()
        for cycle in range(10):
            stores[index].write({index: online(frequency=float(cycle))})
            stores[index].heartbeat(f"process {index}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert {key: live.values["frequency"] for key, live in stores[0].read().items()} == dict.fromkeys(range(4), 9.0)
    assert len(stores[1].processes()) == 4
    for store in stores:
        store.close()


def test_a_missing_store_says_what_to_do(place: Place) -> None:
    with pytest.raises(HomeError, match="energy-workbench init"):
        StateStore(place("state")).read()
