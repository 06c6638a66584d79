"""The files of `deploy/`: systemd reads the units without a word, and every process of the Procfile has one."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from energy_workbench.services.doctor.supervised import OF_A_SITE
from tests.waiting import patience

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
COMMON = UNITS / "energy-workbench-.service.d" / "common.conf"


def tool(name: str) -> str:
    """A program; where it is missing the test is skipped, but never in CI."""
    if path := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        return path
    if os.environ.get("CI"):
        pytest.fail(f"no {name} in CI: see .ci/run")
    pytest.skip(f"no {name} on this machine: what needs it is not tested")


def read(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(path, "utf-8")
    return found


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


def test_every_process_but_the_demo_plant_has_a_unit_with_the_same_command() -> None:
    commands = {name: command for name, command in procfile().items() if name != "plant"}
    for name, command in commands.items():
        unit = read(UNITS / f"energy-workbench-{name}.service")
        assert unit["Service"]["ExecStart"] == f"/opt/energy-workbench/bin/{command}"
        assert unit["Service"]["WatchdogSec"]
        assert unit["Install"]["WantedBy"] == unit["Unit"]["PartOf"] == "energy-workbench.target"
        assert (unit["Service"]["Type"], unit["Service"]["Restart"]) == ("notify", "always")
    assert read(COMMON)["Service"]["User"] == "energy-workbench"
    assert read(UNITS / "energy-workbench-collector.service")["Service"]["SupplementaryGroups"] == "dialout"


def test_the_processes_of_a_site_have_units_that_are_told_which() -> None:
    for name in OF_A_SITE:
        plain, instance = (read(UNITS / f"energy-workbench-{name}{end}.service") for end in ("", "@"))
        command = plain["Service"].pop("ExecStart")
        # In the command: the file of the environment would win over a variable that the unit sets.
        assert instance["Service"].pop("ExecStart") == f"/usr/bin/env ENERGY_WORKBENCH_SITE=%i {command}"
        assert "%i" in instance["Unit"].pop("Description")
        plain["Unit"].pop("Description")
        assert {part: dict(instance[part]) for part in instance} == {part: dict(plain[part]) for part in plain}


def test_no_unit_says_what_the_common_settings_would_overrule() -> None:
    """A drop-in is read after the unit: of a key that both have, the common value would hold.

    Lists of system calls are merged instead (systemd.exec(5)).
    """
    common = set(read(COMMON)["Service"]) - {"SystemCallFilter"}
    for path in UNITS.glob("*.service"):
        assert not common & set(read(path)["Service"]), path.name


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    verify = tool("systemd-analyze")
    # The programs are where the guide puts them on the box, not here.
    shutil.copytree(UNITS, tmp_path / "units")
    for path in (tmp_path / "units").glob("*.service"):
        text = path.read_text("utf-8").replace("/opt/energy-workbench/bin/", f"{tmp_path}/bin/")
        path.write_text(text, "utf-8")
    (tmp_path / "bin").mkdir()
    for name in ("energy-workbench", "energy-collector"):
        program = tmp_path / "bin" / name
        program.write_text("#!/bin/sh\n", "utf-8")
        program.chmod(0o755)
    names = sorted(path.name for path in (tmp_path / "units").glob("energy-workbench*.*") if path.is_file())
    assert len(names) == 12
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path / 'units'}:"}
    done = subprocess.run(
        [verify, "verify", "--man=no", *names],
        env=environment, capture_output=True, text=True, check=False, timeout=patience(60),
    )  # fmt: skip
    said = [line for line in (done.stdout + done.stderr).splitlines() if "energy-workbench" in line]
    assert not said, done.stderr
    calendar = read(UNITS / "energy-workbench-backup.timer")["Timer"]["OnCalendar"]
    subprocess.run([verify, "calendar", calendar], check=True, capture_output=True, timeout=patience(60))


def test_the_hardening_leaves_few_ways() -> None:
    verify = tool("systemd-analyze")
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{UNITS}:"}
    for name in ("collector", "service", "schedule"):
        done = subprocess.run(
            [verify, "security", "--offline=yes", "--threshold=40", f"energy-workbench-{name}.service"],
            env=environment, capture_output=True, text=True, check=False, timeout=patience(60),
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_the_guide_names_every_file() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for folder in (ROOT / "deploy").iterdir():
        assert f"deploy/{folder.name}" in guide, folder.name


def test_the_rules_of_prometheus_are_well_formed() -> None:
    folder = ROOT / "deploy" / "prometheus"
    rules = yaml.safe_load((folder / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    assert all({"alert", "expr", "annotations"} <= set(rule) for rule in rules)
    (job,) = yaml.safe_load((folder / "scrape.yml").read_text("utf-8"))
    assert job["static_configs"][0]["targets"] == ["127.0.0.1:9108"]
