"""First reading of each meter, looked up once for many instants of a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from energy_workbench.lake import Reader


class FirstHeard:
    """Answers `heard` as the lake does, for every instant from one on.

    Parameters
    ----------
    since, now : datetime
        First and last instant that is asked for.
    """

    def __init__(self, reader: Reader, meters: Iterable[int], since: datetime, now: datetime) -> None:
        keys = sorted(meters)
        self._always = frozenset(reader.heard(keys, since))
        later = [*reader.heard([key for key in keys if key not in self._always], now)]
        self._first = reader.first(later)

    @property
    def instants(self) -> Iterable[datetime]:
        """When others became known."""
        return self._first.values()

    def heard(self, meters: Sequence[int], until: datetime) -> frozenset[int]:
        """Those of the meters that had a reading by then."""
        return frozenset(
            key for key in meters if key in self._always or (key in self._first and self._first[key] <= until)
        )
