"""Meters of a home, with their live state."""

from __future__ import annotations

from typing import cast

from energy_workbench.analytics import summary
from energy_workbench.contract.meters import MetersContract
from energy_workbench.contract.results import (
    MeterTable,
    StatusSummary,
)
from energy_workbench.contract.rows.meters import MeterNode, MeterRow
from energy_workbench.domain.meter_tree import nested
from energy_workbench.domain.paging import MOST, window
from energy_workbench.services.live_site import LiveSite
from energy_workbench.services.queries.meter_index import MeterIndex
from energy_workbench.services.rows.meters import chosen


class MeterAnswers(LiveSite, MetersContract):
    """Meters, one or many, flat or as a tree."""

    def meters(
        self,
        *,
        type: str | None = None,
        status: str | None = None,
        parent_id: str | None = None,
        q: str | None = None,
        communication: str | None = None,
        gateway: str | None = None,
        profile: str | None = None,
        below: str | None = None,
        commissioned: bool | None = None,
        deleted: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> MeterTable:
        parent, above = (None if ref is None else self._meter(ref).key for ref in (parent_id, below))
        known = self._deleted() if deleted else self._index()
        # The state of all is looked at only where it decides which are meant.
        live = None if communication is None else self._live(known.meters if deleted else None)
        meant = chosen(
            known, type=type, status=status, parent=parent, text=q, communication=communication, gateway=gateway,
            profile=profile, below=above, commissioned=commissioned, live=live,
        )  # fmt: skip
        shown = meant[window(MOST if limit is None else limit, offset)]
        return MeterTable(tuple(self._described(shown)), len(meant), self.zone.key)

    def meter(self, meter: str) -> MeterRow:
        return self.describe(self._meter(meter))

    def hierarchy(self) -> list[MeterNode]:
        return cast(list[MeterNode], nested(self._described(self._meters())))

    def status_summary(self) -> StatusSummary:
        return self._observed(("status_summary",), lambda: summary.status_summary(self._meters(), self._live()))

    def _deleted(self) -> MeterIndex:
        return self._cache.get(
            ("deleted meters", self.registry.revision()),
            lambda: MeterIndex([meter for meter in self.registry.meters(deleted=True) if meter.deleted_at is not None]),
        )
