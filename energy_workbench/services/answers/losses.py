"""Losses of the nodes of the tree, and the flow through it."""

from __future__ import annotations

from collections.abc import Callable

from energy_workbench.analytics import overview
from energy_workbench.analytics.flow import power_flow
from energy_workbench.analytics.live import iso
from energy_workbench.contract.results import (
    Balance,
    Losses,
    PowerFlow,
)
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.health.limits import resolved
from energy_workbench.domain.time import clock
from energy_workbench.services.measured_site import MeasuredSite


class LossAnswers(MeasuredSite):
    """Balances, losses over time, and flows of power or energy."""

    def balance(
        self, period: str = "today", *, meter: str | None = None, threshold_percent: float | None = None
    ) -> Balance:
        from energy_workbench.services.queries.balances import balance

        percent = self._threshold(threshold_percent)
        node, span = self._meter(meter) if meter else None, self._period(period)
        found = self._kept(
            ("balance", span.start, span.end, node and node.key, percent),
            lambda: balance(
                self.reader,
                self._trees(span),
                span,
                absent=self._absent(span.end),
                threshold=percent / 100,
                zone=self.zone,
                profiles=self.settings.profiles_path,
                line=self._line(),
                node=node,
            ),
        )
        return self._told(found, span)

    def losses(
        self,
        meter: str | None = None,
        period: str = "last 7 days",
        *,
        every: str = "1d",
        threshold_percent: float | None = None,
    ) -> Losses:
        from energy_workbench.services.queries.losses import losses

        percent = self._threshold(threshold_percent)
        node, span = self._meter_or_root(meter), self._period(period)
        found = self._kept(
            ("losses", span.start, span.end, every, node.key, percent),
            lambda: losses(
                self.reader,
                self._trees(span),
                node,
                span,
                every,
                threshold=percent / 100,
                zone=self.zone,
                profiles=self.settings.profiles_path,
                line=self._line(),
            ),
        )
        return self._told(found, span)

    def flow(self, period: str | None = None) -> PowerFlow:
        if period is None:
            return self._observed(
                ("flow",),
                lambda: overview.flow_now(self._meters(), self._live(), clock.now(), self._threshold(None) / 100),
            )
        span = self._period(period)
        meters = self._meters_at(span.end)
        energy, completeness = self._totals(meters, span)
        found = power_flow(
            meters,
            energy,
            unit="kWh",
            colours=overview.colours(meters, self._live()),
            completeness=completeness,
            start=iso(span.start, self.zone),
            end=iso(span.end, self.zone),
            threshold=self._threshold(None) / 100,
            balances={row["meter"]: row for row in self.balance(period).rows},
        )
        return self._told(found, span)

    def _line(self) -> Callable[[Meter], float]:
        """The nominal voltage line to line of a meter [V]."""
        stored = self.registry.limits()
        site = stored.get(None, {})
        return lambda meter: resolved(site, stored.get(meter.key)).nominal_voltage(meter.ratio)
