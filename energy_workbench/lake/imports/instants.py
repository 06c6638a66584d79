"""A column of times as microseconds since 1970: ISO 8601 text or timestamps, the site's where they have no zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import InputError, PeriodError
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.lake.reading import AHEAD_US, EARLIEST_US, wrong_instant

if TYPE_CHECKING:
    import pyarrow as pa

DAY_US = 86_400_000_000


class Instants:
    """Reads times of one site.

    Parameters
    ----------
    zone : ZoneInfo
        The site's, for times without an offset.
    now_us : int
        What is later than this lies in the future [µs since 1970, UTC].
    """

    def __init__(self, zone: ZoneInfo, now_us: int) -> None:
        self._zone, self._now_us = zone, now_us
        self._offsets: dict[int, int | None] = {}

    def of(self, column: pa.Array) -> tuple[Any, Any]:
        """Instants of a column, and which of them cannot be.

        Parameters
        ----------
        column : pyarrow.Array
            Text (ISO 8601) or timestamps; without offset or zone they are the site's.

        Returns
        -------
        instants : array of int, shape (n,)
            [µs since 1970, UTC]; 0 where it cannot be.
        bad : array of bool, shape (n,)

        Raises
        ------
        InputError
            If the column holds something else than times.
        """
        import numpy as np
        import pyarrow as pa

        if pa.types.is_timestamp(column.type):
            given = _micros(column.cast(pa.timestamp("us", column.type.tz), safe=False))
            instants, bad = (given, np.zeros(len(given), bool)) if column.type.tz else self._local(given)
        elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            instants, bad = self._text(column)
        else:
            raise InputError(f"the column ts has the type {column.type}: write ISO 8601 text or timestamps")
        bad = bad | (instants > self._now_us + AHEAD_US) | (instants < EARLIEST_US)
        bad |= column.is_null().to_numpy(zero_copy_only=False)
        return np.where(bad, 0, instants), bad

    def reason(self, value: str | datetime | None) -> str:
        """Why a time cannot be."""
        if value is None or value == "":
            return "is missing"
        try:
            text = value if isinstance(value, str) else value.isoformat()
            instant = parse_instant(text.strip(), self._zone)
        except PeriodError as error:
            return error.message
        return wrong_instant(to_micros(instant), self._now_us) or "cannot be read"

    def _text(self, column: pa.Array) -> tuple[Any, Any]:
        import numpy as np
        import pyarrow as pa

        try:
            return _micros(column.cast(pa.timestamp("us", "UTC"))), np.zeros(len(column), bool)
        except pa.ArrowInvalid:
            pass
        try:
            return self._local(_micros(column.cast(pa.timestamp("us"))))
        except pa.ArrowInvalid:
            # With and without offset, or something that is no time: each text once.
            coded = column.dictionary_encode()
            known = [self._parsed(text) for text in coded.dictionary.to_pylist()]
            values = np.array([0 if us is None else us for us in known] or [0], "int64")
            wrong = np.array([us is None for us in known] or [True])
            index = coded.indices.fill_null(0).to_numpy()
            return values[index], wrong[index]

    def _parsed(self, text: str) -> int | None:
        try:
            return to_micros(parse_instant(text.strip(), self._zone))
        except PeriodError:
            return None

    def _local(self, wall: Any) -> tuple[Any, Any]:
        """Instants of the site's wall clock [µs]; where it shows a time twice or never, that is bad."""
        import numpy as np

        # What is out of bounds anyway must not be beyond what a calendar has.
        absurd = (wall < EARLIEST_US - DAY_US) | (wall > self._now_us + 2 * DAY_US)
        wall = np.where(absurd, EARLIEST_US, wall)
        days, index = np.unique(wall // DAY_US, return_inverse=True)
        offsets = [self._offset(day) for day in days.tolist()]
        instants = wall - np.array([offset or 0 for offset in offsets] or [0], "int64")[index]
        bad = absurd
        closer = np.array([offset is None for offset in offsets] or [False])[index]
        if closer.any():
            walls, back = np.unique(wall[closer], return_inverse=True)
            texts = [from_micros(us).replace(tzinfo=None).isoformat() for us in walls.tolist()]
            known = [self._parsed(text) for text in texts]
            instants[closer] = np.array([0 if us is None else us for us in known], "int64")[back]
            bad[closer] = np.array([us is None for us in known])[back]
        return instants, bad

    def _offset(self, day: int) -> int | None:
        """What the zone is ahead of UTC on a day since 1970 [µs]; None where that changes around it."""
        if day not in self._offsets:
            hours = [timedelta(days=day, hours=hour) for hour in range(-24, 49, 6)]
            walls = [datetime(1970, 1, 1, tzinfo=self._zone) + hour for hour in hours]
            offsets = {wall.replace(fold=fold).utcoffset() or timedelta() for wall in walls for fold in (0, 1)}
            self._offsets[day] = round(offsets.pop().total_seconds() * 1e6) if len(offsets) == 1 else None
        return self._offsets[day]


def _micros(column: pa.Array) -> Any:
    import pyarrow as pa

    return column.cast(pa.int64()).fill_null(0).to_numpy()
