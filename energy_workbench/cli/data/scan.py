"""`energy-workbench scan`: which units answer on a gateway, and what they are."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.contract.devices.rows import ScannedUnit, ScanRow

app = typer.Typer(help="Find out which units answer on a gateway, and what they are.")
LOOK_SECONDS = 0.5
WIDEST = 60
"""Characters of a column; more is cut."""


@app.command()
def scan(
    gateway: Annotated[str, typer.Argument(help="tcp://host:port, rtutcp://host:port or rtu:///dev/ttyUSB0?…")],
    units: Annotated[str, typer.Option(help="Unit ids and ranges: 1-32,40.")] = "1-247",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Find out which units answer on a gateway, and what they are. They are only read, never written to.

    While the collector runs, it does the reading, and the meters of that gateway are polled meanwhile. Ctrl-C cancels.
    """
    from energy_workbench.services.workbench import Workbench

    workbench = Workbench.at(settings.load().home)
    row = workbench.scan(gateway, units)
    told = ""
    try:
        while row["state"] == "running":
            told = _progress(row, told)
            time.sleep(LOOK_SECONDS)
            row = workbench.scan_state(row["id"])
    except KeyboardInterrupt:
        row = workbench.stop_scan(row["id"])
    if sys.stderr.isatty() and told:
        typer.echo("\r" + " " * len(told) + "\r", nl=False, err=True)
    if as_json:
        typer.echo(json.dumps(row, indent=2, ensure_ascii=False))
    else:
        _tell(row)
    if row["state"] == "failed":
        raise typer.Exit(12)
    if row["state"] == "cancelled":
        raise typer.Exit(130)


def _progress(row: ScanRow, before: str) -> str:
    """One line that is written over on a terminal; elsewhere a line each time that something answered."""
    found = f"{len(row['found'])} units answer"
    if not sys.stderr.isatty():
        if found != before:
            typer.echo(found, err=True)
        return found
    text = f"{row['phase']}: {row['asked']} of {row['of']} questions, {found}"
    typer.echo("\r" + text.ljust(len(before)), nl=False, err=True)
    return text


def _tell(row: ScanRow) -> None:
    if row["error"]:
        typer.echo(f"{row['gateway']}: {row['error']}")
        typer.echo(f"  {row['advice']}")
    if row["found"]:
        table = [("unit", "ms", "meter", "profile", "how sure", "what speaks for it"), *map(_line, row["found"])]
        for line in text_lines(table, longest=WIDEST):
            typer.echo(line)
    for note in row["notes"]:
        typer.echo(f"note: {note}")
    ended = {"done": "", "cancelled": ", then it was cancelled", "failed": ", then it failed"}[row["state"]]
    typer.echo(f"{len(row['found'])} units of {row['units']} answer on {row['gateway']} ({row['seconds']:g} s{ended})")


def _line(unit: ScannedUnit) -> tuple[str, ...]:
    best = next(iter(unit["candidates"]), None)
    meter = unit["meter"] or "–"
    head = (str(unit["unit_id"]), str(unit["milliseconds"]), meter)
    if best is None:
        why = "; ".join(unit["notes"]) or unit["error"] or "it answers"
        return (*head, "–", "–" if unit["examined"] else "not examined", why)
    return (*head, best["profile"], best["certainty"], ", ".join(best["reasons"][:2]))
