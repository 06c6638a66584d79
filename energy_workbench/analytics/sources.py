"""Sources of a site's energy: meters of the grid, of solar plants, of diesel generators, and of other producers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from energy_workbench.analytics.flow import children_of
from energy_workbench.domain.entities import Flow, Fuel, Meter, MeterType


@dataclass(frozen=True, slots=True)
class Sources:
    """Meters whose energies add up: none of them sees another's.

    Attributes
    ----------
    grid : tuple of Meter
        Through which the site is supplied: meters of type grid, else the roots that produce nothing.
    solar, generators : tuple of Meter
        Producers by what drives them: the sun, and diesel (generators of which nobody stated another fuel).
    others : tuple of Meter
        All other producers: of another type, or generators that burn another fuel.
    """

    grid: tuple[Meter, ...]
    solar: tuple[Meter, ...]
    generators: tuple[Meter, ...]
    others: tuple[Meter, ...]


def sources(meters: Sequence[Meter]) -> Sources:
    """Those of a tree; what is below another of its kind is in that one's energy, unless that does not see it."""
    roots = children_of(meters).get(None, [])
    grid = _topmost(meters, lambda meter: meter.type is MeterType.GRID)
    made = _topmost(meters, lambda meter: meter.flow is Flow.PRODUCER and meter.type is not MeterType.GRID)
    return Sources(
        tuple(grid or [meter for meter in roots if meter.flow is not Flow.PRODUCER]),
        tuple(meter for meter in made if meter.type is MeterType.SOLAR),
        tuple(meter for meter in made if burns_diesel(meter)),
        tuple(meter for meter in made if meter.type is not MeterType.SOLAR and not burns_diesel(meter)),
    )


def burns_diesel(meter: Meter) -> bool:
    """Whether a producer is a diesel generator."""
    return meter.type is MeterType.GENERATOR and meter.fuel in (None, Fuel.DIESEL)


def _topmost(meters: Sequence[Meter], wanted: Callable[[Meter], bool]) -> list[Meter]:
    by_key = {meter.key: meter for meter in meters}

    def seen_by_another(meter: Meter) -> bool:
        while meter.seen_by_parent and meter.parent in by_key:
            meter = by_key[meter.parent]
            if wanted(meter):
                return True
        return False

    return [meter for meter in meters if wanted(meter) and not seen_by_another(meter)]
