"""`energy-workbench settings`: every setting of a home, its value, where that comes from, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from energy_workbench.domain.fields.messages import text
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Found
from energy_workbench.runtime.settings.sources import DEFAULT

app = typer.Typer(help="List the settings, where each value comes from, and what is refused.")


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as people see it.

    Attributes
    ----------
    key, label, help : str
    value : str
        A secret is hidden; of one that is refused, the default.
    unit : str
    allowed : str
        What it may be: `1 to 31`; empty where `help` says it.
    origin : str
        The file or the variable that the value comes from, or `default`.
    """

    key: str
    label: str
    value: str
    unit: str
    allowed: str
    origin: str
    help: str


@app.callback(invoke_without_command=True)
def settings(
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List every setting with its value, its unit and where the value comes from; secrets are hidden. Writes nothing.

    Ends with 2 where something is refused, as every other command would: ask it before a new version is started.
    """
    found = settings_room.look(home)
    listed = rows(found)
    typer.echo(
        json.dumps([asdict(row) for row in listed], indent=2, ensure_ascii=False)
        if as_json
        else "\n".join([f"Settings of the home {found.settings.home}", *lines(listed)])
    )
    found.accepted()


def rows(found: Found) -> list[Row]:
    """Every setting, in the order of its declaration."""
    return [
        Row(
            each.name, text(each.label), each.shown(getattr(found.settings, each.name)), each.unit, each.allowed,
            found.origins.get(each.name, DEFAULT), text(each.help),
        )
        for each in settings_room.declared().values()
    ]  # fmt: skip


def lines(listed: list[Row]) -> Iterator[str]:
    """As people read it: each with its help below."""
    for row in listed:
        value = f"{row.value} {row.unit}" if row.unit else row.value or '""'
        yield ""
        yield f"{row.key} = {value}  ({row.origin})"
        yield f"  {row.help}{f' ({row.allowed})' if row.allowed else ''}"
