"""`energy-workbench site`: what the plant is called, where it stands, what it pays in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.domain.errors import InputError
from energy_workbench.runtime import settings

if TYPE_CHECKING:
    from energy_workbench.services.workbench import Workbench

app = typer.Typer(help="What the plant is called, where it stands, what it pays in.", no_args_is_help=True)

WHO = "command line"


@app.command()
def show() -> None:
    """Name, time zone, country and currency, and what nobody stated yet."""
    site = _workbench().site()
    for name in ("name", "timezone", "country", "currency"):
        typer.echo(f"{name.ljust(8)}  {site[name] or 'not stated'}")
    days = site["keep_readings_days"]
    typer.echo(f"readings  {f'thinned when older than {days} days' if days else 'kept for ever'}")
    if site["advice"]:
        typer.echo(site["advice"])


@app.command("set")
def set_(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE…",
            help="name, timezone (IANA), country (ISO 3166-1: DE), currency (ISO 4217: EUR), keep_readings_days; "
            "nothing: not stated.",
        ),
    ],
    reason: Annotated[str | None, typer.Option(help="Why, where numbers of a locked month are altered.")] = None,
) -> None:
    """State or change them; the audit keeps it, and it can be undone."""
    fields = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise InputError(f"cannot read {each!r}: write KEY=VALUE, such as country=DE")
        fields[name.strip()] = value
    for effect in _workbench().set_site(fields, reason=reason, by=WHO)["effects"]:
        typer.echo(f"Note: {effect}.")
    show()


def _workbench() -> Workbench:
    from energy_workbench.services.workbench import Workbench

    return Workbench.at(settings.load().home)
