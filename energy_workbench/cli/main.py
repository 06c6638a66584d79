"""The `energy-workbench` command: puts the commands of `cli/` together and loads only the one asked for."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from energy_workbench.runtime import error_boundary, iri_grammar

SITE = "ENERGY_WORKBENCH_SITE"
"""Variable of the environment that names a site."""

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("processes.up", "Start every process of the Procfile, with or without the demo plant."),
    "init": ("home.init", "Create or migrate the home."),
    "settings": ("home.settings", "List the settings, where each value comes from, and what is refused."),
    "site": ("home.site", "What the plant is called, where it stands, what it pays in; add and list sites."),
    "retention": ("home.retention", "For how long every reading is kept, and what is thinned."),
    "months": ("home.months", "Lock months, whose numbers are then not changed without a reason."),
    "meters": ("data.meters", "Import, export and list meters, put them into service, print labels."),
    "readings": ("data.readings", "Import readings."),
    "export": ("data.export", "Readings or intervals as CSV, Excel or Parquet."),
    "floor-plan": ("home.floor_plan", "Give the site a picture on which its meters stand."),
    "profiles": ("data.profiles", "List, show, check and find meter profiles."),
    "scan": ("data.scan", "Which units answer on a gateway, and what they are."),
    "registers": ("data.registers", "Registers of a unit as they are, as every type."),
    "intervals": ("data.intervals", "Bring the 15-minute intervals up to date."),
    "report": ("data.report", "Write one report, now."),
    "reports": ("data.written_reports", "List the reports that were written."),
    "schedules": ("data.schedules", "Reports that are sent by themselves: plan, pause, run, see what became of them."),
    "mail": ("home.mail", "Send a test mail, and say what failed."),
    "serve": ("processes.serve", "The service: REST and the front page."),
    "schedule": ("processes.schedule", "Run the periodic jobs."),
    "jobs": ("processes.schedule", "The same as `schedule`."),
    "dashboards": ("processes.dashboards", "Serve the dashboards with Voilà."),
    "editor": ("processes.editor", "Serve the pages of editors with Voilà: meter setup, scheduled reports."),
    "lab": ("processes.lab", "JupyterLab for analysts."),
    "doctor": ("home.doctor", "Check home, databases, lake, gateways and meters, and say what to do."),
    "backup": ("home.backup", "A consistent copy of everything, taken while it runs."),
    "restore": ("home.restore", "A home from its backup."),
    "token": ("home.token", "Create, list and revoke access tokens."),
}
"""Name of a command → (module of `cli/` that holds its typer `app`, line of help)."""


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
        app = importlib.import_module(f"energy_workbench.cli.{module}").app
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
def root(
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="Which of several sites, by slug or name.")
    ] = None,
) -> None:
    """Energy Workbench: meters, energy, reports."""
    wanted = site or os.environ.get(SITE)
    if wanted:
        from energy_workbench.cli.home.chosen_site import chosen

        # Who is started from here, and who reads the settings again, means the same site.
        os.environ[SITE] = chosen(wanted, sys.argv)


def main() -> None:
    """Run the command that is asked for."""
    iri_grammar.defer()
    error_boundary.run(app)
