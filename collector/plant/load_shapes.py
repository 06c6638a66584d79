"""Load shapes: the share of full load by weekday and minute of the local day."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MINUTES = 1440
NAMES = (
    "continuous",
    "three_shifts",
    "two_shifts",
    "general_shift",
    "compressor",
    "cooling",
    "office",
    "canteen",
    "hall_lights",
    "yard_lights",
)
STANDBY = {
    "continuous": 0.55, "three_shifts": 0.06, "two_shifts": 0.04, "general_shift": 0.03, "compressor": 0.1,
    "cooling": 0.08, "office": 0.1, "canteen": 0.12, "hall_lights": 0.12, "yard_lights": 0.02,
}  # fmt: skip
"""What stays on when nobody works, as a share of full load [1]."""

STEADY = {"office", "canteen", "hall_lights", "yard_lights", "cooling"}
"""Loads of many small consumers: they do not go on and off as one machine does."""

_ALL_WEEK, _WORK_DAYS, _SATURDAY, _SUNDAY = range(7), range(5), 5, 6


@functools.cache
def levels() -> np.ndarray:
    """Share of full load.

    Returns
    -------
    ndarray of float, shape (shapes, 7, 1440)
        In the order of `NAMES`; Monday first; [1].
    """
    import numpy as np

    shares = np.zeros((len(NAMES), 7, MINUTES))
    for index, name in enumerate(NAMES):
        shares[index] = STANDBY[name]
    shape = dict(zip(NAMES, shares, strict=True))

    def put(name: str, days: range | list[int], begin: float, end: float, level: float) -> None:
        for day in days:
            shape[name][day, int(begin * 60) : int(end * 60)] = level

    put("continuous", _ALL_WEEK, 0, 24, 0.8)
    put("continuous", [_SUNDAY], 0, 24, 0.62)

    # Three shifts from Monday 06:00 to Saturday 22:00: changes at 06, 14 and 22, a break in each.
    put("three_shifts", _WORK_DAYS, 0, 24, 0.84)
    put("three_shifts", range(1), 0, 6, STANDBY["three_shifts"])
    put("three_shifts", [_SATURDAY], 0, 22, 0.8)
    for begin, end, level in ((2, 2.5, 0.4), (5.9, 6.15, 0.3), (12.5, 13, 0.35), (13.9, 14.15, 0.3), (19.5, 20, 0.35)):
        put("three_shifts", range(1, 6), begin, end, level)
    for begin, end, level in ((12.5, 13, 0.35), (13.9, 14.15, 0.3), (19.5, 20, 0.35), (21.9, 22.15, 0.3)):
        put("three_shifts", range(5), begin, end, level)

    put("two_shifts", _WORK_DAYS, 6, 22, 0.82)
    put("two_shifts", [_SATURDAY], 6, 14, 0.7)
    for begin, end, level in ((12.5, 13, 0.25), (13.9, 14.15, 0.3), (19.5, 20, 0.25)):
        put("two_shifts", _WORK_DAYS, begin, end, level)
    put("two_shifts", [_SATURDAY], 12.5, 13, 0.2)

    put("general_shift", _WORK_DAYS, 9, 17.5, 0.78)
    put("general_shift", [_SATURDAY], 9, 13, 0.6)
    put("general_shift", _WORK_DAYS, 13, 13.75, 0.15)

    put("compressor", range(6), 0, 24, 0.45)
    put("compressor", _WORK_DAYS, 6, 22, 0.8)
    put("compressor", [_SATURDAY], 6, 14, 0.7)
    put("compressor", [_SATURDAY], 22, 24, STANDBY["compressor"])
    put("compressor", range(1), 0, 5.5, STANDBY["compressor"])

    put("office", _WORK_DAYS, 8.5, 18.5, 0.75)
    put("office", _WORK_DAYS, 13, 13.75, 0.55)
    put("office", [_SATURDAY], 9, 13.5, 0.5)
    for begin, end in ((6.5, 9), (11.5, 14), (18.5, 20.5)):
        put("canteen", range(6), begin, end, 0.85)
    put("canteen", [_SUNDAY], 11.5, 13.5, 0.3)
    put("hall_lights", _WORK_DAYS, 0, 24, 0.75)
    put("hall_lights", [_SATURDAY], 0, 22, 0.6)
    put("hall_lights", _WORK_DAYS, 8, 17, 0.55)
    put("yard_lights", _ALL_WEEK, 18.25, 24, 1.0)
    put("yard_lights", _ALL_WEEK, 0, 6.25, 1.0)

    # Cooling follows the day's heat, less when the halls are empty; the air warms until about 15:00.
    heat = 0.5 + 0.32 * np.cos((np.arange(MINUTES) - 15 * 60) * (2 * np.pi / MINUTES))
    shape["cooling"][:] = heat * np.array([1, 1, 1, 1, 1, 0.75, 0.3])[:, None]

    return _softened(shares)


def _softened(levels: np.ndarray) -> np.ndarray:
    """People and machines do not all switch in the same minute: a mean over 7 minutes, across midnights."""
    import numpy as np

    week = levels.reshape(len(NAMES), -1)
    return np.mean([np.roll(week, shift, axis=1) for shift in range(-3, 4)], axis=0).reshape(levels.shape)
