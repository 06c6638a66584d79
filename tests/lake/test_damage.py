"""Bits flip and files are cut off: everything opens, what was not touched is there, and people are told."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.spool import wal
from energy_workbench.lake.spool.page_salvage import log_of
from energy_workbench.lake.spool.schema import PAGE
from energy_workbench.lake.storage import durable
from energy_workbench.runtime.incidents import incidents
from tests.lake.helpers import ENERGY, intervals, reading, readings

ROUNDS = int(os.environ.get("DAMAGE_ROUNDS", "3"))
"""Damages of each kind; `make soak` tries many more."""

METERS, STEPS = range(1, 9), 120
EVERYTHING = {(meter, step) for meter in METERS for step in range(STEPS)}


def flip(path: Path, luck: random.Random) -> str:
    content = bytearray(path.read_bytes())
    bit = luck.randrange(len(content) * 8)
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    return f"bit {bit % 8} of byte {bit // 8} of {path.name} flipped"


def cut(path: Path, luck: random.Random) -> str:
    size = luck.randrange(path.stat().st_size)
    os.truncate(path, size)
    return f"{path.name} cut to {size}"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that died with readings in the spool's file and in its log."""
    home = tmp_path_factory.mktemp("full") / "home"
    work = home.with_name("work")
    work.mkdir()
    spool = Spool(work / "spool.db")
    for step in range(STEPS):
        if step == STEPS // 2:
            with spool._file.reading() as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        spool.append([batch(meter, step) for meter in METERS])
    # As a crash leaves it: not closed.
    shutil.copytree(work, home)
    return home


@pytest.mark.parametrize(("harm", "why"), [(lambda p: os.truncate(p, 0), "it is empty"), (Path.unlink, "it is gone")])
def test_a_spool_that_lost_all_of_its_file_gives_what_its_log_has_and_is_told(
    tmp_path: Path, harm: Callable[[Path], object], why: str
) -> None:
    home = tmp_path / "home"
    alive = Spool(tmp_path / "work" / "spool.db")
    alive.append([batch(meter, 0) for meter in METERS])
    shutil.copytree(tmp_path / "work", home)  # as a crash leaves it: all of it is in the log
    harm(home / "spool.db")
    spool = Spool(home / "spool.db")
    assert {row.meter for _, row in spool.pending()} == set(METERS)
    spool.close()
    [incident] = incidents(home)
    assert why in incident.text
    assert f"{len(METERS)} readings were rescued" in incident.text
    Spool(home / "spool.db").close()
    assert len(incidents(home)) == 1


def test_a_new_spool_is_no_incident(tmp_path: Path) -> None:
    for _ in range(2):
        Spool(tmp_path / "spool.db").close()
    assert not incidents(tmp_path)


def batch(meter: int, step: int):  # type: ignore[no-untyped-def]
    return reading(meter, step * 10.0, float(step), frequency=50.0 + meter, voltage_l1_n=230.0 + step % 7)


@pytest.mark.parametrize("harm", [flip, cut])
@pytest.mark.parametrize("name", ["spool.db", "spool.db-wal"])
def test_a_damaged_spool_opens_with_all_that_was_not_touched(
    full: Path, tmp_path: Path, name: str, harm: Callable[[Path, random.Random], str]
) -> None:
    luck = random.Random(f"{name} {harm.__name__}")
    for number in range(ROUNDS):
        home = tmp_path / str(number)
        shutil.copytree(full, home)
        what = harm(home / name, luck)
        spool, lake = Spool(home / "spool.db"), Lake(home / "lake")
        whole = spool.check()
        lake.commit(spool)
        assert spool.depth() == 0, what
        kept = {(m, int(row[ENERGY])) for m in METERS for row in readings(lake, m) if row[ENERGY] is not None}
        assert kept <= EVERYTHING, what
        for meter in METERS:
            for row in readings(lake, meter):
                assert row["frequency"] == 50.0 + meter, what
                assert row["voltage_l1_n"] == 230.0 + int(row[ENERGY]) % 7, what
        lost = len(EVERYTHING - kept)
        if harm is flip:
            # A bit is in one reading at most; in what holds many together it costs none.
            assert lost <= 1, what
            assert not lost or incidents(home), what
        elif not whole or incidents(home):
            assert list(home.glob("spool.db*broken*")), what
        # Life goes on.
        assert spool.append([reading(9, 0, 1.0)])
        assert lake.commit(spool) == 1
        spool.close()
        shutil.rmtree(home)


WAITING = 1000
"""Readings of each meter that wait while the lake cannot be reached."""

ON_A_PAGE = PAGE // 32
"""More rows than there is room for on a page."""


@pytest.fixture(scope="module")
def backlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose lake could not be reached: what was read since waits; `log` as a crash left it, `file` whole."""
    folder = tmp_path_factory.mktemp("backlog")
    spool = Spool(folder / "work" / "spool.db")
    for first in range(0, WAITING, 50):
        spool.append([batch(meter, step) for step in range(first, first + 50) for meter in METERS])
    shutil.copytree(folder / "work", folder / "log")
    spool.close()
    (folder / "work").rename(folder / "file")
    return folder


def tear(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(random.Random(at).randbytes(PAGE))


def read_by_sqlite(database: Path) -> int:
    """Rows that SQLite itself reads, range by range past what it calls malformed."""
    seen: set[int] = set()
    with closing(sqlite3.connect(database)) as db:
        for low in range(0, WAITING * len(METERS), 100):
            try:
                rows = db.execute("SELECT seq FROM rows NOT INDEXED WHERE seq > ? LIMIT 100", (low,))
                seen.update(seq for (seq,) in rows)
            except sqlite3.DatabaseError:
                continue
    return len(seen)


@pytest.mark.parametrize("torn", ["header", "rows", "log"])
def test_a_torn_page_costs_what_is_on_it_though_days_of_readings_wait_and_sqlite_reads_few(
    backlog: Path, tmp_path: Path, torn: str
) -> None:
    """What each checkpoint writes anew is what all else hangs on; and of a log SQLite forgets what follows a tear."""
    home = tmp_path / "home"
    shutil.copytree(backlog / ("log" if torn == "log" else "file"), home)
    path, log = home / "spool.db", log_of(home / "spool.db")
    if torn == "log":
        frames = (log.stat().st_size - wal.HEADER) // (wal.FRAME + PAGE)
        tear(log, wal.HEADER + frames // 2 * (wal.FRAME + PAGE) + wal.FRAME)
    else:
        with closing(sqlite3.connect(path)) as db:
            [(root,)] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'rows'")
        tear(path, 0 if torn == "header" else (root - 1) * PAGE)
    shutil.copytree(home, tmp_path / "copy")
    count = WAITING * len(METERS)
    assert read_by_sqlite(tmp_path / "copy" / "spool.db") <= (0.6 * count if torn == "log" else 0)
    spool, lake = Spool(path), Lake(home / "lake")
    spool.check()
    assert lake.commit(spool) >= count - (ON_A_PAGE if torn == "log" else 0)
    assert [incident.what for incident in incidents(home)] == ["spool"]
    spool.close()


def test_a_whole_log_is_not_called_damaged(full: Path, tmp_path: Path) -> None:
    assert wal.damage(log_of(full / "spool.db")) == ""
    assert wal.damage(tmp_path / "none") == ""


def test_a_frame_that_a_crash_left_half_written_is_no_damage(full: Path, tmp_path: Path) -> None:
    log = shutil.copy(log_of(full / "spool.db"), tmp_path)
    os.truncate(log, Path(log).stat().st_size - 1000)
    assert wal.damage(Path(log)) == ""


def test_who_has_the_spool_open_follows_when_another_mends_it(tmp_path: Path) -> None:
    mine, other = Spool(tmp_path / "spool.db"), Spool(tmp_path / "spool.db")
    mine.append([reading(1, step, float(step)) for step in range(5)])
    name = mine.app
    other._file.mend("a test wants it")
    assert mine.append([reading(1, 9, 9.0)])
    assert mine.app == other.app != name
    assert mine.depth() == other.depth() == 6
    mine.close()
    other.close()
    assert Spool(tmp_path / "spool.db").depth() == 6
    assert [incident.what for incident in incidents(tmp_path)] == ["spool"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose readings are in the lake, compacted and not."""
    home = tmp_path_factory.mktemp("stored")
    spool, lake = Spool(home / "spool.db"), Lake(home / "lake")
    for first in range(0, STEPS, 20):
        for step in range(first, first + 20):
            spool.append([batch(meter, step) for meter in METERS])
        lake.commit(spool)
        if first == 60:
            maintain(lake)
    build(lake, [])
    spool.close()
    return home


KINDS = {
    "log": "readings/_delta_log/*.json",
    "checkpoint": "readings/_delta_log/*.checkpoint.parquet",
    "hint": "readings/_delta_log/_last_checkpoint",
    "data": "readings/day=*/*.parquet",
    "book": ".readings.digests",
    "intervals": "intervals/**/*.*",
}


@pytest.mark.parametrize("harm", [flip, cut])
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_lake_opens_with_all_that_was_not_touched(
    stored: Path, tmp_path: Path, kind: str, harm: Callable[[Path, random.Random], str]
) -> None:
    luck = random.Random(f"{kind} {harm.__name__}")
    for number in range(max(1, ROUNDS // 5)):
        home = tmp_path / str(number)
        shutil.copytree(stored, home)
        victim = luck.choice(sorted(path for path in (home / "lake").glob(KINDS[kind]) if path.is_file()))
        what = harm(victim, luck)
        lake, spool = Lake(home / "lake"), Spool(home / "spool.db")
        spool.append([reading(9, 0, 1.0)])
        lake.commit(spool)
        maintain(lake, check=True)
        build(lake, [])
        kept = {(m, int(row[ENERGY])) for m in METERS for row in readings(lake, m)}
        assert kept <= EVERYTHING, what
        assert len(readings(lake, 9)) == 1, what
        count = sum(len(readings(lake, m)) for m in METERS)
        assert count == len(kept), f"{what}: a reading is there twice"
        for meter in METERS:
            for row in readings(lake, meter):
                assert row["frequency"] == 50.0 + meter, what
        if kind != "data":
            assert kept == EVERYTHING, what
        else:
            assert kept == EVERYTHING or incidents(home / "lake"), what
        if kept == EVERYTHING:
            for meter in METERS:
                total = sum(row["energy_import_kwh"] for row in intervals(lake) if row["meter"] == meter)
                assert total == pytest.approx(STEPS - 1), what
        spool.close()
        shutil.rmtree(home)


def test_a_log_entry_whose_words_are_damaged_is_set_aside(tmp_path: Path) -> None:
    lake, spool = Lake(tmp_path / "lake"), Spool(tmp_path / "spool.db")
    for step in range(3):
        spool.append([reading(1, step * 10, float(step))])
        lake.commit(spool)
        build(lake, [])
    table = lake.intervals.path
    version = durable.last_version(table)
    entry = durable.log_entry(table, version)
    commit = durable.read_entry(table, version)
    assert commit
    assert commit.removed
    entry.write_text(entry.read_text().replace('"remove":{"path"', '"remove":{"qath"'))
    assert durable.read_entry(table, version) is None
    again = Lake(tmp_path / "lake")
    build(again, [])
    assert sum(row["energy_import_kwh"] for row in intervals(again)) == pytest.approx(2.0)
    assert [incident.what for incident in incidents(again.path)] == ["lake"]
    spool.close()


def test_a_damaged_data_file_is_found_kept_aside_and_told(stored: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(stored, home)
    lake = Lake(home / "lake")
    # Of rows that were compacted away the uncompacted ones are still there; the newest exist once.
    newest = durable.read_entry(lake.readings.path, durable.last_version(lake.readings.path))
    assert newest
    [(path, _)] = newest.added
    flip(path, random.Random(1))
    done = maintain(lake, check=True)
    assert done.damaged == 1
    [incident] = incidents(lake.path)
    assert Path(incident.aside).exists()
    assert "not as it was written" in incident.text
    assert maintain(lake, check=True).damaged == 0
