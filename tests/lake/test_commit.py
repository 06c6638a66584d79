"""From spool to lake exactly once, and imports that change nothing when repeated."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from energy_workbench.domain.errors import InputError, LakeError
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.backup import copy_database
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.storage import durable
from energy_workbench.lake.storage.store import Store
from energy_workbench.runtime import disk
from energy_workbench.runtime.incidents import incidents
from tests.lake.helpers import ENERGY, counter, reading, readings, table


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.db")


def copied(spool: Spool, path: Path) -> Spool:
    """The spool as it is now, elsewhere."""
    copy_database(spool.path, path)
    return Spool(path)


def test_a_commit_moves_readings_and_trims(lake: Lake, spool: Spool) -> None:
    spool.append([reading(1, 0, 1.0), reading(2, 0, 2.0, frequency=50.0)])
    assert lake.commit(spool) == 2
    assert spool.depth() == 0
    assert [row[ENERGY] for row in readings(lake)] == [1.0]
    assert lake.commit(spool) == 0


def test_a_column_appears_when_its_quantity_does(lake: Lake, spool: Spool) -> None:
    spool.append([reading(1, 0, 1.0)])
    lake.commit(spool)
    spool.append([reading(1, 10, 2.0, frequency=50.0)])
    lake.commit(spool)
    assert [(r[ENERGY], r["frequency"]) for r in readings(lake)] == [(1.0, None), (2.0, 50.0)]


def test_a_commit_that_was_not_trimmed_is_not_repeated(lake: Lake, spool: Spool, tmp_path: Path) -> None:
    spool.append([reading(1, 0, 1.0)])
    survivor = copied(spool, tmp_path / "before.db")
    lake.commit(spool)
    # As if the process died between commit and trim.
    survivor.append([reading(1, 10, 2.0)])
    assert survivor.depth() == 2
    assert lake.commit(survivor) == 1
    assert [row[ENERGY] for row in readings(lake)] == [1.0, 2.0]


def test_a_spool_older_than_the_lake_loses_nothing_and_alarms_nobody(
    lake: Lake, spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As each restored home has one: the spool is copied before the lake."""
    restored = copied(spool, tmp_path / "old.db")
    spool.append([reading(1, s, float(s)) for s in range(5)])
    lake.commit(spool)
    restored.append([reading(1, 100, 100.0)])
    assert lake.commit(restored) == 1
    assert len(readings(lake)) == 6
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_what_the_lake_has_is_not_stored_again(lake: Lake, spool: Spool) -> None:
    lake.append(counter([(0, 1.0), (10, 2.0)]))
    spool.append([reading(1, 0, 1.0), reading(1, 10, 9.0), reading(1, 20, 3.0)])
    assert lake.commit(spool) == 1
    assert [row[ENERGY] for row in readings(lake)] == [1.0, 2.0, 3.0]
    assert [(r.kept, r.given) for r in spool.refused()] == [(2.0, 9.0)]


def test_importing_again_changes_nothing(lake: Lake) -> None:
    given = table([(m, s, {ENERGY: s / 10, "frequency": 50.1}) for m in (1, 2) for s in range(0, 200_000, 900)])
    assert lake.append(given).added == len(given)
    version = lake.readings.snapshot().version
    again = lake.append(given)
    assert (again.added, again.known, again.refused) == (0, len(given), [])
    assert lake.readings.snapshot().version == version


def test_an_import_brings_only_what_is_missing(lake: Lake) -> None:
    lake.append(counter([(0, 1.0), (900, 2.0)]))
    result = lake.append(table([(1, 0, {ENERGY: 1.0, "frequency": 50.0}), (1, 450, {ENERGY: 1.5})]))
    assert (result.added, result.known) == (2, 0)
    assert [(r[ENERGY], r["frequency"]) for r in readings(lake)] == [(1.0, 50.0), (1.5, None), (2.0, None)]


def test_a_reading_twice_in_one_import_is_one(lake: Lake) -> None:
    result = lake.append(
        table([(1, 0, {ENERGY: 1.0}), (1, 0, {ENERGY: 1.0, "frequency": 50.0}), (1, 0, {ENERGY: 7.0})])
    )
    assert [(r.kept, r.given) for r in result.refused] == [(1.0, 7.0)]
    assert [(r[ENERGY], r["frequency"]) for r in readings(lake)] == [(1.0, 50.0)]


@pytest.mark.parametrize("name", ["energy_activ_import", "temperature"])
def test_an_unknown_column_is_refused(lake: Lake, name: str) -> None:
    with pytest.raises(InputError, match=name):
        lake.append(table([(1, 0, {name: 1.0})]))
    assert not lake.has_readings()


def test_a_table_without_keys_is_refused(lake: Lake) -> None:
    with pytest.raises(InputError, match="slot"):
        lake.append(counter([(0, 1.0)]).drop_columns(["slot"]))


def test_a_storage_that_is_not_supported_is_told() -> None:
    with pytest.raises(LakeError, match="s3://"):
        Lake("s3://bucket/lake")


def test_two_writers_at_once_lose_nothing(lake: Lake, tmp_path: Path) -> None:
    def work(meter: int) -> None:
        own = Lake(tmp_path / "lake")
        for step in range(4):
            own.append(counter([(step * 900, float(step))], meter))

    threads = [threading.Thread(target=work, args=(meter,)) for meter in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(readings(lake, meter)) for meter in (1, 2, 3)] == [4, 4, 4]


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("damage", ["none", "empty", "half", "no data", "short data"])
def test_a_last_commit_that_the_power_took_is_set_aside_and_committed_again(
    lake: Lake, spool: Spool, tmp_path: Path, damage: str, acknowledged: bool
) -> None:
    spool.append([reading(1, 0, 1.0)])
    lake.commit(spool)
    book = tmp_path / "lake" / ".readings.digests"
    before = book.read_bytes()
    spool.append([reading(1, 10, 2.0)])
    untrimmed = copied(spool, tmp_path / "untrimmed.db")
    lake.commit(spool)
    if not acknowledged:
        book.write_bytes(before)
    root = tmp_path / "lake" / "readings"
    version = durable.last_version(root)
    entry = durable.log_entry(root, version)
    commit = durable.read_entry(root, version)
    assert commit
    [(data, _)] = commit.added
    if damage == "empty":
        entry.write_bytes(b"")
    elif damage == "half":
        entry.write_bytes(entry.read_bytes()[:100])
    elif damage == "no data":
        data.unlink()
    elif damage == "short data":
        data.write_bytes(data.read_bytes()[:-20])
    fresh = Lake(tmp_path / "lake")
    fresh.commit(untrimmed)
    assert untrimmed.depth() == 0
    assert [row[ENERGY] for row in readings(fresh)] == [1.0, 2.0]
    set_aside = list((root / "_delta_log").glob("*.torn"))
    assert bool(set_aside) == (not acknowledged or damage != "none")
    assert bool(incidents(tmp_path / "lake")) == bool(set_aside)


@pytest.mark.parametrize("damage", ["first", "middle", "last", "all"])
def test_an_acknowledged_commit_whose_entry_was_damaged_loses_nothing(lake: Lake, spool: Spool, damage: str) -> None:
    for step in range(5):
        spool.append([reading(1, step * 10, float(step))])
        lake.commit(spool)
    entries = [durable.log_entry(lake.readings.path, version) for version in durable.versions(lake.readings.path)]
    for entry in {"first": entries[:1], "middle": entries[3:4], "last": entries[-1:], "all": entries}[damage]:
        content = bytearray(entry.read_bytes())
        content[len(content) // 2] ^= 1
        entry.write_bytes(content)
    fresh = Lake(lake.path)
    spool.append([reading(1, 50, 5.0)])
    fresh.commit(spool)
    assert [row[ENERGY] for row in readings(fresh)] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_damaged_checkpoint_is_done_without(lake: Lake, spool: Spool) -> None:
    for step in range(4):
        spool.append([reading(1, step * 10, float(step))])
        lake.commit(spool)
    maintain(lake)
    [(_, checkpoint)] = durable.checkpoints(lake.readings.path)
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    checkpoint.write_bytes(content)
    fresh = Lake(lake.path)
    spool.append([reading(1, 40, 4.0)])
    fresh.commit(spool)
    assert [row[ENERGY] for row in readings(fresh)] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert checkpoint.with_name(checkpoint.name + ".torn").exists()


def test_nothing_is_trimmed_before_it_is_durable(lake: Lake, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(disk, "sync", synced.append)
    trim, seen = spool.trim, []

    def trimmed(upto: int, app: str) -> None:
        seen.append(list(synced))
        trim(upto, app)

    monkeypatch.setattr(spool, "trim", trimmed)
    spool.append([reading(1, 0, 1.0)])
    lake.commit(spool)
    names = [path.name for path in seen[0]]
    assert any(name.endswith(".parquet") for name in names)
    assert names[-2:] == [f"{lake.readings.snapshot().version:020d}.json", "_delta_log"]
    assert (lake.path / ".readings.digests").read_text().count(".json") == lake.readings.snapshot().version + 1
    assert "day=2026-10-01" in names


def test_a_failed_write_leaves_the_spool_as_it_was(lake: Lake, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.append([reading(1, 0, 1.0)])

    def full(self: Store, *_: object, **__: object) -> None:
        raise LakeError("no space left on device")

    monkeypatch.setattr(Store, "write", full)
    with pytest.raises(LakeError, match="no space"):
        lake.commit(spool)
    assert spool.depth() == 1
    monkeypatch.undo()
    assert lake.commit(spool) == 1
