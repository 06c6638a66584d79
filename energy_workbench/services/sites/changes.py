"""Sites that are added to an installation, and set aside: nothing that was measured is ever removed."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from energy_workbench.domain.errors import BusyError, ConflictError, HomeError, InputError
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import zone_of
from energy_workbench.runtime import disk
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import FILE, Settings, sites

ASIDE: Final = "sites.removed"
"""Folder of an installation where the homes of removed sites are."""
SILENT: Final = timedelta(seconds=30)
"""A process of a site that was not heard of for this long does not run."""
PORTS: Final = 65_535


def added(base: Settings, name: str, timezone: str, prepare: Callable[[Settings], None]) -> Settings:
    """Add a site: its folder with settings of its own, what it is prepared with, and last its line in the list.

    Parameters
    ----------
    base : Settings
        Of the installation, whose registry is there.
    prepare : callable
        Makes a home of the folder.

    Raises
    ------
    InputError
        If it cannot be called so.
    PeriodError
        If there is no such zone.
    ConflictError
        If a site is called so already.
    HomeError
        If the disk refuses.
    """
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise InputError("a site needs a name: 1 to 200 printable characters")
    zone_of(timezone)
    with _changing(base.home):
        listed = sites.listed(base.home)
        if not listed.places:
            listed = sites.Listed((sites.Place(sites.slug_of(_name(base)), 0),))
        if sites.slug_of(name) in {place.slug for place in listed.places}:
            raise ConflictError(f"there is a site {sites.slug_of(name)!r} already: choose another name")
        after, place = listed.with_another(name)
        _write_settings(base, place, timezone)
        settings = settings_room.look_at(base.home, place).accepted()
        prepare(settings)
        _write(base.home, after)
    return settings


def removed(base: Settings, place: sites.Place) -> Path:
    """Take a site off the list and move its home aside; where it is then.

    Raises
    ------
    ConflictError
        If it is the home itself.
    BusyError
        If a process of it runs.
    HomeError
        If the disk refuses.
    """
    if not place.number:
        raise ConflictError(f"{place.slug} is the first site, whose home holds all others: it cannot be removed")
    with _changing(base.home):
        _refuse_running(settings_room.load(base.home, site=place.slug))
        target = base.home / ASIDE / f"{place.slug}-{clock.now():%Y%m%dT%H%M%SZ}"
        try:
            with disk.private():
                target.parent.mkdir(exist_ok=True)
            _write(base.home, sites.listed(base.home).without(place))
            place.folder(base.home).rename(target)
            disk.sync(target.parent)
        except OSError as error:
            raise HomeError(f"{target}: cannot be written: {error.strerror or error}") from None
    return target


@contextmanager
def _changing(home: Path) -> Iterator[None]:
    """One change of the list after another."""
    try:
        with disk.private(), (home / "sites.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise HomeError(f"the home {home} cannot be written: {error.strerror or error}") from None


def _name(base: Settings) -> str:
    from energy_workbench.registry import Registry

    registry = Registry(base.registry_url)
    try:
        registry.check()
        return registry.site().name
    finally:
        registry.close()


def _write_settings(base: Settings, place: sites.Place, timezone: str) -> None:
    folder = place.folder(base.home)
    port = base.metrics_port + place.number
    if port > PORTS:
        port = base.metrics_port - place.number
    text = f'# What is not said here is as the installation says it.\ntimezone = "{timezone}"\nmetrics_port = {port}\n'
    with disk.private():
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FILE).exists():
            with disk.replaced(folder / FILE, private=True) as draft:
                draft.write_text(text, "utf-8")


def _write(home: Path, listed: sites.Listed) -> None:
    with disk.replaced(home / sites.LIST, private=True) as draft:
        draft.write_bytes(listed.content())


def _refuse_running(settings: Settings) -> None:
    from energy_workbench.registry import StateStore

    state = StateStore(settings.state_url)
    try:
        state.migrate()
        heard = state.processes()
    finally:
        state.close()
    now = clock.now()
    if running := [name for name, (at, _) in heard.items() if at is not None and now - at < SILENT]:
        raise BusyError(f"{' and '.join(running)} of site {settings.site} runs: stop the workbench first")
