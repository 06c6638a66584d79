"""Energy flow and losses: sources, the flow through the tree, the balance of each node."""

from __future__ import annotations

from energy_workbench.contract.rows.losses import NodeRow
from energy_workbench.domain.lost import error_together, percent_error
from energy_workbench.figures.flows.unmetered import UNJUDGED
from energy_workbench.figures.wording.verdicts import VERDICTS
from energy_workbench.reports.content import charts, words
from energy_workbench.reports.content.blocks import (
    Card,
    Cell,
    Column,
    Element,
    Figure,
    Section,
    amount,
    bullets,
    heading,
    known_within,
    paragraph,
    table,
)
from energy_workbench.reports.report_context import SOURCE_TYPES, ReportContext, SourceRow, known_sum
from energy_workbench.reports.sections.front import loss_card


def power_flow(about: ReportContext) -> Section:
    """Where the energy came from and went to; nothing in a report of one meter."""
    if not about.whole:
        return Section()
    supply = known_sum([s["delivered_kwh"] for s in about.sources])
    rows = [
        (
            s["number"],
            s["name"],
            *(known_within(kwh, about.errors[s["id"]]) for kwh in (s["delivered_kwh"], s["returned_kwh"])),
            _share(s, supply),
        )
        for s in about.sources
    ]
    parts: list[Element] = [heading("Where the energy went", page=True)]
    if any(link["value"] for link in about.flow.links):
        text = (
            "Width is energy [kWh], net where it went both ways within the period. Sources feed the busbar from the "
            "left; what no meter below accounts for leaves as loss. Machines are in the table of meters."
        )
        doubts = {row["meter"]: percent_error(row) for row in about.balance.rows}
        drawn = charts.sankey(about.flow.to_dict(), about.errors, doubts)
        parts += [paragraph(text, kind="note"), Figure(drawn, "Flow of energy [kWh]")]
    else:
        parts.append(paragraph("No flow of energy is known for this period."))
    if rows:
        columns = [
            Column("Source", "text"),
            Column("Name", "text"),
            Column("Delivered", unit="kWh"),
            Column("Sent back", unit="kWh"),
            Column("Share of supply", "share"),
        ]
        parts += [heading("Sources", level=3), table("Sources", columns, rows)]
    return Section(tuple(parts))


def losses_figures(about: ReportContext) -> list[Card]:
    """Key figures of what was lost."""
    nodes = [row for row in about.balance.rows if row["loss_kwh"] is not None]
    supply = known_sum([s["delivered_kwh"] for s in about.sources]) if about.whole else about.hourly.total_kwh
    share = about.error_of(*SOURCE_TYPES) if about.whole else about.error
    hot = [row for row in nodes if row["verdict"] == "hotspot"]
    proven = known_sum([row["loss_kwh"] for row in hot])
    cards = [
        amount(
            "Supply",
            supply,
            "kWh",
            "what the sources delivered" if about.whole else about.number,
            error=None if share is None or supply is None else share * abs(supply),
        ),
        loss_card(about),
        Card(
            "Hotspots",
            words.number(len(hot)),
            "",
            f"of {len(nodes)} nodes; {words.measured(proven or 0.0, error_together(hot))} kWh lost there",
        ),
    ]
    if hot:
        worst = max(hot, key=lambda row: row["loss_percent"] or 0.0)
        percent = words.measured(worst["loss_percent"], percent_error(worst), 2)
        cards.append(Card(f"Worst, {worst['number']}", percent, "%", "of its supply", worst["loss_percent"]))
    return cards


def losses(about: ReportContext, *, page: bool = False) -> Section:
    """What every node received, what its meters below account for, and whether the difference means anything."""
    nodes = about.balance.rows
    if not nodes:
        return Section()
    threshold = words.number(about.balance.threshold_percent, 1)
    parts: list[Element] = [
        heading("Losses", page=page),
        paragraph(
            "Loss is what a node receives less what the meters below it account for: cables, transformers, what no "
            "meter measures, and the errors of the meters themselves. It is taken between instants at which the "
            "registers of all meters of the node are known; supply, loss and per cent are those of these times, and "
            f"Known is their share of the period. A hotspot loses more than {threshold} % and more than its meters can "
            "err (± is the expanded uncertainty, k = 2).",
            kind="note",
        ),
    ]
    if any(row["loss_percent"] is not None and row["verdict"] not in UNJUDGED for row in nodes):
        parts.append(Figure(charts.losses(about.balance.to_dict()), "Losses of the nodes [% of their supply]"))
    ordered = sorted(nodes, key=lambda row: -(row["loss_kwh"] or 0.0))
    columns = [
        Column("Node", "text", width=16),
        Column("Name", "text", width=20),
        Column("Supply", unit="kWh", width=12),
        Column("Loss", unit="kWh", width=10),
        Column("Loss", unit="%", digits=2, width=8),
        Column("±", unit="kWh", width=8.5),
        Column("Known", "share", width=8.5),
        Column("Verdict", "text", width=17),
    ]
    rows = [
        (
            row["number"],
            row["name"],
            known_within(row["supply_kwh"], about.errors.get(row["meter"])),
            Cell(row["loss_kwh"], error=row["uncertainty_kwh"]),
            Cell(row["loss_percent"], error=percent_error(row)),
            Cell(row["uncertainty_kwh"], error=row["uncertainty_kwh"]),
            row["completeness"],
            VERDICTS[row["verdict"]].word.capitalize(),
        )
        for row in ordered
    ]
    parts += [heading("Balance of the nodes", level=3), table("Losses", columns, rows)]
    if said := [f"{row['number']}: {row['reason']}" for row in ordered if _worth_saying(row)]:
        parts += [heading("What the balance says", level=3), bullets(said)]
    return Section(tuple(parts))


def _worth_saying(row: NodeRow) -> bool:
    return bool(row["reason"]) and row["verdict"] in ("hotspot", "surplus", *UNJUDGED)


def _share(source: SourceRow, supply: float | None) -> Cell | None:
    if not supply or source["delivered_kwh"] is None:
        return None
    share = source["delivered_kwh"] / supply
    return Cell(share, bar=share)
