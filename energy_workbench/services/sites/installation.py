"""The sites of an installation: found by slug or name, each opened when it is first asked for and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from energy_workbench.domain.entities import ID_PATTERN
from energy_workbench.domain.errors import HomeError
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings, sites

if TYPE_CHECKING:
    from energy_workbench.registry import Registry


class OfASite(Protocol):
    """What is opened of a site."""

    @property
    def settings(self) -> Settings:
        """Where it is."""

    @property
    def registry(self) -> Registry:
        """What is configured there."""

    def close(self) -> None:
        """Close what was opened."""


Opened = TypeVar("Opened", bound=OfASite)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the list of sites was when it was last looked at, by which version of its file."""

    version: tuple[int, int] | None
    settings: Mapping[str, Settings]


class Installation(Generic[Opened]):
    """All sites of an installation; safe for threads.

    Parameters
    ----------
    first : Opened
        The home itself, opened.
    make : callable
        Opens a further site by its settings.
    """

    def __init__(self, first: Opened, make: Callable[[Settings], Opened]) -> None:
        self.first = first
        self._make = make
        self._lock = threading.Lock()
        self._open: dict[str, Opened] = {}
        self._known: _Known | None = None

    def slugs(self) -> list[str]:
        """Slugs of all sites, the home itself first."""
        return list(self._settings()) or [self.slug_of(self.first)]

    def find(self, wanted: str | None = None) -> Opened:
        """The site of that slug or name; the only one where none is given.

        Raises
        ------
        SiteError
            If there are several and none is given, or several are called so.
        NotFoundError
            If there is none.
        """
        known = self._settings()
        if not wanted:
            if len(known) > 1:
                raise sites.several(known)
            return self.first
        if wanted in known:
            return self._of(wanted)
        folded = wanted.strip().casefold()
        slugs = self.slugs()
        called = [slug for slug in slugs if folded in (slug, self._name(slug).casefold())]
        if len(called) > 1:
            raise sites.several(called)
        if not called:
            raise sites.unknown(wanted, slugs)
        return self._of(called[0])

    def having(self, meter: str) -> str | None:
        """The slug of the site to whose range the id of a meter belongs; None where that is no id, or of none here."""
        if not ID_PATTERN.match(meter) or len(meter) > len("mtr_") + 10:
            return None
        number = max(0, int(meter.removeprefix("mtr_")) - 1) // sites.KEYS
        return next((slug for slug, each in self._settings().items() if each.site_number == number), None)

    def settings_of(self, slug: str) -> Settings:
        """Where a site is, whether or not it can be opened."""
        return self._settings().get(slug, self.first.settings)

    def _name(self, slug: str) -> str:
        """What a site is called; empty where its home cannot be opened, which hides no other site."""
        try:
            return self._of(slug).registry.site().name
        except HomeError:
            return ""

    def slug_of(self, opened: Opened) -> str:
        """The slug of a site: as it is listed, or made of the name of the only one."""
        listed = opened.settings.site or next(iter(self._settings()), "")
        return listed or sites.slug_of(opened.registry.site().name)

    def close(self) -> None:
        """Close every site but the first, which is its owner's."""
        with self._lock:
            for each in self._open.values():
                each.close()
            self._open.clear()

    def _of(self, slug: str) -> Opened:
        known = self._settings()
        found = known.get(slug)
        if known and found is None:
            raise sites.unknown(slug, known)  # it was removed just now
        if found is None or not found.site_number:
            return self.first
        with self._lock:
            if slug not in self._open:
                opened = self._make(found)
                opened.registry.check()
                self._open[slug] = opened
            return self._open[slug]

    def _settings(self) -> Mapping[str, Settings]:
        """Settings of every listed site by slug; read again where the list has changed."""
        home = self.first.settings.installation
        try:
            status = (home / sites.LIST).stat()
            version = status.st_mtime_ns, status.st_ino
        except FileNotFoundError:
            version = None
        known = self._known
        if known is None or known.version != version:
            every = settings_room.load_all(settings_room.load_base(home)) if version else []
            known = self._known = _Known(version, {each.site: each for each in every})
        return known.settings


def verified(opened: OfASite, wanted: str) -> None:
    """See that the only site of a home is the one that is meant.

    Raises
    ------
    NotFoundError
        If it is called otherwise; it says how.
    """
    name = opened.registry.site().name
    if wanted.strip().casefold() not in (name.casefold(), sites.slug_of(name)):
        raise sites.unknown(wanted, [sites.slug_of(name)])
