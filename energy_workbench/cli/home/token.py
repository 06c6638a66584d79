"""`energy-workbench token`: create, list, rotate and revoke access tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
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
) -> None:
    """Make a token and print it: it is shown once and cannot be read again."""
    typer.echo(_registry().create_token(name, role))


@app.command("list")
def list_() -> None:
    """List names and roles; tokens themselves are stored nowhere."""
    tokens = _registry().tokens()
    rows = [(token.name, f"{token.role:<8}", f"since {token.created_at:%Y-%m-%d %H:%M} UTC") for token in tokens]
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

    typer.echo(another(_registry(), settings.load(), name))


def _registry() -> Registry:
    from energy_workbench.registry import Registry

    registry = Registry(settings.load().registry_url)
    registry.check()
    return registry
