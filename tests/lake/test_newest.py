"""When readings of meters came lately: right for each instant, and each file is looked at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from energy_workbench.lake import Lake, Reader, Spool
from energy_workbench.lake.newest import instants, latest
from tests.lake.helpers import T0, reading

DAY = 86_400.0
MONTHS = 5
NEW, DEAD, NEVER, LATER = 2, 1, 3, 4


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Five months of a meter that lives, one that died on the third day; one that is younger than both never spoke."""
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    for day in range(0, 30 * MONTHS, 3):
        hours = [day * DAY + 3600 * hour for hour in range(12)]
        spool.append([reading(NEW, at, 1.0) for at in hours])
        if day < 3:
            spool.append([reading(DEAD, at, 1.0) for at in hours])
    spool.append([reading(LATER, 30 * MONTHS * DAY, 1.0)])
    lake.commit(spool)
    return Reader(lake, spool)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[int]]]:
    """Each look into files: how many, and for which meters."""
    found: list[tuple[int, list[int]]] = []
    look = instants._look
    monkeypatch.setattr(
        instants,
        "_look",
        lambda files, meters, *more: (found.append((len(files), meters)), look(files, meters, *more))[1],
    )
    return found


def at(day: float) -> datetime:
    return T0 + timedelta(days=day)


def test_what_was_heard_by_an_instant_does_not_depend_on_what_was_asked_before(reader: Reader) -> None:
    now, then = at(30 * MONTHS + 1), at(40.2)
    assert reader.heard([NEW, DEAD, NEVER], now).keys() == {NEW, DEAD}
    # The last that came is on day 39: eleven hours of it, as the first look stopped at the newest day of this meter.
    found = reader.heard([NEW, DEAD, NEVER], then)
    fresh = Reader(reader.lake, reader.spool).heard([NEW, DEAD, NEVER], then)
    assert found == fresh
    assert found[NEW].last == at(39) + timedelta(hours=11)
    assert found[DEAD].last == T0 + timedelta(hours=11)
    within = at(39) + timedelta(hours=5)
    assert reader.heard([NEW], within)[NEW].last == within
    assert reader.heard([NEW], at(-1)) == {}


def test_a_meter_that_died_or_was_never_heard_costs_a_look_at_each_file_once(
    reader: Reader, looked: list[tuple[int, list[int]]]
) -> None:
    now = at(30 * MONTHS + 1)
    reader.heard([NEW, DEAD, NEVER], now)
    first = len(looked)
    assert first > MONTHS
    for asked in ([NEW, DEAD, NEVER], [NEVER], [DEAD], [NEW, NEVER]):
        assert NEVER not in reader.heard(asked, now)
    # A time that is over, in between, makes nobody forget what is known of the newer files.
    reader.heard([DEAD, NEVER], at(60))
    reader.heard([DEAD, NEVER], now)
    assert len(looked) == first


def test_one_more_meter_is_looked_for_alone_and_what_is_new_alone(
    reader: Reader, looked: list[tuple[int, list[int]]]
) -> None:
    now = at(30 * MONTHS + 1)
    reader.heard([DEAD, NEVER], now)
    looked.clear()
    reader.heard([DEAD, NEVER, NEW], now)
    assert looked
    assert {tuple(meters) for _, meters in looked} == {(NEW,)}
    looked.clear()
    assert reader.spool is not None
    reader.spool.append([reading(NEW, 30 * MONTHS * DAY + 60, 2.0)])
    reader.lake.commit(reader.spool)
    assert NEVER not in reader.heard([DEAD, NEVER], now)
    assert len(looked) == 1
    looked.clear()
    # Days that come move others on to their months, where they are known already.
    for day in range(1, 4):
        reader.spool.append([reading(NEW, (30 * MONTHS + day) * DAY, 2.0)])
        reader.lake.commit(reader.spool)
        reader.heard([DEAD, NEVER], at(30 * MONTHS + 4))
    assert [count for count, _ in looked] == [1, 1, 1]


def test_the_latest_of_each_meter_is_there_however_long_it_was_silent(reader: Reader) -> None:
    rows = {row["meter"]: row["ts"] for row in reader.latest().to_pylist()}
    assert rows == {
        NEW: at(30 * MONTHS - 3) + timedelta(hours=11),
        DEAD: T0 + timedelta(hours=11),
        LATER: at(30 * MONTHS),
    }
    assert [row["meter"] for row in reader.latest(since=at(40)).to_pylist()] == [NEW, LATER]
    assert [row["meter"] for row in reader.latest([NEVER, DEAD]).to_pylist()] == [DEAD]
    assert reader.spool is not None
    reader.spool.append([reading(DEAD, 30 * MONTHS * DAY + 60, 5.0)])
    assert {row["meter"]: row["ts"] for row in reader.latest([DEAD]).to_pylist()} == {
        DEAD: at(30 * MONTHS) + timedelta(minutes=1)
    }


def test_the_latest_are_read_from_the_files_that_hold_them_alone(
    reader: Reader, looked: list[tuple[int, list[int]]]
) -> None:
    snapshot = reader.lake.readings.snapshot()
    reader.latest()
    assert looked
    looked.clear()
    instants = latest.newest(reader._hearing.stored, snapshot, reader.pin([NEVER], None, None)[1], None, None)
    assert not looked
    files = {Path(path).parent.name for path in latest.holding(snapshot, instants)}
    assert len(files) == 3 < len(snapshot.files)
