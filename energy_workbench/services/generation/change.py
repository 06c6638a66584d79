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
from energy_workbench.contract import results
from energy_workbench.contract.rows.generation import GenerationDay, GenerationFigure
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.time.period import Period
from energy_workbench.domain.time.period_text import elapsed_days
from energy_workbench.services.generation.parts import GenerationParts
from energy_workbench.services.generation.site_sources import GROUPS, meters_of
from energy_workbench.services.queries.energies import Energies

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
    parts : GenerationParts
        The same of many parts of one.
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
        parts: GenerationParts,
        meters: Sequence[Meter],
        *,
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._reader, self._energies, self._of, self._zone, self._now = reader, energies, of, zone, now
        self._parts_of = parts
        self._sources = sources(meters)
        self._groups: dict[str, tuple[Meter, ...]] = {
            name: group for name in Sources.__slots__ if (group := getattr(self._sources, name))
        }

    def between(self, span: Period, before: Period, against: str) -> results.GenerationComparison:
        """The comparison."""
        now, then = self._of(span), self._of(before)
        mine, theirs = _amounts(now.to_dict()), _amounts(then.to_dict())
        days = like_days.days_of(span, self._zone, self._now)
        weekdays: dict[like_days.Clock, set[int]] = {}
        for each in days:
            weekdays.setdefault(each.clock, set()).add(each.weekday)
        here = self._parts(days, now.days, weekdays)
        there: dict[str, list[Part]] = {name: [] for name in GROUPS}
        for clock in weekdays:
            for name, found in self._parts(like_days.like(before, clock, self._zone), then.days, weekdays).items():
                there[name] += found
        spans = [self._spanned(each) for each in (span, before)]
        spanned = {name: min(_least(each, groups) for each in spans) for name, groups in GROUPS.items()}
        rows: list[GenerationFigure] = [
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
            start=now.start,
            end=now.end,
            before_start=then.start,
            before_end=then.end,
            days=elapsed_days(span, self._zone, self._now),
            before_days=elapsed_days(before, self._zone, self._now),
            timezone=self._zone.key,
        )

    def _parts(
        self, hours: Sequence[Hours], told: Sequence[GenerationDay], weekdays: Mapping[like_days.Clock, set[int]]
    ) -> dict[str, list[Part]]:
        """What is known of hours that do not overlap, of each name."""
        by_name: dict[str, list[Part]] = {name: [] for name in GROUPS}
        days = {row["day"]: _amounts(row) for row in told}
        measured = self._measured(hours)
        cut = {
            place: Period(each.start, each.end, "")
            for place, (each, (_, share)) in enumerate(zip(hours, measured, strict=True))
            if each.clock != (0, DAY)
            and each.weekday in weekdays[each.clock]
            and max(share.values()) >= like_days.MEASURED
        }
        figures = dict(zip(cut, map(_amounts, self._parts_of.figures(list(cut.values()))), strict=True))
        for place, (each, (energy, share)) in enumerate(zip(hours, measured, strict=True)):
            day = each.start.astimezone(self._zone).date().isoformat() if each.clock == (0, DAY) else None
            amounts = {**(figures.get(place, _NOT_ASKED) if day is None else days.get(day, {})), **energy}
            for name in GROUPS:
                by_name[name].append(Part(each.weekday, each.clock, amounts.get(name), share[name]))
        return by_name

    def _measured(self, hours: Sequence[Hours]) -> list[tuple[dict[str, float | None], dict[str, float]]]:
        """Energies of the sources in each of these hours, and which share of what makes each figure was measured."""
        known: dict[datetime | None, dict[int, dict[str, Any]]] = {}
        if hours and self._groups:
            edges = sorted({edge for each in hours for edge in (each.start, each.end)})
            keys = sorted({meter.key for meter in meters_of(self._sources)})
            for row in self._reader.energy(keys, edges, self._now).to_pylist():
                known.setdefault(edges[row["bucket"]], {})[row["meter"]] = row
        told = {start: self._told(rows) for start, rows in known.items()}
        nothing = self._told({})
        return [told.get(each.start, nothing) for each in hours]

    def _told(self, rows: Mapping[int, Mapping[str, Any]]) -> tuple[dict[str, float | None], dict[str, float]]:
        """The same of what is known of one of these hours, by meter."""

        def of(members: Sequence[Meter], side: str = "") -> float | None:
            values = [rows.get(m.key, {}).get(side or consumed_column(m)) for m in members]
            return None if None in values else sum(value for value in values if value is not None)

        energies = {
            "grid_import_kwh": of(self._sources.grid, "energy_import_kwh"),
            "grid_export_kwh": of(self._sources.grid, "energy_export_kwh"),
            "solar_kwh": of(self._sources.solar),
            "dg_kwh": of(self._sources.generators),
            "other_kwh": of(self._sources.others),
        }
        measured = {
            name: min(rows.get(m.key, {}).get("completeness") or 0.0 for m in members)
            for name, members in self._groups.items()
        }
        return energies, {name: _least(measured, groups) for name, groups in GROUPS.items()}

    def _spanned(self, span: Period) -> dict[str, float]:
        """Least share of a time that the registers of each group span [0 to 1]."""
        members = meters_of(self._sources)
        rows = {row["meter"]: row["mean_load_share"] for row in self._energies.of_all(members, span)}
        return {name: min(rows[meter.id] for meter in group) for name, group in self._groups.items()}


_NOT_ASKED: dict[str, Any] = dict.fromkeys(GROUPS, 0.0)
"""Of hours that were not measured, or of a weekday that nothing is compared with: only whether they were matters."""


def _least(measured: Mapping[str, float], groups: Sequence[str]) -> float:
    """The share of its least known source; those that are not there hold nothing back."""
    return min((measured[group] for group in groups if group in measured), default=0.0)


def _amounts(row: Mapping[str, Any]) -> dict[str, float | None]:
    """A period's or day's amounts by the name of their figure, with both scopes together."""
    parts = row.get("scope1_kg"), row.get("scope2_location_kg")
    gross = None if None in parts else sum(part for part in parts if part is not None)
    return {name: gross if name == "gross_kg" else row.get(name) for name in GROUPS}


def _ratio(value: float | None, before: float | None) -> float | None:
    return None if value is None or not before or before < 0 else _percent(value / before - 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
