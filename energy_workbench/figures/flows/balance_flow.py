"""Sankey of a balance: the supply of each node, its demand, and its loss as a flow of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from energy_workbench.figures.flows.balance_rows import DrawnChild, DrawnNode
from energy_workbench.figures.flows.fewer import FEWER, ROOM, Fewer
from energy_workbench.figures.flows.fewer_children import fewer_children
from energy_workbench.figures.flows.sankey import Sankey, Style
from energy_workbench.figures.flows.unmetered import UNJUDGED, UNMETERED, meter_label
from energy_workbench.figures.schema import Figure
from energy_workbench.figures.theme import LIGHT, Theme, message
from energy_workbench.figures.wording import losses
from energy_workbench.figures.wording.folded import together
from energy_workbench.figures.wording.verdicts import VERDICTS, colour_of, verdict_text
from energy_workbench.figures.wording.words import BREAK, amount, percent, title

LEAST_SHARE = 0.001
"""A flow against a meter's main direction is drawn from this share of the whole [1]."""

LABELLED = 0.004
"""A loss that is no hotspot has a label from this share of the whole [1]."""

STYLE = Style(
    least=380,
    row=20,
    tight=20,
    many=0,
    node=Markup("%{customdata[1]}<extra></extra>"),
    link=Markup("%{customdata[1]}<extra></extra>"),
)

NAMED = 20
"""Nodes that the summary names."""

NEAR = 0.35
"""Opacity of a loss's flow [1]."""


def balance_flow(
    payload: Mapping[str, Any],
    roots: Sequence[str],
    *,
    theme: Theme = LIGHT,
    levels: int | None = None,
    fewer: Fewer | None = FEWER,
) -> Figure:
    """Draw the balance of some nodes and of what is below them.

    Parameters
    ----------
    payload : mapping
        Of a balance: `items` with their `children`, as `as_known` completes them.
    roots : sequence of str
        Ids of the nodes in view.
    levels : int, optional
        Levels below them that are drawn; what is deeper is part of its node. All by default.
    fewer : Fewer, optional
        Of more flows the largest below each node are drawn, its others as one; None draws all.

    Notes
    -----
    Energies of a node are over the spans in which all of its registers are known, so each node is exact in itself;
    where its completeness differs from its parent's, its bar is drawn as wide as the larger side. A node without a
    verdict shows what the meters below it measured, without a loss; a flow that no meter tells is a grey stub.
    """
    rows: dict[str, DrawnNode] = {row["meter"]: row for row in payload["items"]}
    shown = [rows[root] for root in roots if root in rows and rows[root]["supply_kwh"] is not None]
    sankey = Sankey(theme, sum(map(_through, shown)))
    closed: Set[str] = frozenset()
    if fewer is not None:
        largest = sorted(shown, key=_through, reverse=True)[: fewer.most // ROOM]
        shown = [row for row in shown if row in largest]
        rows, closed = fewer_children(rows, [row["meter"] for row in shown], levels, fewer)
        shown = [rows[row["meter"]] for row in shown]
    drawing = _Drawing(sankey, rows, closed)
    for row in shown:
        drawing.root(row, levels)
    if not sankey.whole or not sankey.links:
        return message(theme, "No balance is known for this period: no node has actual values of all its meters.")
    names, hot = _first([row["number"] for row in shown]), drawing.hotspots
    hotspots = f"{len(hot)} hotspots: {_first(hot)}" if hot else "no hotspot"
    judged = [row["supply_kwh"] or 0.0 for row in shown if row["verdict"] not in UNJUDGED]
    supplied = f"{amount(sum(judged), 'kWh')} supplied" if judged else "supply not known"
    return sankey.figure(STYLE, f"Balance of {names}: {supplied}, {hotspots}", f"balance {' '.join(roots)}")


@dataclass
class _Drawing:
    """Goes through the balance from the nodes in view downwards; what feeds a node stands left of it."""

    sankey: Sankey
    rows: Mapping[str, DrawnNode]
    closed: Set[str]
    """Ids of the nodes of which nothing below is drawn, as there is too much of it."""
    hotspots: list[str] = field(default_factory=list)

    @property
    def theme(self) -> Theme:
        return self.sankey.theme

    def root(self, row: DrawnNode, levels: int | None) -> None:
        """A node in view, what comes into it from above, and all below."""
        parent = self.rows.get(row["parent_id"] or "")
        imported = (row["supply_kwh"] or 0.0) - sum(child["delivered_kwh"] or 0.0 for child in row["children"])
        exported = (row["demand_kwh"] or 0.0) - sum(child["taken_kwh"] or 0.0 for child in row["children"])
        above = f"from {parent['number']}" if parent else "from outside"
        feeds = any(self._is_drawn(child["delivered_kwh"]) for child in row["children"])
        entry = -1
        if self._is_drawn(imported) and (parent or (feeds and row["type"] != "grid")):
            entry = self._node(above, imported, parent or row, column=-1)
        at = self._meter(row, imported, 0, source=parent)
        if entry >= 0:
            kind = parent["type"] if parent else "grid"
            self._flow(entry, at, imported, kind, row["meter"], f"{above} into {row['number']}")
        self._below(row, at, 0, levels)
        if self._is_drawn(exported):
            back = self._node(f"back to {parent['number'] if parent else 'the grid'}", exported, row, column=1)
            self._flow(at, back, exported, row["type"], row["meter"], f"{row['number']} sends back")

    def _below(self, row: DrawnNode, at: int, column: int, levels: int | None) -> None:
        """What is below a node: first what feeds it, then what it feeds, then what is lost."""
        if levels == 0:
            return
        deeper = None if levels is None else levels - 1
        children = sorted(row["children"], key=lambda child: (child["taken_kwh"] or 0) >= (child["delivered_kwh"] or 0))
        for child in children:
            taken, delivered = child["taken_kwh"] or 0.0, child["delivered_kwh"] or 0.0
            unmetered = child.get("metering") in UNMETERED
            feeds = child["producer"] if unmetered else delivered > taken
            if not unmetered and not self._is_drawn(max(taken, delivered), least=0.0):
                continue
            child_column = column - 1 if feeds else column + 1
            other = self._meter(child, 0.0 if feeds else taken, child_column, source=row)
            pair = row["number"], child["number"]
            if unmetered:
                self._stub(*((other, at) if feeds else (at, other)), child, " → ".join(pair[::-1] if feeds else pair))
            elif feeds:
                self._flow(other, at, delivered, child["type"], child["meter"], f"{pair[1]} → {pair[0]}")
                if self._is_drawn(taken):
                    stub = self._node(f"to {pair[1]}", taken, child, column=column + 1)
                    self._flow(at, stub, taken, row["type"], child["meter"], f"{pair[0]} → {pair[1]}")
            else:
                self._flow(at, other, taken, row["type"], child["meter"], f"{pair[0]} → {pair[1]}")
                if self._is_drawn(delivered):
                    stub = self._node(f"back to {pair[0]}", delivered, child, column=child_column + 1)
                    self._flow(other, stub, delivered, child["type"], child["meter"], f"{pair[1]} → {pair[0]}")
            if (inner := self.rows.get(child["meter"])) and child["meter"] not in self.closed:
                self._below(inner, other, child_column, deeper)
        self._loss(row, at, column)

    def _loss(self, row: DrawnNode, at: int, column: int) -> None:
        loss, verdict = row["loss_kwh"], row["verdict"]
        if verdict == "hotspot":
            self.hotspots.append(row["number"])
        if not loss or (loss < 0 and verdict != "surplus"):
            return
        strong = verdict in ("hotspot", "surplus")
        share = "" if row["loss_percent"] is None else f"  {losses.share(row, size=True)}"
        word = "measured too much" if loss < 0 else "lost"
        text = f"{VERDICTS[verdict].icon} {losses.loss(row, size=True)} {word}{share}"
        labelled = strong or abs(loss) >= LABELLED * self.sankey.whole
        colour = colour_of(self.theme, verdict)
        hover = [_hover(row)]
        at_side = column + 1 if loss > 0 else column - 1
        end = self.sankey.node(text if labelled else "", colour, row["meter"], hover, at_side)
        ends = (at, end) if loss > 0 else (end, at)
        self.sankey.link(*ends, abs(loss), colour if strong else _faint(colour), row["meter"], hover)

    def _meter(self, meter: DrawnNode | DrawnChild, taken: float, column: int, source: DrawnNode | None = None) -> int:
        """The bar of a meter; of what goes through it, `taken` comes from `source`, or from outside [kWh]."""
        row = self.rows.get(meter["meter"])
        inside = Markup("<br>{}").format(_hover(row)) if row else ""
        icon = f"{VERDICTS[row['verdict']].icon} " if row and row["verdict"] not in ("ok", "within_error") else ""
        colour = colour_of(self.theme, row["verdict"]) if row else self.theme.quiet
        name = Markup("{}{}").format(icon, title(meter, source["number"] if source and column else ""))
        upper = "grid" if source is None or source["type"] == "grid" else source["number"]
        label = meter_label(
            name,
            part=taken,
            source=upper,
            unit="kWh",
            metering=meter.get("metering"),
            own=_through(row) if row and row["verdict"] in UNJUDGED else 0.0,
        )
        if "folded" in meter:
            inside = BREAK + together(meter)
        hover = Markup("<b>{}</b> {}{}").format(meter["number"], meter["name"], inside)
        return self.sankey.node(label, colour, meter["meter"], [hover], column)

    def _node(self, text: str, value: float, meter: DrawnNode | DrawnChild, *, column: int) -> int:
        """A node that stands for where energy comes from or goes to, beside the meters."""
        hover = Markup("<b>{}</b><br>{}").format(text, amount(value, "kWh"))
        return self.sankey.node(f"{text}  {amount(value, 'kWh')}", self.theme.quiet, meter["meter"], [hover], column)

    def _flow(self, source: int, target: int, value: float, kind: str, meter: str, text: str) -> None:
        hover = Markup("{}<br><b>{}</b>").format(text, amount(value, "kWh"))
        self.sankey.flow(source, target, value, kind, meter, [hover])

    def _stub(self, source: int, target: int, child: DrawnChild, text: str) -> None:
        """A flow of which no meter says how large it is."""
        hover = Markup("{}<br><b>{}</b>").format(text, UNMETERED[child["metering"]])
        self.sankey.stub(source, target, child["meter"], [hover])

    def _is_drawn(self, value: float | None, least: float = LEAST_SHARE) -> bool:
        return (value or 0.0) > least * self.sankey.whole


def _first(numbers: Sequence[str]) -> str:
    """The first of them; of all there may be thousands."""
    more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
    return ", ".join(numbers[:NAMED]) + more


def _through(row: DrawnNode) -> float:
    return max(row["supply_kwh"] or 0.0, row["demand_kwh"] or 0.0)


def _faint(colour: str) -> str:
    """A hexadecimal colour as a transparent one."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{NEAR})"


def _hover(row: DrawnNode) -> Markup:
    """Loss, uncertainty, verdict and completeness of a node, on a few short lines."""
    if row["loss_kwh"] is None:
        return Markup("{}<br>{} of the time known").format(verdict_text(row["verdict"]), percent(row["completeness"]))
    share = "" if row["loss_percent"] is None else f", {losses.share(row)} of its supply"
    return Markup("loss {} {}{}<br>{}, {} of the time known").format(
        losses.loss(row), losses.doubt(row), share, verdict_text(row["verdict"]), percent(row["completeness"])
    )
