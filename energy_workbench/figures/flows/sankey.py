"""A Sankey of meters: its nodes in the order of the tree, each in its column, and the flows between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from energy_workbench.domain.throughput import throughput
from energy_workbench.figures.flows import sankey_layout
from energy_workbench.figures.flows.unmetered import STUB
from energy_workbench.figures.schema import Figure, Trace
from energy_workbench.figures.theme import Theme, themed_layout
from energy_workbench.figures.wording.words import amount, plotted

MARGIN, GAP, THICKNESS = 14, 12, 14
"""Margins above and below, least distance and width of the nodes [px]."""
LEAST_WIDTH = 620
"""At which labels of neighbouring columns stand beside each other [px]."""


Label = str | Callable[[float], str]
"""A text, or what makes it from what goes through the node. It is escaped unless it is Markup."""


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
        Hover templates of nodes and of flows; the texts given with each are `customdata`.
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
    """Collects nodes and flows, and draws them; columns may begin left of 0.

    Attributes
    ----------
    whole : float
        What goes through the largest node, as a share of which flows of unknown size are drawn.
    """

    theme: Theme
    whole: float = 0.0
    labels: list[Label] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    hover: list[list[str]] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    links: list[tuple[int, int, float, str, list[str]]] = field(default_factory=list)
    stubs: set[tuple[int, int]] = field(default_factory=set)
    """Ends of flows of unknown size, which are drawn and counted nowhere."""

    def node(self, label: Label, colour: str, meter: str, hover: Sequence[str], column: int) -> int:
        """Add a node; its index.

        Parameters
        ----------
        meter : str
            Id of the meter that a click means.
        hover : sequence of str
            Texts for the hover template: each is escaped unless it is Markup.
        """
        self.labels.append(label)
        self.colours.append(colour)
        self.hover.append([meter, *map(escape, hover)])
        self.columns.append(column)
        return len(self.labels) - 1

    def link(self, source: int, target: int, value: float, colour: str, meter: str, hover: Sequence[str]) -> None:
        """Add a link from one node to another."""
        self.links.append((source, target, value, colour, [meter, *map(escape, hover)]))

    def flow(self, source: int, target: int, value: float, kind: str, meter: str, hover: Sequence[str]) -> None:
        """Add a flow out of a meter of that type, which its colour tells."""
        colour = self.theme.source.get(kind, self.theme.source[""])
        self.link(source, target, value, colour, meter, hover)

    def stub(self, source: int, target: int, meter: str, hover: Sequence[str]) -> None:
        """Add a flow of unknown size."""
        self.stubs.add((source, target))
        self.link(source, target, STUB * self.whole, self.theme.tile["grey"][0], meter, hover)

    def figure(self, style: Style, summary: str, view: str) -> Figure:
        """The figure, laid out; zoom and selection stay while `view` does."""
        source, target, value, colour, hover = (list(column) for column in zip(*self.links, strict=True))
        ends = list(zip(source, target, value, strict=True))
        through = throughput(link for link in ends if link[:2] not in self.stubs)
        height, xs, ys = self._places(style, throughput(ends))
        trace: Trace = {
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
                    [*texts, amount(through.get(node, 0.0), style.unit)] for node, texts in enumerate(self.hover)
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
                "value": [plotted(each) for each in value],
                "color": colour,
                "customdata": hover,
                "hovertemplate": style.link,
            },
        }
        if style.unit:
            trace = {**trace, "valueformat": ",.4~g", "valuesuffix": f" {style.unit}"}
        layout = themed_layout(
            self.theme,
            summary=summary,
            meta={"height": height, "least": LEAST_WIDTH},
            uirevision=view,
            margin={"l": 4, "r": 4, "t": MARGIN, "b": MARGIN},
        )
        return {"data": [trace], "layout": layout}

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


def drawn_nodes(figure: Figure) -> dict[str, str]:
    """By id of the meters, and of the groups of them, that a flow shows, their labels."""
    found: dict[str, str] = {}
    for trace in figure["data"]:
        node = trace.get("node", {})
        for (key, *_), label in zip(node.get("customdata", ()), node.get("label", ()), strict=True):
            # The loss of a meter stands behind it, under the same id.
            found.setdefault(key, label)
    return found
