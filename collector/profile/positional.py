"""Sums of a profile whose parts are digits of one number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collector.profile.register import Register
from energy_workbench.energy.positional_parts import are_places


def positional_sums(
    registers: Iterable[Register], derived: Mapping[str, Sequence[str]], stated: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The sums whose parts are places of one number, as the profile states it or else as names and increments tell."""
    if stated is not None:
        return tuple(stated)
    steps = {r.quantity: 0.0 if r.wire.floating else r.numerator / r.denominator for r in registers}
    return tuple(
        name for name, parts in derived.items() if are_places({part: steps[part] for part in parts if part in steps})
    )
