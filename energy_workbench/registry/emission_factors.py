"""The part of the registry that holds a site's own emission factors."""

from __future__ import annotations

from datetime import date

from energy_workbench.domain.emission_factors import Factor
from energy_workbench.domain.time import clock
from energy_workbench.registry import factors
from energy_workbench.registry.base import Opened


class EmissionFactors(Opened):
    """Factors that a site states itself; those shipped hold where it states none."""

    def factors(self) -> list[Factor]:
        """The site's own factors."""
        with self.database.read() as connection:
            return factors.listing(connection)

    def set_factor(self, factor: Factor, *, by: str) -> None:
        """Write a factor down; one of the same kind and date is corrected.

        Raises
        ------
        InputError
            If its kind does not exist, its value is impossible or it has no source.
        """
        with self.database.write() as connection:
            factors.store(connection, factor, by=by, at=clock.now())

    def delete_factor(self, name: str, valid_from: date | None, *, by: str) -> None:
        """Take a factor of the site's own away.

        Raises
        ------
        NotFoundError
            If there is none of that kind and date.
        """
        with self.database.write() as connection:
            factors.remove(connection, name, valid_from, by=by, at=clock.now())
