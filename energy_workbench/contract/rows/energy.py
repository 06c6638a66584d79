"""Rows of energy and demand over time."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.words import (
    Hours,
    Kvah,
    Kvarh,
    Kw,
    Kwh,
    MeteringPeriodText,
    Percent,
    QualityText,
    Share,
    StatusText,
    TypeText,
)


class IntervalRow(TypedDict):
    """Energy of a meter in a bucket, its greatest 15-minute demand, and how much of it is known."""

    start: Instant
    energy_import_kwh: Kwh | None
    energy_export_kwh: Kwh | None
    energy_reactive_kvarh: Kvarh | None
    energy_apparent_kvah: Kvah | None
    demand_kw: Kw | None
    power_factor: Share | None
    quality: QualityText
    completeness: Share


class MeteringPeriodRow(TypedDict):
    """How often a meter's register was read in a stretch of time, and whether people stated it."""

    start: Instant
    end: Instant
    period: MeteringPeriodText
    stated: bool


class PatternPoint(TypedDict):
    """What a meter consumed or produced in a bucket; unknown energy is None."""

    start: Instant
    energy_kwh: Kwh | None
    demand_kw: Kw | None
    quality: QualityText
    completeness: Share


class EnergyRow(TypedDict):
    """Energy and demand of a meter over a period.

    `total_kwh` is what the meter consumes or, of a producer, produces; `load_factor` the mean of the known 15 minutes
    ÷ the greatest, `mean_load_kw` energy ÷ the hours that the registers span; the shares are of the elapsed time;
    `power_factor` kWh ÷ kVAh. Days are those of the site that have begun.
    """

    meter: str
    number: str
    name: str
    type: TypeText
    energy_import_kwh: Kwh | None
    energy_export_kwh: Kwh | None
    energy_reactive_kvarh: Kvarh | None
    total_kwh: Kwh | None
    peak_kw: Kw | None
    peak_at: Instant | None
    block_minutes: int
    load_factor: Share | None
    load_factor_share: Share
    mean_load_kw: Kw | None
    mean_load_share: Share
    power_factor: Share | None
    completeness: Share
    days: int
    estimated_days: int
    missing_days: int


class CompletenessRow(TypedDict):
    """Of each day, the share of its elapsed time that is known closely, and the worst quality of its intervals."""

    meter: str
    number: str
    name: str
    status: StatusText
    polled: bool
    complete: list[Share]
    quality: list[QualityText]


class ChildAtMaximum(TypedDict):
    """What a meter below drew in the block of the maximum; None where it is not known, which `reason` says."""

    number: str
    kw: Kw | None
    share: Share | None
    reason: str


class DemandRow(TypedDict):
    """Maximum demand of a billing month [kW or kVA], of equal ones the first.

    `energy` is of the known time [kWh or kVAh], `load_factor` the mean of the known blocks ÷ the maximum,
    `diversity_factor` the sum of the children's maxima ÷ the maximum of their sum, or `diversity_reason` why not.
    """

    start: Instant
    end: Instant
    maximum: float | None
    at: Instant | None
    energy: float | None
    load_factor: Share | None
    load_factor_share: Share
    diversity_factor: Share | None
    diversity_reason: str
    completeness: Share
    children: list[ChildAtMaximum]


class HourOfWeek(TypedDict):
    """By `weekday-hour`: the load in an hour of the week."""

    weekday: Annotated[str, Words(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))]
    hour: int
    mean_kw: Kw | None
    minimum_kw: Kw | None
    maximum_kw: Kw | None
    hours: Hours


class TimeOfDay(TypedDict):
    """By `hour`: the typical workday or weekend, with its spread over days."""

    day: str
    time: str
    mean_kw: Kw | None
    median_kw: Kw | None
    p10_kw: Kw | None
    p90_kw: Kw | None
    days: int


class DurationPoint(TypedDict):
    """By `duration`: the load that is exceeded in that share of the time."""

    share: Share
    kw: Kw


class ShiftRow(TypedDict):
    """By `shift`: what is used in a shift of the site."""

    shift: str
    begins: str
    energy_kwh: Kwh | None
    share: Share | None
    mean_kw: Kw | None
    maximum_kw: Kw | None
    hours: Hours
    shifts: int


LoadShapeRow = HourOfWeek | TimeOfDay | DurationPoint | ShiftRow


class ComparisonRow(TypedDict):
    """Energy of a bucket, and that of the one beside it; what has not begun has no `start`."""

    start: Instant | None
    energy_kwh: Kwh | None
    quality: QualityText | None
    completeness: Share | None
    before_start: Instant | None
    before_kwh: Kwh | None
    before_quality: QualityText | None
    before_completeness: Share | None
    change_percent: Percent | None
