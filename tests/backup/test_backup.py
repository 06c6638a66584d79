"""A backup that is taken while the home is used restores to a home that answers the same numbers."""

from __future__ import annotations

import shutil
import stat
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.cli.home import backup, restore
from energy_workbench.cli.home.archive import Archive
from energy_workbench.cli.home.backup import back_up
from energy_workbench.cli.home.restore import restore_home
from energy_workbench.domain.errors import HomeError, InputError, NotFoundError, SettingsError
from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.waiting import patience
from tests.workbench.plant import NOW, add_history, make_home


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with history, tokens, a profile, a report and settings."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    found = make_home(tmp_path / "plant")
    add_history(found)
    tokens_of(found)
    (found.home / "profiles").mkdir()
    (found.home / "profiles" / "own.yaml").write_text("vendor: Mine\n")
    (found.home / "workbench.toml").write_text("kernels = 7\n")
    (found.home / ".hidden").write_text("")
    (found.home / "up.lock").write_text("")
    return found


def test_a_restored_home_answers_the_same_numbers(plant: Settings, tmp_path: Path) -> None:
    wb = Workbench.at(plant.home)
    wb.record("GRID", [{"ts": "2026-10-12T15:06:00+05:30", "values": {"active_power_total": 101.5}}])
    wb.update_meter("UNIT-A", {"ct_primary": 200})
    back_up(plant, tmp_path / "copy.tar")
    restore_home(tmp_path / "copy.tar", tmp_path / "again")
    again = Workbench.at(tmp_path / "again")
    for period in ("2026-10-10", "2026-10", "today"):
        assert again.energies(period) == wb.energies(period)
        assert again.flow(period) == wb.flow(period)
    assert again.meters() == wb.meters()
    assert again.readings("GRID", limit=3) == wb.readings("GRID", limit=3)
    assert again.audit() == wb.audit()
    assert again.settings.kernels == 7
    assert tokens_of(again.settings) == tokens_of(plant)
    assert stat.S_IMODE((tmp_path / "again" / "editor.token").stat().st_mode) == 0o600
    assert (tmp_path / "again" / "profiles" / "own.yaml").read_text() == "vendor: Mine\n"
    assert not any((tmp_path / "again" / name).exists() for name in (".hidden", "up.lock"))


def test_a_home_that_is_written_meanwhile_loses_and_doubles_nothing(plant: Settings, tmp_path: Path) -> None:
    registry, lake, spool = Registry(plant.registry_url), Lake(plant.lake_path), Spool(plant.spool_path)
    key = registry.meter("GRID").key
    first = NOW + timedelta(minutes=1)
    begun, done = threading.Event(), threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not done.is_set():
            for _ in range(20):
                ts = to_micros(first + timedelta(seconds=10 * written))
                spool.append([Reading(key, ts, 0, {"energy_active_import": 25_000.0 + written})])
                written += 1
            begun.set()
            lake.commit(spool)
            build(lake, registry.all_ratios())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(patience(30))
        for number in range(3):
            back_up(plant, tmp_path / f"{number}.tar")
    finally:
        done.set()
        writer.join()
    for number in range(3):
        home = tmp_path / f"home-{number}"
        restore_home(tmp_path / f"{number}.tar", home)
        copy = settings.load(home)
        again, kept = Lake(copy.lake_path), Spool(copy.spool_path)
        again.commit(kept)
        build(again, registry.all_ratios())
        wb = Workbench.at(home)
        rows = wb.reader.readings(key, first, quantities=["energy_active_import"]).to_pylist()
        assert rows
        assert [row["energy_active_import"] for row in rows] == [25_000.0 + index for index in range(len(rows))]
        start = NOW - timedelta(days=9, minutes=NOW.minute % 15)
        (sums,) = wb.reader.energy([key], [start, NOW + timedelta(days=9)]).to_pylist()
        assert sums["energy_import_kwh"] == pytest.approx(rows[-1]["energy_active_import"] - 1000.0)
        kept.close()
    spool.close()


def test_a_home_whose_settings_are_refused_today_is_restored_all_the_same(plant: Settings, tmp_path: Path) -> None:
    lake = tmp_path / "elsewhere"
    shutil.move(plant.lake_path, lake)
    file = plant.home / "workbench.toml"
    file.write_text(f'lake = "{lake}"\n')
    taken = settings.load(plant.home)
    file.write_text(f'lake = "{lake}"\nbilling_day = 99\n')  # as a version took it that knew no bounds
    back_up(taken, tmp_path / "copy.tar")
    shutil.rmtree(lake)
    restore_home(tmp_path / "copy.tar", tmp_path / "again")
    assert (tmp_path / "again" / "workbench.toml").read_text() == file.read_text()
    assert any(lake.iterdir())
    with pytest.raises(SettingsError, match="billing_day"):
        settings.load(tmp_path / "again")


def test_a_backup_that_does_not_say_where_its_lake_is_is_refused(plant: Settings, tmp_path: Path) -> None:
    (plant.home / "workbench.toml").write_text("lake = 5\n")
    back_up(plant, tmp_path / "copy.tar")
    with pytest.raises(SettingsError, match="lake"):
        restore_home(tmp_path / "copy.tar", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_what_is_not_whole_is_refused_and_leaves_nothing(plant: Settings, tmp_path: Path) -> None:
    whole = tmp_path / "whole.tar"
    back_up(plant, whole)
    content = whole.read_bytes()
    torn, altered, other = tmp_path / "torn.tar", tmp_path / "altered.tar", tmp_path / "other.tar"
    torn.write_bytes(content[: len(content) // 2])
    at = content.index(b"PAR1") + 40
    altered.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    other.write_bytes(b"no backup")
    for file in (torn, altered, other):
        with pytest.raises(InputError, match="backup"):
            restore_home(file, tmp_path / "never")
        assert not (tmp_path / "never").exists()
    with pytest.raises(NotFoundError):
        restore_home(tmp_path / "none.tar", tmp_path / "never")


def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        member = tarfile.TarInfo("../evil.txt")
        tar.addfile(member)
    with pytest.raises(InputError):
        restore_home(tmp_path / "evil.tar", tmp_path / "deep" / "home")
    assert not (tmp_path / "deep" / "evil.txt").exists()


def test_nothing_is_overwritten(plant: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy.tar"
    back_up(plant, file)
    with pytest.raises(InputError, match="exists already"):
        back_up(plant, file)
    with pytest.raises(HomeError, match="not empty"):
        restore_home(file, plant.home)
    with pytest.raises(InputError, match="lies in the home"):
        back_up(plant, plant.home / "copy.tar")
    with pytest.raises(HomeError):
        back_up(settings.load(tmp_path / "no-home"), tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()
    (tmp_path / "empty").mkdir()
    restore_home(file, tmp_path / "empty")


def test_a_backup_that_fails_leaves_no_file(plant: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Archive, "close", full)
    (tmp_path / "out").mkdir()
    with pytest.raises(HomeError, match="No space left"):
        back_up(plant, tmp_path / "out" / "copy.tar")
    assert list((tmp_path / "out").iterdir()) == []


def test_the_archive_is_its_owners_alone_and_may_be_packed(plant: Settings, tmp_path: Path) -> None:
    for name in ("copy.tar", "copy.tar.gz"):
        found = CliRunner().invoke(backup.app, [str(tmp_path / name), "--home", str(plant.home)])
        assert found.exit_code == 0, found.output
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        restored = CliRunner().invoke(restore.app, [str(tmp_path / name), "--home", str(tmp_path / f"of-{name}")])
        assert restored.exit_code == 0, restored.output
        assert Workbench.at(tmp_path / f"of-{name}").meters().total == 6
