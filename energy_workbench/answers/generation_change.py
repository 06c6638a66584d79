"""How own generation, fuel and emissions have changed against an earlier time, by like days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics import like_days
from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.analytics.like_days import DAY, Hours, Part
from energy_workbench.analytics.sources import Sources, sources
from energy_workbench.answers.energies import Energies
from energy_workbench.answers.site_sources import GROUPS
from energy_workbench.core import results
from energy_workbench.core.entities import Meter
from energy_workbench.core.period import Period
from energy_workbench.core.period_text import elapsed_days

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

ENERGIES = ("grid_import_kwh", "grid_export_kwh", "solar_kwh", "dg_kwh", "other_kwh")
"""What is told of every day by its registers alone."""


class GenerationChange:
    """Own generation of a period beside that of an earlier one.

    Parameters
    ----------
    of : callable
        Generation of a period.
    meters : sequence of Meter
        The tree.
    now : datetime
        Later time has not been yet.
    """

    def __init__(
        self,
        reader: Reader,
        energies: Energies,
        of: Callable[[Period], results.Generation],
        meters: Sequence[Meter],
        *,
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._reader, self._energies, self._of, self._zone, self._now = reader, energies, of, zone, now
        self._sources = sources(meters)

    def between(self, span: Period, before: Period, against: str) -> results.GenerationComparison:
        """The comparison."""
        mine, theirs = (_amounts(self._of(each).to_dict()) for each in (span, before))
        days = like_days.days_of(span, self._zone, self._now)
        weekdays = {each.clock: {day.weekday for day in days if day.clock == each.clock} for each in days}
        here = self._parts(days, mine, weekdays)
        there: dict[str, list[Part]] = {name: [] for name in GROUPS}
        for clock in weekdays:
            for name, found in self._parts(like_days.like(before, clock, self._zone), theirs, weekdays).items():
                there[name] += found
        spanned = {name: min(self._spanned(group, each) for each in (span, before)) for name, group in GROUPS.items()}
        rows = [
            {
                "name": name,
                "value": mine[name],
                "before": theirs[name],
                "change_percent": _percent(like_days.change(here[name], there[name])),
                "totals_percent": _ratio(mine[name], theirs[name]) if spanned[name] >= like_days.MEASURED else None,
            }
            for name in GROUPS
        ]
        return results.GenerationComparison(
            rows=tuple(rows),
            total=len(rows),
            against=against,
            start=mine["from"],
            end=mine["to"],
            before_start=theirs["from"],
            before_end=theirs["to"],
            days=elapsed_days(span, self._zone, self._now),
            before_days=elapsed_days(before, self._zone, self._now),
            timezone=self._zone.key,
        )

    def _parts(
        self, hours: Sequence[Hours], whole: Mapping[str, Any], weekdays: Mapping[like_days.Clock, set[int]]
    ) -> dict[str, list[Part]]:
        """What is known of hours that do not overlap, of each name."""
        found: dict[str, list[Part]] = {name: [] for name in GROUPS}
        days = {row["day"]: _amounts(row) for row in whole["days"]}
        for each, energies, measured in zip(hours, *self._measured(hours), strict=True):
            if each.clock == (0, DAY):
                amounts = days.get(each.start.astimezone(self._zone).date().isoformat(), {})
            elif each.weekday in weekdays[each.clock]:
                amounts = _amounts(self._of(Period(each.start, each.end, "")).to_dict())
            else:
                # Nothing is compared with this weekday's hours: only whether they were measured matters.
                amounts = dict.fromkeys(GROUPS, 0.0)
            amounts = {**amounts, **energies}
            for name, groups in GROUPS.items():
                share = min((measured[group] for group in groups if group in measured), default=0.0)
                found[name].append(Part(each.weekday, each.clock, amounts.get(name), share))
        return found

    def _measured(self, hours: Sequence[Hours]) -> tuple[list[dict[str, float | None]], list[dict[str, float]]]:
        """Energies of the sources in each of these hours, and which share of each group was measured."""
        groups = {name: getattr(self._sources, name) for name in Sources.__slots__ if getattr(self._sources, name)}
        if not hours or not groups:
            return [{} for _ in hours], [{} for _ in hours]
        edges = sorted({edge for each in hours for edge in (each.start, each.end)})
        keys = sorted({meter.key for members in groups.values() for meter in members})
        rows = self._reader.energy(keys, edges, self._now).to_pylist()
        known = {(row["meter"], edges[row["bucket"]]): row for row in rows}

        def of(members: Sequence[Meter], each: Hours, side: str = "") -> float | None:
            values = [known.get((m.key, each.start), {}).get(side or consumed_column(m)) for m in members]
            return None if None in values else sum(value for value in values if value is not None)

        energies, shares = [], []
        for each in hours:
            told = {
                "grid_import_kwh": of(self._sources.grid, each, "energy_import_kwh"),
                "grid_export_kwh": of(self._sources.grid, each, "energy_export_kwh"),
                "solar_kwh": of(self._sources.solar, each),
                "dg_kwh": of(self._sources.generators, each),
                "other_kwh": of(self._sources.others, each),
            }
            energies.append(told)
            shares.append(
                {
                    name: min(known.get((m.key, each.start), {}).get("completeness") or 0.0 for m in members)
                    for name, members in groups.items()
                }
            )
        return energies, shares

    def _spanned(self, groups: Sequence[str], span: Period) -> float:
        """Least share of a time that the registers of these groups span [0 to 1]."""
        members = [meter for name in groups for meter in getattr(self._sources, name)]
        return min((row["mean_load_share"] for row in self._energies.of_all(members, span)), default=0.0)


def _amounts(row: Mapping[str, Any]) -> dict[str, Any]:
    """A period's or day's amounts, with both scopes together."""
    parts = row.get("scope1_kg"), row.get("scope2_location_kg")
    return {**row, "gross_kg": None if None in parts else sum(part for part in parts if part is not None)}


def _ratio(value: float | None, before: float | None) -> float | None:
    return None if value is None or not before or before < 0 else _percent(value / before - 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
