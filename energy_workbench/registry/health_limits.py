"""The part of the registry that holds the limits of health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy_workbench.domain.health.limits import Limits, resolved
from energy_workbench.domain.time import clock
from energy_workbench.registry import limits
from energy_workbench.registry.base import Opened
from energy_workbench.registry.meters.checked import one


class HealthLimits(Opened):
    """Limits of the site, and those of meters that have their own."""

    def limits(self) -> dict[int | None, dict[str, float | None]]:
        """What was set, by key of the meter (None is the site); absent fields are the default's, None is off."""
        with self.database.read() as connection:
            return limits.listing(connection)

    def limits_of(self, key: int | None) -> Limits:
        """The limits that hold for a meter, by its key, or for the site (None)."""
        stored = self.limits()
        return resolved(stored.get(None, {}), None if key is None else stored.get(key))

    def set_limits(self, fields: Mapping[str, Any], ref: str | int | None = None, *, by: str) -> None:
        """Change the given limits of a meter, or of the site (None).

        A field is one of `core.limits.DEFAULTS`; None or an empty text brings its default back (a meter's is the
        site's), and `off` switches a threshold off.

        Raises
        ------
        InputError
            With everything that is wrong; then nothing is changed.
        NotFoundError
            If there is no such meter.
        """
        with self.database.write() as connection:
            meter = None if ref is None else one(connection, ref)
            limits.store(connection, meter, fields, by=by, at=clock.now())
