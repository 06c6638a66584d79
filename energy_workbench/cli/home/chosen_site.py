"""The site that a command is told by slug or name, found in the home that it is about."""

from __future__ import annotations

from collections.abc import Sequence

from energy_workbench.domain.errors import HomeError
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import sites


def chosen(wanted: str, words: Sequence[str]) -> str:
    """The slug of a site; of a home that is not there yet, as it was given.

    Parameters
    ----------
    wanted : str
        Slug or name.
    words : sequence of str
        The command line: its `--home` says which home is meant.

    Raises
    ------
    NotFoundError
        If there is no such site; it names those there are.
    """
    folder = settings.folder_of(_home(words))
    if own := sites.beside(folder):
        return own[1].slug
    known = [place.slug for place in sites.listed(folder).places]
    if wanted in known:
        return wanted
    from energy_workbench.services.workbench import Workbench

    first = Workbench(settings.load_base(folder))
    try:
        first.registry.check()
        found = first.installation.find(wanted)
        return first.installation.slug_of(found)
    except HomeError:
        return wanted  # the command itself says what is wrong with the home
    finally:
        first.close()


def _home(words: Sequence[str]) -> str | None:
    """The folder behind `--home`."""
    for at, word in enumerate(words):
        if word.startswith("--home="):
            return word.removeprefix("--home=")
        if word == "--home" and at + 1 < len(words):
            return words[at + 1]
    return None
