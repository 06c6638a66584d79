"""The sites of an installation: which there are, and their figures side by side."""

from __future__ import annotations

from typing import Annotated

from energy_workbench.contract.notes import Help
from energy_workbench.contract.operation import operation
from energy_workbench.contract.sites.rows import FleetRow, SiteListed

TAG = "Sites"


class SitesContract:
    """All sites that the caller may see; every other question is asked of one of them."""

    @operation("GET", "/sites", "The sites", tag=TAG, everywhere=True)
    def sites(self) -> list[SiteListed]:
        """Sites of the installation: `site` (the slug that `site=` takes), `name`, `timezone`, `country`, `currency`.

        With how many `meters` each has, and the caller's `role` there. A home of one site lists that.
        """

    @operation("GET", "/sites/figures", "Figures of all sites side by side", tag=TAG, slow=True, everywhere=True)
    def fleet(
        self,
        period: Annotated[
            str, Help("`today`, `last 7 days`, `2026-10`: of each site's own calendar, so in each one's own days")
        ] = "today",
    ) -> list[FleetRow]:
        """What each site used in a period of its own calendar: energies, peak, losses, emissions, how complete that is.

        `start` and `end` are each site's own, `colours` how many of its meters are green, yellow, orange, red and grey,
        `emissions_kg` Scope 1 and 2 by location. Nothing is added up over sites, and no currency is converted.

        Raises
        ------
        PeriodError
            If the period cannot be understood.
        """
