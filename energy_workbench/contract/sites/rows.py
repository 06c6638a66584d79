"""Rows of the sites of an installation, and of their figures side by side."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.words import Kg, Kw, Kwh, Percent, Share
from energy_workbench.domain.roles import Role


class SiteNamed(TypedDict):
    """Which site, by its slug, and what it is called; `problem` where its home cannot be opened."""

    site: str
    name: str
    timezone: str
    country: str | None
    currency: str | None
    meters: int
    problem: str


class SiteListed(SiteNamed):
    """A site as its caller sees it."""

    role: Annotated[str, Words(tuple(Role))]


class FleetRow(SiteNamed):
    """What a site used in a period of its own calendar; what is not known is None, and its own answers say why."""

    start: Instant
    end: Instant
    colours: dict[str, int]
    energy_kwh: Kwh | None
    demand_peak_kw: Kw | None
    demand_peak_at: Instant | None
    loss_percent: Percent | None
    emissions_kg: Kg | None
    completeness: Share | None
