"""Model of the page of losses: the balance of every node, and that of the one in view over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from traitlets import Dict, Enum, Instance, List, Tuple, Unicode

from energy_workbench.contract.results import Balance, Losses
from energy_workbench.contract.rows.losses import NodeRow
from energy_workbench.domain.lost import lost_together
from energy_workbench.domain.pages import LOSSES as PAGE
from energy_workbench.figures.balance import losses, over_time
from energy_workbench.figures.flows.balance_flow import balance_flow
from energy_workbench.figures.flows.balance_rows import DrawnNode, as_known
from energy_workbench.figures.flows.unmetered import UNMETERED
from energy_workbench.figures.wording import losses as loss_words
from energy_workbench.figures.wording.verdicts import VERDICTS, verdict_text
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.losses.branch import below, node_of, path_to, ranked, roots_of
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import PageModel, Selection

DEPTHS = {"1": 1, "2": 2, "3": 3, "all": None}
"""Levels below the node in view that the Sankey draws."""

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

    `known` are the rows of the balance with the energies of the flow for nodes without one, as `as_known` gives them.
    """

    balance: Balance
    known: Sequence[DrawnNode]
    over_time: Losses | None = None


class Model(PageModel):
    """Supply, demand and loss of the nodes of the tree."""

    page = PAGE
    default_period = "last 7 days"
    paper = "landscape"
    takes = frozenset({"period", "meter"})

    by = Enum(("kwh", "percent"), "kwh").tag(address="by")
    """What losses are ranked and drawn by."""
    depth = Enum(tuple(DEPTHS), "3").tag(address="depth")

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

    def ask(self, selection: Selection) -> Fetched:
        balance = self.workbench.balance(selection.period)
        known = as_known(balance.rows, self.workbench.flow(selection.period).to_dict())
        node = _in_view(balance.rows, selection.meter)
        if node is None:
            return Fetched(balance, known)
        every = _every(balance.start, balance.end)
        return Fetched(balance, known, self.workbench.losses(node["number"], selection.period, every=every))

    def show(self, fetched: Fetched) -> None:
        self.balance, self.known, self.over_time = fetched.balance, list(fetched.known), fetched.over_time
        self.dated(fetched.balance.timezone)

    def draw(self) -> None:
        assert self.balance is not None
        rows, theme = self.balance.rows, self.theme
        chosen = node_of(rows, self.choices.meter) if self.choices.meter else None
        node = _in_view(rows, self.choices.meter)
        self.note = _note(self.choices.meter, chosen, rows)
        self.node = node
        self.path = path_to(rows, node) if node else []
        inside = below(rows, chosen) if chosen else rows
        starts = [chosen] if chosen else roots_of(rows)
        self.ranking = tuple(ranked(inside, self.by))
        shown = replace(self.balance, rows=tuple(inside))
        self.flow_figure = balance_flow(
            {"items": self.known}, [row["meter"] for row in starts], theme=theme, levels=DEPTHS[self.depth]
        )
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

    def choose(self, meter: str) -> None:
        """Bring the node with that id into view; of a meter with nothing below it, the node it is part of."""
        if node := node_of(self.rows, meter):
            self.choices.meter = node["number"]

    def nodes_table(self) -> Sheet:
        """The ranking, with all columns of a balance."""
        return sheet(self._name("Losses"), self.ranking, COLUMNS)

    def flow_table(self) -> Sheet:
        """Energy from node to node, and the loss of each."""
        links: list[dict[str, str | float | None]] = []
        known = {row["meter"]: row for row in self.known}
        for row in (known[each["meter"]] for each in self.ranking):
            for child in row["children"]:
                kind = child["metering"] if child.get("metering") in UNMETERED else "flow"
                links.append(_link(row["number"], child["number"], kind, child["taken_kwh"]))
                if child["delivered_kwh"]:
                    links.append(_link(child["number"], row["number"], "flow", child["delivered_kwh"]))
            links.append(_link(row["number"], "loss", row["verdict"], row["loss_kwh"]))
        columns = {"source": "From", "target": "To", "kind": "Kind", "kwh": "Energy [kWh]"}
        return sheet(self._name("Balance"), links, columns)

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
