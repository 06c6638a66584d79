"""How meters are: limits of health, changes of health and communication, findings, and what was stated."""

from __future__ import annotations

from typing import Annotated

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import (
    ByPosition,
    Edge,
    Existing,
    Help,
    Limit,
    Longest,
    MeterRef,
    Named,
    Offset,
    Period,
)
from energy_workbench.contract.operation import operation
from energy_workbench.contract.rows.condition import EventRow, FindingRow, Limits, StatementRow
from energy_workbench.domain.roles import May

TAG = "Condition"

OnlyMeter = Annotated[str | None, Existing(), Help("Only those of that meter (id or number)")]
OneMeter = Annotated[str | None, Existing(), Named("id"), Help("Id (`mtr_12`) or number (`UNIT-A`) of the meter.")]


class ConditionContract:
    """What is watched, and what was found."""

    @operation(
        "GET", "/limits", "Limits of health", tag=TAG, of_one=("/meters/{id}/limits", "Limits of a meter's health")
    )
    def limits(self, meter: OneMeter = None) -> Limits:
        """What is watched of a meter's health; without one the site's, which hold for every meter without its own.

        Returns
        -------
        dict
            `limits` that hold, by field; `own`, what was set here; `defaults`, what holds where nothing is set
            here; None is off. `rules` say what each of them is, with `name, label, unit, low, meaning, source`.
        """

    @operation(
        "PUT", "/limits", "Change limits of health", tag=TAG, needs=May.CHANGE,
        of_one=("/meters/{id}/limits", "Change limits of a meter's health"),
    )  # fmt: skip
    def set_limits(self, fields: bodies.Limits, meter: OneMeter = None) -> Limits:
        """Change limits of a meter, or of the site; None brings the default back, `off` switches one off.

        Raises
        ------
        InputError
            With everything that is wrong; then nothing is changed.
        """

    @operation("GET", "/meters/{id}/events", "Changes of communication and health", tag=TAG, slow=True, paged=True)
    def events(
        self,
        meter: MeterRef,
        period: Period | None = None,
        *,
        limit: Limit = 100,
        offset: Offset = 0,
        start: Edge = None,
        end: Edge = None,
    ) -> list[EventRow]:
        """When communication and health of a meter changed, newest first: `at, of, from, to, reason`.

        Parameters
        ----------
        period : optional
            All that is kept by default.
        limit, offset : int
            Most of them, but for the newest `offset`.

        Returns
        -------
        list of dict
            Instants are ISO text in the site's zone.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.events("UNIT-A", "last 7 days")
        """

    @operation("GET", "/history", "What was stated of meters", tag=TAG, slow=True, paged=True)
    def history(
        self,
        period: Period | None = None,
        *,
        meter: Annotated[OnlyMeter, ByPosition()] = None,
        limit: Limit = 100,
        offset: Offset = 0,
        start: Edge = None,
        end: Edge = None,
    ) -> list[StatementRow]:
        """What people stated of meters, newest first: `at, until, meter, number, of, text, reason, by, entered`.

        Status, CT/PT ratio, place in the tree, formula, exchange of the device, decision on a step of a counter, edit
        of intervals (those that follow each other are one row, up to `until`). What was taken back is not among them.

        Parameters
        ----------
        period : optional
            What holds from an instant in it (`at`), whenever it was `entered`; all by default.
        meter : str, optional
            All by default.
        limit, offset : int
            Most of them, but for the newest `offset`.

        Returns
        -------
        list of dict
            Instants are ISO text in the site's zone.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.history("2026-10", meter="UNIT-A")
        """

    @operation("GET", "/findings", "What is wrong with the data", tag=TAG, slow=True, paged=True)
    def findings(
        self,
        meter: OnlyMeter = None,
        period: Period | None = None,
        *,
        name: Annotated[
            str | None, Longest(64), Help("Only those of that name or below it: `value`, `value.voltage`")
        ] = None,
        limit: Limit = 100,
        offset: Offset = 0,
        start: Edge = None,
        end: Edge = None,
    ) -> list[FindingRow]:
        """What is wrong with the data, newest first.

        A row is `name, meter, number, quantity, from, to, text, value, evidence, factors, likely`. Readings themselves
        never change because of them. `counter.disagrees_with_power` has as `factors` all that the difference may be,
        `likely` the likeliest of them.

        Parameters
        ----------
        meter : str, optional
            All by default.
        period : optional
            Those that touch it; all by default.
        name : str, optional
            Dotted, with those below it: `value` has `value.power_factor`.
        limit, offset : int
            Most of them, but for the newest `offset`.

        Returns
        -------
        list of dict
            Instants are ISO text in the site's zone.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.findings("UNIT-A", "last 7 days", name="value")
        """
