"""Sankey of power or energy: sources flow into the busbar, loads out of it, and each loss is a flow of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.rounding import rounded
from energy_workbench.figures.flows.fewer import FEWER, Fewer
from energy_workbench.figures.flows.network import FEEDING, Network, Node, below
from energy_workbench.figures.flows.sankey import Sankey, Style
from energy_workbench.figures.flows.unmetered import UNJUDGED, UNMETERED, UNMETERED_LINK, Link, meter_label
from energy_workbench.figures.schema import Figure
from energy_workbench.figures.theme import LIGHT, Theme, message
from energy_workbench.figures.wording.folded import together
from energy_workbench.figures.wording.verdicts import VERDICTS, colour_of
from energy_workbench.figures.wording.words import BREAK, NOTHING, amount, percent, states, title

LABELLED = 0.004
"""Share of the whole from which a loss that is no hotspot has a label [1]."""

OVERVIEW = 3
"""Levels below the root that the overview shows: grid, main, distribution, units."""

STYLE = Style(
    least=400,
    row=19,
    tight=18,
    many=40,
    node=Markup("<b>%{customdata[1]}</b><br>%{customdata[3]}%{customdata[2]}<extra></extra>"),
    link=Markup("%{customdata[1]}<br><b>%{customdata[2]}</b><extra></extra>"),
)


def power_flow(
    flow: Mapping[str, Any],
    *,
    theme: Theme = LIGHT,
    levels: int | None = None,
    meters: Mapping[str, Mapping[str, Any]] | None = None,
    root: str | None = None,
    colour: str = "state",
    height: int | None = None,
    errors: Mapping[str, float] | None = None,
    loss_errors: Mapping[str, float | None] | None = None,
    fewer: Fewer | None = FEWER,
) -> Figure:
    """Draw a flow.

    Parameters
    ----------
    flow : mapping
        Payload with `unit` ("kW" or "kWh"), `nodes` and `links`.
    levels : int, optional
        Levels of the tree below its root to show; all by default. What is below is part of its parent.
    meters : mapping of str to mapping, optional
        By id: status, health and communication, for the hover texts, and `parent_id`, which `root` needs.
    root : str, optional
        Id of a meter: only what is below it is drawn.
    colour : str
        What the colour of a node says: `state` of its meter, or `loss`, the verdict of its balance.
    height : int, optional
        Of the figure [px]; as its nodes need by default. Nodes stand apart at the height that they are placed for.
    errors : mapping of str to float, optional
        By id of a meter its expanded uncertainty as a share of what it measures [1]: labels stop where it does.
    loss_errors : mapping of str to float or None, optional
        By id of a node that of its loss [% of its supply], likewise.
    fewer : Fewer, optional
        Of more links the largest below each node are drawn, its others as one; None draws all.
    """
    unit = str(flow["unit"])
    quantity = "power" if unit == "kW" else "energy"
    network = Network.of(flow, None if root is None else below(root, meters or {}), levels, fewer)
    if not network.links:
        when = "now: no meter reports it" if quantity == "power" else "for this period yet"
        return message(theme, f"No flow of {quantity} is known {when}.")
    whole = max(network.supply.values())
    drawing = _Drawing(Sankey(theme, whole), unit, network, meters or {}, errors or {}, loss_errors or {})
    drawing.nodes(by_verdict=colour == "loss")
    drawing.links()
    lost = sum(link["value"] for link in network.losses.values())
    summary = f"Flow of {quantity}: {amount(whole, unit)} through the largest node, {amount(lost, unit)} lost."
    if folded := sum(node.get("folded", 0) for node in network.nodes.values()):
        summary += f" {folded:,} smaller meters are drawn together with those beside them."
    style = STYLE if height is None else replace(STYLE, least=height, row=0, tight=0)
    return drawing.sankey.figure(replace(style, unit=unit), summary, "flow")


@dataclass
class _Drawing:
    """Puts the nodes, losses and flows of a network into a Sankey; parameters as of `power_flow`."""

    sankey: Sankey
    unit: str
    network: Network
    meters: Mapping[str, Mapping[str, Any]]
    errors: Mapping[str, float]
    loss_errors: Mapping[str, float | None]
    index: dict[str, int] = field(default_factory=dict)
    """Of each node in the Sankey, by id."""

    @property
    def theme(self) -> Theme:
        return self.sankey.theme

    def nodes(self, *, by_verdict: bool) -> None:
        """Add each meter, and after all that is below it its loss."""
        for key, after in self.network.walk():
            if not after:
                self._node(key, by_verdict=by_verdict)
            elif key in self.network.losses:
                self._loss(self.network.losses[key])

    def links(self) -> None:
        """Add what flows between the meters."""
        nodes = self.network.nodes
        for link in self.network.links:
            if link["kind"] == "loss":
                continue
            source, target = nodes[link["source"]], nodes[link["target"]]
            ends = self.index[link["source"]], self.index[link["target"]]
            text = title(source) + " → " + title(target)
            if link["kind"] == UNMETERED_LINK:
                self.sankey.stub(*ends, link["meter"], [text, UNMETERED[link["metering"]]])
            else:
                size = amount(link["value"], self.unit)
                self.sankey.flow(*ends, link["value"], source["type"], link["target"], [text, size])

    def _node(self, key: str, *, by_verdict: bool) -> None:
        node, depth = self.network.nodes[key], self.network.depths[key]
        meter = self.meters.get(key, {})
        parent = self.network.nodes.get(meter.get("parent_id") or "", {})
        source, part = self._from_above(key)
        label = meter_label(
            title(node, parent.get("number")),
            part=part,
            source=source,
            unit=self.unit,
            metering=node.get("metering"),
            own=(node.get("value") or 0.0) if key in self.network.open else 0.0,
            error=self.errors.get(key),
            set_off=self.network.set_off.get(key, 0.0),
        )
        words = states(meter) if "folded" not in node else together(node)
        self.index[key] = self.sankey.node(
            label,
            self._colour(node, by_verdict=by_verdict),
            key,
            [node["name"] or node["number"], self._measured(node) + (BREAK + words if words else "")],
            depth - 2 * (key in self.network.feeding and depth > 1),
        )

    def _colour(self, node: Node, *, by_verdict: bool) -> str:
        if by_verdict:
            verdict = node.get("verdict")
            return colour_of(self.theme, verdict) if verdict else self.theme.quiet
        return self.theme.state.get(node.get("colour") or "", self.theme.quiet)

    def _from_above(self, key: str) -> tuple[str, float | None]:
        """Where a node that is fed from below too has the rest from, and how much of it."""
        node = self.network.nodes[key]
        if key in self.network.from_above:
            source, part = self.network.from_above[key]
            upper: Mapping[str, Any] = self.network.nodes[source]
        else:
            # What comes from outside of the drawing is not in any link: the meter has counted it.
            upper = self.meters.get(str(self.meters.get(key, {}).get("parent_id")), {})
            counted = (node.get("value") or 0.0) - (node.get("export") or 0.0)
            part = counted if key in self.network.fed and node["type"] not in FEEDING else 0.0
        return ("grid" if upper.get("type", "grid") == "grid" else upper["number"]), part

    def _measured(self, node: Node) -> Markup:
        """What the meter itself says, for the hover: imports and exports where it has both."""
        value, export = node.get("value"), node.get("export")
        if value is None or not export or node["type"] in FEEDING:
            return NOTHING if value is None else BREAK + f"its meter: {amount(value, self.unit)}"
        return BREAK + f"its meter: {amount(value, self.unit)} in, {amount(export, self.unit)} out"

    def _loss(self, link: Link) -> None:
        """Add a loss, marked as its verdict says: a hotspot strongly, and what nobody can judge with the reason why."""
        key, value = link["source"], link["value"]
        node = self.network.nodes[key]
        verdict = node.get("verdict") or ""
        look, hot = VERDICTS.get(verdict), verdict == "hotspot"
        known, error = node.get("loss_percent"), self.loss_errors.get(key)
        share = value / self.network.supply[key] if known is None else known / 100
        size = percent(share, 1) if error is None else f"{rounded(100 * share, error, 2)} %"
        text = f"{f'{look.icon} {look.word.capitalize()}' if look and hot else 'Loss'} {size}"
        text += f", {look.word}" if look and verdict in UNJUDGED else ""
        judged = BREAK + f"{look.icon} {look.word}" if look else ""
        at_side = self.sankey.node(
            text if hot or value >= LABELLED * self.sankey.whole else "",
            self.theme.state["red"] if hot else self.theme.loss,
            key,
            [Markup("Loss at {}").format(title(node)), Markup("<br>{} of its supply{}").format(size, judged)],
            self.network.depths[key] + 1,
        )
        colour = self.theme.hotspot if hot else self.theme.loss
        self.sankey.link(self.index[key], at_side, value, colour, key, [text, amount(value, self.unit)])
