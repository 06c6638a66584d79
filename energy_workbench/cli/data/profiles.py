"""`energy-workbench profiles`: list, show and check meter profiles, and find the one that a meter has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

app = typer.Typer(help="List, show, check and find meter profiles.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
SECONDS = 60.0
"""Longest wait for the collector's code to read files [s]."""
WIDEST = 60
"""Characters of a column; more is cut."""


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the meter models that can be read, the home's own among them."""
    rows = _collector("list")
    if as_json:
        _json(rows)
        return
    table = [("id", "maker", "model", "quantities", "polled", "confidence", "source")]
    for row in rows:
        source = f"{row['source']}{', instead of the shipped one' if row['hides'] else ''}"
        if row["error"]:
            table.append((row["id"], "", "cannot be used: see below", "", "", "", source))
        else:
            counts = (str(row["quantities"]), str(row["polled"]))
            table.append((row["id"], row["vendor"], row["model"], *counts, row["confidence"], source))
    _table(table)
    for row in rows:
        if row["error"]:
            typer.echo(f"\n{row['error']}")
    own = sum(row["source"] == "own" for row in rows)
    typer.echo(f"\n{len(rows)} profiles, {own} of this home ({settings.load().profiles_path})")


@app.command()
def show(
    profile: Annotated[str, typer.Argument(help="Id, as `profiles list` shows it; :little or :badc turns its order.")],
    as_json: Json = False,
) -> None:
    """Show a profile: where it is from, how its meter is read, and every register."""
    found = _collector("show", profile)
    _json(found) if as_json else _whole(found)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A profile's file.")],
    as_json: Json = False,
) -> None:
    """Check a profile's file: everything that is wrong, each with its line, or what a poll of it takes."""
    found = _collector("check", str(file))
    if as_json:
        _json(found)
    elif found["ok"]:
        typer.echo(f"{file}: a possible meter, {found['vendor']} {found['model']}")
        typer.echo(f"  {len(found['registers'])} registers, {len(found['derived'])} sums; polled: {len(found['poll'])}")
        typer.echo(f"  {_cost(found['cost'])}")
    else:
        for problem in found["problems"]:
            named = " ".join(text for text in (problem["field"], problem["value"] and repr(problem["value"])) if text)
            typer.echo(f"{problem['where']}: {named + ': ' if named else ''}{problem['reason']}")
        typer.echo(f"{file}: {len(found['problems'])} to mend")
    if not found["ok"]:
        raise typer.Exit(5)


@app.command()
def probe(
    gateway: Annotated[str, typer.Argument(help="tcp://host:port, rtutcp://host:port or rtu:///dev/ttyUSB0?…")],
    unit: Annotated[int, typer.Argument(min=0, max=255, help="Modbus device id.")],
    as_json: Json = False,
) -> None:
    """Find out which profile, and which word order, a meter has. It is only read, never written to."""
    from energy_workbench.services.commands.probing import suggest

    found = suggest(settings.load(), {"gateway": gateway, "unit_id": unit})
    _json(found) if as_json else _suggested(f"{gateway} unit {unit}", found)
    if not found["ok"]:
        raise typer.Exit(12)


def _collector(*words: str) -> Any:
    from energy_workbench.services.doctor.collector_process import run_collector

    return run_collector(settings.load(), ["profiles", *words], SECONDS)


def _whole(found: Mapping[str, Any]) -> None:
    typer.echo(f"{found['id']}: {found['vendor']} {found['model']} ({found['kind']})")
    if found["covers"]:
        typer.echo(f"  covers: {', '.join(found['covers'])}")
    typer.echo(f"  confidence: {found['confidence']}")
    for name in ("sources", "notes"):
        for text in found[name]:
            typer.echo(f"  {name.removesuffix('s')}: {text}")
    gaps = "" if found["bridge_gaps"] else ", no gaps bridged"
    limits = f"{found['max_block']} registers a read{gaps}, {found['pause_ms']} ms between reads"
    typer.echo(f"  word order {found['word_order']}, bytes {found['byte_order']}; {limits}; answers within {found['timeout_ms']} ms")
    typer.echo(f"  {_cost(found['cost'])}")
    for name, parts in found["derived"].items():
        typer.echo(f"  {name} = {' + '.join(parts)}")
    typer.echo("")
    rows = [("function", "address", "type", "quantity", "on the wire", "becomes", "remarks")]
    for register in found["registers"]:
        scale = "" if register["scale"] == 1 else f"{register['scale']:g} "
        exponent = "" if register["scale_register"] is None else f" × 10^[{register['scale_register']}]"
        flags = [name for name in ("polled", "optional") if register[name]]
        flags += ["power factor encoded"] if register["pf"] else []
        for key in ("word_order", "confidence"):
            flags += [f"{register[key]}"] if register[key] != found[key] else []
        flags += [f"bytes {register['byte_order']}"] if register["byte_order"] != found["byte_order"] else []
        flags += [f"rolls over after {register['digits']} digits"] if register["digits"] else []
        flags += [f"rolls over at {register['modulus']:g} {register['unit']}"] if register["modulus"] else []
        remarks = ", ".join([*flags, *([register["note"]] if register["note"] else [])])
        unit = f"{scale}{register['unit']}{exponent}".strip()
        place = (str(register["function_code"]), str(register["address"]), register["type"])
        rows.append((*place, register["quantity"], unit, register["becomes"], remarks))
    _table(rows)


def _suggested(where: str, found: Mapping[str, Any]) -> None:
    if found["error"]:
        typer.echo(f"{where}: {found['error']}")
        typer.echo(f"  {found['advice']}")
    for meaning, text in found["identity"].items():
        typer.echo(f"it says: {meaning}: {text}")
    for place, candidate in enumerate(found["candidates"], 1):
        named = f"{candidate['vendor']} {candidate['model']}"
        typer.echo(f"{place}. {candidate['profile']}  {candidate['certainty']} ({candidate['score']:g})  {named}")
        typer.echo(f"   words {candidate['word_order']}, bytes {candidate['byte_order']}; source {candidate['source']}, {candidate['confidence']}")
        for text in candidate["reasons"]:
            typer.echo(f"   + {text}")
        for text in candidate["against"]:
            typer.echo(f"   − {text}")
    if found["values"]:
        typer.echo(f"\nas {found['candidates'][0]['profile']}:")
        _table(
            [
                (f"  {row['quantity']}", "–" if row["raw"] is None else f"{row['raw']:,.8g}", row["unit"])
                for row in found["values"]
            ]
        )
    for note in found["notes"]:
        typer.echo(f"note: {note}")


def _cost(cost: Mapping[str, Any]) -> str:
    size = f"{cost['words']} registers, {cost['bytes']} bytes on a serial line ({cost['seconds']:g} s at 9600 baud)"
    return f"a poll: {cost['requests']} requests, {size}"


def _table(rows: Iterable[tuple[str, ...]]) -> None:
    for line in text_lines(list(rows), longest=WIDEST):
        typer.echo(line)


def _json(found: Any) -> None:
    import json

    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
