"""Labels of meters that are named or that a filter means, on the files of a home."""

from __future__ import annotations

from collections.abc import Sequence

from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.services.commands.many_meters import ManyMeters
from energy_workbench.services.papers.front_address import front_address


class Labels(ManyMeters):
    """Sheets of labels."""

    def meter_labels(
        self,
        meters: list[str] | None = None,
        *,
        type: str | None = None,
        status: str | None = None,
        communication: str | None = None,
        gateway: str | None = None,
        profile: str | None = None,
        below: str | None = None,
        commissioned: bool | None = None,
        q: str | None = None,
        address: str = "",
        first: int = 1,
    ) -> tuple[str, bytes]:
        from energy_workbench.services.papers.labels_page import labels_page
        from energy_workbench.services.papers.press import printed

        asked = {
            "type": type, "status": status, "communication": communication, "gateway": gateway, "profile": profile,
            "below": below, "commissioned": commissioned, "q": q,
        }  # fmt: skip
        where = {name: value for name, value in asked.items() if value is not None}
        chosen = self._labelled(meters or (), where)
        front = front_address(self.settings, address)
        page = labels_page(chosen, front, site=self.registry.site().name, first=first)
        return "meter-labels.pdf", printed(page, "a4")

    def _labelled(self, named: Sequence[str], where: dict[str, str | bool]) -> list[Meter]:
        """In the order of the tree; what is only calculated has no device to put one on, unless it is asked for."""
        keys = self._meant(named, None) if named else set()
        if where or not named:
            calculated = where.get("type") == MeterType.VIRTUAL
            found = self._filtered(dict(where))
            keys |= {meter.key for meter in found if calculated or meter.type is not MeterType.VIRTUAL}
        if not keys:
            raise NotFoundError("no meter with a device is as the filter says: there is nothing to put a label on")
        return [meter for meter in self._meters() if meter.key in keys]
