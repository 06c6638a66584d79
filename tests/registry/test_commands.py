"""`energy-workbench meters` and `token` on a real home."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_workbench.cli.data import meters
from energy_workbench.cli.home import token
from energy_workbench.domain.errors import HomeError, InputError, NotFoundError
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from tests.migrated import migrated

FILE = "number,name,type,parent,gateway,unit_id,profile\nGRID,Grid,grid,,tcp://moxa:502,3,eastron_sdm630\nM,Mixer,machine,GRID,,,\n"


@pytest.fixture
def home() -> Registry:
    """The home that the environment names, initialised."""
    return migrated(Registry(settings.load().registry_url))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "meters.csv"
    path.write_text(FILE)
    return path


def run(app: object, *arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    return result.output


def test_a_dry_run_shows_the_changes_and_writes_nothing(home: Registry, file: Path) -> None:
    shown = run(meters.app, "import", file, "--dry-run")
    assert "line 2: GRID" in shown
    assert "2 new, 0 changed, 0 moved, 0 unchanged, 0 problems; nothing was written (dry run)" in shown
    assert home.meters() == []


def test_import_list_and_export(home: Registry, file: Path, tmp_path: Path) -> None:
    assert "2 new" in run(meters.app, "import", file)
    assert [meter.number for meter in home.meters()] == ["GRID", "M"]
    assert run(meters.app, "list").splitlines() == [
        "id     number  name   type     status  gateway         unit  profile",
        "mtr_1  GRID    Grid   grid     active  tcp://moxa:502  3     eastron_sdm630",
        "mtr_2    M     Mixer  machine  active",
    ]
    assert "2 meters" in run(meters.app, "export", tmp_path / "out.csv")
    assert "2 unchanged" in run(meters.app, "import", tmp_path / "out.csv")


def test_a_bad_row_stops_the_import_and_the_dry_run(home: Registry, file: Path) -> None:
    file.write_text(FILE + "X,X,reactor,,,,\n")
    for option in ([], ["--dry-run"]):
        with pytest.raises(InputError, match=r"line 4: type 'reactor'"):
            run(meters.app, "import", file, *option)
    assert home.meters() == []


def test_without_a_home_the_user_is_told_to_make_one(file: Path) -> None:
    with pytest.raises(HomeError, match="energy-workbench init"):
        run(meters.app, "import", file)


def test_a_template_is_written_and_can_be_imported(home: Registry, tmp_path: Path) -> None:
    assert "meters import" in run(meters.app, "template", tmp_path / "meters.xlsx")
    assert "3 new" in run(meters.app, "import", tmp_path / "meters.xlsx", "--dry-run")


def test_suspicious_plates_are_shown_and_imported(home: Registry, file: Path) -> None:
    file.write_text("number,name,type,ct_primary,ct_secondary\nA,A,unit,5,100\n")
    shown = run(meters.app, "import", file)
    assert "look at  line 2: ct_secondary '5/100': the secondary current is above the primary one" in shown
    assert home.meter("A").ratio.ct_text == "5/100"


def test_a_long_import_shows_the_first_changes(home: Registry, file: Path) -> None:
    file.write_text("number,name,type\n" + "".join(f"N{i},N,unit\n" for i in range(50)))
    assert "… and 30 more" in run(meters.app, "import", file)


def test_a_token_is_made_listed_and_revoked(home: Registry) -> None:
    made = run(token.app, "create", "screen", "--role", "viewer").strip()
    assert home.role_of(made) == "viewer"
    listed = run(token.app, "list")
    assert listed.startswith("screen  viewer    since ")
    assert made not in listed
    again = run(token.app, "rotate", "screen").strip()
    assert (home.role_of(made), home.role_of(again)) == (None, "viewer")
    run(token.app, "revoke", "screen")
    assert home.role_of(again) is None
    with pytest.raises(NotFoundError):
        run(token.app, "revoke", "screen")
