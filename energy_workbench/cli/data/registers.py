"""`energy-workbench registers`: a range of registers as they are, as every type in every order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.contract.devices.rows import RawRegister

app = typer.Typer(help="Show registers as they are, as every type.")
USUAL = ("uint16", "int16", "uint32", "int32", "float32", "uint64", "float64")
"""Types of the table where none is chosen."""
WIDEST = 24


@app.command()
def registers(
    gateway: Annotated[str, typer.Argument(help="tcp://host:port, rtutcp://host:port or rtu:///dev/ttyUSB0?…")],
    unit: Annotated[int, typer.Argument(min=0, max=255, help="Modbus device id.")],
    first: Annotated[int, typer.Argument(metavar="FROM", min=0, max=65_535, help="Address of the first, from 0.")],
    count: Annotated[int, typer.Argument(min=1, max=500, help="How many.")] = 20,
    function: Annotated[int, typer.Option(min=3, max=4, help="3: holding registers, 4: input registers.")] = 3,
    type: Annotated[list[str] | None, typer.Option(help="A type to show; several are several columns.")] = None,  # noqa: A002
    order: Annotated[str, typer.Option(help="Of words and bytes: abcd, cdab, badc or dcba.")] = "abcd",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: every type in every order.")] = False,
) -> None:
    """Show a range of registers as they are, as the types chosen. The device is only read, never written to."""
    from energy_workbench.services.workbench import Workbench

    found = Workbench.at(settings.load().home).registers(gateway, unit, first, count, function=function)
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        names = tuple(type or USUAL)
        table = [("address", "hex", "text", *names), *(_line(row, order, names) for row in found["registers"])]
        if any(row["word"] is not None for row in found["registers"]):
            for line in text_lines(table, longest=WIDEST):
                typer.echo(line)
        if found["error"]:
            typer.echo(f"{gateway} unit {unit}: {found['error']}")
            typer.echo(f"  {found['advice']}")
    if not found["ok"]:
        raise typer.Exit(12)


def _line(row: RawRegister, order: str, names: tuple[str, ...]) -> tuple[str, ...]:
    values: Mapping[str, float | None] = row["values"].get(order, {})
    single = row["values"].get({"cdab": "abcd", "dcba": "badc"}.get(order, order), {})
    shown = [values.get(name, single.get(name)) for name in names]
    return (str(row["address"]), row["hex"] or "–", row["text"], *("–" if v is None else f"{v:.10g}" for v in shown))
