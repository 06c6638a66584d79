"""What the interval table was last built from; losing it costs a full build, never a wrong number."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from energy_workbench.core import disk
from energy_workbench.lake.failpoints import place

FILE = "intervals.build.json"


@dataclass(frozen=True, slots=True)
class State:
    """Readings and ratios that the intervals stand for.

    Attributes
    ----------
    readings : int
        Version of the readings table.
    steps : dict of str to list of (int, float)
        By meter the instants [µs since 1970] from which multipliers hold.
    """

    readings: int
    steps: dict[str, list[tuple[int, float]]]

    @classmethod
    def load(cls, folder: Path) -> State | None:
        """The state of a lake's folder; None where there is none that can be read."""
        try:
            content = json.loads((folder / FILE).read_text("utf-8"))
            steps = {
                meter: [(int(at), float(factor)) for at, factor in rows] for meter, rows in content["steps"].items()
            }
            return cls(int(content["readings"]), steps)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, folder: Path) -> None:
        """Store it, whole or not at all; after the intervals, so that a crash between builds again."""
        target = folder / FILE
        draft = target.with_suffix(f".{os.getpid()}")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        place("intervals.state.before")
        draft.replace(target)
        disk.sync(folder)
        place("intervals.state.after")

    def changed_ratios(self, before: State) -> dict[int, int | None]:
        """Meters whose multipliers differ from before, and since when [µs]; None is from the beginning."""
        changed: dict[int, int | None] = {}
        for meter in {*self.steps, *before.steps}:
            mine, old = self.steps.get(meter, _ONE), before.steps.get(meter, _ONE)
            if mine == old:
                continue
            if mine[0] != old[0]:
                changed[int(meter)] = None
                continue
            differing = {*mine} ^ {*old}
            changed[int(meter)] = min(at for at, _ in differing)
        return changed


_ONE = [(-(2**62), 1.0)]
