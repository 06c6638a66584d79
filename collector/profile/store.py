"""Profiles by id: a user's folders first, then those that come with the project."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from collector.profile.file import read_profile
from collector.profile.profile import ORDERS, WORD_ORDERS, Profile
from energy_workbench.domain.errors import NotFoundError

SHIPPED = Path(__file__).resolve().parents[1] / "profiles"
"""Folder of the profiles that come with the project."""


def load(id: str, folders: Iterable[Path | str] = ()) -> Profile:
    """The profile of that id; one in `folders` (in their order) wins over a shipped one.

    Parameters
    ----------
    id : str
        May name the order that the device is set to: of words, `eastron_sdm630:little`, or of words and bytes,
        `eastron_sdm630:badc`.

    Raises
    ------
    NotFoundError
        If there is none; the message offers near names.
    ProfileError
        If its file does not describe a possible meter; with file and line of every problem.
    """
    model, _, order = id.partition(":")
    if order not in ("", *WORD_ORDERS, *ORDERS):
        orders = f"a word order is {' or '.join(WORD_ORDERS)}, with that of bytes {', '.join(ORDERS)}"
        raise NotFoundError(f"{id!r}: {orders}, as in {model}:{WORD_ORDERS[-1]}")
    folders = tuple(folders)
    named = Path(f"{model}.yaml").name  # never a way out of the folders
    path = next((place for folder in (*folders, SHIPPED) if (place := Path(folder, named)).is_file()), None)
    if path is None:
        known = available(folders)
        near = difflib.get_close_matches(model, known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known)}"
        raise NotFoundError(f"there is no meter profile {model!r}: {hint}")
    return _read(path, modified(path), order)


def available(folders: Iterable[Path | str] = ()) -> dict[str, Path]:
    """Ids of all profiles and their files, the user's and the shipped; a user's hides a shipped one of its id."""
    paths: dict[str, Path] = {}
    for folder in [SHIPPED, *reversed([Path(f) for f in folders])]:
        paths.update({path.stem: path for path in folder.glob("*.yaml") if path.is_file()})
    return dict(sorted(paths.items()))


def modified(path: Path | None) -> int:
    """When a file was written [ns since 1970]; 0 where there is none (any more)."""
    try:
        return path.stat().st_mtime_ns if path else 0
    except OSError:
        return 0


@lru_cache(maxsize=256)
def _read(path: Path, modified: int, order: str) -> Profile:
    if not order:
        return read_profile(path)
    profile = _read(path, modified, "")
    if ORDERS.get(order, (order, profile.byte_order)) == (profile.word_order, profile.byte_order):
        return profile
    return profile.with_order(order)
