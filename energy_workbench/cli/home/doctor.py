"""`energy-workbench doctor`: how home, gateways and meters are, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from energy_workbench.domain.errors import SettingsError
from energy_workbench.runtime import settings as settings_room
from energy_workbench.tables.text_lines import text_lines

app = typer.Typer(help="Check everything and say what to do.")

ILL = 1
"""Exit code where something is a problem; warnings alone are 0."""
COLUMNS = ("meter", "unit", "state", "success", "p50", "p95", "missed", "errors", "breaker", "last seen")


@app.callback(invoke_without_command=True)
def doctor(
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Ask no meter and read no file whole.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check home, databases, lake, clock, processes, gateways and meters, and say what to do. Writes nothing.

    Ends with 0 where all is well or there are warnings only, with 1 where something is a problem.
    """
    from energy_workbench.services.doctor import doctor as room

    try:
        found = room.doctor(settings_room.load(home), thorough=not quick)
    except SettingsError as error:
        found = room.broken_settings(error)
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else "\n".join(lines(found)))
    if found["verdict"] == "problem":
        raise typer.Exit(ILL)


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The answer as people read it, line by line."""
    for check in found["checks"]:
        yield f"{check['verdict']:<8} {check['name']:<11} {check['text']}"
        if check["advice"]:
            yield f"{'':21}-> {check['advice']}"
    if found["gateways"] and not found["live"]:
        yield "\nNo collector runs: nothing was counted; what follows is what the meters said when they were called."
    elif found["gateways"]:
        yield f"\nCounted over the last {_span(found['seconds'])}; times in ms."
    for gateway in found["gateways"]:
        yield ""
        yield from _gateway(gateway, [row for row in found["meters"] if row["gateway"] == gateway["url"]])
    yield ""
    yield _summary(found)


def _gateway(gateway: Mapping[str, Any], meters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    busy = "" if gateway["utilisation"] is None else f", {gateway['utilisation']:.0%} of its time in use"
    yield f"{gateway['url']}  {gateway['online']} of {gateway['meters']} meters answer{busy}"
    yield f"  {gateway['verdict']}: {gateway['text']}"
    if gateway["advice"]:
        yield f"  -> {gateway['advice']}"
    for line in text_lines([COLUMNS, *(_cells(row) for row in meters)]):
        yield f"  {line}"
    for meter in meters:
        if meter["advice"] and meter["advice"] != "see the gateway":
            yield f"  {meter['number']}: {meter['text']}"
            yield f"    -> {meter['advice']}"


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    late = {"late": row["late"]} if row["late"] else {}
    errors = {**row["errors"], **late, **{f"exception {code}": count for code, count in row["exceptions"].items()}}
    told = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in errors.items()) or "-"
    seen = (row["last_seen"] or "-").replace("T", " ").replace("+00:00", " UTC")
    success = "-" if row["success_percent"] is None else f"{row['success_percent']:g} %"
    p50, p95 = ("-" if row[key] is None else f"{row[key]:.0f}" for key in ("latency_p50_ms", "latency_p95_ms"))
    return (
        row["number"], str(row["unit_id"]), row["verdict"], success, p50, p95, str(row["missed"]), told,
        row["breaker"] or "-", seen,
    )  # fmt: skip


def _summary(found: Mapping[str, Any]) -> str:
    every = [*found["checks"], *found["gateways"], *found["meters"]]
    problems, warnings = (sum(row["verdict"] == word for row in every) for word in ("problem", "warning"))
    if not problems and not warnings:
        return "All is well."
    return f"{problems} problems, {warnings} warnings."
