"""The commands: each is there, with the help that the list of them gives."""

from __future__ import annotations

import importlib

import pytest
from typer.testing import CliRunner

from energy_workbench.cli.main import COMMANDS, app


def test_jobs_is_another_name_of_schedule() -> None:
    assert COMMANDS["jobs"][0] == COMMANDS["schedule"][0]
    listed = CliRunner().invoke(app, ["--help"]).output
    assert "The same as `schedule`." in listed


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_module_and_its_help(name: str) -> None:
    module, _ = COMMANDS[name]
    shown = CliRunner().invoke(importlib.import_module(f"energy_workbench.cli.{module}").app, ["--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
