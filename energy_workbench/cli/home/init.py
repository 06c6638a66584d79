"""`energy-workbench init`: create or migrate the home."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from energy_workbench.domain.errors import HomeError
from energy_workbench.runtime import disk
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings, sites

app = typer.Typer(help="Create or migrate the home.")

NEEDED_BYTES = 200_000_000
"""A home with less free than this is called full [B]."""


@app.callback(invoke_without_command=True)
def init(home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None) -> None:
    """Create or migrate the home: its folders, registry, live state and tokens; those of each site."""
    base = settings_room.load_base(home)
    for settings in settings_room.load_all(base):
        prepare_home(settings)
        typer.echo(f"The home {settings.home} is ready.")


def prepare_home(settings: Settings, site_name: str = "Plant") -> None:
    """Make the home of a site usable: folders, registry at its newest schema, live state; of the first, tokens.

    Parameters
    ----------
    site_name : str
        Of a site that is new.

    Raises
    ------
    HomeError
        If the folder cannot be written or its disk is full.
    """
    from energy_workbench.api.access.home_tokens import tokens_of
    from energy_workbench.registry import Registry
    from energy_workbench.registry.live_state.state import StateStore

    with disk.private():
        check_folder(settings.home)
        for folder in (settings.reports_path, settings.profiles_path):
            folder.mkdir(exist_ok=True)
        registry, state = Registry(settings.registry_url), StateStore(settings.state_url)
        above = settings.site_number * sites.KEYS
        registry.migrate(timezone=settings.timezone, site_name=site_name, keys_above=above)
        state.migrate()
        if not settings.site_number:
            tokens_of(settings)
    _tighten(registry.database.path, state.database.path, settings.spool_path)


def _tighten(*databases: Path | None) -> None:
    for path in databases:
        try:
            if path is not None:
                disk.tighten(path)
        except OSError as error:
            raise HomeError(f"others can read {path}, which cannot be changed: {error.strerror}") from None


def check_folder(home: Path) -> None:
    """Create the folder and see that it can be written and has room."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".writable"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
    except OSError as error:
        raise HomeError(f"the home {home} cannot be written: {error.strerror}. Set ENERGY_WORKBENCH_HOME.") from None
    status = os.statvfs(home)
    free = status.f_bavail * status.f_frsize
    if free < NEEDED_BYTES:
        raise HomeError(
            f"the disk of the home {home} is full: {free / 1e6:.0f} MB free, {NEEDED_BYTES / 1e6:.0f} needed"
        )
