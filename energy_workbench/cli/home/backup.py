"""`energy-workbench backup`: a consistent copy of a home, taken while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from energy_workbench.cli.home.archive import Where, writing
from energy_workbench.domain.errors import HomeError, InputError
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings

app = typer.Typer(help="A consistent copy of everything, taken while it runs.")

PASSING = (".lock", ".sock", ".pid", "-wal", "-shm", "-journal")
"""Endings of files that are of running processes."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was written.

    Attributes
    ----------
    count : int
        Its files.
    registry : {"sqlite", "external"}
        Where the home's registry is.
    """

    count: int
    registry: Where


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write: a .tar, or .tar.gz, which is smaller and slower.")],
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Copy registry, state, spool, lake, tokens, profiles, reports and settings to one file, while they are used."""
    settings = settings_room.load(home)
    made = back_up(settings, file)
    typer.echo(f"{made.count} files, {file.stat().st_size / 1e6:.1f} MB: {file}")
    if made.registry == "external":
        typer.echo("The registry is in a database server: back it up there too, now (pg_dump).")


def back_up(settings: Settings, file: Path) -> Taken:
    """Write the backup of a home; how many files, and where its registry is.

    Raises
    ------
    HomeError
        If the home is none, or the disk refuses.
    InputError
        If the file exists, or would lie in the home.
    """
    from energy_workbench.lake import Lake
    from energy_workbench.lake.backup import copy_database, lake_parts
    from energy_workbench.registry import Registry

    registry = Registry(settings.registry_url)
    registry.check()
    own = registry.database.path
    registry.close()
    file, folder = file.absolute(), settings.home.resolve()
    lake = Lake(settings.lake_path)
    if any(file.parent.resolve().is_relative_to(place) for place in (folder, lake.path.resolve())):
        raise InputError(f"{file} lies in the home that is backed up: choose another folder, on another disk")
    if not file.parent.is_dir():
        raise HomeError(f"the folder {file.parent} does not exist: create it first")
    count = 0
    with writing(file) as archive, TemporaryDirectory(prefix=".backup-", dir=file.parent) as scratch:

        def add_database(source: Path, name: str) -> None:
            copy = Path(scratch) / name
            copy_database(source, copy)
            archive.add(f"home/{name}", copy)
            copy.unlink()

        if settings.spool_path.exists():
            add_database(settings.spool_path, "spool.db")
            count += 1
        for part in lake_parts(lake):
            archive.add(f"lake/{part.name}", part.content)
            count += 1
        # The registry comes after the readings: whoever is measured in them is known in it.
        databases = [(own, "registry.db")] if own else []
        if (settings.home / "state.db").exists():
            databases.append((settings.home / "state.db", "state.db"))
        for source, name in databases:
            add_database(source, name)
        others = list(_others(folder, lake.path, {settings.spool_path, *(source for source, _ in databases)}))
        for path in others:
            archive.add(f"home/{path.relative_to(folder)}", path)
        kind: Where = "sqlite" if own else "external"
        count += len(databases) + len(others)
        archive.close(kind)
    return Taken(count, kind)


def _others(home: Path, lake: Path, databases: set[Path]) -> Iterator[Path]:
    """The other files of a home: tokens, settings, profiles, reports; not hidden ones, which are being written."""
    taken = {path.resolve() for path in databases}
    for path in sorted(home.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
        if hidden or path.name.endswith(PASSING) or path.is_symlink() or not path.is_file():
            continue
        if path not in taken and not path.is_relative_to(lake.resolve()):
            yield path
