"""A Sankey as it is collected: nodes in the order of the tree, each in its column, and the flows between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from energy_workbench.domain.throughput import throughput
from energy_workbench.figures.flows import sankey_layout
from energy_workbench.figures.theme import Figure, Theme, layout
from energy_workbench.figures.wording.words import amount, drawn

MARGIN, GAP, THICKNESS = 14, 12, 14
"""Margins above and below, least distance and width of the nodes [px]."""


Label = str | Callable[[float], str]
"""A text, or what makes it from the size of the bar: what goes through the node. It is escaped unless it is Markup."""


@dataclass(frozen=True)
class Style:
    """What sets one kind of Sankey apart.

    Attributes
    ----------
    least, row, tight : int
        Least height of the figure; height for each node of the fullest column; the same where there are many [px].
    many : int
        How many nodes of a column that is.
    node, link : Markup
        What is told of the node and of the flow under the mouse; the texts given with each are `customdata`.
    unit : str
        Of the values in these.
    """

    least: int
    row: int
    tight: int
    many: int
    node: Markup
    link: Markup
    unit: str = ""


@dataclass
class Sankey:
    """Collects nodes and flows, and draws them; columns may begin left of 0."""

    theme: Theme
    labels: list[Label] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    about: list[list[str]] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    links: list[tuple[int, int, float, str, list[str]]] = field(default_factory=list)
    stubs: set[tuple[int, int]] = field(default_factory=set)
    """Ends of flows of unknown size, which are drawn and counted nowhere."""

    def node(self, label: Label, colour: str, meter: str, about: Sequence[str], column: int) -> int:
        """Add a node; its index.

        Parameters
        ----------
        meter : str
            Id of the meter that a click means.
        about : sequence of str
            Texts for the mouse: each is escaped unless it is Markup.
        """
        self.labels.append(label)
        self.colours.append(colour)
        self.about.append([meter, *map(escape, about)])
        self.columns.append(column)
        return len(self.labels) - 1

    def flow(self, source: int, target: int, value: float, colour: str, meter: str, about: Sequence[str]) -> None:
        """Add a flow from one node to another."""
        self.links.append((source, target, value, colour, [meter, *map(escape, about)]))

    def stub(self, source: int, target: int, value: float, colour: str, meter: str, about: Sequence[str]) -> None:
        """Add a flow of unknown size, drawn as wide as `value`."""
        self.stubs.add((source, target))
        self.flow(source, target, value, colour, meter, about)

    def figure(self, style: Style, summary: str, view: str) -> Figure:
        """What was collected, laid out; zoom and selection stay while `view` does."""
        source, target, value, colour, about = (list(column) for column in zip(*self.links, strict=True))
        ends = list(zip(source, target, value, strict=True))
        through = throughput(link for link in ends if link[:2] not in self.stubs)
        height, xs, ys = self._places(style, throughput(ends))
        trace = {
            "type": "sankey",
            # Plotly takes the press on a node that can be dragged for a drag: fixed nodes can be clicked.
            "arrangement": "fixed",
            "textfont": {"color": self.theme.ink, "size": self.theme.label},
            "node": {
                "label": [
                    escape(text if isinstance(text, str) else text(through.get(node, 0.0)))
                    for node, text in enumerate(self.labels)
                ],
                "color": self.colours,
                "customdata": [
                    [*about, amount(through.get(node, 0.0), style.unit)] for node, about in enumerate(self.about)
                ],
                "x": xs,
                "y": ys,
                "align": "left",
                "pad": GAP,
                "thickness": THICKNESS,
                "line": {"width": 0},
                "hovertemplate": style.node,
            },
            "link": {
                "source": source,
                "target": target,
                "value": [drawn(each) for each in value],
                "color": colour,
                "customdata": about,
                "hovertemplate": style.link,
            },
        }
        if style.unit:
            trace |= {"valueformat": ",.4~g", "valuesuffix": f" {style.unit}"}
        look = layout(self.theme, summary=summary, meta={"height": height}, uirevision=view)
        return {"data": [trace], "layout": {**look, "margin": {"l": 4, "r": 4, "t": MARGIN, "b": MARGIN}}}

    def _places(self, style: Style, through: Mapping[int, float]) -> tuple[int, list[float], list[float]]:
        """Height of the figure [px], and where each node is [share of width, share of height]."""
        count = range(len(self.labels))
        right: dict[int, list[int]] = {}
        for source, target, *_ in self.links:
            right.setdefault(source, []).append(target)
        values = {node: through.get(node, 0.0) for node in count}
        first, last = min(self.columns), max(self.columns)
        columns: list[list[int]] = [[] for _ in range(first, last + 1)]
        for node in count:
            columns[self.columns[node] - first].append(node)
        fullest = max(map(len, columns))
        room = max(style.least - 2 * MARGIN, fullest * (style.row if fullest < style.many else style.tight))
        tall = sankey_layout.heights(columns, values, room, GAP)
        middles = sankey_layout.centres(columns, right, tall, room, GAP)
        wide = max(1, last - first)
        # Plotly takes 0 for "not given".
        xs = [round(min(max((column - first) / wide, 0.001), 0.999), 3) for column in self.columns]
        ys = [round(min(max(middles[node] / room, 0.001), 0.999), 4) for node in count]
        return room + 2 * MARGIN, xs, ys
