"""What is asked of all sites at once: each answers for itself, in its own days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from energy_workbench.analytics.live import iso
from energy_workbench.contract.sites.rows import FleetRow, SiteListed, SiteNamed
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.roles import Role
from energy_workbench.domain.status import Colour
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_period, zone_of
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.home import Home
from energy_workbench.services.sites.installation import Installation


class SitesAnswers(Home):
    """Which sites there are, and their figures side by side."""

    _every: Installation[Any] | None = None
    _lent = False
    """Whether all sites are another's to close, who opened this one."""

    @property
    def installation(self) -> Installation[Any]:
        """All sites; the one that is open is used as it is, the others are opened when they are asked for."""
        if self._every is None:
            own = self.settings
            first = type(self)(settings.load_base(own.installation)) if own.site_number else self
            self._every = Installation(first, self._opened)
            if first is not self:
                first._every, first._lent = self._every, True
        return self._every

    def _opened(self, found: Settings) -> Self:
        """Another site, which knows all of them by this one."""
        other = type(self)(found)
        other._every, other._lent = self._every, True
        return other

    def close(self) -> None:
        """Close what was opened, of other sites too."""
        every, self._every = self._every, None
        if every is not None and not self._lent:
            every.close()
            if every.first is not self:
                every.first.close()
        super().close()

    def sites(self, *, roles: Mapping[str, Role] | None = None) -> list[SiteListed]:
        every = self.installation
        seen = dict.fromkeys(every.slugs(), Role.ADMIN) if roles is None else roles
        return [{**named(every, slug), "role": seen[slug]} for slug in every.slugs() if slug in seen]

    def fleet(self, period: str = "today", *, roles: Mapping[str, Role] | None = None) -> list[FleetRow]:
        every = self.installation
        return [figures(every, slug, period) for slug in every.slugs() if roles is None or slug in roles]


def named(every: Installation[Any], slug: str) -> SiteNamed:
    """What a site is; where its home cannot be opened, why, and what its settings say."""
    try:
        of = every.find(slug)
        row = of.site()
        return {
            "site": slug,
            "name": row["name"],
            "timezone": row["timezone"],
            "country": row["country"],
            "currency": row["currency"],
            "meters": of.registry.count(),
            "problem": "",
        }
    except WorkbenchError as error:
        return {
            "site": slug, "name": slug, "timezone": every.settings_of(slug).timezone, "country": None,
            "currency": None, "meters": 0, "problem": str(error),
        }  # fmt: skip


def figures(every: Installation[Any], slug: str, period: str) -> FleetRow:
    """The figures of a site in a period of its own calendar; None what it cannot tell.

    Raises
    ------
    PeriodError
        If the period cannot be understood.
    """
    site = named(every, slug)
    zone = zone_of(site["timezone"])
    span = parse_period(period, zone, clock.now())
    row: FleetRow = {
        **site, "start": iso(span.start, zone), "end": iso(span.end, zone),
        "colours": dict.fromkeys(map(str, Colour), 0), "energy_kwh": None, "demand_peak_kw": None,
        "demand_peak_at": None, "loss_percent": None, "emissions_kg": None, "completeness": None,
    }  # fmt: skip
    if row["problem"]:
        return row
    try:
        of = every.find(slug)
        use, lost, carbon = of.site_figures(period), of.balance(period).lost, of.generation(period)
        gross = (carbon.scope1_kg, carbon.scope2_location_kg)
        row["colours"] = dict(of.status_summary().colour)
        row["energy_kwh"], row["completeness"] = use["energy_kwh"], use["completeness"]
        row["demand_peak_kw"], row["demand_peak_at"] = use["demand_peak_kw"], use["demand_peak_at"]
        row["loss_percent"] = lost["site_percent"]
        row["emissions_kg"] = None if None in gross else round(sum(gross), 3)
    except WorkbenchError as error:
        row["problem"] = str(error)
    return row
