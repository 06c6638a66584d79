"""Losses of the nodes of the tree, and the flow through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from energy_workbench.analytics import overview
from energy_workbench.analytics.condensing.flows import flow_inside, folded_flow, places, sizes, sources
from energy_workbench.analytics.condensing.folding import Folding, fold_each
from energy_workbench.analytics.condensing.nodes import folded_balance
from energy_workbench.analytics.flow import power_flow
from energy_workbench.analytics.live import iso
from energy_workbench.contract.results import (
    Balance,
    Losses,
    PowerFlow,
)
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.health.limits import resolved
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period
from energy_workbench.services.measured_site import MeasuredSite
from energy_workbench.services.queries.trees import spans


class LossAnswers(MeasuredSite):
    """Balances, losses over time, and flows of power or energy."""

    def balance(
        self,
        period: str = "today",
        *,
        meter: str | None = None,
        threshold_percent: float | None = None,
        each: int | None = None,
    ) -> Balance:
        found = self._balance(period, meter, threshold_percent)
        return found if each is None else folded_balance(found, self._folding(period, each))

    def _folding(self, period: str, each: int) -> Folding:
        """What is one of more meters below one than `each`, by the energy of a period: in its flow and its balance."""
        flow = self._flow(period)

        def make() -> Folding:
            above = places(flow.nodes)
            return fold_each(above, sizes(flow.links, above), each, sources(flow.links, above))

        span = self._period(period)
        return self._kept(("folding", span.start, span.end, each), make)

    def _balance(self, period: str, meter: str | None = None, threshold_percent: float | None = None) -> Balance:
        from energy_workbench.services.queries.balances import balance

        percent = self._threshold(threshold_percent)
        node, span = self._meter(meter) if meter else None, self._period(period)
        found = self._kept(
            ("balance", span.start, span.end, node and node.key, percent),
            lambda: balance(
                self.reader,
                self._trees(span),
                span,
                absent=self._absent_of(span),
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

    def flow(self, period: str | None = None, *, meter: str | None = None, each: int | None = None) -> PowerFlow:
        root = None if meter is None else self._meter(meter).id
        found = self._flow(period)
        if each is not None and period is not None:
            found = folded_flow(found, self._folding(period, each))
        elif each is not None:
            above = places(found.nodes)
            found = folded_flow(found, fold_each(above, sizes(found.links, above), each, sources(found.links, above)))
        return found if root is None else flow_inside(found, root)

    def _flow(self, period: str | None = None) -> PowerFlow:
        if period is None:
            return self._observed(
                ("flow",),
                lambda: overview.flow_now(
                    self._tree_now().meters, self._live(), clock.now(), self._threshold(None) / 100
                ),
            )
        return self._flow_over(self._period(period), period, self._live())

    def _flow_over(self, span: Period, period: str, live: Mapping[int, Live]) -> PowerFlow:
        """The flow of energy over a period, with the colours of now."""
        trees = self._placed(span)
        meters = list({meter.key: meter for tree, _ in trees[::-1] for meter in tree}.values())
        energy, completeness = self._totals(trees[-1][0], span)
        found = power_flow(
            meters,
            energy,
            unit="kWh",
            colours=overview.colours(meters, live),
            completeness=completeness,
            start=iso(span.start, self.zone),
            end=iso(span.end, self.zone),
            threshold=self._threshold(None) / 100,
            balances={row["meter"]: row for row in self._balance(period).rows},
            over=[(tree, self._totals(tree, part)[0]) for tree, part in trees] if len(trees) > 1 else (),
        )
        return self._told(found, span)

    def _placed(self, span: Period) -> list[tuple[Sequence[Meter], Period]]:
        """The meters of a period, part by part of it in which none moved, came or went."""
        parts: list[tuple[Sequence[Meter], Period]] = []
        for tree, part in spans(self._some_trees(span), span):
            if parts and _places(parts[-1][0]) == _places(tree.meters):
                parts[-1] = tree.meters, Period(parts[-1][1].start, part.end, span.text)
            else:
                parts.append((tree.meters, part))
        return parts

    def _line(self) -> Callable[[Meter], float]:
        """The nominal voltage line to line of a meter [V]."""
        stored = self.registry.limits()
        site = stored.get(None, {})
        return lambda meter: resolved(site, stored.get(meter.key)).nominal_voltage(meter.ratio)


def _places(meters: Sequence[Meter]) -> dict[int, tuple[int | None, bool]]:
    return {meter.key: (meter.parent, bool(meter.unread and meter.made_of)) for meter in meters}
