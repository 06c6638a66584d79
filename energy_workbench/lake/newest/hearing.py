"""How readings of meters came lately, by their newest instants in lake and spool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from energy_workbench.domain.presence import Heard
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake.newest.instants import COUNT, NewestReadings

if TYPE_CHECKING:
    from energy_workbench.lake.spool.spool import Spool
    from energy_workbench.lake.storage.snapshot import Snapshot


class Hearing:
    """Looks at what is new, and works out the period of a meter only where that brought it a reading.

    Attributes
    ----------
    stored : NewestReadings
        Of the lake's table.
    """

    def __init__(self) -> None:
        self.stored = NewestReadings()
        self._told: dict[int, tuple[list[int], Heard]] = {}

    def heard(
        self, snapshot: Callable[[], Snapshot], spool: Spool | None, meters: Sequence[int], until: int
    ) -> dict[int, Heard]:
        """By key how readings came until an instant [µs since 1970, UTC]; a meter without one is not there.

        Parameters
        ----------
        snapshot : callable
            Gives that of the lake's table. It is taken after the spool was looked at: what moves meanwhile is in both.
        """
        spooled = spool.newest(meters, until, COUNT) if spool else {}
        stored = self.stored.newest(snapshot(), meters, until)
        by_meter: dict[int, Heard] = {}
        for meter in meters:
            instants, new = stored.get(meter, []), spooled.get(meter)
            if new:
                instants = sorted({*new, *instants}, reverse=True)[:COUNT]
            told = self._told.get(meter)
            if told is not None and told[0] == instants:
                by_meter[meter] = told[1]
            elif heard := Heard.of(map(from_micros, instants)):
                by_meter[meter] = heard
                self._told[meter] = instants, heard
        return by_meter
