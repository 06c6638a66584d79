"""What calculated meters are made of over some time, in terms of the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from energy_workbench.domain.entities import Meter


@dataclass(frozen=True, slots=True)
class Era:
    """What calculated meters are made of over some time.

    Attributes
    ----------
    start, end : int
        Half-open, on interval edges [µs since 1970].
    made : mapping of int to Meter
        By key, with their parts.
    """

    start: int
    end: int
    made: Mapping[int, Meter]


Eras = Callable[[int, int], Sequence[Era]]
"""What calculated meters are made of between two instants [µs since 1970], by time."""


def parts_of(eras: Iterable[Era]) -> set[int]:
    """Keys of the meters that calculated ones are made of."""
    return {part.meter.key for era in eras for meter in era.made.values() for part in meter.made_of}
