"""What a report is about, and the questions its sections ask of the workbench, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.alarms import Spell, low_power_factor, overload, spells
from energy_workbench.analytics.sources import sources
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.rows.condition import FindingRow, StatementRow
from energy_workbench.contract.rows.energy import EnergyRow
from energy_workbench.contract.rows.flow import SiteFigures
from energy_workbench.domain.entities import Flow, Fuel, Meter, MeterType
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period, local_midnight, zone_of
from energy_workbench.reports import session
from energy_workbench.reports.content import words
from energy_workbench.reports.errors import shares, together
from energy_workbench.services.reports.refusals import known, no_meters, nothing_known, reportable, unnamed

SOURCE_TYPES = ("grid", "generator", "solar", "producer")
"""What sources are told apart by: a generator burns diesel; a producer is any other, generators of other fuels too."""
MOST_EVENTS = 1000
"""Changes of a meter's health and communication that are looked at, the newest."""
MOST_FINDINGS = 1000
"""As many as the service gives."""
MOST_STATED = 1000
"""As many as the service gives."""
DAY = timedelta(hours=25)
"""Periods up to this long are shown hour by hour, longer ones day by day."""


class Subject:
    """A site or a meter over a period.

    Parameters
    ----------
    wb : WorkbenchContract
        A local workbench or one over its service: the numbers are those that REST gives.
    period : str
        As people write it.
    meter : str
        Number or id; empty is the whole site.
    threshold : float
        Share of the data below which the report is marked as incomplete [1].

    Raises
    ------
    ReportError
        If the period lies in the future, or nothing is known of it.
    NotFoundError
        If there is no such meter.
    """

    def __init__(
        self, wb: WorkbenchContract, period: str, meter: str = "", threshold: float = session.THRESHOLD
    ) -> None:
        self.wb = wb
        self.text = period
        self.site = wb.site()
        self.zone: ZoneInfo = zone_of(self.site["timezone"])
        self.written_at = clock.now()
        self.period = reportable(period, self.zone, self.written_at)
        self.until = min(self.period.end, self.written_at)
        self.running = self.until < self.period.end
        self.whole = not meter
        self.told = wb.meters().records()
        self.tree = below(self.told, wb.meter(meter)["id"] if meter else None)
        if not self.tree:
            raise no_meters(self.site["name"], period)
        self.number: str = self.hourly["number"]
        self.meter: dict[str, Any] = next(row for row in self.tree if row["id"] == self.hourly["meter"])
        if not known(self.hourly):
            raise nothing_known(self.number, period)
        self.incomplete = self.running or self.completeness < threshold

    @classmethod
    def open(cls, period: str, meter: str = "") -> Subject:
        """What this notebook is about, on the workbench that the environment names."""
        import energy_workbench

        told = session.current
        return cls(energy_workbench.open(), period, meter, told.threshold if told else session.THRESHOLD)

    @classmethod
    def of_one(cls, period: str, meter: str) -> Subject:
        """As `open`, of a meter that has to be named.

        Raises
        ------
        InputError
            If it is not.
        """
        if not meter.strip():
            raise unnamed()
        return cls.open(period, meter)

    @property
    def name(self) -> str:
        """The site, or the meter with its name."""
        return self.site["name"] if self.whole else f"{self.meter['number']} · {self.meter['name']}"

    @property
    def hours(self) -> bool:
        """Whether the period is so short that it is shown hour by hour."""
        return self.period.end - self.period.start <= DAY

    @cached_property
    def span(self) -> Period:
        """The part of the period that the report covers, whole days."""
        until = self.until
        if self.running and not self.hours:
            until = local_midnight(until.astimezone(self.zone).date() + timedelta(days=1), self.zone)
        return Period(self.period.start, min(until, self.period.end), self.text)

    @property
    def title(self) -> str:
        """The period as people say it: `October 2026`."""
        return words.span(self.period if self.hours else self.span, self.zone)

    @cached_property
    def hourly(self) -> dict[str, Any]:
        """Pattern by hours, of the meter or the root of the site."""
        return self.wb.over_time(None if self.whole else self.tree[0]["id"], self.text, every="1h").to_dict()

    @cached_property
    def daily(self) -> dict[str, Any]:
        """The same by days."""
        return self.wb.over_time(self.meter["id"], self.text, every="1d").to_dict()

    @cached_property
    def quarters(self) -> dict[str, Any]:
        """The same by 15 minutes; for periods of a day."""
        return self.wb.over_time(self.meter["id"], self.text, every="15min").to_dict()

    @cached_property
    def comparison(self) -> dict[str, Any] | None:
        """The period beside the one before; None while it runs, or where nothing is known of that."""
        if self.running:
            return None
        found = self.wb.compare(self.meter["id"], self.text, every="1h" if self.hours else "1d").to_dict()
        return found if found["before_kwh"] is not None else None

    @cached_property
    def cards(self) -> SiteFigures:
        """Key figures of the whole site, as on the dashboard."""
        return self.wb.site_figures(self.text)

    @property
    def completeness(self) -> float:
        """Share of the site's, or the meter's data that is there [1]."""
        found = self.cards["completeness"] if self.whole else self.hourly["completeness"]
        return float(found or 0.0)

    @cached_property
    def energies(self) -> dict[str, EnergyRow]:
        """Energy, demand and quality of every meter, by id."""
        found = self.wb.energies(self.text, None if self.whole else self.tree[0]["id"])
        return {row["meter"]: row for row in found.rows}

    @cached_property
    def meters(self) -> list[dict[str, Any]]:
        """A row a meter in the order of the tree: who it is, its `depth`, and what `energies` says of it."""
        return [{**row, **self.energies[row["id"]]} for row in self.tree if row["id"] in self.energies]

    @cached_property
    def flow(self) -> dict[str, Any]:
        """Where the energy went."""
        return self.wb.flow(self.text).to_dict()

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """What each source delivered to the site, and what flowed back into it where that can be [kWh]."""
        kinds = source_kinds(self.told)
        return [
            {
                **row,
                "source": kinds[row["id"]],
                "delivered_kwh": row["total_kwh"],
                "returned_kwh": row["energy_export_kwh"] if row["flow"] == "bidirectional" else None,
            }
            for row in self.meters
            if row["id"] in kinds
        ]

    @cached_property
    def errors(self) -> dict[str, float]:
        """By id of each meter how far it can err over the period, as a share of what it measures [1]."""
        return shares(self.balance, self.told)

    @property
    def error(self) -> float:
        """That of the meter reported, or of the root of the site."""
        return self.errors[self.meter["id"]]

    def error_of(self, *types: str) -> float | None:
        """Expanded uncertainty of what the sources of these types delivered together, as a share of it [1]."""
        rows = [row for row in self.sources if row["source"] in types and row["delivered_kwh"]]
        whole = sum(row["delivered_kwh"] for row in rows)
        return together((self.errors[row["id"]], row["delivered_kwh"]) for row in rows) / whole if whole else None

    @property
    def error_used(self) -> float:
        """Expanded uncertainty of the energy used on site [kWh]."""
        rows = [row for row in self.sources if row["delivered_kwh"] is not None]
        return together((self.errors[row["id"]], row["delivered_kwh"] - (row["returned_kwh"] or 0.0)) for row in rows)

    @cached_property
    def balance(self) -> dict[str, Any]:
        """Supply, demand and loss of every node, or of the meter and those below it."""
        return self.wb.balance(self.text, None if self.whole else self.meter["id"]).to_dict()

    @cached_property
    def generation(self) -> dict[str, Any]:
        """Diesel, solar and carbon of the site."""
        return self.wb.generation(self.text).to_dict()

    @cached_property
    def _asked_findings(self) -> list[list[FindingRow]]:
        """Findings of the site at once, or of the meter and of each below it."""
        asked = [None] if self.whole else [row["id"] for row in self.tree]
        return [self.wb.findings(meter, self.text, limit=MOST_FINDINGS) for meter in asked]

    @cached_property
    def findings(self) -> list[FindingRow]:
        """What is wrong with the data of the meters reported, newest first."""
        wanted = {row["id"] for row in self.tree}
        found = [row for part in self._asked_findings for row in part if row["meter"] in wanted]
        return sorted(found, key=lambda row: datetime.fromisoformat(row["from"]), reverse=True)

    @property
    def more_findings(self) -> bool:
        """Whether there can be more than those: so many are not given at once."""
        return any(len(part) >= MOST_FINDINGS for part in self._asked_findings)

    @cached_property
    def alarms(self) -> list[tuple[str, Spell]]:
        """Alarms that held in the period, by the number of the meter, oldest first."""
        found = [(row["number"], spell) for row in self.tree for spell in self._alarms_of(row)]
        return sorted(found, key=lambda pair: pair[1].since or self.period.start)

    @cached_property
    def stated(self) -> list[StatementRow]:
        """What people stated of the meters reported, to hold from an instant of the period on, newest first."""
        wanted = {row["id"] for row in self.tree}
        return [row for row in self.wb.history(self.text, limit=MOST_STATED) if row["meter"] in wanted]

    def _alarms_of(self, row: dict[str, Any]) -> list[Spell]:
        found = spells(self.wb.events(row["id"], limit=MOST_EVENTS), self.period.start, self.until)
        measured, rated = self.energies.get(row["id"]), row["rated_kw"]
        peak, factor = (measured["peak_kw"], measured["power_factor"]) if measured else (None, None)
        if factor is None and not (rated and peak):
            return found
        limits = self.wb.limits(row["id"])["limits"]
        most = limits["overload_warning"]
        told = [low_power_factor(factor, limits["power_factor_warning"])]
        if rated and peak and most is not None and peak > rated * most / 100:
            points = self.wb.over_time(row["id"], self.text, every="15min").to_dict()["points"]
            told.append(overload(points, rated, most, self.errors[row["id"]]))
        return [*found, *(spell for spell in told if spell is not None)]

    def local_time(self, instant: datetime | None) -> datetime | None:
        """An instant in the site's zone."""
        return None if instant is None else instant.astimezone(self.zone)

    def shifts(self, meter: str = "") -> dict[str, Any]:
        """Energy and load of a meter, by its id, by the site's shifts."""
        return self.wb.load_shape(meter or self.meter["id"], self.text, by="shift").to_dict()

    def local(self, iso: str | None) -> datetime | None:
        """An instant of an answer in the site's zone."""
        return None if iso is None else datetime.fromisoformat(iso).astimezone(self.zone)


def below(rows: Sequence[Mapping[str, Any]], root: str | None) -> list[dict[str, Any]]:
    """Rows of the tree at and below a meter (all by default), each after its parent, with its depth."""
    known = {row["id"] for row in rows}
    children: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        children.setdefault(row["parent_id"] if row["parent_id"] in known else None, []).append(row)
    found: list[dict[str, Any]] = []

    def walk(row: Mapping[str, Any], depth: int) -> None:
        kept = ("id", "number", "name", "type", "parent_id", "location", "flow", "status", "rated_kw")
        inside = children.get(row["id"], [])
        found.append({**{key: row[key] for key in kept}, "depth": depth, "node": bool(inside)})
        for child in inside:
            walk(child, depth + 1)

    for row in [r for r in rows if r["id"] == root] if root else children.get(None, []):
        walk(row, 0)
    return found


def source_kinds(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By id of the site's sources which of `SOURCE_TYPES` each is, by the rule of every answer about generation."""
    keys = {row["id"]: key for key, row in enumerate(rows, 1)}
    ids = {key: number for number, key in keys.items()}
    meters = [
        Meter(
            key=keys[row["id"]],
            number=row["number"],
            name="",
            type=MeterType(row["type"]),
            parent=keys.get(row["parent_id"]),
            flow=Flow(row["flow"]),
            fuel=Fuel(row["fuel"]) if row["fuel"] else None,
            seen_by_parent=row["seen_by_parent"],
        )
        for row in rows
    ]
    found = sources(meters)
    groups = (found.grid, found.generators, found.solar, found.others)
    return {ids[meter.key]: kind for kind, group in zip(SOURCE_TYPES, groups, strict=True) for meter in group}


def known_sum(values: list[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
