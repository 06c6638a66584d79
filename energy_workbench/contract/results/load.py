"""Load shapes, maximum demand, and comparisons with an earlier time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from energy_workbench.contract.result import RENAMED, OfPeriod, Table
from energy_workbench.contract.rows.energy import ComparisonRow, DemandRow, LoadShapeRow


@dataclass(frozen=True, repr=False)
class Demand(OfPeriod, Table[DemandRow]):
    """Maximum demand of a meter, a row a billing month.

    Attributes
    ----------
    rows : tuple of dict
        `start, end`, `maximum` [`unit`], `at` (start of the block; of equal maxima the first), `energy` (of the known
        time [kWh or kVAh]), `load_factor` (mean of the known blocks ÷ the maximum [1]) with `load_factor_share` (of the
        month's blocks [1]), `diversity_factor` (sum of the children's maxima ÷ maximum of their sum [1]) or
        else `diversity_reason`, `completeness`, `children` (`number, kw, share, reason` in that block; what a child
        drew is None where it is out of service or not known closely, which the reason says).
    unit : str
        `kW` or `kVA`.
    block_minutes : int
        Length over which the power is averaged [min].
    kind : str
        `block`: one beside the other on the site's clock; `sliding`: one begins every 15 minutes.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[DemandRow, ...]
    total: int
    meter: str
    number: str
    name: str
    unit: str
    block_minutes: int
    kind: str
    start: str
    end: str
    timezone: str

    def _columns(self) -> list[str]:
        return [
            "start",
            "end",
            "maximum",
            "at",
            "energy",
            "load_factor",
            "load_factor_share",
            "diversity_factor",
            "diversity_reason",
            "completeness",
            "children",
        ]

    def _caption(self) -> str:
        return f"{self.number}: maximum demand [{self.unit}], {self.block_minutes} min, {self.kind}"


@dataclass(frozen=True, repr=False)
class LoadShape(OfPeriod, Table[LoadShapeRow]):
    """How a load is spread.

    Attributes
    ----------
    rows : tuple of dict
        By `weekday-hour`: `weekday, hour, mean_kw, minimum_kw, maximum_kw, hours`; `hour` (the typical day): `day,
        time, mean_kw, median_kw, p10_kw, p90_kw, days`; `duration`: `share, kw`; `shift`: `shift, begins,
        energy_kwh, share, mean_kw, maximum_kw, hours, shifts`. Of intervals that are known closely; a maximum is
        none of those whose counter's step is more than 2 % of their energy.
    energy_kwh, mean_kw : float or None
        Of the known time [kWh], and the mean of the known 15 minutes [kW]; `completeness` is the share that is known.
    base_kw : float or None
        Demand exceeded 95 % of the time [kW]; a producer has none, nor has a meter that exports in more than 5 % of the
        time.
    base_reason : str
        Why there is none.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[LoadShapeRow, ...]
    by: str
    meter: str
    number: str
    name: str
    energy_kwh: float | None
    mean_kw: float | None
    maximum_kw: float | None
    base_kw: float | None
    completeness: float
    start: str
    end: str
    timezone: str
    base_reason: str = ""

    def _columns(self) -> list[str] | None:
        return list(self.rows[0]) if self.rows else None

    def _caption(self) -> str:
        return f"{self.number} by {self.by}, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Comparison(OfPeriod, Table[ComparisonRow]):
    """Energy of a period beside that of an earlier one, bucket by bucket.

    Attributes
    ----------
    rows : tuple of dict
        `start, energy_kwh [kWh], quality, completeness, before_start, before_kwh [kWh], before_quality,
        before_completeness, change_percent`: beside a bucket of a day or less the one of the same weekday and hour,
        `shift_days` earlier, where it lies in the earlier time. What has not begun has no `start`.
    change_percent : float or None
        By like days [%]: energy of the days that count ÷ what the earlier ones of the same weekdays had on average − 1.
        None where too little is measured for it.
    totals_percent : float or None
        `total_kwh` ÷ `before_kwh` − 1 [%], however many days and Sundays each has; None where the registers span less
        than 95 % of either.
    days, before_days : float
        How much there has been of each time [d].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[ComparisonRow, ...]
    meter: str
    number: str
    name: str
    against: str
    every: str
    total_kwh: float | None
    before_kwh: float | None
    change_percent: float | None
    completeness: float
    before_completeness: float
    start: str
    end: str
    before_start: str
    before_end: str
    timezone: str
    totals_percent: float | None = None
    days: float = 0.0
    before_days: float = 0.0
    shift_days: int = 0

    def _columns(self) -> list[str]:
        return [
            "start", "energy_kwh", "quality", "completeness", "before_start", "before_kwh", "before_quality",
            "before_completeness", "change_percent",
        ]  # fmt: skip

    def _caption(self) -> str:
        return f"{self.number} every {self.every}, {self.start} to {self.end} against {self.against}"
