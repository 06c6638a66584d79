"""The `energy-workbench` command: puts the commands of `commands/` together and loads only the one asked for."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from energy_workbench.core import iri_grammar
from energy_workbench.core.errors import WorkbenchError

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("up", "Start every process of the Procfile, with or without the demo plant."),
    "init": ("init", "Create or migrate the home."),
    "settings": ("settings", "List the settings, where each value comes from, and what is refused."),
    "site": ("site", "What the plant is called, where it stands, what it pays in."),
    "meters": ("meters", "Import, export and list meters."),
    "readings": ("readings", "Import readings."),
    "export": ("export", "Readings or intervals as CSV, Excel or Parquet."),
    "floor-plan": ("floor_plan", "Give the site a picture on which its meters stand."),
    "profiles": ("profiles", "List, show, check and find meter profiles."),
    "intervals": ("intervals", "Bring the 15-minute intervals up to date."),
    "report": ("report", "Write one report, now."),
    "schedules": ("schedules", "Reports that are sent by themselves: plan, pause, run, see what became of them."),
    "serve": ("serve", "The service: REST and the front page."),
    "schedule": ("schedule", "Run the periodic jobs."),
    "dashboards": ("dashboards", "Serve the dashboards with Voilà."),
    "editor": ("editor", "Serve the pages of editors with Voilà: meter setup, scheduled reports."),
    "lab": ("lab", "JupyterLab for analysts."),
    "doctor": ("doctor", "Check home, databases, lake, gateways and meters, and say what to do."),
    "backup": ("backup", "A consistent copy of everything, taken while it runs."),
    "restore": ("restore", "A home from its backup."),
    "token": ("token", "Create, list and revoke access tokens."),
}
"""Name of a command → (module of `commands/` that holds its typer `app`, line of help)."""


class LazyGroup(TyperGroup):
    """Knows every command's name and help, and imports a command's module when it is run."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself, where it is the one that runs; its name and help otherwise."""
        if cmd_name not in COMMANDS:
            return None
        module, text = COMMANDS[cmd_name]
        if cmd_name not in sys.argv and not ctx.resilient_parsing:
            return typer.core.TyperCommand(cmd_name, help=text)
        app = importlib.import_module(f"energy_workbench.commands.{module}").app
        command = typer.main.get_command(app)
        command.name, command.help, command.short_help = cmd_name, command.help or text, text
        return command


app = typer.Typer(
    cls=LazyGroup,
    help="Energy Workbench: meters, energy, reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def root() -> None:
    """Energy Workbench: meters, energy, reports."""


def main() -> None:
    """Run a command; an error of the workbench is one clear message and an exit code, never a traceback."""
    run(app)


def run(application: typer.Typer) -> None:
    """Run a typer application with the error boundary of all commands."""
    iri_grammar.defer()
    try:
        application()
    except WorkbenchError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"error: {error.strerror or error}{where}", file=sys.stderr)
        sys.exit(3)
