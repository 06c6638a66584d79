"""What people are told before they write something down of a time whose readings were thinned."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.domain.time import axis

if TYPE_CHECKING:
    from energy_workbench.lake import Reader


def estimates(reader: Reader, meter: int, at: datetime | None, zone: ZoneInfo) -> list[str]:
    """What is an estimate of something that holds from an instant on, in words; nothing where all is exact.

    Parameters
    ----------
    meter : int
        Key.
    at : datetime or None
        Aware; None is the beginning of time.
    """
    if at is None or at == axis.floor_interval(at) or not reader.thinned(meter, at, at + timedelta(microseconds=1)):
        return []
    return [
        f"readings around {at.astimezone(zone):%Y-%m-%d %H:%M} were thinned: how the energy of that quarter of an hour "
        "is divided there is an estimate, every other interval is exact"
    ]
