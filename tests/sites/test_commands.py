"""The command line of several sites: `site add`, `list`, `remove`, `--site`, tokens of a site."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from energy_workbench.cli.main import app
from energy_workbench.domain.errors import NotFoundError, SiteError
from energy_workbench.domain.roles import Role
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command; what it names as a site is forgotten afterwards."""

    def run(*words: str, given: str = "") -> Result:
        monkeypatch.setenv("ENERGY_WORKBENCH_SITE", "")
        monkeypatch.setattr(sys, "argv", ["energy-workbench", *words])
        return CliRunner().invoke(app, list(words), input=given)

    return run


def test_a_site_is_added_to_a_home_of_one(run, tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    assert run("site", "set", "name=Works North").exit_code == 0
    made = run("site", "add", "Works South", "--timezone", "Europe/Berlin", "--country", "DE", "--currency", "EUR")
    assert "works-south" in made.output
    listed = [line.split() for line in run("site", "list").output.splitlines()]
    assert [(line[0], line[3]) for line in listed] == [
        ("works-north", "Asia/Kolkata"),
        ("works-south", "Europe/Berlin"),
    ]
    assert "EUR" in run("--site", "Works South", "site", "show").output
    assert not list((tmp_path / "home" / "sites" / "works-south").glob("*.token"))


def test_with_several_sites_each_command_needs_one_named(run, base: Settings) -> None:
    for words in (["meters", "list"], ["site", "show"], ["settings"], ["meters", "list", "--site", "kolkata"]):
        found = run(*words)
        assert found.exit_code != 0
    with pytest.raises(SiteError, match="berlin, kolkata"):
        raise run("meters", "list").exception
    with pytest.raises(NotFoundError, match="berlin, kolkata"):
        raise run("--site", "paris", "meters", "list").exception
    assert "MAIN" in run("--site", "kolkata", "meters", "list").output


def test_a_wrong_site_of_a_home_of_one_is_refused(run, tmp_path: Path) -> None:
    run("init")
    with pytest.raises(NotFoundError, match="plant"):
        raise run("--site", "paris", "meters", "list").exception
    assert run("--site", "Plant", "site", "show").exit_code == 0


def test_the_home_that_a_command_names_has_the_site(run, base: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", "/nowhere")
    found = run("--site", "Kolkata", "doctor", "--quick", "--home", str(base.home))
    assert "kolkata: Kolkata" in found.output


def test_the_doctor_looks_at_every_site_or_the_one_that_is_named(run, base: Settings) -> None:
    every = run("doctor", "--quick").output
    assert every.index("Site berlin:") < every.index("Site kolkata:")
    told = json.loads(run("doctor", "--quick", "--json").output)["sites"]
    assert [each["site"] for each in told] == ["berlin", "kolkata"]
    assert all({"verdict", "checks"} <= each.keys() for each in told)
    one = run("--site", "kolkata", "doctor", "--quick").output
    assert "kolkata: Kolkata" in one
    assert "berlin" not in one


def test_init_brings_every_site_up_to_date(run, base: Settings) -> None:
    (base.home / "sites" / "kolkata" / "reports").rmdir() if (base.home / "sites/kolkata/reports").exists() else None
    assert run("init").output.count("is ready") == 2
    assert (base.home / "sites" / "kolkata" / "reports").is_dir()


def test_a_site_is_removed_only_when_it_is_confirmed(run, base: Settings) -> None:
    assert run("site", "remove", "kolkata", given="n\n").exit_code != 0
    assert (base.home / "sites" / "kolkata").exists()
    assert "kept in" in run("site", "remove", "kolkata", given="y\n").output
    assert "MAIN" in run("meters", "list").output


def test_a_token_holds_at_the_sites_that_it_is_made_for(run, base: Settings) -> None:
    token = run("token", "create", "asha", "--role", "editor", "--site", "Kolkata").output.strip()
    everywhere = run("token", "create", "bert", "--role", "viewer").output.strip()
    registry = Registry(base.registry_url)
    held = registry.holder(token)
    assert held is not None
    assert (held.at("kolkata"), held.at("berlin")) == (Role.EDITOR, None)
    assert registry.holder(everywhere).at("berlin") is Role.VIEWER
    assert "kolkata" in run("token", "list").output
    run("token", "grant", "asha", "--role", "viewer", "--site", "berlin")
    assert registry.holder(token).sites == {"kolkata": Role.EDITOR, "berlin": Role.VIEWER}
    with pytest.raises(NotFoundError):
        raise run("token", "create", "cara", "--role", "viewer", "--site", "paris").exception
    registry.close()
