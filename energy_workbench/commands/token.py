"""`energy-workbench token`: create, list and revoke access tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.core import settings

if TYPE_CHECKING:
    from energy_workbench.registry import Registry

app = typer.Typer(help="Create, list and revoke access tokens.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose token it is, or what for.")],
    role: Annotated[str, typer.Option(help="viewer (reads) or editor (reads and writes).")],
) -> None:
    """Make a token and print it: it is shown once and cannot be read again."""
    typer.echo(_registry().create_token(name, role))


@app.command("list")
def list_() -> None:
    """List names and roles; tokens themselves are stored nowhere."""
    tokens = _registry().tokens()
    width = max([len(token.name) for token in tokens], default=0)
    for token in tokens:
        typer.echo(f"{token.name.ljust(width)}  {token.role}  since {token.created_at:%Y-%m-%d %H:%M} UTC")


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="As `token list` shows it.")]) -> None:
    """Make a token worthless at once."""
    _registry().revoke_token(name)
    typer.echo(f"token {name} is revoked")


def _registry() -> Registry:
    from energy_workbench.registry import Registry

    registry = Registry(settings.load().registry_url)
    registry.check()
    return registry
