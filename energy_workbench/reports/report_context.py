"""The context of a report: site or meter, period, and the answers of the workbench that its sections share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from energy_workbench.analytics.alarms import Spell, low_power_factor, overload, spells
from energy_workbench.analytics.sources import sources
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.results import Balance, Comparison, Generation, Pattern, PowerFlow
from energy_workbench.contract.rows.condition import FindingRow, StatementRow
from energy_workbench.contract.rows.energy import EnergyRow, ShiftRow
from energy_workbench.contract.rows.flow import SiteFigures
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.contract.words import FlowText, Kw, Kwh, StatusText, TypeText
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


class TreeRow(TypedDict):
    """A meter in the tree of a report: how deep [levels below the root], and whether others are below it."""

    id: str
    number: str
    name: str
    type: TypeText
    parent_id: str | None
    location: str
    flow: FlowText
    status: StatusText
    rated_kw: Kw | None
    depth: int
    node: bool


class MeteredRow(EnergyRow):
    """Energy, demand and quality of a meter, and where it is in the tree."""

    id: str
    parent_id: str | None
    flow: FlowText
    depth: int
    node: bool


class SourceRow(MeteredRow):
    """A source of the site: of which of `SOURCE_TYPES`, what it delivered, and what flowed back into it."""

    source: str
    delivered_kwh: Kwh | None
    returned_kwh: Kwh | None


class ReportContext:
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
        self.configured = wb.meters().rows
        self.tree = below(self.configured, wb.meter(meter)["id"] if meter else None)
        if not self.tree:
            raise no_meters(self.site["name"], period)
        self.number = self.hourly.number
        self.meter = next(row for row in self.tree if row["id"] == self.hourly.meter)
        if not known(self.hourly):
            raise nothing_known(self.number, period)
        self.incomplete = self.running or self.completeness < threshold

    @classmethod
    def open(cls, period: str, meter: str = "") -> ReportContext:
        """What this notebook is about, on the workbench that the environment names."""
        import energy_workbench

        told = session.current
        return cls(energy_workbench.open(), period, meter, told.threshold if told else session.THRESHOLD)

    @classmethod
    def of_one(cls, period: str, meter: str) -> ReportContext:
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
    def hourly(self) -> Pattern:
        """Pattern by hours, of the meter or the root of the site."""
        return self.wb.over_time(None if self.whole else self.tree[0]["id"], self.text, every="1h")

    @cached_property
    def daily(self) -> Pattern:
        """The same by days."""
        return self.wb.over_time(self.meter["id"], self.text, every="1d")

    @cached_property
    def quarters(self) -> Pattern:
        """The same by 15 minutes, or by the blocks of a meter that is read less often; for periods of a day."""
        return self.wb.over_time(self.meter["id"], self.text, every=f"{self.daily.block_minutes}min")

    @cached_property
    def comparison(self) -> Comparison | None:
        """The period beside the one before; None while it runs, or where nothing is known of that."""
        if self.running:
            return None
        beside = self.wb.compare(self.meter["id"], self.text, every="1h" if self.hours else "1d")
        return beside if beside.before_kwh is not None else None

    @cached_property
    def cards(self) -> SiteFigures:
        """Key figures of the whole site, as on the dashboard."""
        return self.wb.site_figures(self.text)

    @property
    def completeness(self) -> float:
        """Share of the site's, or the meter's data that is there [1]."""
        share = self.cards["completeness"] if self.whole else self.hourly.completeness
        return float(share or 0.0)

    @cached_property
    def energies(self) -> dict[str, EnergyRow]:
        """Energy, demand and quality of every meter, by id."""
        energies = self.wb.energies(self.text, meter=None if self.whole else self.tree[0]["id"])
        return {row["meter"]: row for row in energies.rows}

    @cached_property
    def meters(self) -> list[MeteredRow]:
        """A row a meter in the order of the tree: who it is, its `depth`, and what `energies` says of it."""
        return [_metered(row, self.energies[row["id"]]) for row in self.tree if row["id"] in self.energies]

    @cached_property
    def flow(self) -> PowerFlow:
        """Where the energy went."""
        return self.wb.flow(self.text)

    @cached_property
    def sources(self) -> list[SourceRow]:
        """What each source delivered to the site, and what flowed back into it where that can be [kWh]."""
        kinds = source_kinds(self.configured)
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
        return shares(self.balance, self.configured)

    @property
    def error(self) -> float:
        """That of the meter reported, or of the root of the site."""
        return self.errors[self.meter["id"]]

    def error_of(self, *types: str) -> float | None:
        """Expanded uncertainty of what the sources of these types delivered together, as a share of it [1]."""
        delivered = {row["id"]: row["delivered_kwh"] or 0.0 for row in self.sources if row["source"] in types}
        whole = sum(delivered.values())
        return together((self.errors[key], kwh) for key, kwh in delivered.items()) / whole if whole else None

    @property
    def error_used(self) -> float:
        """Expanded uncertainty of the energy used on site [kWh]."""
        return together(
            (self.errors[row["id"]], row["delivered_kwh"] - (row["returned_kwh"] or 0.0))
            for row in self.sources
            if row["delivered_kwh"] is not None
        )

    @cached_property
    def balance(self) -> Balance:
        """Supply, demand and loss of every node, or of the meter and those below it."""
        return self.wb.balance(self.text, meter=None if self.whole else self.meter["id"])

    @cached_property
    def generation(self) -> Generation:
        """Diesel, solar and carbon of the site."""
        return self.wb.generation(self.text)

    @cached_property
    def _asked_findings(self) -> list[list[FindingRow]]:
        """Findings of the site at once, or of the meter and of each below it."""
        meters = [None] if self.whole else [row["id"] for row in self.tree]
        return [self.wb.findings(meter, self.text, limit=MOST_FINDINGS) for meter in meters]

    @cached_property
    def findings(self) -> list[FindingRow]:
        """What is wrong with the data of the meters reported, newest first."""
        wanted = {row["id"] for row in self.tree}
        rows = [row for part in self._asked_findings for row in part if row["meter"] in wanted]
        return sorted(rows, key=lambda row: datetime.fromisoformat(row["from"]), reverse=True)

    @property
    def more_findings(self) -> bool:
        """Whether there can be more than those: so many are not given at once."""
        return any(len(part) >= MOST_FINDINGS for part in self._asked_findings)

    @cached_property
    def alarms(self) -> list[tuple[str, Spell]]:
        """Alarms that held in the period, by the number of the meter, oldest first."""
        alarms = [(row["number"], spell) for row in self.tree for spell in self._alarms_of(row)]
        return sorted(alarms, key=lambda pair: pair[1].since or self.period.start)

    @cached_property
    def stated(self) -> list[StatementRow]:
        """What people stated of the meters reported, to hold from an instant of the period on, newest first."""
        wanted = {row["id"] for row in self.tree}
        return [row for row in self.wb.history(self.text, limit=MOST_STATED) if row["meter"] in wanted]

    def _alarms_of(self, row: TreeRow) -> list[Spell]:
        known = spells(self.wb.events(row["id"], limit=MOST_EVENTS), self.period.start, self.until)
        measured, rated = self.energies.get(row["id"]), row["rated_kw"]
        peak, factor = (measured["peak_kw"], measured["power_factor"]) if measured else (None, None)
        if factor is None and not (rated and peak):
            return known
        limits = self.wb.limits(row["id"])["limits"]
        most = limits["overload_warning"]
        measured_alarms = [low_power_factor(factor, limits["power_factor_warning"])]
        if rated and peak and most is not None and peak > rated * most / 100:
            points = self.wb.over_time(row["id"], self.text, every="15min").points
            measured_alarms.append(overload(points, rated, most, self.errors[row["id"]]))
        return [*known, *(spell for spell in measured_alarms if spell is not None)]

    def local_time(self, instant: datetime | None) -> datetime | None:
        """An instant in the site's zone."""
        return None if instant is None else instant.astimezone(self.zone)

    def shifts(self, meter: str = "") -> list[ShiftRow]:
        """Energy and load of a meter, by its id, by the site's shifts."""
        return cast(list[ShiftRow], [*self.wb.load_shape(meter or self.meter["id"], self.text, by="shift").rows])

    def local(self, iso: str | None) -> datetime | None:
        """An instant of an answer in the site's zone."""
        return None if iso is None else datetime.fromisoformat(iso).astimezone(self.zone)


def below(rows: Sequence[MeterRow], root: str | None) -> list[TreeRow]:
    """Rows of the tree at and below a meter (all by default), each after its parent, with its depth."""
    known = {row["id"] for row in rows}
    children: dict[str | None, list[MeterRow]] = {}
    for row in rows:
        children.setdefault(row["parent_id"] if row["parent_id"] in known else None, []).append(row)
    tree: list[TreeRow] = []

    def walk(row: MeterRow, depth: int) -> None:
        inside = children.get(row["id"], [])
        tree.append(
            {
                "id": row["id"],
                "number": row["number"],
                "name": row["name"],
                "type": row["type"],
                "parent_id": row["parent_id"],
                "location": row["location"],
                "flow": row["flow"],
                "status": row["status"],
                "rated_kw": row["rated_kw"],
                "depth": depth,
                "node": bool(inside),
            }
        )
        for child in inside:
            walk(child, depth + 1)

    for row in [r for r in rows if r["id"] == root] if root else children.get(None, []):
        walk(row, 0)
    return tree


def _metered(row: TreeRow, energy: EnergyRow) -> MeteredRow:
    return {
        **energy,
        "id": row["id"],
        "parent_id": row["parent_id"],
        "flow": row["flow"],
        "depth": row["depth"],
        "node": row["node"],
    }


def source_kinds(rows: Sequence[MeterRow]) -> dict[str, str]:
    """By id of the site's sources which of `SOURCE_TYPES` each is, by the rule of every answer about generation."""
    keys = {row["id"]: key for key, row in enumerate(rows, 1)}
    ids = {key: number for number, key in keys.items()}
    meters = [
        Meter(
            key=keys[row["id"]],
            number=row["number"],
            name="",
            type=MeterType(row["type"]),
            parent=keys.get(row["parent_id"] or ""),
            flow=Flow(row["flow"]),
            fuel=Fuel(row["fuel"]) if row["fuel"] else None,
            seen_by_parent=row["seen_by_parent"],
        )
        for row in rows
    ]
    by_kind = sources(meters)
    groups = (by_kind.grid, by_kind.generators, by_kind.solar, by_kind.others)
    return {ids[meter.key]: kind for kind, group in zip(SOURCE_TYPES, groups, strict=True) for meter in group}


def known_sum(values: list[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
