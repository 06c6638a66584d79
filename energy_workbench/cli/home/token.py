"""`energy-workbench token`: create, list, rotate and revoke access tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.domain.roles import Token
    from energy_workbench.registry import Registry

app = typer.Typer(help="Create, list, rotate and revoke access tokens.", no_args_is_help=True)

ROLES = (
    "viewer (reads), operator (also acknowledges, writes notes and subscribes), editor (changes all that is set up) "
    "or admin (also tokens, site and secrets)."
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose token it is, or what for.")],
    role: Annotated[str, typer.Option(help=ROLES)],
    site: Annotated[
        list[str] | None, typer.Option("--site", help="Where it holds, by slug or name; several times for several.")
    ] = None,
) -> None:
    """Make a token and print it: it is shown once and cannot be read again. Without `--site` it holds at all sites."""
    typer.echo(_registry().create_token(name, role, sites=_slugs(site or ())))


@app.command()
def grant(
    name: Annotated[str, typer.Argument(help="As `token list` shows it.")],
    role: Annotated[str, typer.Option(help=ROLES)],
    site: Annotated[str, typer.Option("--site", help="Where, by slug or name.")],
) -> None:
    """Give a token that holds at some sites a role at another, or another role at one of them."""
    (slug,) = _slugs([site])
    _registry().grant_token(name, role, slug)
    typer.echo(f"token {name} is {role} at {slug}")


@app.command("list")
def list_() -> None:
    """List names and roles; tokens themselves are stored nowhere."""
    tokens = _registry().tokens()
    rows = [
        (token.name, f"{token.role:<8}", f"since {token.created_at:%Y-%m-%d %H:%M} UTC", _where(token))
        for token in tokens
    ]
    for line in text_lines(rows):
        typer.echo(line)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="As `token list` shows it.")]) -> None:
    """Make a token worthless, and end within seconds what was opened with it."""
    _registry().revoke_token(name)
    typer.echo(f"token {name} is revoked")


@app.command()
def rotate(name: Annotated[str, typer.Argument(help="As `token list` shows it, or one that was revoked.")]) -> None:
    """Make another token in its place and print it; the former one is worthless at once, and for good."""
    from energy_workbench.api.access.home_tokens import rotate as another

    typer.echo(another(_registry(), settings.load_base(), name))


def _where(token: Token) -> str:
    """At which sites a token holds; empty where at all."""
    alike = set(token.sites.values()) <= {token.role}
    return ", ".join(site if alike else f"{site} ({role})" for site, role in sorted(token.sites.items()))


def _slugs(wanted: Sequence[str]) -> list[str]:
    """The slugs of sites that are named."""
    if not wanted:
        return []
    from energy_workbench.services.workbench import Workbench

    first = Workbench(settings.load_base())
    first.registry.check()
    try:
        return [first.installation.slug_of(first.installation.find(each)) for each in wanted]
    finally:
        first.close()


def _registry() -> Registry:
    from energy_workbench.registry import Registry

    registry = Registry(settings.load_base().registry_url)
    registry.check()
    return registry
