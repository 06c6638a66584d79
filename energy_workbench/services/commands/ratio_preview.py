"""What a CT/PT pair would make of each month that it touches: intervals built as they would be, and summed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from energy_workbench.analytics.buckets import energy_rows
from energy_workbench.contract.rows.energy import IntervalRow
from energy_workbench.contract.rows.meters import MonthEnergy, RatioImpact, RatioPreview
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.services.rows.locks import report_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from energy_workbench.services.home import Home

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Beginning:
    """From when on a pair holds; None is the beginning of time."""

    instant: datetime | None


def preview(home: Home, meter: Meter, ratio: Ratio, old: Beginning | None, impact: RatioImpact) -> RatioPreview:
    """What a pair would make of each month, and which locked months and sent reports it would alter.

    Parameters
    ----------
    ratio : Ratio
        As it would be stored.
    old : Beginning or None
        Of the pair that it takes the place of; None where it is added.
    impact : RatioImpact
        The time that is computed anew.
    """
    stored = home.registry.ratios(meter.id)
    gone = {ratio.valid_from} if old is None else {old.instant, ratio.valid_from}
    ratios = [(key, each) for key, each in home.registry.all_ratios() if key != meter.key]
    ratios += [(meter.key, each) for each in stored if each.valid_from not in gone]
    altered = home.registry.altered_by_ratio(meter.id, ratio, *([] if old is None else [old.instant]))
    months = _months(home, meter, [*ratios, (meter.key, ratio)], impact, set(altered.months))
    return {
        **impact,
        "months": months,
        "locked_months": list(altered.months),
        "reports": report_rows(altered.reports, home.zone),
    }


def _months(
    home: Home, meter: Meter, ratios: Sequence[tuple[int, Ratio]], impact: RatioImpact, locked: set[str]
) -> list[MonthEnergy]:
    from energy_workbench.lake.build.intervals import rehearse

    span = _whole_months(home, meter, impact)
    if span is None:
        return []
    evidence = home.registry.evidence(home.settings.profiles_path)
    table = rehearse(home.reader.lake, ratios, [meter.key], span.start, span.end, evidence=evidence)
    edges = axis.edges(span, "1mo", home.zone)
    before = home.energies_of(meter, span, "1mo")
    after = energy_rows(edges, home.reader.energy_of(table, edges, clock.now()).to_pylist(), home.zone)
    return [_month(one, other, locked) for one, other in zip(before, after, strict=False)]


def _month(before: IntervalRow, after: IntervalRow, locked: set[str]) -> MonthEnergy:
    month = str(before["start"])[:7]
    return {
        "month": month,
        "before_import_kwh": before["energy_import_kwh"],
        "after_import_kwh": after["energy_import_kwh"],
        "before_export_kwh": before["energy_export_kwh"],
        "after_export_kwh": after["energy_export_kwh"],
        "locked": month in locked,
    }


def _whole_months(home: Home, meter: Meter, impact: RatioImpact) -> Period | None:
    """The months of which something is known and computed anew; None where nothing is."""
    start, end = (None if each is None else datetime.fromisoformat(each) for each in (impact["from"], impact["until"]))
    low, high = axis.floor_interval(start or EARLIEST), min(end or clock.now(), clock.now())
    if low >= high:
        return None
    known = home.reader.intervals([meter.key], low, high, columns=["start"])["start"]
    if not len(known):
        return None
    ends = [known[place].as_py().astimezone(home.zone) for place in (0, -1)]
    first, last = (parse_period(f"{each:%Y-%m}", home.zone, clock.now()) for each in ends)
    return Period(first.start, last.end, "")
