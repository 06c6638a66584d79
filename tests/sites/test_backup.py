"""A backup has every site, and restores to an installation that answers the same numbers."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import energy_workbench as ew
from energy_workbench.cli.home import backup
from energy_workbench.cli.home.archive import MANIFEST
from energy_workbench.cli.home.backup import back_up
from energy_workbench.cli.home.restore import restore_home
from energy_workbench.domain.errors import InputError
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings, sites
from energy_workbench.services.sites.changes import removed


def test_all_sites_come_back_as_they_were(measured: Settings, tmp_path: Path) -> None:
    registry = Registry(measured.registry_url)
    token = registry.create_token("asha", "editor", sites=["kolkata"])
    registry.close()
    own = settings.load(site="kolkata")
    (own.profiles_path).mkdir(exist_ok=True)
    (own.profiles_path / "own.yaml").write_text("vendor: Mine\n")
    made = back_up(measured, tmp_path / "copy.tar")
    assert made.sites == ("berlin", "kolkata")
    restore_home(tmp_path / "copy.tar", tmp_path / "again")
    again = settings.load_base(tmp_path / "again")
    for slug in made.sites:
        before, after = ew.open(measured.home, site=slug), ew.open(again.home, site=slug)
        assert after.site() == before.site()
        assert after.meters() == before.meters()
        assert after.energies("2026-10-11") == before.energies("2026-10-11")
    assert ew.open(again.home, site="berlin").fleet("today") == ew.open(measured.home, site="berlin").fleet("today")
    registry = Registry(again.registry_url)
    assert registry.holder(token).sites == {"kolkata": "editor"}
    registry.close()
    restored = settings.load(again.home, site="kolkata")
    assert (restored.profiles_path / "own.yaml").read_text() == "vendor: Mine\n"
    assert restored.metrics_port == own.metrics_port


def test_the_files_of_a_site_are_in_it_once_and_those_of_a_removed_one_are_not(
    measured: Settings, tmp_path: Path
) -> None:
    back_up(measured, tmp_path / "two.tar")
    with tarfile.open(tmp_path / "two.tar") as tar:
        names = [member.name for member in tar]
        manifest = json.load(tar.extractfile(MANIFEST))  # type: ignore[arg-type]
    assert manifest["format"] == 2
    assert len(names) == len(set(names))
    assert {"home/sites.json", "sites/kolkata/home/registry.db", "home/registry.db"} <= set(names)
    assert not [name for name in names if name.startswith("home/sites/")]
    removed(measured, sites.Place("kolkata", 1))
    back_up(measured, tmp_path / "one.tar")
    with tarfile.open(tmp_path / "one.tar") as tar:
        assert not [name for name in tar.getnames() if "kolkata" in name]


def test_a_backup_in_the_home_of_any_site_is_refused(measured: Settings) -> None:
    with pytest.raises(InputError, match="lies in the home"):
        back_up(measured, measured.home / "sites" / "kolkata" / "copy.tar")


def test_the_command_says_which_sites_it_has(measured: Settings, tmp_path: Path) -> None:
    found = CliRunner().invoke(backup.app, [str(tmp_path / "copy.tar"), "--home", str(measured.home)])
    assert "of 2 sites (berlin, kolkata)" in found.output
