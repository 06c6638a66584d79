"""The site as a whole: its overview, figures, floor plan, and how everything is."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from energy_workbench.analytics import overview
from energy_workbench.analytics.condensing.cells import cells
from energy_workbench.analytics.condensing.part import overview_part
from energy_workbench.analytics.live import iso
from energy_workbench.analytics.site_use import site_parts
from energy_workbench.contract.results import (
    Overview,
)
from energy_workbench.contract.rows.condition import Doctor
from energy_workbench.contract.rows.flow import PlaceRow, SiteFigures, SiteUsed
from energy_workbench.domain.pages import PATTERN
from energy_workbench.domain.site.area import Area
from energy_workbench.domain.site.floor_plan import FloorPlan
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period
from energy_workbench.services.answers.losses import LossAnswers
from energy_workbench.services.files import floor_plan
from energy_workbench.services.queries.energies import Energies

STEADY_SECONDS = 2
"""For how long the dashboard's answer stands: many viewers cost as much as one [s]."""

MOST_PLACES = 150
"""Meters of the floor plan that are told of one by one."""


class SiteAnswers(LossAnswers):
    """What the dashboard, the front page and the doctor ask."""

    def overview(
        self, period: str = "today", *, meter: str | None = None, most: int | None = None, skip: int = 0
    ) -> Overview:
        def make() -> Overview:
            return self._steady(("overview", period), lambda: self._overview(period, self._energies()))

        chosen = meter and self._meter(meter).id
        whole = self._observed(("overview", period), make)
        if most is None or len(whole.tree) <= most:
            return whole
        return self._steady(
            ("overview", period, chosen, most, skip), lambda: overview_part(whole, chosen or "", most, skip)
        )

    def _steady(self, question: tuple[Hashable, ...], answer: Callable[[], Overview]) -> Overview:
        """An answer that stands for some seconds."""
        tick = int(clock.now().timestamp() / STEADY_SECONDS)
        return self._cache.get((*question, tick, self._energies().stamp), answer)

    def _overview(self, period: str, energies: Energies) -> Overview:
        meters, span, live, now = self._tree_now().meters, self._period(period), self._live(), clock.now()
        root, flow = self._speaker(), self._flow_over(span, period, live)
        found = overview.overview(
            site=self.site(),
            meters=meters,
            live=live,
            energy=self._totals(meters, span)[0],
            flow=flow,
            flow_of_now=overview.flow_now(meters, live, now, self._threshold(None) / 100),
            pattern=energies.pattern(root, self._period(PATTERN), "1h") if root else None,
            figures=self._site_figures(span, flow.completeness),
            absent=self._absent(now),
            period=period,
            now=now,
            zone=self.zone,
        )
        return self._told(found, span)

    def site_figures(self, period: str = "today") -> SiteFigures:
        span = self._period(period)
        return self._site_figures(span, self._totals(self._meters_at(span.end), span)[1])

    def _site_figures(self, span: Period, completeness: float) -> SiteFigures:
        """What the whole site used or why that is not known, its maximum demand, which share of the data is there."""
        from energy_workbench.services.queries.site_uses import site_peak, used

        def make() -> SiteUsed:
            absent, trees = self._absent_of(span), self._connected(span)
            use = used(self._energies(), trees, span, self.zone)
            peak, at, minutes = site_peak(self.reader, trees, self.zone)
            return {
                "energy_kwh": None if use.kwh is None else round(use.kwh, 3),
                "energy_reason": use.reason,
                "demand_peak_kw": None if peak is None else round(peak, 3),
                "demand_peak_at": iso(at, self.zone),
                "demand_block_minutes": minutes,
                "left_out": absent.numbers,
                "silent": [each.number for each in absent.silent],
                "speaking": [each.number for each in site_parts(trees[-1].meters)],
            }

        return SiteFigures(**self._kept(("site", span.start, span.end), make), completeness=completeness)

    def floor_plan(self) -> FloorPlan | None:
        return floor_plan.read(self.settings.home)

    def places(self, area: str | None = None, *, most: int = MOST_PLACES) -> list[PlaceRow]:
        from energy_workbench.services.rows.places import one_place, several

        seen = Area.of(area)
        placed = [meter for meter in self._meters() if seen.has(meter.x, meter.y)]
        found = cells([(meter.x or 0.0, meter.y or 0.0) for meter in placed], seen, most)
        told = self._described([placed[cell.members[0]] for cell in found if len(cell.members) == 1])
        alone = {row["id"]: row for row in told}
        live = self._live(placed) if len(alone) < len(found) else {}
        rows = []
        for cell in found:
            meters = [placed[place] for place in cell.members]
            rows.append(one_place(alone[meters[0].id]) if len(meters) == 1 else several(cell, meters, live))
        return rows

    def remove_floor_plan(self) -> None:
        floor_plan.remove(self.settings.home)

    def set_floor_plan(self, content: bytes) -> FloorPlan:
        return floor_plan.write(self.settings.home, content)

    def doctor(self, *, thorough: bool = False) -> Doctor:
        from energy_workbench.services.doctor.doctor import doctor

        return doctor(self.settings, thorough=thorough)
