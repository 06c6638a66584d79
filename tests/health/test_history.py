"""Changes of health and communication, and findings: kept, asked for, pruned, replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.entities import Live
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.status import Communication, Health, HealthCondition
from energy_workbench.registry import StateStore

START = datetime(2026, 10, 5, 12, tzinfo=UTC)
ONLINE = Live(communication=Communication.ONLINE, last_seen=START, values={"frequency": 50.0})
LOW = replace(
    ONLINE, health=Health.WARNING, health_reason="L2 at 198.2 V", health_since=START,
    alarms={"voltage": HealthCondition(level=1, wanted=1, since=1.5, seen=2.5, text="L2 at 198.2 V")},
)  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateStore]:
    state = StateStore(f"sqlite:///{tmp_path}/state.db")
    state.migrate()
    yield state
    state.close()


def finding(second: int, name: str = "value.voltage", meter: int = 1) -> Finding:
    at = START + timedelta(seconds=second)
    return Finding(name=name, meter=meter, quantity="voltage_l1_n", start=at, end=at, text="no", evidence={"value": -1})


def told(state: StateStore, **asked: object) -> list[tuple[str, str, str, str]]:
    return [(e.of, e.before, e.after, e.reason) for e in state.events(1, **asked)]  # type: ignore[arg-type]


def test_only_changes_are_written_newest_first_with_their_reason(state: StateStore) -> None:
    silent = replace(LOW, communication=Communication.TIMEOUT, error="no answer in 1 s")
    for live in (ONLINE, ONLINE, LOW, replace(LOW, values={}, health_reason="L2 at 198.3 V"), silent, silent, ONLINE):
        state.write({1: live, 2: ONLINE})
    # The warning has the instant of its reading, which lies before all others.
    assert told(state) == [
        ("health", "warning", "good", ""),
        ("communication", "timeout", "online", ""),
        ("communication", "online", "timeout", "no answer in 1 s"),
        ("communication", "offline", "online", ""),
        ("health", "good", "warning", "L2 at 198.2 V"),
    ]
    assert len(state.events()) == 6
    assert state.events(1, limit=2) == state.events(1)[:2]
    assert state.events(1, end=START) == []
    assert [event.of for event in state.events(1, START, START + timedelta(seconds=1))] == ["health"]


def test_another_reason_at_the_same_level_is_told(state: StateStore) -> None:
    more = replace(
        LOW, alarms={**LOW.alarms, "power_factor": HealthCondition(level=1, wanted=1, text="0.6")}, health_reason="both"
    )
    for live in (LOW, more):
        state.write({1: live})
    assert told(state)[0] == ("health", "warning", "warning", "both")


def test_another_process_goes_on_from_what_is_stored(state: StateStore, tmp_path: Path) -> None:
    state.write({1: LOW})
    again = StateStore(f"sqlite:///{tmp_path}/state.db")
    again.migrate()
    assert again.read()[1] == LOW
    again.write({1: LOW})
    assert len(again.events(1)) == 2
    again.write({1: ONLINE})
    assert told(again)[0] == ("health", "warning", "good", "")
    again.close()


def test_old_events_go(state: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write({1: LOW})
    assert state.prune(days=400_000) == 0
    assert state.prune(days=1e-9) == 2
    for _ in range(10):
        state.write({1: LOW})
        state.write({1: ONLINE})
    monkeypatch.setattr("energy_workbench.registry.live_state.events.MOST", 5)
    state.prune(days=400_000)
    assert len(state.events()) == 5


def test_a_state_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as old:
        old.execute(
            "CREATE TABLE live (meter INTEGER PRIMARY KEY, communication VARCHAR(20) NOT NULL, health VARCHAR(20) "
            "NOT NULL, health_reason TEXT NOT NULL, error TEXT NOT NULL, last_seen DATETIME, readings TEXT NOT NULL)"
        )
        old.execute("INSERT INTO live VALUES (1, 'online', 'good', '', '', '2026-10-05 12:00:00.000000', '{}')")
    state = StateStore(f"sqlite:///{tmp_path}/state.db")
    state.migrate()
    state.migrate()
    assert state.read()[1] == replace(ONLINE, values={})
    state.write({1: LOW})
    assert state.read()[1] == LOW
    assert [event.of for event in state.events(1)] == ["health"]
    state.close()


def test_a_finding_that_knows_more_takes_the_place_of_the_first(state: StateStore) -> None:
    later = replace(finding(0), end=START + timedelta(hours=1), evidence={"value": -1, "readings": 9})
    state.add_findings([finding(0), finding(60)])
    state.add_findings([later])
    state.add_findings([])
    assert state.findings() == [finding(60), later]
    assert state.findings(1, START + timedelta(seconds=120)) == [later]
    assert state.findings(1, end=START) == []
    assert state.findings(2) == []
    assert state.findings(limit=1) == [finding(60)]


def test_findings_are_asked_for_by_the_general_name_or_the_special_one(state: StateStore) -> None:
    state.add_findings([finding(0), finding(1, "value.current"), finding(2, "values"), finding(3, "counter.reset")])
    assert [found.name for found in state.findings(name="value")] == ["value.current", "value.voltage"]
    assert [found.name for found in state.findings(name="counter.reset")] == ["counter.reset"]
    assert state.findings(name="val%") == []


def test_looking_at_a_span_again_replaces_what_was_found_there(state: StateStore) -> None:
    kept = [finding(0, "counter.reset", meter=2), finding(100, "counter.reset"), finding(5, "value.voltage")]
    state.add_findings([finding(5, "counter.reset"), finding(6, "counter.rollover"), *kept])
    new = finding(7, "counter.exchange")
    state.replace_findings("counter", 1, START, START + timedelta(seconds=100), [new])
    assert {found.identity for found in state.findings()} == {found.identity for found in [new, *kept]}
