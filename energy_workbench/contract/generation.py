"""Own generation, and the emission factors behind its carbon."""

from __future__ import annotations

from typing import Annotated

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import Edge, Help, Period, Reason
from energy_workbench.contract.operation import operation
from energy_workbench.contract.results import Generation, GenerationComparison
from energy_workbench.contract.rows.generation import FactorRow
from energy_workbench.contract.words import AgainstText, FactorKindText
from energy_workbench.domain.roles import May

TAG = "Generation"


class GenerationContract:
    """Diesel, solar, carbon."""

    @operation("GET", "/generation", "Diesel, solar and carbon", tag=TAG, slow=True)
    def generation(self, period: Period = "this month", *, start: Edge = None, end: Edge = None) -> Generation:
        """Energies, run hours, fuel, and emissions by scope with the factors used; this month by default.

        Returns
        -------
        Generation
            Its figures are attributes [kWh, h, L, kg], `days` the same day by day; its frame has a row of all figures.

        Raises
        ------
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.generation("2026-10").diesel_litres
        """

    @operation("GET", "/generation/comparison", "Generation beside an earlier time", tag=TAG, slow=True)
    def compare_generation(
        self,
        period: Period = "this month",
        *,
        against: Annotated[
            AgainstText, Help("`previous` period (under a week: 7 days earlier), or a `year`: 364 days earlier")
        ] = "previous",
        start: Edge = None,
        end: Edge = None,
    ) -> GenerationComparison:
        """Each figure of both times, its change by like days, and how the totals differ; this month by default.

        Returns
        -------
        GenerationComparison
            A row a figure: `name`, both values [kWh, h, L, kg], and the changes [%].

        Raises
        ------
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.compare_generation("2026-10", against="previous").to_frame()
        """

    @operation("GET", "/factors", "Emission factors", tag=TAG)
    def factors(self) -> list[FactorRow]:
        """Those that hold at the site, dated and sourced; `own` where the site stated them itself."""

    @operation("PUT", "/factors", "State an emission factor", tag=TAG, needs=May.CHANGE)
    def set_factor(self, fields: bodies.Factor, *, reason: Reason = None) -> FactorRow:
        """It replaces the one of the same kind and date; earlier ones hold for the time before it.

        Parameters
        ----------
        fields : mapping
            `name`, `value`, `source`, `valid_from` (a date; none is the beginning of time); `gases` are those that it
            counts, such as `"CO2, CH4, N2O"`: carbon dioxide alone by default.
        """

    @operation("DELETE", "/factors/{name}", "Take a factor away", tag=TAG, needs=May.CHANGE, status=204)
    def delete_factor(
        self,
        name: Annotated[FactorKindText, Help("Its kind")],
        valid_from: Annotated[str | None, Help("Its date; none is the beginning of time")] = None,
        *,
        reason: Reason = None,
    ) -> None:
        """One that the site stated itself; where one is shipped for that date, it holds again."""
