"""The plant itself: what it is, its dashboard, how everything is."""

from __future__ import annotations

from typing import Annotated, Any

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import As, Between, Edge, Existing, Help, Longest, Period, Reason
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.results import Overview
from energy_workbench.contract.rows.condition import Doctor
from energy_workbench.contract.rows.flow import PlaceRow, SiteChanged, SiteFigures, SiteRow
from energy_workbench.contract.rows.locked import MonthLockRow
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.roles import May
from energy_workbench.domain.site.floor_plan import FloorPlan

TAG, LOCKS = "Site", "Locked months"

Month = Annotated[str, Help("Of the site's calendar: `2026-09`")]


class SiteContract:
    """The plant as a whole, and its months that are locked.

    What would alter numbers of a locked month (ratios, exchanges, decisions, edits, places, statuses, factors,
    readings from elsewhere, the site) needs a `reason`: else it is refused (LockedMonthError), with the months and
    the sent reports that would differ. With one it is done, audited with the reason, and the answer has
    `locked_change`: `months`, `reason` and `reports`. Readings that the collector reads late are stored all the same,
    and stand in `late`.
    """

    @operation("GET", "/site", "The plant", tag=TAG)
    def site(self) -> SiteRow:
        """The plant: `site` (its slug), `name`, `timezone` (IANA), `country` (ISO 3166-1), `currency` (ISO 4217).

        `keep_readings_days` says for how long every reading is kept [d]; None is for ever. Country and currency are
        None until somebody states them: they are in `not_stated`, and `advice` asks for them.
        """

    @operation("PUT", "/site", "Say what the plant is", tag=TAG, needs=May.GOVERN)
    def set_site(self, fields: bodies.Site = None, /, *, reason: Reason = None, **named: Any) -> SiteChanged:
        """Say what the plant is: `name`, `timezone` (IANA), `country` (ISO 3166-1), `currency` (ISO 4217).

        What is not given stays; None, of country and currency, is: not stated. With `keep_readings_days`, 35 at least,
        readings older than that are thinned to those that intervals are made of; None keeps every one for ever.

        Returns
        -------
        dict
            The plant as `site` tells it, and `effects`: what the change does to answers, in words. Another zone cuts
            days anew, in the past too.

        Raises
        ------
        InputError
            With everything that cannot be.
        """

    @operation("GET", "/overview", "Everything that the dashboard shows", tag=TAG, slow=True)
    def overview(
        self,
        period: Period = "today",
        *,
        meter: Annotated[
            str | None, Existing(), Help("With `most`: what tree and flows begin at, and the states are of; all of it")
        ] = None,
        most: Annotated[
            int | None, Between(10, 1000), Help("Of more meters tree and flows have so many rows; all by default")
        ] = None,
        skip: Annotated[int, Between(0, 100_000), Help("With `most`: the largest below it that are one row")] = 0,
        start: Edge = None,
        end: Edge = None,
    ) -> Overview:
        """Everything that the dashboard shows: cards, status summary, flows, the week's pattern and the tree.

        Parameters
        ----------
        meter : str, optional
            With `most`, where there are more meters: tree and flows are of what is below it, or below the one above it
            where nothing is; `part` counts it with all below.
        most : int, optional
            Where there are more meters, tree and flows have about so many rows: level by level the largest by the
            energy of the period, those beside them as one, with their sums; a row of the tree that stands for others
            says in `folded` how many of which colour. All of them by default.
        skip : int
            With `most`: so many of the largest below `meter` are one row too, so that those behind them are seen.

        Returns
        -------
        Overview
            `cards` [kWh, kW], `flow`, `pattern` and `tree`, of which its frame has a row a meter.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.overview("today").cards
        """

    def site_figures(self, period: Period = "today", *, start: Edge = None, end: Edge = None) -> SiteFigures:
        """Of the overview's cards those of a period: what the site used, its maximum demand, how complete that is.

        Returns
        -------
        dict
            `energy_kwh` [kWh], None where a part of it is not known or out of service, which `energy_reason` says;
            `demand_peak_kw` [kW] of the time in which all parts are known, `demand_peak_at`, `demand_block_minutes` (of
            the longest metering period of its parts); `silent`, numbers of roots that told nothing, `speaking`, of the
            meters that the figures are made of, and `left_out`, of the spares that were never connected;
            `completeness` [1].

        Raises
        ------
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.site_figures("2026-10")["demand_peak_kw"]
        """
        cards = self.overview(period, start=start, end=end).cards
        return {
            "energy_kwh": cards["energy_kwh"],
            "energy_reason": cards["energy_reason"],
            "demand_peak_kw": cards["demand_peak_kw"],
            "demand_peak_at": cards["demand_peak_at"],
            "demand_block_minutes": cards["demand_block_minutes"],
            "left_out": cards["left_out"],
            "silent": cards["silent"],
            "speaking": cards["speaking"],
            "completeness": cards["completeness"],
        }

    @operation("GET", "/doctor", "How everything is, and what to do", tag="Setup", needs=May.CHANGE, slow=True)
    def doctor(
        self,
        *,
        thorough: Annotated[
            bool, Help("Check the databases page by page and call silent meters; takes some seconds")
        ] = False,
    ) -> Doctor:
        """How home, gateways and meters are, and what to do: `verdict, checks, gateways, meters`; changes nothing.

        It names paths and addresses, so over REST it is for editors.
        """

    @operation("GET", "/floor-plan", "The floor plan", tag=TAG, by_hand=True, refuses=(NotFoundError,))
    def floor_plan(self) -> FloorPlan | None:
        """The picture on which the meters stand, at their `x` and `y`; None where the site has none."""

    @operation("GET", "/floor-plan/meters", "Meters on the floor plan", tag=TAG, slow=True)
    def places(
        self,
        area: Annotated[
            str | None, Longest(80), Help("Left, top, right, bottom of a part, 0 to 1: `0.5,0,1,0.5`; all of it")
        ] = None,
        *,
        most: Annotated[int, Between(10, 1000), Help("Of more meters those near each other are one row")] = 150,
    ) -> list[PlaceRow]:
        """The meters that have a place on the floor plan, in an area of it.

        Parameters
        ----------
        area : str, optional
            Left, top, right and bottom edge of a part of the plan, 0 to 1, `0.5,0,1,0.5`; all of it by default.
        most : int
            Of more meters those in a square of the area are one row, with how many of which colour they are.

        Returns
        -------
        list of dict
            `id, number, name, x, y, colour` and the states of each.

        Raises
        ------
        InputError
            If that is no area.

        Examples
        --------
        >>> wb.places("0,0,0.5,0.5")
        """

    @operation("PUT", "/floor-plan", "Give the site a floor plan", tag=TAG, needs=May.CHANGE, by_hand=True)
    def set_floor_plan(self, content: bytes) -> FloorPlan:
        """Give the site a picture of itself, PNG, JPEG or SVG, in place of the one before.

        Raises
        ------
        InputError
            If it is no such picture, or too large.
        """

    @operation("DELETE", "/floor-plan", "Remove the floor plan", tag=TAG, needs=May.CHANGE, status=204)
    def remove_floor_plan(self) -> None:
        """Remove the picture, if there is one; removing what is not there changes nothing."""

    @operation("GET", "/locks", "Locked months", tag=LOCKS, slow=True)
    def locked_months(self) -> list[MonthLockRow]:
        """Locked months, oldest first: since when, by whom and why, and what `changes` altered since.

        `late` are readings that came after that, `reports` those that were sent of the month.
        """

    @operation(
        "POST", "/locks", "Lock a month", tag=LOCKS, needs=May.CHANGE, status=201, exact=True, refuses=CONTRADICTED
    )
    def lock_month(self, month: Annotated[str, As.MEMBER], reason: Annotated[str, As.MEMBER] = "") -> MonthLockRow:
        """Lock a month that is over, such as `2026-09`: from now on what alters its numbers needs a reason.

        Raises
        ------
        InputError
            If it is no month.
        ConflictError
            If it is not over, or locked already.
        """

    @operation("DELETE", "/locks/{month}", "Unlock a month", tag=LOCKS, needs=May.CHANGE, status=204)
    def unlock_month(self, month: Month, reason: Reason = None) -> None:
        """Unlock a month, for a reason.

        Raises
        ------
        NotFoundError
            If it is not locked.
        LockedMonthError
            If no reason is given.
        """
