"""`energy-workbench restore`: a home from its backup."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from energy_workbench.cli.home.archive import Manifest, unpack
from energy_workbench.domain.errors import HomeError
from energy_workbench.runtime import disk
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import sites

app = typer.Typer(help="A home from its backup.")

LAST = "registry.db"
"""Comes into its place at the end: a home without it is none."""


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    home: Annotated[Path | None, typer.Option(help="Folder of the home; empty, or not there yet.")] = None,
) -> None:
    """Restore a home into an empty folder: all of it, or nothing."""
    folder = settings_room.folder_of(home)
    manifest = restore_home(file, folder)
    typer.echo(f"The home {folder} is as it was at {manifest['created_at'][:19]} UTC.")
    if manifest["registry"] == "external":
        typer.echo("Its registry is in a database server: restore that too, then run `energy-workbench init`.")


def restore_home(file: Path, home: Path) -> Manifest:
    """Unpack a backup, verify it, and put it into its place; what it says of itself.

    Raises
    ------
    HomeError
        If the folder is not empty, or the disk refuses.
    NotFoundError, InputError
        If there is no such file, or it is no whole backup; nothing is changed then.
    """
    _refuse_used(home)
    with disk.private():
        return _restored(file, home)


def _restored(file: Path, home: Path) -> Manifest:
    existed = home.exists()
    try:
        home.mkdir(parents=True, exist_ok=True)
        staging = Path(mkdtemp(prefix=".restore-", dir=home))
    except OSError as error:
        raise HomeError(f"{home}: cannot be written: {error.strerror or error}") from None
    try:
        manifest = unpack(file, staging)
        for site in sorted((staging / sites.FOLDER).glob("*")):
            _place(site, home / sites.FOLDER / site.name)
        _place(staging, home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not existed and not any(home.iterdir()):
            home.rmdir()
    return manifest


def _place(staging: Path, home: Path) -> None:
    inner = staging / "home"
    inner.mkdir(exist_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    # The settings of the backup say where its lake is; what else a newer version refuses of them is told by `init`.
    lake = Path(settings_room.look_at(inner, None, {}).accepted("lake").lake_path)
    target = home / "lake" if lake == inner / "lake" else lake
    if target.exists() and any(target.iterdir()):
        raise HomeError(f"the lake {target} of the backup's settings is not empty: move it away first")
    try:
        if (staging / "lake").exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rmdir()
            shutil.move(staging / "lake", target)
        for path in sorted(inner.iterdir(), key=lambda path: path.name == LAST):
            path.rename(home / path.name)
        os.sync()
    except OSError as error:
        raise HomeError(f"{error.filename or home}: cannot be written: {error.strerror or error}") from None


def _refuse_used(home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(not path.name.startswith(".restore-") for path in home.iterdir())):
        raise HomeError(f"{home} is not empty: restore into a new folder (--home), or move this one away first")
