"""The plant as it is now: its tree with what calculated meters are made of, and the power through each meter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from energy_workbench.analytics.flow import Measured
from energy_workbench.analytics.live import describe
from energy_workbench.analytics.live_power import powers, shown_power
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time import clock
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.home import Home
from energy_workbench.services.queries.meter_index import MeterIndex
from energy_workbench.services.queries.unread_meters import as_measured, expected_from


class LiveSite(Home):
    """What is known of now."""

    def __init__(self, settings: Settings, *, like: Home | None = None) -> None:
        super().__init__(settings, like=like)
        self._heard_since: dict[int, datetime] = {}

    def describe(self, meter: Meter) -> MeterRow:
        """The row of a meter, with its live state and its power."""
        return self._described([meter])[0]

    def _described(self, meters: Sequence[Meter]) -> list[MeterRow]:
        """The rows of some meters, as `describe` makes them; costs what is asked for."""
        tree = self._tree_now()
        there = [tree.by_key[meter.key] for meter in meters if meter.key in tree.by_key]
        read = {part.meter.key: part.meter for meter in there for part in meter.made_of}
        live, zone = self._live([*meters, *read.values()]), self.zone
        power = self._powers({**read, **{meter.key: meter for meter in there}}.values(), live)
        return [describe(meter, live.get(meter.key), zone, power.get(meter.key)) for meter in meters]

    def _tree_now(self) -> MeterIndex:
        """The tree of now: who has no meter, or is not there yet, and what calculated ones are made of."""
        index, now = self._index(), clock.now()
        silent = index.parents - self._heard_of(index, index.parents, now).keys()
        if not index.odd and not silent:
            # Each tells its own.
            return index
        try:
            first, version = self.reader.begun(), self.reader.version()[1]
        except LakeError:
            # What is polled is known all the same.
            first, version = {}, -1
        told = self._heard_of(index, index.by_key.keys() - first.keys(), now)
        stamp = (self.registry.revision(), self.registry.begun(), version, len(told))
        known, zone = {**told, **first}, self.zone
        # Some are there from an instant on that is still ahead.
        edges = self._cache.get(
            ("tree edges", stamp),
            lambda: sorted(at for meter in index.meters if (at := expected_from(meter, known, zone)) is not None),
        )
        return self._cache.get(
            ("tree now", stamp, bisect_right(edges, now)),
            lambda: MeterIndex(as_measured(index.meters, now, known, zone)),
        )

    def _heard_of(self, index: MeterIndex, meters: Iterable[int], now: datetime) -> dict[int, datetime]:
        """From when on live state tells of meters that are no sum, by key: it is asked for those not known yet.

        Of one that was just connected there is no interval yet; the state of a virtual one is that of others.
        """
        unknown = [index.by_key[key] for key in meters if key not in self._heard_since]
        missing = [meter.key for meter in unknown if meter.type is not MeterType.VIRTUAL]
        for key, state in self.state.read(missing).items():
            if state.last_seen is not None and state.last_seen <= now:
                self._heard_since[key] = state.last_seen
        return self._heard_since

    def _powers(self, meters: Iterable[Meter], live: Mapping[int, Live]) -> dict[int, float | None]:
        """The power of meters of the tree of now as people see it [kW], by key; their parts must be among them."""
        there = list(meters)
        known = powers(there, live, clock.now())
        return {meter.key: shown_power(meter, known.get(meter.key, Measured())) for meter in there}
