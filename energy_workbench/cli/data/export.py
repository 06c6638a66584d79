"""`energy-workbench export`: readings or intervals as CSV, Excel or Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Readings or intervals as CSV, Excel or Parquet.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Where to write: a name that ends with .csv, .csv.gz, .xlsx or .parquet.")]
Span = Annotated[str, typer.Option("--period", help="2026-10, 2026-Q4, 2026-10-05, 2026-10-01/2026-10-15, last 7 days, …")]
Meters = Annotated[
    list[str] | None, typer.Option("--meter", help="A meter's number or id; again for more. All by default.")
]


@app.callback()
def export() -> None:
    """Files for other programs; times are the site's, with their offset from UTC."""


@app.command()
def readings(
    file: File,
    period: Span,
    meter: Meters = None,
    quantity: Annotated[
        list[str] | None, typer.Option("--quantity", help="A quantity; again for more. All that were read by default.")
    ] = None,
) -> None:
    """What the meters reported, before CT and PT; CSV and Parquet can be imported again."""
    _export("readings", file, period, meter, quantity)


@app.command()
def intervals(
    file: File,
    period: Span,
    meter: Meters = None,
    every: Annotated[str, typer.Option(help="Length of a row: 15min, 30min, 1h, 1d, 1w, 1mo, 1y.")] = "15min",
) -> None:
    """Energy, demand, quality and completeness, primary."""
    _export("intervals", file, period, meter, every=every)


def _export(
    what: str,
    file: Path,
    period: str,
    meters: list[str] | None,
    quantities: list[str] | None = None,
    every: str = "15min",
) -> None:
    from energy_workbench.services.workbench import Workbench

    rows = Workbench.at().export(what, file, period, meters=meters, quantities=quantities, every=every)
    typer.echo(f"{rows:,} rows written to {file}")
