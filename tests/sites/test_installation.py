"""Several sites in one installation: named, found, added and set aside; a home of one needs none of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import energy_workbench as ew
from energy_workbench.domain.errors import BusyError, ConflictError, HomeError, InputError, NotFoundError, SiteError
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings, sites
from energy_workbench.services.sites.changes import ASIDE, added, removed
from energy_workbench.services.workbench import Workbench
from tests.sites.conftest import cheaply
from tests.workbench.plant import make_home


def test_a_number_is_unique_within_its_site_and_an_id_across_all(base: Settings) -> None:
    ids = {slug: [row["id"] for row in ew.open(site=slug).meters().rows] for slug in ("berlin", "kolkata")}
    assert ids == {"berlin": ["mtr_1", "mtr_2"], "kolkata": ["mtr_1000001", "mtr_1000002"]}
    with pytest.raises(ConflictError):
        ew.open(site="kolkata").create_meter({"number": "main", "name": "Again", "type": "other"})
    another = ew.open(site="kolkata").create_meter({"number": "NEW", "name": "New", "type": "other"})
    assert another["id"] == "mtr_1000003"
    with pytest.raises(NotFoundError):
        ew.open(site="berlin").meter(another["id"])


def test_a_site_whose_ids_are_all_given_takes_none_of_the_next_one(
    base: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy_workbench.registry.meters.edits.KEYS", 3)
    kolkata = ew.open(site="kolkata")
    kolkata.create_meter({"number": "THREE", "name": "Three", "type": "other"})
    with pytest.raises(InputError, match="add further meters to another site"):
        kolkata.create_meter({"number": "FOUR", "name": "Four", "type": "other"})
    file = b"number,name,type\nTHREE,Other,other\nFOUR,Four,other\n"
    with pytest.raises(InputError, match="another site"):
        kolkata.import_meters(file, "meters.csv", dry_run=False)
    assert kolkata.meters().total == 3


def test_several_sites_must_be_told_apart_and_are_named(base: Settings) -> None:
    with pytest.raises(SiteError, match="berlin, kolkata") as found:
        ew.open()
    assert (found.value.exit_code, found.value.http_status) == (2, 400)
    with pytest.raises(SiteError, match="berlin, kolkata"):
        ew.open(base.home)
    with pytest.raises(NotFoundError, match="berlin, kolkata"):
        ew.open(site="paris")


@pytest.mark.parametrize("wanted", ["kolkata", "Kolkata", "KOLKATA"])
def test_a_site_is_found_by_slug_or_name(base: Settings, wanted: str) -> None:
    found = ew.open(site=wanted)
    assert (found.site()["site"], found.site()["timezone"], found.site()["currency"]) == (
        "kolkata", "Asia/Kolkata", "INR",
    )  # fmt: skip


def test_the_environment_names_a_site(base: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_SITE", "kolkata")
    assert ew.open().site()["name"] == "Kolkata"
    assert settings.load().home == base.home / "sites" / "kolkata"
    assert ew.open(site="berlin").site()["name"] == "Berlin"


def test_a_slug_stays_when_a_site_is_called_otherwise(base: Settings) -> None:
    ew.open(site="kolkata").set_site({"name": "Works East"})
    assert [(row["site"], row["name"]) for row in ew.open(site="berlin").sites()] == [
        ("berlin", "Berlin"),
        ("kolkata", "Works East"),
    ]
    assert ew.open(site="works east").site()["site"] == ew.open(site="kolkata").site()["site"] == "kolkata"
    ew.open(site="berlin").set_site({"name": "Works East"})
    with pytest.raises(SiteError, match="berlin, kolkata"):
        ew.open(site="works east")


def test_each_site_lists_all_of_them(base: Settings) -> None:
    from_first, from_second = ew.open(site="berlin").sites(), ew.open(site="kolkata").sites()
    assert from_first == from_second
    assert [(row["site"], row["timezone"], row["currency"], row["meters"], row["role"]) for row in from_first] == [
        ("berlin", "Europe/Berlin", "EUR", 2, "admin"),
        ("kolkata", "Asia/Kolkata", "INR", 2, "admin"),
    ]


def test_a_site_that_cannot_be_opened_hides_no_other(base: Settings) -> None:
    (base.home / "sites" / "kolkata" / "registry.db").unlink()
    berlin, kolkata = ew.open(site="berlin").sites()
    assert (berlin["problem"], berlin["meters"]) == ("", 2)
    assert kolkata["timezone"] == "Asia/Kolkata"
    assert "energy-workbench init" in kolkata["problem"]
    assert ew.open(site="BERLIN").site()["site"] == "berlin"
    with pytest.raises(HomeError, match="energy-workbench init"):
        ew.open(site="kolkata")


def test_a_home_of_today_is_one_site_and_needs_nothing(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home").home
    before = {path: path.stat().st_mtime_ns for path in home.iterdir()}
    wb = ew.open()
    (row,) = wb.sites()
    assert (row["site"], row["name"], row["meters"]) == ("works", "Works", 6)
    assert wb.site()["site"] == "works"
    assert ew.open(site="Works").meters().rows == wb.meters().rows
    assert wb.meter("GRID")["id"] == "mtr_1"
    assert settings.load() == settings.load_base() == Settings(home=home)
    with pytest.raises(NotFoundError, match="works"):
        ew.open(site="kolkata")
    # Databases open files beside them; nothing else is there now that was not.
    assert {path.name for path in home.iterdir()} - {path.name for path in before} <= {
        name + end for name in ("registry.db", "state.db", "spool.db") for end in ("", "-wal", "-shm", ".lock")
    }


def test_what_a_site_does_not_say_is_as_the_installation_says_it(base: Settings) -> None:
    (base.home / "workbench.toml").write_text(
        'timezone = "Europe/Berlin"\nbilling_day = 5\nsmtp_host = "mail.example.com"\nlake = "/somewhere"\n'
    )
    own = base.home / "sites" / "kolkata" / "workbench.toml"
    found = settings.load(site="kolkata")
    assert (found.billing_day, found.smtp_host) == (5, "mail.example.com")
    assert (found.timezone, found.lake_path) == ("Asia/Kolkata", str(found.home / "lake"))
    assert found.metrics_port != settings.load_base().metrics_port
    own.write_text(own.read_text() + "billing_day = 9\n")
    assert settings.load(site="kolkata").billing_day == 9


def test_what_no_two_sites_can_share_is_not_taken_from_the_environment(
    base: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_LAKE", "/somewhere")
    monkeypatch.setenv("ENERGY_WORKBENCH_TIMEZONE", "America/New_York")
    monkeypatch.setenv("ENERGY_WORKBENCH_BILLING_DAY", "7")
    found = settings.load(site="kolkata")
    assert (found.lake, found.timezone, found.billing_day) == ("", "Asia/Kolkata", 7)
    assert settings.load(site="berlin").lake == "/somewhere"


def test_the_folder_of_a_further_site_is_that_site(base: Settings) -> None:
    folder = base.home / "sites" / "kolkata"
    found = settings.load(folder)
    assert (found.site, found.installation) == ("kolkata", base.home)
    assert ew.open(folder).site()["site"] == "kolkata"
    assert settings.load_base(folder).home == base.home


def test_a_name_is_given_once_and_a_slug_and_its_keys_never_again(base: Settings) -> None:
    with pytest.raises(ConflictError, match="kolkata"):
        added(base, "KOLKATA", "Asia/Kolkata", cheaply("KOLKATA"))
    aside = removed(base, sites.chosen(sites.listed(base.home).places, "kolkata"))
    again = added(base, "Kolkata", "Asia/Kolkata", cheaply("Kolkata"))
    assert (again.site, again.site_number) == ("kolkata-2", 2)
    registry = Registry(again.registry_url)
    assert registry.create_meter({"number": "MAIN", "name": "Main", "type": "main"}, by="test").id == "mtr_2000001"
    registry.close()
    assert aside.parent == base.home / ASIDE


def test_a_site_that_is_removed_keeps_all_that_it_had(base: Settings) -> None:
    aside = removed(base, sites.Place("kolkata", 1))
    assert not (base.home / "sites" / "kolkata").exists()
    assert [row["number"] for row in ew.open(aside).meters().rows] == ["MAIN", "LINE"]
    # One is left, which need not be named.
    assert ew.open().site()["site"] == "berlin"
    assert [row["site"] for row in ew.open().sites()] == ["berlin"]


def test_a_site_at_work_and_the_first_are_not_removed(base: Settings) -> None:
    with pytest.raises(ConflictError, match="first site"):
        removed(base, sites.Place("berlin", 0))
    kolkata = settings.load(site="kolkata")
    state = StateStore(kolkata.state_url)
    state.heartbeat("collector")
    state.close()
    with pytest.raises(BusyError, match="collector"):
        removed(base, sites.Place("kolkata", 1))
    assert kolkata.home.exists()


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 201])
def test_what_is_no_name_is_refused_before_anything_is_made(base: Settings, name: str) -> None:
    before = (base.home / "sites.json").read_bytes()
    with pytest.raises(InputError):
        added(base, name, "Asia/Kolkata", cheaply("x"))
    with pytest.raises(InputError, match="Mars"):
        added(base, "Mars", "Mars/Olympus", cheaply("Mars"))
    assert (base.home / "sites.json").read_bytes() == before
    assert [path.name for path in (base.home / "sites").iterdir()] == ["kolkata"]


def test_a_site_that_could_not_be_prepared_is_not_listed(base: Settings) -> None:
    def fails(found: Settings) -> None:
        raise HomeError("the disk is full")

    with pytest.raises(HomeError):
        added(base, "Paris", "Europe/Paris", fails)
    assert [place.slug for place in sites.listed(base.home).places] == ["berlin", "kolkata"]
    assert added(base, "Paris", "Europe/Paris", cheaply("Paris")).site == "paris"


def test_a_list_that_is_damaged_is_told(base: Settings) -> None:
    (base.home / "sites.json").write_text("[]")
    with pytest.raises(HomeError, match="is no list of sites"):
        ew.open(site="kolkata")


def test_a_home_may_be_moved_with_all_its_sites(base: Settings, tmp_path: Path) -> None:
    moved = Path(shutil.move(base.home, tmp_path / "elsewhere"))
    assert ew.open(moved, site="kolkata").meter("MAIN")["id"] == "mtr_1000001"


def test_an_installation_that_is_open_learns_of_a_new_site(base: Settings) -> None:
    wb = Workbench(base)
    assert len(wb.sites()) == 2
    added(base, "Paris", "Europe/Paris", cheaply("Paris"))
    assert [row["site"] for row in wb.sites()] == ["berlin", "kolkata", "paris"]
    assert wb.installation.find("paris").site()["timezone"] == "Europe/Paris"
    wb.close()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Werk Süd", "werk-sud"), ("  A & B  ", "a-b"), ("工場", "site"), ("x" * 99, "x" * 40), ("../etc", "etc")],
)
def test_a_slug_is_a_word_of_an_address(name: str, slug: str) -> None:
    assert sites.slug_of(name) == slug
