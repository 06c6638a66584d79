"""`energy-workbench report`: write one report, now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy_workbench.core.errors import InputError
from energy_workbench.core.settings import load

app = typer.Typer(help="Write one report, now.")


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Name of the report, such as monthly.")] = None,
    period: Annotated[str | None, typer.Option(help="Such as 2026-10, 2026-W41 or 'last month'.")] = None,
    meter: Annotated[str | None, typer.Option(help="Number or id; the whole site without one.")] = None,
    format: Annotated[str, typer.Option(help="html, pdf or both.")] = "html,pdf",
    out: Annotated[Path | None, typer.Option(help="Folder; the home's reports without one.")] = None,
    set: Annotated[list[str] | None, typer.Option(help="Any other parameter, as NAME=VALUE.")] = None,
    again: Annotated[Path | None, typer.Option(help="Manifest of a report to write again from its inputs.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Write one report: HTML, PDF and a manifest with the checksum of every file."""
    from energy_workbench.reports import catalogue
    from energy_workbench.reports.publish import publish, publish_again

    formats = [part.strip() for part in format.split(",") if part.strip()]
    if again is not None:
        done = publish_again(again, formats=formats, out=out)
    elif name is None:
        raise InputError(f"which report? Name one of: {', '.join(catalogue.names())}")
    else:
        given = {"period": period, "meter": meter}
        done = publish(
            load(home),
            name,
            {**{key: value for key, value in given.items() if value is not None}, **_pairs(set or [])},
            formats=formats,
            out=out,
        )
    for kind in ("html", "pdf", "manifest"):
        if kind in done.files:
            typer.echo(done.files[kind])
    if done.pdf_error:
        raise done.pdf_error


def _pairs(texts: list[str]) -> dict[str, str]:
    """Parameters written as NAME=VALUE."""
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise InputError(f"--set {wrong[0]!r} is not of the form NAME=VALUE")
    return {name.strip(): value for name, _, value in pairs}
