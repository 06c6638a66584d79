"""The files of a home, each opened when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import describe
from energy_workbench.contract.result import OfPeriod
from energy_workbench.contract.rows.energy import IntervalRow
from energy_workbench.contract.rows.flow import SiteRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.emission_factors import Factor, effective
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.presence import AHEAD, Heard, presence
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period, parse_period, zone_of
from energy_workbench.domain.time.period_text import not_begun
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.cache import Cache
from energy_workbench.services.queries.energies import Energies
from energy_workbench.services.queries.meter_index import MeterIndex
from energy_workbench.services.queries.metering_periods import periods_of
from energy_workbench.services.rows.site import site_row

if TYPE_CHECKING:
    from energy_workbench.lake import Spool
    from energy_workbench.lake.calculated.eras import Era
    from energy_workbench.lake.calculated.reader import CalculatedReader
    from energy_workbench.lake.metering import Rules, Stated
    from energy_workbench.registry import Registry, StateStore

Answer = TypeVar("Answer")
Told = TypeVar("Told", bound=OfPeriod)


class Home:
    """What every answer from the files is made of; safe for threads.

    Parameters
    ----------
    settings : Settings
        Where registry, state, spool and lake are.
    like : Home, optional
        Of the same settings: what it has opened is used, and stays its own to close.
    """

    def __init__(self, settings: Settings, *, like: Home | None = None) -> None:
        self.settings = settings
        self._like = like
        self._cache = Cache()

    def close(self) -> None:
        """Close what was opened; the next question opens it again."""
        for name in ("registry", "state", "spool"):
            if name in vars(self):
                opened = vars(self).pop(name)
                if self._like is None:
                    opened.close()

    @cached_property
    def registry(self) -> Registry:
        """Site, meters, ratios and tokens."""
        if self._like is not None:
            return self._like.registry
        from energy_workbench.registry import Registry

        return Registry(self.settings.registry_url)

    @cached_property
    def state(self) -> StateStore:
        """Live state of meters and processes."""
        if self._like is not None:
            return self._like.state
        from energy_workbench.registry import StateStore

        store = StateStore(self.settings.state_url)
        store.migrate()
        return store

    @cached_property
    def spool(self) -> Spool:
        """Readings that are not in the lake yet."""
        if self._like is not None:
            return self._like.spool
        from energy_workbench.lake import Spool

        return Spool(self.settings.spool_path, self.settings.spool_max_bytes)

    @cached_property
    def reader(self) -> CalculatedReader:
        """Readings and intervals, spool and lake as one, and those of calculated meters."""
        if self._like is not None:
            return self._like.reader
        from energy_workbench.lake import Lake
        from energy_workbench.lake.calculated.reader import CalculatedReader

        lake = Lake(self.settings.lake_path)
        return CalculatedReader(lake, self.spool, eras=self._calculated, metering=self.metering())

    def _calculated(self, start: int, end: int) -> Sequence[Era]:  # noqa: ARG002
        """What calculated meters are made of between two instants [µs since 1970]: nothing is, of files alone."""
        return ()

    def metering(self) -> Rules:
        """What is known of the meters' metering periods beside their readings."""
        from energy_workbench.lake.metering import Rules

        return Rules(zone=lambda: self.zone, stated=self._stated_periods)

    def _stated_periods(self) -> Stated:
        return self._cache.get(
            ("metering periods", self.registry.revision()),
            lambda: periods_of(self.registry.metering_periods(), self.zone),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone."""
        return zone_of(self.site()["timezone"])

    def site(self) -> SiteRow:
        """The plant's name, zone, currency and country, and what nobody stated yet."""
        site = self._cache.get(("site", self.registry.revision()), self.registry.site)
        return site_row(site, self.settings.site)

    def describe(self, meter: Meter) -> MeterRow:
        """The row of a meter, with its live state."""
        return describe(meter, self._live([meter]).get(meter.key), self.zone)

    def _observed(self, question: tuple[object, ...], answer: Callable[[], Answer]) -> Answer:  # noqa: ARG002
        """An answer that no interval or reading gives again; what a report was made from keeps it by its question."""
        return answer()

    def _factors(self) -> list[Factor]:
        """Emission factors that hold at the site."""
        return effective(self.site()["country"], self.registry.factors())

    def _numbers(self) -> dict[str, str]:
        """Numbers of meters by id, deleted ones too."""
        return self._cache.get(
            ("numbers", self.registry.revision()),
            lambda: {meter.id: meter.number for meter in self.registry.meters(deleted=True)},
        )

    def _energies(self) -> Energies:
        return Energies(self.reader, self._cache, self.registry.revision(), self.zone)

    def energies_of(self, meter: Meter, span: Period, every: str) -> tuple[IntervalRow, ...]:
        """Energy and demand of a meter, a row a bucket that has begun."""
        return self._energies().rows(meter, span, every)

    def _told(self, answer: Told, span: Period) -> Told:
        """An answer about a period, which says so where that lies in the future."""
        ahead = not_begun(span.start.astimezone(self.zone), clock.now())
        return replace(answer, note=ahead) if ahead else answer

    def _index(self) -> MeterIndex:
        """The meters as they are configured now."""
        return self._cache.get(
            ("meters", self.registry.revision(), self.registry.begun()), lambda: MeterIndex(self.registry.meters())
        )

    def _meters(self) -> list[Meter]:
        return self._index().meters

    def _live(self, meters: Iterable[Meter] | None = None) -> dict[int, Live]:
        """The state of every meter as people see it, now, by key; or of some, such as deleted ones, and of their parts.

        Costs what is asked for, and of every meter what changed since it was last asked.
        """
        index, now = self._index(), clock.now()
        seen = index
        if meters is not None:
            asked = list(meters)
            gone = [meter for meter in asked if meter.key not in index.by_key]
            seen = MeterIndex((MeterIndex([*index.meters, *gone]) if gone else index).with_parts(asked))
        try:
            heard = self._heard(seen.fed, now)
        except LakeError:
            # What was written down is shown even where the lake cannot be read; who asks for energies is told why.
            heard = {}
        stored = self.state.read(None if meters is None else seen.by_key)
        return presence(seen.meters, stored, heard, now)

    def note_presence(self) -> int:
        """Write down how meters that nobody polls come and go, so that there are events of it; how many did.

        Raises
        ------
        LakeError
            If their readings cannot be looked at: nothing is known of them then, and nothing is written.
        """
        index, now = self._index(), clock.now()
        # One that is out of service is missed by nobody.
        unpolled = [key for key in index.fed if index.by_key[key].metered]
        if not unpolled:
            return 0
        states = presence(index.meters, self.state.read(), self._heard(index.fed, now), now)
        return self.state.note({key: states[key] for key in unpolled})

    def _heard(self, fed: Sequence[int], now: datetime) -> dict[int, Heard]:
        return self.reader.heard(fed, now + AHEAD) if fed else {}

    def _meter(self, ref: str) -> Meter:
        return self._index().named(ref) or self.registry.meter(ref)

    def _period(self, text: str) -> Period:
        return parse_period(text, self.zone, clock.now())

    def _span(self, period: str | None) -> tuple[datetime | None, datetime | None]:
        """First and last instant of a period; no bounds where none is given."""
        span = self._period(period) if period else None
        return (span.start, span.end) if span else (None, None)
