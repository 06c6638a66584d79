"""Model of the page of losses: the balance of every node, and that of the one in view over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from traitlets import CInt, Dict, Enum, Instance, Int, List, Tuple, Unicode

from energy_workbench.analytics.condensing.folding import group_of
from energy_workbench.contract.results import Balance, Losses, PowerFlow
from energy_workbench.contract.rows.losses import NodeRow
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.lost import lost_together
from energy_workbench.domain.pages import LOSSES as PAGE
from energy_workbench.figures.balance import losses, over_time
from energy_workbench.figures.flows.balance_flow import balance_flow
from energy_workbench.figures.flows.balance_rows import DrawnNode, as_known
from energy_workbench.figures.flows.fewer import MOST, MOST_OF_LINES, Fewer
from energy_workbench.figures.flows.sankey import drawn_nodes
from energy_workbench.figures.flows.unmetered import UNJUDGED, UNMETERED
from energy_workbench.figures.wording import losses as loss_words
from energy_workbench.figures.wording.verdicts import VERDICTS, verdict_text
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.losses.branch import below, node_of, path_to, ranked, roots_of
from energy_workbench.widgets.losses.markup import LISTED
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import PageModel, Selection
from energy_workbench.widgets.paging.opening import drawn_as_one, turned_page
from energy_workbench.widgets.paging.pager import turned

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

DEPTHS = {"1": 1, "2": 2, "3": 3, "all": None}
"""Levels below the node in view that the Sankey draws."""

EACH, WIDE = 16, 200
"""Children of a node that the page is told of one by one: of any node, and of that in view."""

NAMED = 2
"""Hotspots that the card names."""

COLUMNS = {
    "number": "Node", "name": "Name", "supply_kwh": "Supply [kWh]", "demand_kwh": "Demand [kWh]",
    "loss_kwh": "Loss [kWh]", "loss_percent": "Loss [% of the supply]", "site_percent": "Loss [% of the site's supply]",
    "uncertainty_kwh": "Uncertainty, k = 2 [kWh]", "completeness": "Known [1]", "estimated": "Estimated [1]",
    "verdict": "Verdict", "reason": "Reason", "unmetered_kw": "Without a meter [kW]", "counted_twice": "Counted twice",
}  # fmt: skip


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought; `over_time` is None where no node has a balance.

    `known` are the rows of the balance with the energies of the flow for nodes without one, as `as_known` gives them;
    `of` is the number or id of the meter that was asked for, or of that above it, where no row has itself.
    """

    balance: Balance
    known: Sequence[DrawnNode]
    over_time: Losses | None = None
    of: str = ""


class Model(PageModel):
    """Supply, demand and loss of the nodes of the tree."""

    page = PAGE
    default_period = "last 7 days"
    paper = "landscape"
    takes = frozenset({"period", "meter"})

    by = Enum(("kwh", "percent"), "kwh").tag(address="by")
    """What losses are ranked and drawn by."""
    depth = Enum(tuple(DEPTHS), "3").tag(address="depth")
    skip = CInt(0, min=0, max=100_000).tag(address="skip")
    """So many of the largest below the node in view are drawn as one."""
    listed = Int(0)
    """So many nodes are on the pages of the ranking before the one in view."""
    folded = List()
    """What the Sankey draws as one: its name, and the query of the address that looks inside."""

    balance: Balance | None = Instance(Balance, allow_none=True)
    known = List()
    """Rows of the balance, with the energies of the flow for nodes without one."""
    node: NodeRow | None = Instance(dict, allow_none=True)
    """The row of the node in view; None where no node has a balance."""
    path = List()
    """Rows from the top of the tree to the node in view."""
    over_time: Losses | None = Instance(Losses, allow_none=True)
    ranking = Tuple()
    """Rows of the nodes in view, ranked."""
    note = Unicode("")
    """Note about the choice of the node."""
    flow_figure = Dict()
    losses_figure = Dict()
    time_figure = Dict()
    cards = List()

    _of = ""

    def __init__(self, workbench: WorkbenchContract, choices: Choices, **own: Any) -> None:
        super().__init__(workbench, choices, **own)
        choices.observe(lambda _: self._begin(), "meter")

    def _begin(self) -> None:
        self.skip = self.listed = 0

    def ask(self, selection: Selection) -> Fetched:
        period = selection.period
        balance = self.workbench.balance(period, each=EACH)
        of = self._part_of(selection.meter, balance.rows)
        node = _in_view(balance.rows, of)
        wide = node is not None and bool(of) and _folded(node)
        if wide and node is not None:
            balance = self._wider(balance, node, period)
        known = as_known(balance.rows, self._flow(balance.rows, node if wide else None, period).to_dict())
        if node is None:
            return Fetched(balance, known, of=of)
        over_time = self.workbench.losses(node["number"], period, every=_every(balance.start, balance.end))
        return Fetched(balance, known, over_time, of)

    def _part_of(self, meter: str, rows: Sequence[NodeRow]) -> str:
        """The meter that was asked for; that above one that is told of together with others."""
        if not meter or node_of(rows, meter) is not None or not any(map(_folded, rows)):
            return meter
        try:
            above = self.workbench.meter(meter)["parent_id"]
        except NotFoundError:
            return meter
        return above if above and node_of(rows, above) is not None else meter

    def _flow(self, rows: Sequence[NodeRow], wide: NodeRow | None, period: str) -> PowerFlow:
        """Energies for nodes without a verdict, where there are such."""
        if not any(row["verdict"] in UNJUDGED for row in rows):
            return PowerFlow("kWh", None, None, (), (), 0.0)
        flow = self.workbench.flow(period, each=EACH)
        if wide is None or wide["verdict"] not in UNJUDGED:
            return flow
        more = self.workbench.flow(period, meter=wide["number"], each=WIDE)
        return replace(flow, nodes=(*flow.nodes, *more.nodes), links=(*flow.links, *more.links))

    def _wider(self, balance: Balance, node: NodeRow, period: str) -> Balance:
        """The balance with more of the children of the node in view."""
        inside = self.workbench.balance(period, meter=node["number"], each=WIDE)
        wide = next((row for row in inside.rows if row["meter"] == node["meter"]), node)
        return replace(balance, rows=tuple(wide if row["meter"] == node["meter"] else row for row in balance.rows))

    def show(self, fetched: Fetched) -> None:
        self.balance, self.known, self.over_time = fetched.balance, list(fetched.known), fetched.over_time
        self._of = fetched.of
        self.dated(fetched.balance.timezone)

    def draw(self) -> None:
        assert self.balance is not None
        rows, theme = self.balance.rows, self.theme
        chosen = node_of(rows, self._of) if self._of else None
        node = _in_view(rows, self._of)
        self.note = _note(self.choices.meter, chosen, rows)
        self.node = node
        self.path = path_to(rows, node) if node else []
        inside = below(rows, chosen) if chosen else rows
        starts = [chosen] if chosen else roots_of(rows)
        self.ranking = tuple(ranked(inside, self.by))
        self.listed = self.listed if self.listed < len(self.ranking) else 0
        shown = replace(self.balance, rows=tuple(inside))
        self.flow_figure = balance_flow(
            {"items": self.known},
            [row["meter"] for row in starts],
            theme=theme,
            levels=DEPTHS[self.depth],
            fewer=Fewer(MOST if self.depth == "all" else MOST_OF_LINES, skip=self.skip if chosen else 0),
        )
        numbers = {row["meter"]: row["number"] for row in rows}
        at = chosen["meter"] if chosen else ""
        self.folded = drawn_as_one(self.flow_figure, numbers, at, self._page, self.address())
        self.losses_figure = losses(shown.to_dict(), theme=theme, by=self.by)
        self.time_figure = (
            {} if self.over_time is None else over_time(self.over_time.to_dict(), theme=theme, by=self.by)
        )
        self.cards = _cards(node, inside, self.balance.threshold_percent) if node else []

    @property
    def rows(self) -> Sequence[NodeRow]:
        """The nodes of the balance, in the order of the tree."""
        return () if self.balance is None else self.balance.rows

    @property
    def roots(self) -> list[NodeRow]:
        """The nodes at the top of the tree."""
        return roots_of(self.rows)

    def _page(self, kind: str) -> int:
        """How many of the largest below the node in view are one where the next, or the larger, ones are drawn."""
        drawn = drawn_nodes(self.flow_figure)
        inside = [child for row in self.known if row["meter"] == self._node_id for child in row["children"]]
        return turned_page(kind, self.skip, sum(child["meter"] in drawn and "folded" not in child for child in inside))

    @property
    def _node_id(self) -> str:
        return self.node["meter"] if self.node else ""

    def turn(self, by: int) -> None:
        """Show the next nodes of the ranking, or those before."""
        self.listed = turned(self.listed, LISTED, len(self.ranking), by)

    def choose(self, meter: str) -> None:
        """Bring the node with that id into view; of a meter with nothing below it, the node it is part of.

        Of what is drawn as one look inside: below its node, and where that is in view the next, or the larger, ones.
        """
        if (group := group_of(meter)) is not None:
            kind, parent = group
            if self._of and self.node is not None and parent == self.node["meter"]:
                if meter in drawn_nodes(self.flow_figure):
                    self.skip = self._page(kind)
                return
            meter = parent
        if node := node_of(self.rows, meter):
            self.choices.meter = node["number"]

    def nodes_table(self) -> Sheet:
        """The ranking, with all columns of a balance."""
        return sheet(self._name("Losses"), self.ranking, COLUMNS)

    def flow_table(self) -> Sheet:
        """Energy from node to node, and the loss of each."""
        links: list[dict[str, str | float | None]] = []
        known = {row["meter"]: row for row in self._all_known()}
        for row in (known[each["meter"]] for each in self.ranking):
            for child in row["children"]:
                kind = child["metering"] if child.get("metering") in UNMETERED else "flow"
                links.append(_link(row["number"], child["number"], kind, child["taken_kwh"]))
                if child["delivered_kwh"]:
                    links.append(_link(child["number"], row["number"], "flow", child["delivered_kwh"]))
            links.append(_link(row["number"], "loss", row["verdict"], row["loss_kwh"]))
        columns = {"source": "From", "target": "To", "kind": "Kind", "kwh": "Energy [kWh]"}
        return sheet(self._name("Balance"), links, columns)

    def _all_known(self) -> Sequence[DrawnNode]:
        """Rows with all of their children, for who takes them along."""
        if not any(map(_folded, self.rows)):
            return self.known
        balance, flow = self.workbench.balance(self.period), self.workbench.flow(self.period)
        return as_known(balance.rows, flow.to_dict())

    def time_table(self) -> Sheet:
        """Balance of the node in view over time."""
        losses, node = self.over_time, self.node
        assert losses is not None
        assert node is not None
        own = ("number", "name", "site_percent", "unmetered_kw", "counted_twice")
        columns = {"start": f"Start ({losses.timezone})"} | {
            key: head for key, head in COLUMNS.items() if key not in own
        }
        return sheet(f"Losses over time {node['number']} {self.period}", losses.rows, columns)

    def _name(self, what: str) -> str:
        return f"{what} {self.node['number'] if self.node else ''} {self.period}"


def _folded(row: NodeRow) -> bool:
    """Whether it tells of some of its children together."""
    return any("folded" in child for child in row["children"])


def _link(source: str, target: str, kind: str, kwh: float | None) -> dict[str, str | float | None]:
    return {"source": source, "target": target, "kind": kind, "kwh": kwh}


def _in_view(rows: Sequence[NodeRow], meter: str) -> NodeRow | None:
    """The chosen node, else the first one at the top of the tree."""
    return (node_of(rows, meter) if meter else None) or next(iter(roots_of(rows)), None)


def _every(start: str, end: str) -> str:
    """The length of a bucket with which a period has some dozens of them."""
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return "1h" if span <= timedelta(days=3) else "1d" if span <= timedelta(days=400) else "1mo"


def _note(meter: str, chosen: NodeRow | None, rows: Sequence[NodeRow]) -> str:
    if not rows:
        return "No meter with others below it has data in this period."
    if not meter:
        return ""
    if chosen is None:
        return f"“{meter}” is in no balance of this period: the whole site is shown."
    if meter.casefold() not in (chosen["number"].casefold(), chosen["meter"].casefold()):
        return f"No meter is below {meter}: the balance that it is part of is shown, that of {chosen['number']}."
    return ""


def _supply(node: NodeRow) -> Card:
    """The supply and its parts: more than the meter's own import where a meter below it feeds in."""
    number, supply = node["number"], node["supply_kwh"]
    if supply is None:
        return Card("Supply", amount(None), f"into {number}")
    below = sum(child["delivered_kwh"] or 0.0 for child in node["children"])
    if below <= 0:
        return Card("Supply", amount(supply, "kWh"), f"imported by {number}")
    of_below = amount(below, "kWh")
    made_of = f"{amount(supply - below, 'kWh')} imported by {number} + {of_below} from below"
    return Card("Supply", amount(supply, "kWh"), f"of which {of_below} from below {number}", detail=made_of)


def _named(numbers: Sequence[str]) -> str:
    """The first of them; all are in the ranking."""
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return ", ".join(numbers[:NAMED]) + more or "none"


def _cards(node: NodeRow, inside: Sequence[NodeRow], threshold: float) -> list[Card]:
    uncertainty = node["uncertainty_kwh"]
    state = {"red": "red", "orange": "yellow", "green": "green"}.get(VERDICTS[node["verdict"]].colour, "")
    doubt = verdict_text(node["verdict"])
    if node["supply_kwh"]:
        doubt = ", ".join(filter(None, (loss_words.share_doubt(node), f"limit {threshold:g} %")))
    hot = [row["number"] for row in inside if row["verdict"] == "hotspot"]
    lost, enough = lost_together(inside), node["completeness"]
    whole, sure = loss_words.together(inside, lost)
    return [
        _supply(node),
        Card("Demand", amount(node["demand_kwh"], "kWh"), "measured by the meters below"),
        Card("Loss", loss_words.loss(node), "" if uncertainty is None else loss_words.doubt(node), state),
        Card("Loss, share of supply", loss_words.share(node), doubt, state),
        Card("Losses in view", whole, f"{sure} certain, {lost['nodes']} of {len(inside)} nodes"),
        Card("Hotspots", amount(len(hot)), _named(hot), "red" if hot else "green"),
        Card(
            "Known", percent(enough, 1), "of the time, by the registers",
            "green" if enough >= 0.98 else "yellow" if enough >= 0.5 else "red",
        ),
    ]  # fmt: skip
