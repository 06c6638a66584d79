"""The Sankey of power or energy: sources flow into the busbar, loads out of it, and losses are flows of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.rounding import rounded
from energy_workbench.figures.flows.both_ways import set_off
from energy_workbench.figures.flows.sankey import Label, Sankey, Style
from energy_workbench.figures.flows.unmetered import STUB, UNJUDGED, UNMETERED, sized, stubs
from energy_workbench.figures.theme import LIGHT, Figure, Theme, message
from energy_workbench.figures.wording.verdicts import VERDICTS, colour_of
from energy_workbench.figures.wording.words import BREAK, NOTHING, amount, percent, states, title

LABELLED = 0.004
"""Share of the whole from which a loss that is no hotspot has a label [1]."""

OVERVIEW = 3
"""Levels below the root that the overview shows: grid, main, distribution, units."""

FEEDING = ("generator", "solar")
"""Types that stand left of what they feed, beside the grid, while they feed it, though the tree has them below."""

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
    """
    unit = str(flow["unit"])
    named = {node["id"]: node for node in flow["nodes"]}
    links = [link for link in flow["links"] if link["value"] > 0 and link["source"] in named]
    if root is not None:
        inside = below(root, meters or {})
        links = [
            link for link in links if link["source"] in inside and (link["kind"] == "loss" or link["target"] in inside)
        ]
        named = {key: node for key, node in named.items() if key in inside}
    if links:
        links += stubs(named)
    depths = _depths(list(named), links)
    if levels is not None:
        links = [link for link in links if _shown(link, depths, levels)]
    if not links:
        what = "power" if unit == "kW" else "energy"
        return message(theme, f"No flow of {what} is known for this time yet.")

    supply: dict[str, float] = {}
    for link in links:
        supply[link["source"]] = supply.get(link["source"], 0.0) + link["value"]
    whole = max(supply.values())

    feeding = {link["source"] for link in links if link["kind"] != "loss" and named[link["source"]]["type"] in FEEDING}
    above = {
        link["target"]: (link["source"], link["value"])
        for link in links
        if link["kind"] == "flow" and depths[link["source"]] < depths[link["target"]]
    }
    fed = {link["target"] for link in links if link["kind"] == "flow"}
    drawing = _Drawing(theme, unit, named, depths, feeding, meters or {}, above, fed, plain=colour == "loss")
    drawing.errors, drawing.loss_errors = errors or {}, loss_errors or {}
    drawing.set_off = set_off(named, links)
    drawing.open = {end for link in links if link["kind"] == "unmetered" for end in (link["source"], link["target"])}
    losses = {link["source"]: link for link in links if link["kind"] == "loss"}
    for key, after in _tree_order(list(named), links, depths):
        if not after:
            drawing.node(key)
        elif key in losses:
            loss = losses[key]
            known = named[key].get("loss_percent")
            share = loss["value"] / supply[key] if known is None else known / 100
            drawing.loss(loss, share, large=loss["value"] >= LABELLED * whole)
    if colour == "loss":
        drawing.paint()
    for link in links:
        if link["kind"] == "flow":
            drawing.flow(link)
        elif link["kind"] == "unmetered":
            drawing.stub(link, STUB * whole)
    lost = sum(link["value"] for link in losses.values())
    summary = f"Flow of {'power' if unit == 'kW' else 'energy'}: {amount(whole, unit)} through the largest node"
    style = STYLE if height is None else replace(STYLE, least=height, row=0, tight=0)
    return drawing.sankey.figure(replace(style, unit=unit), f"{summary}, {amount(lost, unit)} lost.", "flow")


def below(root: str, meters: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """A meter and all that are below it in the tree, by id.

    Parameters
    ----------
    meters : mapping of str to mapping
        By id, parents first: `parent_id`.
    """
    found = {root}
    for key, meter in meters.items():
        if meter.get("parent_id") in found:
            found.add(key)
    return found


class _Drawing:
    """Knows what each node of the tree and each flow looks like."""

    def __init__(
        self,
        theme: Theme,
        unit: str,
        named: Mapping[str, Mapping[str, Any]],
        depths: Mapping[str, int],
        feeding: Set[str],
        meters: Mapping[str, Mapping[str, Any]],
        above: Mapping[str, tuple[str, float]],
        fed: Set[str],
        *,
        plain: bool,
    ) -> None:
        self.plain, self.above, self.fed = plain, above, fed
        self.theme, self.unit, self.named, self.meters = theme, unit, named, meters
        self.depths, self.feeding = depths, feeding
        self.index: dict[str, int] = {}
        self.open: Set[str] = frozenset()
        self.set_off: Mapping[str, float] = {}
        self.errors: Mapping[str, float] = {}
        self.loss_errors: Mapping[str, float | None] = {}
        self.sankey = Sankey(theme)

    def node(self, key: str) -> None:
        node = dict(self.named[key])
        known = dict(self.meters.get(key, {}))
        words = states(known)
        above = self.named.get(known.get("parent_id") or "", {}).get("number")
        source, part = self._from_above(key)
        name = title(node, above)
        held = (node.get("value") or 0.0) if key in self.open else 0.0

        def label(through: float) -> str:
            through = max(through, held)  # Of what its own meter says, no flow shows what goes on unmetered.
            both, metering = self.set_off.get(key, 0.0), node.get("metering")
            size = sized(through, part, source, self.unit, metering, self.errors.get(key), set_off=both)
            return name + f"  {size}"

        self._add(
            key,
            label,
            self.theme.quiet if self.plain else self.theme.state.get(node.get("colour") or "", self.theme.quiet),
            key,
            [node["name"], self._measured(node) + (BREAK + words if words else "")],
            self.depths[key] - 2 * (key in self.feeding and self.depths[key] > 1),
        )

    def _from_above(self, key: str) -> tuple[str, float | None]:
        """Where a node that is fed from below too has the rest from, and how much of it."""
        node = self.named[key]
        if key in self.above:
            source, part = self.above[key]
            upper: Mapping[str, Any] = self.named[source]
        else:
            # What comes from outside of the drawing is not in any link: the meter has counted it.
            upper = self.meters.get(str(self.meters.get(key, {}).get("parent_id")), {})
            counted = (node.get("value") or 0.0) - (node.get("export") or 0.0)
            part = counted if key in self.fed and node["type"] not in FEEDING else 0.0
        return ("grid" if upper.get("type", "grid") == "grid" else upper["number"]), part

    def _measured(self, node: Mapping[str, Any]) -> Markup:
        """What the meter itself says, for the mouse: imports and exports where it has both."""
        value, export = node.get("value"), node.get("export")
        if value is None or not export or node["type"] in FEEDING:
            return NOTHING if value is None else BREAK + f"its meter: {amount(value, self.unit)}"
        return BREAK + f"its meter: {amount(value, self.unit)} in, {amount(export, self.unit)} out"

    def paint(self) -> None:
        """The colour of its verdict for each node that has one."""
        for key in self.index.keys() & self.named.keys():
            if verdict := self.named[key].get("verdict"):
                self.sankey.colours[self.index[key]] = colour_of(self.theme, verdict)

    def flow(self, link: Mapping[str, Any]) -> None:
        source, target = self.named[link["source"]], self.named[link["target"]]
        colour = self.theme.source.get(source["type"], self.theme.source[""])
        text = title(dict(source)) + " → " + title(dict(target))
        ends = self.index[link["source"]], self.index[link["target"]]
        self.sankey.flow(*ends, link["value"], colour, link["target"], [text, amount(link["value"], self.unit)])

    def stub(self, link: Mapping[str, Any], width: float) -> None:
        """A flow of unknown size between a meter and the one above it."""
        source, target = self.named[link["source"]], self.named[link["target"]]
        word = UNMETERED[str(link["metering"])]
        text = title(dict(source)) + " → " + title(dict(target))
        ends = self.index[link["source"]], self.index[link["target"]]
        self.sankey.stub(*ends, width, self.theme.tile["grey"][0], link["meter"], [text, word])

    def loss(self, link: Mapping[str, Any], share: float, *, large: bool) -> None:
        """A loss, marked as its verdict says: a hotspot strongly, and what nobody can judge with the reason why."""
        key = link["source"]
        verdict = self.named[key].get("verdict") or ""
        look, hot = VERDICTS.get(verdict), verdict == "hotspot"
        doubt = self.loss_errors.get(key)
        size = percent(share, 1) if doubt is None else f"{rounded(100 * share, doubt, 2)} %"
        told = f"{look.icon} {look.word.capitalize()}" if look and hot else "Loss"
        text = f"{told} {size}{f', {look.word}' if look and verdict in UNJUDGED else ''}"
        judged = BREAK + f"{look.icon} {look.word}" if look else ""
        about = Markup("<br>{} of its supply{}").format(size, judged)
        self._add(
            f"loss {key}",
            text if hot or large else "",
            self.theme.state["red"] if hot else self.theme.loss,
            key,
            [Markup("Loss at {}").format(title(dict(self.named[key]))), about],
            self.depths[key] + 1,
        )
        colour = self.theme.hotspot if hot else self.theme.loss
        ends = self.index[key], self.index[f"loss {key}"]
        self.sankey.flow(*ends, link["value"], colour, key, [text, amount(link["value"], self.unit)])

    def _add(self, key: str, label: Label, colour: str, meter: str, about: Sequence[str], column: int) -> None:
        self.index[key] = self.sankey.node(label, colour, meter, about, column)


def _tree_order(
    order: list[str], links: list[Mapping[str, Any]], depths: Mapping[str, int]
) -> Iterator[tuple[str, bool]]:
    """Each node that has a flow twice: before all that is below it, and after. Siblings stay together so."""
    below: dict[str, list[str]] = {}
    drawn_nodes = set()
    for link in links:
        drawn_nodes.add(link["source"])
        if link["kind"] != "loss":
            drawn_nodes.add(link["target"])
            upper, lower = sorted((link["source"], link["target"]), key=depths.__getitem__)
            below.setdefault(upper, []).append(lower)
    place = {key: index for index, key in enumerate(order)}
    waiting = [(key, False) for key in reversed(order) if key in drawn_nodes and depths[key] == 0]
    while waiting:
        key, after = waiting.pop()
        yield key, after
        if not after:
            waiting.append((key, True))
            waiting += [(child, False) for child in sorted(below.get(key, ()), key=place.__getitem__, reverse=True)]


def _depths(order: list[str], links: list[Mapping[str, Any]]) -> dict[str, int]:
    """Level of each node below its root: nodes come parents first, so the first of each part is its root."""
    beside: dict[str, list[str]] = {}
    for link in links:
        if link["kind"] != "loss":
            beside.setdefault(link["source"], []).append(link["target"])
            beside.setdefault(link["target"], []).append(link["source"])
    found: dict[str, int] = {}
    for root in order:
        if root in found:
            continue
        found[root] = 0
        waiting = [root]
        for key in waiting:
            for other in beside.get(key, ()):
                if other not in found:
                    found[other] = found[key] + 1
                    waiting.append(other)
    return found


def _shown(link: Mapping[str, Any], depths: Mapping[str, int], levels: int) -> bool:
    if link["kind"] == "loss":
        return depths[link["source"]] < levels
    return max(depths[link["source"]], depths[link["target"]]) <= levels
