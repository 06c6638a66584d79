"""`energy-workbench readings`: history and other systems' readings from a file."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from energy_workbench.contract.rows.setup import ImportedReadings
from energy_workbench.lake.imports.importing import Progress

app = typer.Typer(help="Import readings.", no_args_is_help=True)

QUIET_SECONDS = 2.0
"""An import that is done within says nothing of its progress [s]."""

EVERY_SECONDS = {True: 0.5, False: 15.0}
"""How often progress is told, on a terminal and in a log [s]."""


@app.callback()
def readings() -> None:
    """What meters said, from elsewhere than the wire."""


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A .csv, .csv.gz or .parquet file: `meter,ts,quantity,value`, or `meter,ts` and a column a quantity."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    keep_stored: Annotated[
        bool, typer.Option("--keep-stored", help="Leave out what contradicts stored values, instead of refusing.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why, where they are of a locked month.")] = None,
) -> None:
    """Import a readings file: all of it, or nothing where a row is wrong; the same again changes nothing."""
    from energy_workbench.domain.errors import Problem
    from energy_workbench.domain.locks.locked_months import LockedChange
    from energy_workbench.lake.imports.importing import conflict
    from energy_workbench.lake.imports.incoming import Problems
    from energy_workbench.services.workbench import Workbench

    found = Workbench.at().import_readings(
        file, dry_run, keep_stored=keep_stored, reason=reason, progress=_progress(), by="command line"
    )
    problems = [Problem(**problem) for problem in found["problems"]]
    conflicts = [Problem(**problem) for problem in found["conflicts"]]
    if problems:
        raise Problems(problems, found["problem_count"]).error(str(file))
    if conflicts and not keep_stored:
        raise conflict(str(file), conflicts, found["conflict_count"])
    for problem in conflicts:
        typer.echo(f"left out {problem}")
    if found["conflict_count"] > len(conflicts):
        typer.echo(f"left out … and {found['conflict_count'] - len(conflicts):,} more")
    typer.echo(_told(found))
    if change := found.get("locked_change"):
        typer.echo(f"Note: {LockedChange.of(change).told()}.")


def _told(found: ImportedReadings) -> str:
    span = f" of {found['meters']} meters, {found['first']} to {found['last']}" if found["new"] else ""
    text = f"{found['rows']:,} rows: {found['new']:,} readings are new{span}; {found['known']:,} known already"
    if found["dry_run"]:
        return f"{text}; nothing was written (dry run)"
    return f"{text}; {found['intervals']:,} intervals built"


def _progress() -> Progress:
    """Tells on stderr how far a long import is."""
    begun, terminal = time.monotonic(), sys.stderr.isatty()
    told = begun + QUIET_SECONDS - EVERY_SECONDS[terminal]
    words = {"read": "reading and checking", "compared": "comparing with what is stored", "built": "building intervals"}

    def tell(what: str, share: float) -> None:
        nonlocal told
        now = time.monotonic()
        if what in words and now - told >= EVERY_SECONDS[terminal]:
            told = now
            end = "\r" if terminal else "\n"
            print(f"{words[what]}: {share:4.0%} ({now - begun:.0f} s)", end=end, file=sys.stderr, flush=True)

    return tell
