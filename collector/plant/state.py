"""A plant's state in its home, so that a restart goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collector.plant.model import Plant
from collector.plant.tree import DEFAULT_METERS, build
from energy_workbench.domain.errors import HomeError
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import local_midnight, zone_of

FILE = "plant.json"
HISTORY_DAYS = 90
DEFAULT_SEED = 92


@dataclass(frozen=True, slots=True)
class PlantState:
    """The plant of a home.

    Attributes
    ----------
    meters : int
        How many.
    seed : int
    origin : str
        ISO instant at which its past begins, a local midnight.
    timezone : str
        IANA name.
    history : str
        Of the past in the lake: empty (not asked for), `writing` or `written`.
    """

    meters: int
    seed: int
    origin: str
    timezone: str
    history: str = ""

    def plant(self) -> Plant:
        """The plant itself."""
        zone = zone_of(self.timezone)
        origin = datetime.fromisoformat(self.origin).astimezone(zone)
        return Plant(build(self.meters), seed=self.seed, origin=origin, zone=zone)


def open_state(
    home: Path, timezone: str, *, meters: int | None = None, seed: int | None = None, days: int = HISTORY_DAYS
) -> PlantState:
    """The plant of a home; made at its first start.

    Parameters
    ----------
    home : Path
        Its folder; made where it is absent.
    timezone : str
        IANA name of the site's zone, for a new plant.
    meters, seed : int, optional
        Of a new plant; of one that is there already they must be the same, or be left out.
    days : int
        How long before its first start a new plant's past begins.

    Raises
    ------
    HomeError
        If the stored plant is another one than is asked for, or its file cannot be used.
    InputError
        If so many meters cannot be.
    """
    path = home / FILE
    state = stored(home)
    if state is None:
        count = meters or DEFAULT_METERS
        build(count)  # refuse an impossible plant before anything is written
        zone = zone_of(timezone)
        origin = local_midnight(clock.now().astimezone(zone).date() - timedelta(days=days), zone)
        state = PlantState(count, DEFAULT_SEED if seed is None else seed, origin.isoformat(), timezone)
        _write(path, state, first=True)
        state = stored(home) or state  # another process may have been first: then its plant is the home's
    for name, wanted, kept in (("meters", meters, state.meters), ("seed", seed, state.seed)):
        if wanted is not None and wanted != kept:
            raise HomeError(
                f"{path}: this home's plant has {name} {kept}, not {wanted}: leave --{name} out or use another home"
            )
    return state


def keep_history(home: Path, state: PlantState, history: str) -> PlantState:
    """Remember how far the past has been written into the lake."""
    state = replace(state, history=history)
    _write(home / FILE, state)
    return state


def stored(home: Path) -> PlantState | None:
    """The plant of a home; None where there is none yet.

    Raises
    ------
    HomeError
        If its file cannot be used.
    """
    path = home / FILE
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        state = PlantState(**content)
        if datetime.fromisoformat(state.origin).tzinfo is None:
            raise ValueError("its origin has no offset")
        if type(state.meters) is not int or type(state.seed) is not int:
            raise ValueError("meters and seed are whole numbers")
        return state
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise HomeError(f"{path}: cannot be used as the plant's state ({error}); delete it to begin anew") from None


def _write(path: Path, state: PlantState, *, first: bool = False) -> None:
    content = {name: getattr(state, name) for name in PlantState.__slots__}
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        try:
            if first:
                os.link(part, path)
            else:
                os.replace(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise HomeError(f"{path}: cannot be written: {error.strerror}") from None
