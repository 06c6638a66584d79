"""`energy-workbench meters move`, `status` and `formula`: what holds of a meter from a date on, also a past one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.services.workbench import Workbench

BY = "command line"
Meter = Annotated[str, typer.Argument(help="Number or id of the meter.")]
From = Annotated[
    str | None,
    typer.Option("--from", help="Since when, by the site's zone: 2026-10-05, or `beginning`. Now by default."),
]
Delete = Annotated[
    bool, typer.Option("--delete", help="Take away what begins at --from: what was before it holds on.")
]
Locked = Annotated[str | None, typer.Option(help="Why, where numbers of a locked month are altered.")]


def move(
    meter: Meter,
    below: Annotated[str | None, typer.Option(help="Number or id of the meter that it hangs below.")] = None,
    top: Annotated[bool, typer.Option("--top", help="It hangs below none.")] = False,
    since: From = None,
    delete: Delete = False,
    reason: Locked = None,
) -> None:
    """Hang a meter elsewhere from a date on; without a place, tell where it hung over time."""
    _one_of({"--below": below is not None, "--top": top, "--delete": delete})
    workbench = _workbench()
    if delete:
        workbench.delete_parent(meter, _named(since), reason=reason, by=BY)
    elif top or below is not None:
        workbench.add_parent(meter, {"parent_id": below, **_dated(since)}, reason=reason, by=BY)
    else:
        _nothing(since, reason)
    places = [{**row, "parent": row["parent"] or "(top)"} for row in workbench.meter_parents(meter)]
    _tell(workbench, meter, places, {"parent": "below"})


def status(
    meter: Meter,
    status: Annotated[str | None, typer.Argument(help="active, maintenance, faulty, inactive.")] = None,
    since: From = None,
    reason: Annotated[str, typer.Option(help="Why; every status but active needs one.")] = "",
) -> None:
    """Say what a meter is from a date on; without a status, tell what was said of it over time."""
    workbench = _workbench()
    if status is None:
        _nothing(since, reason)
    else:
        workbench.set_status(meter, status, reason, valid_from=since, by=BY)
    _tell(workbench, meter, workbench.meter_statuses(meter), {"status": "status", "reason": "reason", "by": "by"})


def formula(
    meter: Meter,
    formula: Annotated[str | None, typer.Argument(help="As in '[MAIN] - 0.4 * [CHILLERS]'.")] = None,
    none: Annotated[bool, typer.Option("--none", help="It is the sum of what is below it.")] = False,
    since: From = None,
    delete: Delete = False,
    reason: Locked = None,
) -> None:
    """Say what a virtual meter is made of from a date on; without a formula, tell what it was made of over time."""
    _one_of({"a formula": formula is not None, "--none": none, "--delete": delete})
    workbench = _workbench()
    if delete:
        workbench.delete_formula(meter, _named(since), reason=reason, by=BY)
    elif none or formula is not None:
        workbench.add_formula(meter, {"formula": formula, **_dated(since)}, reason=reason, by=BY)
    else:
        _nothing(since, reason)
    made = [{**row, "formula": row["formula"] or "(sum below it)"} for row in workbench.meter_formulas(meter)]
    _tell(workbench, meter, made, {"formula": "formula"})


def _workbench() -> Workbench:
    from energy_workbench.services.workbench import Workbench

    return Workbench.at(settings.load().home)


def _one_of(given: Mapping[str, bool]) -> None:
    from energy_workbench.domain.errors import InputError

    if sum(given.values()) > 1:
        raise InputError(f"give one of {', '.join(given)}")


def _named(since: str | None) -> str:
    from energy_workbench.domain.errors import InputError

    if since is None:
        raise InputError("say which one is to be deleted: --from as the list has it (without --delete it is shown)")
    return since


def _nothing(*given: str | None) -> None:
    from energy_workbench.domain.errors import InputError

    if any(given):
        raise InputError("there is nothing to change: say what holds from then on, too")


def _dated(since: str | None) -> Mapping[str, str]:
    """What says since when; now by default."""
    return {} if since is None else {"valid_from": since}


def _tell(workbench: Workbench, meter: str, rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """A line a fact, oldest first."""
    typer.echo(f"{workbench.meter(meter)['number']}:")
    table = [("from", *names.values())]
    table += [(row["valid_from"] or "beginning", *(str(row[name] or "") for name in names)) for row in rows]
    for line in text_lines(table):
        typer.echo(line.rstrip())
