"""Live state costs what is asked for: some meters by their keys, all of them by what changed since."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from energy_workbench.domain.entities import Live
from energy_workbench.domain.status import Communication
from energy_workbench.registry import StateStore
from energy_workbench.registry.live_state import live_rows
from tests.registry.conftest import Place

METERS = 300


def online(value: float) -> Live:
    return Live(communication=Communication.ONLINE, values={"frequency": value})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many rows became states since it was asked last."""
    count = [0]
    whole = live_rows.Live

    def counting(**fields: object) -> Live:
        count[0] += 1
        return whole(**fields)  # type: ignore[arg-type]

    monkeypatch.setattr(live_rows, "Live", counting)

    def taken() -> int:
        found, count[0] = count[0], 0
        return found

    return taken


def test_all_is_read_once_and_then_what_changed(place: Place, state: StateStore, made: Callable[[], int]) -> None:
    other = StateStore(place("state"))
    other.write({key: online(1.0) for key in range(METERS)})
    made()
    assert len(state.read()) == METERS == made()
    assert len(state.read()) == METERS
    assert made() == 0
    other.write({7: online(7.0), 9: online(9.0)})
    other.write({9: online(9.5), METERS: online(3.0)})
    states = state.read()
    assert made() == 3
    assert (states[7].values["frequency"], states[9].values["frequency"], states[8].values["frequency"]) == (7, 9.5, 1)
    assert len(states) == METERS + 1
    other.close()


def test_a_few_are_read_by_their_keys_whatever_else_there_is(state: StateStore, made: Callable[[], int]) -> None:
    state.write({key: online(float(key)) for key in range(METERS)})
    made()
    assert {key: live.values["frequency"] for key, live in state.read([3, 5, 12345]).items()} == {3: 3.0, 5: 5.0}
    assert made() == 2
    assert state.read([]) == {}


def test_more_than_a_page_is_that_of_all(state: StateStore) -> None:
    keys = range(live_rows.FEW + 50)
    state.write({key: online(float(key)) for key in keys})
    wanted = [*keys[1:], 99_999]
    assert state.read(wanted) == {key: live for key, live in state.read().items() if key}


def test_what_somebody_is_given_is_his_own(state: StateStore) -> None:
    state.write({1: online(1.0)})
    state.read().clear()
    assert state.read().keys() == {1}


def test_rows_begun_anew_are_read_anew(state: StateStore) -> None:
    state.write({1: online(1.0), 2: online(2.0)})
    state.write({2: online(3.0)})
    assert len(state.read()) == 2
    with state.database.write() as connection:
        connection.execute(text("DELETE FROM live"))
    state.write({4: online(4.0)}, {4: Live()})
    assert state.read().keys() == {4}


def test_a_table_of_an_earlier_version_is_moved_on(place: Place) -> None:
    state = StateStore(place("state"))
    state.migrate()
    state.write({1: online(1.0), 2: online(2.0)})
    with state.database.write() as connection:
        connection.execute(text("DROP INDEX ix_live_changed"))
        connection.execute(text("ALTER TABLE live DROP COLUMN changed"))
    state.close()
    moved = StateStore(place("state"))
    moved.migrate()
    assert moved.read().keys() == {1, 2}
    moved.write({2: online(5.0)})
    assert (moved.read()[1].values["frequency"], moved.read()[2].values["frequency"]) == (1.0, 5.0)
    moved.close()


def test_a_value_that_is_none_is_told_where_all_are_looked_at(state: StateStore) -> None:
    state.write({1: online(1.0)})
    with state.database.write() as connection:
        connection.execute(text("UPDATE live SET readings = '{', changed = changed + 1"))
    assert state.read().keys() == {1}
    with pytest.raises(ValueError, match="Expecting"):
        state.understood()
