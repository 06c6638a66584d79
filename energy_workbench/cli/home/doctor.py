"""`energy-workbench doctor`: how home, gateways and meters are, and what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from energy_workbench.domain.errors import SettingsError
from energy_workbench.runtime import settings as settings_room
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.contract.rows.condition import Doctor

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

    Of several sites each is checked, or the one that is named. Ends with 0 where all is well or there are warnings
    only, with 1 where something is a problem.
    """
    every = _every(home, quick)
    if as_json:
        one = next(iter(every.values())) if len(every) == 1 else None
        told = one or {"sites": [{"site": slug, **found} for slug, found in every.items()]}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        heads = {slug: [f"Site {slug}:"] if len(every) > 1 else [] for slug in every}
        typer.echo("\n\n".join("\n".join([*heads[slug], *lines(found)]) for slug, found in every.items()))
    if any(found["verdict"] == "problem" for found in every.values()):
        raise typer.Exit(ILL)


def _every(home: Path | None, quick: bool) -> dict[str, Doctor]:
    """What is found at the site that is named, else at all of them, by slug."""
    from energy_workbench.services.doctor import doctor as room

    try:
        named = bool(os.environ.get(settings_room.PREFIX + "SITE"))
        base = settings_room.load(home) if named else settings_room.load_base(home)
        every = [base] if named else settings_room.load_all(base)
        return {each.site: room.doctor(each, thorough=not quick) for each in every}
    except SettingsError as error:
        return {"": room.broken_settings(error)}


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
