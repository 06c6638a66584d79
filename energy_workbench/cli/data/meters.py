"""`energy-workbench meters`: import, export and list meters, say what holds of them, put them into service, print labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from energy_workbench.cli.data import dated_facts, meter_papers
from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.contract.rows.meters import EditedMeter
    from energy_workbench.registry import Registry

app = typer.Typer(help="Import, export, list, change and move meters, put them into service, print labels.", no_args_is_help=True)
SHOWN = 20
"""How many changes an import shows of each kind."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV (UTF-8) or Excel file, as `meters template` makes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, where numbers of a locked month are altered.")] = None,
) -> None:
    """Import a meter file: all of it, or nothing where a row is wrong."""
    from energy_workbench.domain.errors import InputError, LockedMonthError
    from energy_workbench.domain.locks.locked_months import because
    from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file, rehearse_import
    from energy_workbench.registry.profile_ids import profile_files

    rows = read_meter_file(file)
    registry = _registry()
    plan = plan_import(registry, rows, profile_files(settings.load().profiles_path))
    locked = ""
    if dry_run:
        try:
            rehearse_import(registry, plan)
        except LockedMonthError as error:
            locked = str(error)
    if plan.problems:
        raise InputError(f"{file}: nothing was imported, {len(plan.problems)} problems", plan.problems)
    for title, changes in (("new", plan.new), ("changed", plan.changed), ("moved", plan.moved)):
        for change in changes[:SHOWN]:
            typer.echo(f"{title:8} {change}")
        if len(changes) > SHOWN:
            typer.echo(f"{title:8} … and {len(changes) - SHOWN} more")
    for warning in plan.warnings[:SHOWN]:
        typer.echo(f"look at  {warning}")
    if len(plan.warnings) > SHOWN:
        typer.echo(f"look at  … and {len(plan.warnings) - SHOWN} more")
    if dry_run:
        typer.echo(f"{plan.summary()}; nothing was written (dry run)")
        if locked:
            typer.echo(f"Note: {locked}")
        return
    with because(reason) as stated:
        apply_import(registry, plan, by="command line")
    typer.echo(f"{plan.summary()}; imported")
    if stated.change:
        typer.echo(f"Note: {stated.change.told()}.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write: a name that ends with .csv or .xlsx.")],
) -> None:
    """Write all meters to a file that can be imported again."""
    from energy_workbench.registry.meter_files.meter_file import export_meters

    typer.echo(f"{export_meters(_registry(), file)} meters written to {file}")


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="Where to write: a name that ends with .csv or .xlsx.")],
) -> None:
    """Write a meter file to fill in, with rows that show how."""
    from energy_workbench.registry.meter_files.meter_file import write_template

    write_template(file)
    typer.echo(f"{file}: put your meters in place of the examples, then `energy-workbench meters import {file}`")


@app.command()
def edit(
    meters: Annotated[list[str] | None, typer.Argument(help="Numbers or ids of meters.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="FIELD=VALUE, as in poll_seconds=30; empty sets the default.")
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option(help="LIMIT=VALUE of health, as in nominal_voltage=415; empty: the site's.")
    ] = None,
    type: Annotated[str | None, typer.Option(help="Those of that type.")] = None,
    status: Annotated[str | None, typer.Option(help="Those of that status.")] = None,
    communication: Annotated[str | None, typer.Option(help="Those that are online, offline, …")] = None,
    gateway: Annotated[str | None, typer.Option(help="Those read there; `none`: read nowhere.")] = None,
    profile: Annotated[str | None, typer.Option(help="Those of that model; `none`: of no model.")] = None,
    below: Annotated[str | None, typer.Option(help="Those below that meter, at any depth.")] = None,
    commissioned: Annotated[
        bool | None, typer.Option(help="Those of which a commissioning sheet was signed, or was not.")
    ] = None,
    q: Annotated[str | None, typer.Option("--text", help="Those with that text in number, name or location.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why, where numbers of a locked month are altered.")] = None,
) -> None:
    """Change many meters together: those named, and those that the filter means; all of them, or none."""
    from energy_workbench.services.workbench import Workbench

    given = {
        "type": type, "status": status, "communication": communication, "gateway": gateway, "profile": profile,
        "below": below, "commissioned": commissioned, "q": q,
    }  # fmt: skip
    edited = Workbench.at(settings.load().home).edit_meters(
        list(meters or ()),
        _pairs(set_),
        where={name: value for name, value in given.items() if value is not None},
        limits=_pairs(limit),
        dry_run=dry_run,
        reason=reason,
        by="command line",
    )
    for row in edited["meters"]:
        _tell(row)
    counts = f"{edited['total']} meters: {edited['changed']} changed, {edited['unchanged']} as they were"
    if dry_run:
        typer.echo(f"{counts}, {edited['refused']} refused; nothing was written (dry run)")
        if edited["refused"]:
            raise typer.Exit(1)
    else:
        typer.echo(counts)
    if "locked_change" in edited:
        from energy_workbench.domain.locks.locked_months import LockedChange

        typer.echo(f"Note: {LockedChange.of(edited['locked_change']).told()}.")


def _tell(row: EditedMeter) -> None:
    changes = [f"{name} {_shown(old)} → {_shown(new)}" for name, (old, new) in {**row["fields"], **row["limits"]}.items()]
    for problem in row["refused"]:
        changes.append(f"refused: {problem['field']} {problem['value']}: {problem['reason']}")
    for warning in row["warnings"]:
        changes.append(f"look at: {warning['field']} {warning['value']}: {warning['reason']}")
    if row["locked_months"]:
        changes.append(f"alters locked {', '.join(row['locked_months'])}")
    typer.echo(f"{row['number']}: {'; '.join(changes)}")


def _shown(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


def _pairs(given: list[str] | None) -> dict[str, str]:
    from energy_workbench.domain.errors import InputError

    for each in given or ():
        if "=" not in each:
            raise InputError(f"{each!r}: write NAME=VALUE, as in poll_seconds=30")
    return {name.strip(): value.strip() for name, _, value in (each.partition("=") for each in given or ())}


app.command()(dated_facts.move)
app.command()(dated_facts.status)
app.command()(dated_facts.formula)
app.command()(meter_papers.commission)
app.command()(meter_papers.labels)


@app.command("list")
def list_() -> None:
    """List the meters as a tree."""
    meters = _registry().meters()
    depth: dict[int | None, int] = {None: -1}
    rows: list[tuple[str, ...]] = [("id", "number", "name", "type", "status", "gateway", "unit", "profile")]
    for meter in meters:
        depth[meter.key] = depth.get(meter.parent, -1) + 1
        unit = "" if meter.unit_id is None else str(meter.unit_id)
        number = "  " * depth[meter.key] + meter.number
        words = (meter.id, number, meter.name, str(meter.type), str(meter.status))
        rows.append((*words, meter.gateway or "", unit, meter.profile or ""))
    for line in text_lines(rows):
        typer.echo(line)


def _registry() -> Registry:
    from energy_workbench.registry import Registry

    registry = Registry(settings.load().registry_url)
    registry.check()
    return registry
