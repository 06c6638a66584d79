"""`energy-workbench backup`: a consistent copy of a home, taken while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.cli.home.archive import Archive, Where, writing
from energy_workbench.domain.errors import HomeError, InputError
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings, sites
from energy_workbench.services.sites.changes import ASIDE

if TYPE_CHECKING:
    from energy_workbench.lake import Lake

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
        Where the home's registry is; external where that of any site is.
    sites : tuple of str
        Slugs of the sites, where there are several.
    """

    count: int
    registry: Where
    sites: tuple[str, ...] = ()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write: a .tar, or .tar.gz, which is smaller and slower.")],
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Copy registry, state, spool, lake, tokens, profiles, reports and settings to one file, while they are used."""
    settings = settings_room.load_base(home)
    made = back_up(settings, file)
    size = file.stat().st_size / 1e6
    typer.echo(f"{made.count} files{_of_sites(made.sites)}, {size:.1f} MB: {file}")
    if made.registry == "external":
        typer.echo("The registry is in a database server: back it up there too, now (pg_dump).")


def back_up(settings: Settings, file: Path) -> Taken:
    """Write the backup of a home with all of its sites; how many files, and where its registry is.

    Raises
    ------
    HomeError
        If the home of a site is none, or the disk refuses.
    InputError
        If the file exists, or would lie in the home.
    """
    every = settings_room.load_all(settings)
    file, homes = file.absolute(), [SiteFiles.of(each) for each in every]
    places = [place.resolve() for each in homes for place in (each.settings.home, each.lake.path)]
    if any(file.parent.resolve().is_relative_to(place) for place in places):
        raise InputError(f"{file} lies in the home that is backed up: choose another folder, on another disk")
    if not file.parent.is_dir():
        raise HomeError(f"the folder {file.parent} does not exist: create it first")
    with writing(file) as archive, TemporaryDirectory(prefix=".backup-", dir=file.parent) as scratch:
        for home in homes:
            home.add(archive, Path(scratch))
        kind: Where = "sqlite" if all(home.registry for home in homes) else "external"
        archive.close(kind, several=len(homes) > 1)
    return Taken(archive.count, kind, tuple(each.site for each in every) if len(every) > 1 else ())


@dataclass(frozen=True, slots=True)
class SiteFiles:
    """The files of a site's home, and what they are called in an archive.

    Attributes
    ----------
    settings : Settings
    lake : Lake
    registry : Path or None
        None where it is in a database server.
    """

    settings: Settings
    lake: Lake
    registry: Path | None

    @classmethod
    def of(cls, settings: Settings) -> SiteFiles:
        """Those of the home of these settings.

        Raises
        ------
        HomeError
            If it is none.
        """
        from energy_workbench.lake import Lake
        from energy_workbench.registry import Registry

        registry = Registry(settings.registry_url)
        registry.check()
        own = registry.database.path
        registry.close()
        return cls(settings, Lake(settings.lake_path), own)

    @property
    def prefix(self) -> str:
        """Beginning of their names in an archive."""
        return f"{sites.FOLDER}/{self.settings.site}/" if self.settings.site_number else ""

    def add(self, archive: Archive, scratch: Path) -> None:
        """Add them: the spool, then the lake, then what is configured."""
        from energy_workbench.lake.backup import copy_database, lake_parts

        def add_database(source: Path, name: str) -> None:
            copy = scratch / name
            copy_database(source, copy)
            archive.add(f"{self.prefix}home/{name}", copy)
            copy.unlink()

        settings = self.settings
        if settings.spool_path.exists():
            add_database(settings.spool_path, "spool.db")
        for part in lake_parts(self.lake):
            archive.add(f"{self.prefix}lake/{part.name}", part.content)
        # The registry comes after the readings: whoever is measured in them is known in it.
        databases = [(self.registry, "registry.db")] if self.registry else []
        if (settings.home / "state.db").exists():
            databases.append((settings.home / "state.db", "state.db"))
        for source, name in databases:
            add_database(source, name)
        folder = settings.home.resolve()
        # Further sites are added by themselves, and those that were removed are no part of the installation.
        apart = [] if settings.site_number else [folder / sites.FOLDER, folder / ASIDE]
        taken = {settings.spool_path, *(source for source, _ in databases)}
        for path in _others(folder, [self.lake.path, *apart], taken):
            archive.add(f"{self.prefix}home/{path.relative_to(folder)}", path)


def _of_sites(slugs: Sequence[str]) -> str:
    return f" of {len(slugs)} sites ({', '.join(slugs)})" if slugs else ""


def _others(home: Path, apart: Sequence[Path], databases: set[Path]) -> Iterator[Path]:
    """The other files of a home: tokens, settings, profiles, reports; not hidden ones, which are being written."""
    taken, left_out = {path.resolve() for path in databases}, [path.resolve() for path in apart]
    for path in sorted(home.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
        if hidden or path.name.endswith(PASSING) or path.is_symlink() or not path.is_file():
            continue
        if path not in taken and not any(path.is_relative_to(each) for each in left_out):
            yield path
