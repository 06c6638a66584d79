"""`energy-workbench readings`: history and other systems' readings from a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.contract.rows.setup import ImportedReadings
from energy_workbench.lake.imports.importing import Progress

app = typer.Typer(help="Import readings.", no_args_is_help=True)

Kind = Literal["counter", "interval", "power"]
Order = Literal["dmy", "mdy", "ymd"]
Sign = Literal[".", ","]
Edge = Literal["start", "end"]
Length = Literal["5min", "10min", "15min", "30min", "1h", "1d", "1mo"]

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
            help="CSV, Excel, Parquet, NEM12 or Green Button, by its content: the workbench's own columns are "
            "`meter,ts,quantity,value`, or `meter,ts` and a column a quantity."
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    keep_stored: Annotated[
        bool, typer.Option("--keep-stored", help="Leave out what contradicts stored values, instead of refusing.")
    ] = False,
    mapping: Annotated[
        str | None, typer.Option(help="Name of a saved mapping (`readings mappings list`), or one as a JSON object.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Zone of times without an offset: Europe/Berlin, UTC, +10:00; the site's by default."),
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(help="What values of energy are: a counter's, the energy of each interval [kWh], or power [kW]."),
    ] = None,
    in_order: Annotated[
        bool, typer.Option("--in-order", help="The hour that the clock shows twice stands in the order of time.")
    ] = False,
    meter: Annotated[
        str | None, typer.Option(help="Whose readings they are, where the file names no meter that is registered.")
    ] = None,
    date_order: Annotated[
        Order | None, typer.Option(help="Order of day, month and year, where no date of the file tells.")
    ] = None,
    decimal: Annotated[Sign | None, typer.Option(help="The decimal sign, where no number of the file tells.")] = None,
    stamps: Annotated[
        Edge | None, typer.Option(help="Whether a time is where its interval starts or ends, where nothing tells.")
    ] = None,
    interval: Annotated[
        Length | None, typer.Option(help="How long each interval is, where the times do not tell.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, where they are of a locked month.")] = None,
) -> None:
    """Import a readings file: all of it, or nothing where a row is wrong; the same again changes nothing.

    A file of any shape is recognised by its content. What it leaves open is refused with the option to state.
    """
    from energy_workbench.domain.errors import Problem
    from energy_workbench.domain.locks.locked_months import LockedChange
    from energy_workbench.lake.imports.importing import conflict
    from energy_workbench.lake.imports.incoming import Problems
    from energy_workbench.services.workbench import Workbench

    found = Workbench.at().import_readings(
        file, dry_run, keep_stored=keep_stored, mapping=mapping, timezone=timezone, kind=kind, in_order=in_order,
        meter=meter, date_order=date_order, decimal=decimal, stamps=stamps, interval=interval, reason=reason,
        progress=_progress(), by="command line",
    )  # fmt: skip
    for line in _understood(found):
        typer.echo(line)
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


def _understood(found: ImportedReadings) -> Iterator[str]:
    """How a file of another shape was read; of a dry run also its first values."""
    if not (how := found.get("understood")):
        return
    yield f"read as {how['shape']}"
    for note in how["notes"]:
        yield f"  {note}"
    if found["dry_run"]:
        rows = [("line", "meter", "from", "until", "quantity", "value")]
        rows += [
            (
                str(each["line"]), each["meter"], each["start"] if each["start"] != each["end"] else "", each["end"],
                each["quantity"], f"{each['value']:,.10g} {each['unit']}".strip(),
            )
            for each in how["sample"]
        ]  # fmt: skip
        yield from text_lines(rows)


mappings = typer.Typer(help="What was stated of the files of one source, under a name.", no_args_is_help=True)
app.add_typer(mappings, name="mappings")


@mappings.command("list")
def list_() -> None:
    """List the saved mappings."""
    from energy_workbench.services.workbench import Workbench

    for each in Workbench.at().mappings():
        typer.echo(f"{each['name']}: {json.dumps(each['fields'], ensure_ascii=False)}")


@mappings.command()
def show(name: Annotated[str, typer.Argument(help="Name of the mapping.")]) -> None:
    """Show one, as JSON that `save` takes."""
    from energy_workbench.services.workbench import Workbench

    fields = Workbench.at().registry.mapping(name).fields
    typer.echo(json.dumps(fields, ensure_ascii=False, indent=2))


@mappings.command()
def save(
    name: Annotated[str, typer.Argument(help="Name of the mapping; what it held is replaced.")],
    fields: Annotated[str, typer.Argument(help='JSON: {"date_order": "dmy", "columns": {"Energie": "energy_active_import kWh"}}')],
) -> None:
    """Save what is stated of files under a name."""
    from energy_workbench.domain.errors import InputError
    from energy_workbench.services.workbench import Workbench

    try:
        given = json.loads(fields)
    except ValueError as error:
        raise InputError(f"the mapping is no JSON object: {error}") from None
    if not isinstance(given, dict):
        raise InputError("the mapping is no JSON object, such as {\"date_order\": \"dmy\"}")
    saved = Workbench.at().put_mapping(name, given, by="command line")
    typer.echo(f"{saved['name']} is saved: `energy-workbench readings import FILE --mapping {saved['name']!r}`")


@mappings.command()
def remove(name: Annotated[str, typer.Argument(help="Name of the mapping.")]) -> None:
    """Remove one; what was imported with it stays."""
    from energy_workbench.services.workbench import Workbench

    Workbench.at().delete_mapping(name, by="command line")
    typer.echo(f"{name} is removed")


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
