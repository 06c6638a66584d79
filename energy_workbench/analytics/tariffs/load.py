"""A meter's energies as a bill takes them: whole milliwatt-hours of consecutive intervals.

Energy becomes decimal by being counted: each interval is rounded once to whole milliwatt-hours (10⁻⁶ kWh), as integers.
Sums of integers are exact, so that windows add up to days and days to months to the last digit, in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from energy_workbench.domain.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MICRO: Final = 1_000_000
MINUTE_US: Final = 60_000_000


@dataclass(frozen=True)
class Load:
    """Consecutive intervals of one length.

    Attributes
    ----------
    starts : array of int, shape (n,)
        [µs since 1970, UTC].
    minutes : int
        Length of an interval.
    kwh, export, kvarh, kvah : array of int, shape (n,)
        Whole milliwatt-hours and so on; 0 where not known; kvarh and kvah None where nobody measures them.
    known, estimated : array of bool, shape (n,)
    """

    starts: Array
    minutes: int
    kwh: Array
    export: Array
    kvarh: Array | None
    kvah: Array | None
    known: Array
    estimated: Array

    @classmethod
    def of(
        cls,
        starts: Array,
        kwh: Array,
        *,
        minutes: int,
        export: Array | None = None,
        kvarh: Array | None = None,
        kvah: Array | None = None,
        estimated: Array | None = None,
    ) -> Load:
        """Intervals in any order.

        Parameters
        ----------
        starts : array of int, shape (n,)
            [µs since 1970, UTC].
        kwh, export, kvarh, kvah : array of float, shape (n,)
            Drawn, fed in, reactive drawn, apparent [kWh, kvarh, kVAh]; NaN where not known.
        minutes : int
            Length of an interval.
        estimated : array of bool, shape (n,), optional

        Raises
        ------
        InputError
            If two intervals begin at one time, or they are not whole intervals apart.
        """
        order = np.argsort(starts, kind="stable")
        at = np.asarray(starts, np.int64)[order]
        step = minutes * MINUTE_US
        if len(at) > 1 and ((gaps := np.diff(at)) % step).any():
            raise InputError(f"intervals do not begin whole {minutes} minutes apart")
        if len(at) > 1 and not gaps.all():
            raise InputError("two intervals begin at the same time: give each once")
        known = np.isfinite(np.asarray(kwh, float)[order])
        none = np.zeros(len(at), bool)
        return cls(
            at, minutes, _counted(kwh, order),
            np.zeros(len(at), np.int64) if export is None else _counted(export, order),
            None if kvarh is None else _counted(kvarh, order), None if kvah is None else _counted(kvah, order),
            known, none if estimated is None else np.asarray(estimated, bool)[order] & known,
        )  # fmt: skip

    def between(self, begin: int, end: int) -> Load:
        """All intervals that begin in a span [µs], with those that are missing, which are not known."""
        step = self.minutes * MINUTE_US
        phase = (int(self.starts[0]) - begin) % step if len(self.starts) else 0
        grid = np.arange(begin + phase, end, step, dtype=np.int64)
        low, high = np.searchsorted(self.starts, (begin, end))
        if high - low == len(grid):
            cut = slice(low, high)
            return Load(
                grid, self.minutes, self.kwh[cut], self.export[cut], None if self.kvarh is None else self.kvarh[cut],
                None if self.kvah is None else self.kvah[cut], self.known[cut], self.estimated[cut],
            )  # fmt: skip
        where = (self.starts[low:high] - begin - phase) // step

        def filled(values: Array) -> Array:
            whole = np.zeros(len(grid), values.dtype)
            whole[where] = values[low:high]
            return whole

        return Load(
            grid, self.minutes, filled(self.kwh), filled(self.export),
            None if self.kvarh is None else filled(self.kvarh), None if self.kvah is None else filled(self.kvah),
            filled(self.known), filled(self.estimated),
        )  # fmt: skip

    def energy(self, unit: str) -> Array:
        """Energy of each interval in a unit of a charge [10⁻⁶ of it].

        Raises
        ------
        InputError
            If the meter does not measure it.
        """
        if unit == "kWh":
            return self.kwh
        if unit == "kvarh":
            if self.kvarh is None:
                raise InputError("the tariff charges kvarh: this meter measures no reactive energy")
            return self.kvarh
        if self.kvah is not None:
            return self.kvah
        return apparent(self.kwh, self.kvarh)


def apparent(kwh: Array, kvarh: Array | None) -> Array:
    """Apparent energy of active and reactive: √(kWh² + kvarh²) [10⁻⁶ kVAh].

    Raises
    ------
    InputError
        If there is no reactive energy.
    """
    if kvarh is None:
        raise InputError("the tariff charges kVA or kVAh: this meter measures neither apparent nor reactive energy")
    return np.rint(np.hypot(kwh.astype(float), kvarh.astype(float))).astype(np.int64)


def decimal(micro: int) -> Decimal:
    """Millionths as a decimal number, exactly."""
    return Decimal(int(micro)).scaleb(-6)


def _counted(values: Array, order: Array) -> Array:
    return np.rint(np.nan_to_num(np.asarray(values, float)[order]) * MICRO).astype(np.int64)
