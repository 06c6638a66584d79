"""Deleted meters on the files of a home: what can be restored, and what that would do."""

from __future__ import annotations

from energy_workbench.analytics.live import iso
from energy_workbench.contract.meters import MetersContract
from energy_workbench.contract.rows.meters import DeletedMeter, RestorePreview
from energy_workbench.services.commands.setup import EARLIEST, LATEST
from energy_workbench.services.home import Home


class DeletedMeters(Home, MetersContract):
    """The meters that were deleted."""

    def deleted_meters(self) -> list[DeletedMeter]:
        zone = self.zone
        return [
            {
                "id": each.meter.id,
                "number": each.meter.number,
                "name": each.meter.name,
                "type": str(each.meter.type),
                "location": each.meter.location,
                "deleted_at": iso(each.meter.deleted_at, zone) or "",
                "deleted_by": each.by,
                "below": list(each.below),
            }
            for each in self.registry.deleted_meters()
        ]

    def restore_preview(self, meter: str) -> RestorePreview:
        zone = self.zone
        back, conflicts = self.registry.restorable(meter)
        known = self.reader.intervals([back.key], EARLIEST, LATEST, columns=["start"])["start"]
        ends = [iso(known[place].as_py(), zone) for place in (0, -1)] if len(known) else [None, None]
        parent = None if back.parent is None else self.registry.meter(back.parent).number
        return {
            "id": back.id,
            "number": back.number,
            "parent": parent,
            "conflicts": conflicts,
            "first": ends[0],
            "last": ends[1],
            "intervals": len(known),
        }
