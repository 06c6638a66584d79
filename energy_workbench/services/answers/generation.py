"""Own generation, fuel and emissions."""

from __future__ import annotations

from energy_workbench.contract.results import (
    Generation,
    GenerationComparison,
)
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period
from energy_workbench.services.measured_site import MeasuredSite


class GenerationAnswers(MeasuredSite):
    """Generation of a period, and how it has changed."""

    def generation(self, period: str = "this month") -> Generation:
        span = self._period(period)
        return self._told(self._generation(span), span)

    def _generation(self, span: Period) -> Generation:
        from energy_workbench.services.generation.generations import generation

        return self._kept(
            ("generation", span.start, span.end),
            lambda: generation(
                self._energies(),
                self.reader,
                self._connected(span),
                self._absent_of(span),
                span,
                self._factors(),
                self.site()["country"],
                self.zone,
            ),
        )

    def compare_generation(self, period: str = "this month", *, against: str = "previous") -> GenerationComparison:
        from energy_workbench.services.generation.change import GenerationChange
        from energy_workbench.services.generation.parts import GenerationParts
        from energy_workbench.services.queries.comparisons import earlier

        span, zone, now = self._period(period), self.zone, clock.now()
        before = earlier(span, against, zone)
        meters = self._absent_of(span).without(self._meters_at(span.end))

        def make() -> GenerationComparison:
            parts = GenerationParts(self.reader, self._some_trees, self._factors(), zone)
            change = GenerationChange(
                self.reader, self._energies(), self._generation, parts, meters, zone=zone, now=now
            )
            return change.between(span, before, against)

        return self._told(self._kept(("compare generation", span.start, span.end, against), make), span)
