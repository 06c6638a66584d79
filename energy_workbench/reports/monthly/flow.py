"""Where the energy went: sources, the flow through the tree, and what was lost on the way."""

from __future__ import annotations

from typing import Any

from energy_workbench.reports import charts, words
from energy_workbench.reports.elements import Column, Figure, Html, Section, bar, heading, paragraph, table
from energy_workbench.reports.monthly.collect import Monthly


def power_flow(data: Monthly) -> Section:
    """Where the energy came from and went to."""
    if data.flow is None:
        return Section()
    supply = supplied(data)
    rows = [
        (
            s["number"],
            s["name"],
            words.number(s["delivered_kwh"], 1),
            words.number(s["returned_kwh"], 1),
            bar(s["delivered_kwh"] / supply, words.percent(s["delivered_kwh"] / supply))
            if supply and s["delivered_kwh"] is not None
            else words.NONE,
        )
        for s in data.sources
    ]
    parts: list[Html | Figure] = [
        heading("Where the energy went", page=True),
        paragraph(
            "Width is energy [kWh]. Sources feed the busbar from the left; what no meter below accounts for "
            "leaves as loss. Machines are in the table of meters.",
            kind="note",
        ),
        Figure(charts.sankey(data.flow), "Flow of energy [kWh]"),
    ]
    if rows:
        columns = [Column("Source", False), Column("Name", False), Column("Delivered [kWh]"), Column("Sent back [kWh]")]
        parts += [heading("Sources", level=3), table([*columns, Column("Share of supply")], rows)]
    return Section(tuple(parts))


def losses(data: Monthly) -> Section:
    """What every node received and what its meters below account for."""
    rows = sorted(loss_rows(data), key=lambda row: -(row["loss"] or 0.0))
    if not rows:
        return Section()
    highest = max((row["share"] or 0.0 for row in rows), default=0.0) or 1.0
    columns = [Column("Node", False), Column("Name", False), Column("Supply [kWh]"), Column("Loss [kWh]")]
    cells = [
        (
            row["number"],
            row["name"],
            words.number(row["through"], 1),
            words.number(row["loss"], 1),
            bar(None if row["share"] is None else row["share"] / highest, words.percent(row["share"], 2)),
        )
        for row in rows
    ]
    text = (
        "Loss is what a node receives less what the meters below it account for: cables, transformers, what no meter "
        "measures, and the errors of the meters themselves. Supply is net of what flows back."
    )
    return Section(
        (heading("Losses"), paragraph(text, kind="note"), table([*columns, Column("Loss of supply")], cells))
    )


def loss_rows(data: Monthly) -> list[dict[str, Any]]:
    """Every node that energy leaves as loss: what goes through it [kWh], the loss [kWh] and its share [1]."""
    if data.flow is None:
        return []
    nodes = {node["id"]: node for node in data.flow["nodes"]}
    through: dict[str, float] = {}
    for link in data.flow["links"]:
        through[link["source"]] = through.get(link["source"], 0.0) + link["value"]
    return [
        {
            "number": nodes[link["source"]]["number"],
            "name": nodes[link["source"]]["name"],
            "through": through[link["source"]],
            "loss": link["value"],
            "share": link["value"] / through[link["source"]] if through[link["source"]] else None,
        }
        for link in data.flow["links"]
        if link["kind"] == "loss" and link["source"] in nodes
    ]


def supplied(data: Monthly) -> float | None:
    """Energy that all sources delivered to the site [kWh]."""
    return known_sum([s["delivered_kwh"] for s in data.sources])


def known_sum(values: list[float | None]) -> float | None:
    """The sum of what is known [kWh]; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
