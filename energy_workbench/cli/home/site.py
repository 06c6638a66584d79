"""`energy-workbench site`: what a plant is called, where it stands, what it pays in; sites added, listed, set aside."""

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
    for name in ("site", "name", "timezone", "country", "currency"):
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


@app.command("list")
def list_() -> None:
    """The sites of the installation: slug, name, zone, country, currency, and how many meters each has."""
    from energy_workbench.services.workbench import Workbench
    from energy_workbench.tables.text_lines import text_lines

    base = Workbench(settings.load_base())
    base.registry.check()
    rows = [
        (
            row["site"], row["name"], row["timezone"], row["country"] or "-", row["currency"] or "-",
            row["problem"] or f"{row['meters']} meters",
        )
        for row in base.sites()
    ]  # fmt: skip
    for line in text_lines(rows):
        typer.echo(line)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called; its slug is made of it.")],
    timezone: Annotated[str, typer.Option(help="IANA name: its days and months are cut by it.")],
    country: Annotated[str | None, typer.Option(help="ISO 3166-1: DE.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217: EUR.")] = None,
) -> None:
    """Add a site to the installation, with a home of its own; the home of today becomes the first."""
    from energy_workbench.cli.home.init import prepare_home
    from energy_workbench.registry import Registry
    from energy_workbench.services.sites.changes import added

    stated = {key: value for key, value in (("country", country), ("currency", currency)) if value is not None}

    def prepare(its: settings.Settings) -> None:
        prepare_home(its, site_name=name.strip())
        if stated:
            registry = Registry(its.registry_url)
            registry.update_site(stated, by=WHO)
            registry.close()

    made = added(settings.load_base(), name, timezone, prepare)
    typer.echo(f"site {made.site} is added: {made.home}")
    typer.echo(f"Name it with --site {made.site} or ENERGY_WORKBENCH_SITE; where the workbench runs, start it again.")


@app.command()
def remove(
    site: Annotated[str, typer.Argument(help="Its slug, as `site list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a site off the installation; its home is moved aside, and nothing of it is lost."""
    from energy_workbench.runtime.settings import sites
    from energy_workbench.services.sites.changes import removed

    base = settings.load_base()
    place = sites.chosen(sites.listed(base.home).places, site)
    if not yes:
        typer.confirm(f"Take site {place.slug} off this installation? Its home is kept aside.", abort=True)
    typer.echo(f"site {place.slug} is removed; its home is kept in {removed(base, place)}")


def _workbench() -> Workbench:
    from energy_workbench.services.workbench import Workbench

    return Workbench.at()
