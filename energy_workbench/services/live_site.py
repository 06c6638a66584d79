"""The plant as it is now: its tree with what calculated meters are made of, and the power through each meter."""

from __future__ import annotations

from collections.abc import Mapping

from energy_workbench.analytics.flow import Measured
from energy_workbench.analytics.live import describe
from energy_workbench.analytics.live_power import powers, shown_power
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time import clock
from energy_workbench.services.home import Home
from energy_workbench.services.queries.unread_meters import as_measured


class LiveSite(Home):
    """What is known of now."""

    def describe(self, meter: Meter) -> MeterRow:
        """The row of a meter, with its live state and its power."""
        live = self._live([meter])
        return describe(meter, live.get(meter.key), self.zone, self._powers(live).get(meter.key))

    def _tree_now(self) -> list[Meter]:
        """The tree of now: who has no meter, or is not there yet, and what calculated ones are made of."""
        meters = self._meters()
        virtual = {meter.key for meter in meters if meter.type is MeterType.VIRTUAL}
        # Of one that was just connected there is no interval yet; the state of a virtual one is that of others.
        told = {key: at for key, state in self.state.read().items() if (at := state.last_seen) and key not in virtual}
        silent = {meter.parent for meter in meters} - told.keys()
        if not any(each.formula_by_id or each.commissioned_at or each.key in silent for each in meters):
            # Each tells its own.
            return meters
        try:
            first = self.reader.begun()
        except LakeError:
            # What is polled is known all the same.
            first = {}
        return as_measured(meters, clock.now(), {**told, **first}, self.zone)

    def _powers(self, live: Mapping[int, Live]) -> dict[int, float | None]:
        """The power of every meter as people see it [kW], by key."""
        tree = self._tree_now()
        known = powers(tree, live, clock.now())
        return {meter.key: shown_power(meter, known.get(meter.key, Measured())) for meter in tree}
