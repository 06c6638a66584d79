"""Sites of an installation: a home, and further homes in its `sites/`, each with a slug and a range of keys.

A home of one site has no list and needs none. The first further site writes `sites.json`, which names all of them from
then on: slugs stay as they are when a site is called otherwise, so that addresses and tokens go on to mean the same.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from energy_workbench.domain.errors import HomeError, NotFoundError, SiteError, printable

LIST: Final = "sites.json"
"""File of a home that names its sites, where there are several."""
FOLDER: Final = "sites"
"""Where further sites are, in the home that is the first."""
KEYS: Final = 1_000_000
"""Meters of a site have keys of its own: those of the n-th further one lie above n times this."""
LONGEST: Final = 40
"""Characters of a slug."""
OWN: Final = frozenset({"database_url", "lake", "timezone", "metrics_port"})
"""Settings that a further site takes of its own file only: two sites can share none of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site, as its installation lists it.

    Attributes
    ----------
    slug : str
        In addresses, tokens and commands; never given twice.
    number : int
        0 for the home itself; the n-th further site has n, whatever became of those before.
    """

    slug: str
    number: int

    def folder(self, installation: Path) -> Path:
        """Its own home."""
        return installation / FOLDER / self.slug if self.number else installation

    @property
    def keys_above(self) -> int:
        """Keys of its meters are greater than this."""
        return self.number * KEYS


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list says.

    Attributes
    ----------
    places : tuple of Place
        The first is the home itself; empty where there is no list.
    gone : tuple of str
        Slugs of sites that were removed.
    """

    places: tuple[Place, ...] = ()
    gone: tuple[str, ...] = ()
    given: int = 0

    def with_another(self, name: str) -> tuple[Listed, Place]:
        """The list with one more site of that name, and that site."""
        place = Place(free_slug(name, [*(each.slug for each in self.places), *self.gone]), self.given + 1)
        return Listed((*self.places, place), self.gone, place.number), place

    def without(self, place: Place) -> Listed:
        """The list without a site, whose slug and keys nobody gets again."""
        left = tuple(each for each in self.places if each != place)
        return Listed(left, (*self.gone, place.slug), self.given)

    def content(self) -> bytes:
        """As it stands in the file."""
        sites = [{"site": each.slug, "number": each.number} for each in self.places]
        return json.dumps({"sites": sites, "gone": list(self.gone), "given": self.given}, indent=1).encode()


def listed(installation: Path) -> Listed:
    """The list of a home; an empty one where it is of one site.

    Raises
    ------
    HomeError
        If the list cannot be read, or is none.
    """
    path = installation / LIST
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        places = tuple(Place(str(each["site"]), int(each["number"])) for each in found["sites"])
        return Listed(places, tuple(map(str, found["gone"])), int(found["given"]))
    except (FileNotFoundError, NotADirectoryError):
        return Listed()
    except OSError as error:
        raise HomeError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise HomeError(f"{path}: is no list of sites ({error}): take it from a backup") from None


def chosen(places: Sequence[Place], wanted: str | None) -> Place:
    """The site that is meant: the one named, else the only one.

    Raises
    ------
    SiteError
        If there are several and none is named; it names them.
    NotFoundError
        If there is none of that name; it names those there are.
    """
    if not wanted:
        if len(places) == 1:
            return places[0]
        raise several(place.slug for place in places)
    meant = next((place for place in places if place.slug in (wanted, slug_of(wanted))), None)
    if meant is None:
        raise unknown(wanted, (place.slug for place in places))
    return meant


def several(slugs: Any) -> SiteError:
    """The error where nobody says which of them is meant."""
    return SiteError(f"there are several sites, and none is named: say which, site= one of {', '.join(slugs)}")


def unknown(wanted: str, slugs: Any) -> NotFoundError:
    """The error where there is no site of that name."""
    return NotFoundError(f"there is no site {printable(wanted)!r}: there is {', '.join(slugs)}")


def beside(folder: Path) -> tuple[Path, Place] | None:
    """The installation that a folder is a further site of, and which; None where it is none."""
    if folder.parent.name != FOLDER:
        return None
    installation = folder.parent.parent
    place = next((each for each in listed(installation).places if each.number and each.slug == folder.name), None)
    return (installation, place) if place else None


def slug_of(name: str) -> str:
    """A name as a word of an address: `Werk Süd` is `werk-sud`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "site"


def free_slug(name: str, taken: Sequence[str]) -> str:
    """A slug that nobody has, made of a name: with a number behind it where there is one like it."""
    slug, count = slug_of(name), 1
    found = slug
    while found in taken:
        count += 1
        found = f"{slug}-{count}"
    return found
