"""Each site has processes of its own, which are told which; what is of all is started once."""

from __future__ import annotations

import os
import subprocess
import sys

from energy_workbench.cli.processes.up import of_sites
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor import supervised
from tests.waiting import patience
from tests.workbench.plant import make_home

COMMANDS = {
    "plant": "energy-plant serve", "collector": "energy-collector", "service": "energy-workbench serve",
    "schedule": "energy-workbench schedule", "dashboards": "energy-workbench dashboards",
}  # fmt: skip


def test_collector_and_schedule_are_started_for_each_site_and_the_rest_once(base: Settings) -> None:
    assert of_sites(COMMANDS, settings.load_all(base)) == {
        "plant": "env ENERGY_WORKBENCH_SITE=berlin energy-plant serve",
        "collector": "env ENERGY_WORKBENCH_SITE=berlin energy-collector",
        "collector.kolkata": "env ENERGY_WORKBENCH_SITE=kolkata energy-collector",
        "service": "energy-workbench serve",
        "schedule": "env ENERGY_WORKBENCH_SITE=berlin energy-workbench schedule",
        "schedule.kolkata": "env ENERGY_WORKBENCH_SITE=kolkata energy-workbench schedule",
        "dashboards": "energy-workbench dashboards",
    }


def test_a_home_of_one_site_starts_what_it_always_did(tmp_path) -> None:
    make_home(tmp_path / "home")
    assert of_sites(COMMANDS, settings.load_all(settings.load_base())) == COMMANDS


def test_another_process_finds_the_same_site_by_what_it_is_told(base: Settings) -> None:
    for site in settings.load_all(base):
        assert settings.load(environ=site.named) == site
        # Also where it is told the folder beside.
        assert settings.load(site.home, site.named) == site


def test_a_collector_polls_the_site_that_it_is_told(base: Settings) -> None:
    kolkata = settings.load(site="kolkata")
    environment = {**os.environ, **kolkata.named}
    call = [sys.executable, "-c", "from collector.cli import main; main()", "--once"]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=patience(60), check=False)
    assert done.returncode == 0, done.stderr
    assert (kolkata.home / "collector.lock").exists()
    assert not (base.home / "collector.lock").exists()
    unnamed = subprocess.run(
        call, env={**environment, "ENERGY_WORKBENCH_SITE": ""}, capture_output=True, text=True, timeout=patience(60),
        check=False,
    )  # fmt: skip
    assert unnamed.returncode == 2
    assert "berlin, kolkata" in unnamed.stderr


def test_the_word_of_a_process_is_of_its_site() -> None:
    assert supervised.is_of_a_site("collector.kolkata")
    assert supervised.is_of_a_site("schedule")
    assert not supervised.is_of_a_site("service")
