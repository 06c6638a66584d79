"""The meters of one revision of the configuration, each found by key, id, number, parent or text without a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.presence import fed, parts
from energy_workbench.registry.checks.fields import folded


class MeterIndex:
    """Meters in the order of the tree; what finds one is made when it is first asked for, once for all who ask.

    Parameters
    ----------
    meters : sequence of Meter
        Each after its parent, where it is among them.
    """

    def __init__(self, meters: Sequence[Meter]) -> None:
        self.meters = list(meters)

    @cached_property
    def by_key(self) -> dict[int, Meter]:
        """Each by its key."""
        return {meter.key: meter for meter in self.meters}

    @cached_property
    def below(self) -> dict[int | None, list[Meter]]:
        """By key of a meter those directly below it, in order."""
        found: dict[int | None, list[Meter]] = {}
        for meter in self.meters:
            found.setdefault(meter.parent, []).append(meter)
        return found

    @cached_property
    def parents(self) -> frozenset[int]:
        """Keys of those with others below them."""
        return frozenset(key for key in self.below if key is not None and key in self.by_key)

    @cached_property
    def fed(self) -> list[int]:
        """Keys of those whose presence follows from the age of their readings."""
        return fed(self.meters)

    @cached_property
    def odd(self) -> bool:
        """Whether one is made of others by a formula, or is there since somebody stated that it is."""
        return any(meter.formula_by_id or meter.commissioned_at for meter in self.meters)

    @cached_property
    def _by_name(self) -> dict[str, Meter]:
        return {name: meter for meter in self.meters for name in (meter.id, folded(meter.number))}

    @cached_property
    def texts(self) -> dict[int, str]:
        """By key what a text is looked for in: number, name and location, folded, each on a line of its own."""
        return {meter.key: "\n".join((meter.number, meter.name, meter.location)).casefold() for meter in self.meters}

    def named(self, ref: str) -> Meter | None:
        """The meter with that id or number, whatever its letter case; None where there is none."""
        return self._by_name.get(ref) or self._by_name.get(folded(ref))

    def branch(self, key: int) -> list[Meter]:
        """The meters below one, at any depth, in order."""
        found: list[Meter] = []
        waiting = self.below.get(key, [])[::-1]
        while waiting:
            found.append(meter := waiting.pop())
            waiting += self.below.get(meter.key, [])[::-1]
        return found

    def with_parts(self, meters: Iterable[Meter]) -> list[Meter]:
        """Some of them, in order, with what their state follows from: all that a virtual one is made of."""
        found: dict[int, Meter] = {}
        waiting = list(meters)
        while waiting:
            meter = waiting.pop()
            if meter.key not in found:
                found[meter.key] = meter
                waiting += parts(meter, self.by_key, self.below)
        return sorted(found.values(), key=lambda meter: self._places[meter.key])

    @cached_property
    def _places(self) -> dict[int, int]:
        return {meter.key: place for place, meter in enumerate(self.meters)}
