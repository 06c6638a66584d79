"""The floor plan of a home: kept as a file, checked before it is taken."""

from __future__ import annotations

from pathlib import Path

from energy_workbench.domain.errors import HomeError
from energy_workbench.domain.site.floor_plan import MEDIA, FloorPlan, understood
from energy_workbench.runtime import disk

STEM = "floor-plan"


def read(home: Path) -> FloorPlan | None:
    """The picture of a home; None where none was given."""
    for ending in MEDIA:
        try:
            return understood((home / f"{STEM}.{ending}").read_bytes())
        except FileNotFoundError:
            continue
    return None


def write(home: Path, content: bytes) -> FloorPlan:
    """Take a picture in place of the one before.

    Raises
    ------
    InputError
        As `understood`.
    HomeError
        If the disk refuses; the one before stays then.
    """
    plan = understood(content)
    ending = next(ending for ending, media in MEDIA.items() if media == plan.media)
    try:
        with disk.replaced(home / f"{STEM}.{ending}") as draft:
            draft.write_bytes(content)
    except OSError as error:
        raise HomeError(f"the floor plan cannot be kept: {error.strerror or error}") from None
    remove(home, but=ending)
    return plan


def remove(home: Path, *, but: str = "") -> bool:
    """Remove the picture, except one of that ending; says whether there was one."""
    there = [path for ending in MEDIA if ending != but and (path := home / f"{STEM}.{ending}").exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return bool(there)
