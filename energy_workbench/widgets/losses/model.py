"""What the page of losses knows: the balance of every node, and that of the one in view over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from traitlets import Dict, Enum, List, Tuple, Unicode

from energy_workbench.domain.lost import lost_together
from energy_workbench.domain.pages import LOSSES as PAGE
from energy_workbench.figures.balance import losses, over_time
from energy_workbench.figures.flows.balance_flow import balance_flow
from energy_workbench.figures.flows.unmetered import UNMETERED, as_known
from energy_workbench.figures.wording import losses as loss_words
from energy_workbench.figures.wording.verdicts import VERDICTS, verdict_text
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.losses.branch import below, node_of, path_to, ranked, roots_of
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import Asked, PageModel

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


class Model(PageModel):
    """Where energy is lost."""

    page = PAGE
    default_period = "last 7 days"
    takes = frozenset({"period", "meter"})

    by = Enum(("kwh", "percent"), "kwh").tag(address="by")
    """What losses are ranked and drawn by."""
    depth = Enum(tuple(DEPTHS), "3").tag(address="depth")

    balance = Dict()
    known = List()
    """Rows of the balance, with what is known of the nodes that have none."""
    node = Dict()
    """The row of the node in view."""
    path = List()
    """Rows from the top of the tree to the node in view."""
    over_time = Dict()
    ranking = Tuple()
    """Rows of the nodes in view, those to look at first."""
    note = Unicode("")
    """What is to be known of what is in view."""
    flow_figure = Dict()
    losses_figure = Dict()
    time_figure = Dict()
    cards = List()

    def ask(self, asked: Asked) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
        balance = self.workbench.balance(asked.period).to_dict()
        known = as_known(balance["items"], self.workbench.flow(asked.period).to_dict())
        rows = balance["items"]
        node = _in_view(rows, asked.meter)
        if node is None:
            return balance, known, {}
        every = _every(balance["from"], balance["to"])
        return balance, known, self.workbench.losses(node["number"], asked.period, every=every).to_dict()

    def show(self, found: tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]) -> None:
        self.balance, self.known, self.over_time = found
        self.dated(self.balance["timezone"])

    def draw(self) -> None:
        rows, theme = self.balance["items"], self.theme
        chosen = node_of(rows, self.choices.meter) if self.choices.meter else None
        node = _in_view(rows, self.choices.meter)
        self.note = _note(self.choices.meter, chosen, rows)
        self.node = dict(node or {})
        self.path = path_to(rows, node) if node else []
        inside = below(rows, chosen) if chosen else rows
        starts = [chosen] if chosen else roots_of(rows)
        self.ranking = tuple(ranked(inside, self.by))
        shown = {**self.balance, "items": inside}
        self.flow_figure = balance_flow(
            {"items": self.known}, [row["meter"] for row in starts], theme=theme, levels=DEPTHS[self.depth]
        )
        self.losses_figure = losses(shown, theme=theme, by=self.by)
        self.time_figure = over_time(self.over_time, theme=theme, by=self.by) if self.over_time else {}
        self.cards = _cards(self.node, inside, self.balance["threshold_percent"])

    @property
    def roots(self) -> list[dict[str, Any]]:
        """The nodes at the top of the tree."""
        return [dict(row) for row in roots_of(self.balance.get("items", ()))]

    def choose(self, meter: str) -> None:
        """Bring the node with that id into view; of a meter with nothing below it, the node it is part of."""
        if found := node_of(self.balance.get("items", ()), meter):
            self.choices.meter = found["number"]

    def nodes_table(self) -> Sheet:
        """Every node in view with all that is known of it."""
        return sheet(self._name("Losses"), self.ranking, COLUMNS)

    def flow_table(self) -> Sheet:
        """What each node of the balance takes from which, and what is lost."""
        rows = []
        known = {row["meter"]: row for row in self.known}
        for row in (known[each["meter"]] for each in self.ranking):
            for child in row["children"]:
                kind = child["metering"] if child.get("metering") in UNMETERED else "flow"
                rows.append({"from": row["number"], "to": child["number"], "kwh": child["taken_kwh"], "kind": kind})
                if child["delivered_kwh"]:
                    back = {"from": child["number"], "to": row["number"], "kwh": child["delivered_kwh"]}
                    rows.append({**back, "kind": "flow"})
            rows.append({"from": row["number"], "to": "loss", "kwh": row["loss_kwh"], "kind": row["verdict"]})
        found = [{"source": row["from"], "target": row["to"], "kind": row["kind"], "kwh": row["kwh"]} for row in rows]
        columns = {"source": "From", "target": "To", "kind": "Kind", "kwh": "Energy [kWh]"}
        return sheet(self._name("Balance"), found, columns)

    def time_table(self) -> Sheet:
        """The node in view over time."""
        own = ("number", "name", "site_percent", "unmetered_kw", "counted_twice")
        columns = {"start": f"Start ({self.balance['timezone']})"} | {
            key: head for key, head in COLUMNS.items() if key not in own
        }
        return sheet(f"Losses over time {self.node['number']} {self.period}", self.over_time["items"], columns)

    def _name(self, what: str) -> str:
        return f"{what} {self.node.get('number', '')} {self.period}"


def _in_view(rows: list[dict[str, Any]], meter: str) -> dict[str, Any] | None:
    """The chosen node, else the first one at the top of the tree."""
    found = (node_of(rows, meter) if meter else None) or next(iter(roots_of(rows)), None)
    return None if found is None else dict(found)


def _every(start: str, end: str) -> str:
    """The length of a bucket with which a period has some dozens of them."""
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return "1h" if span <= timedelta(days=3) else "1d" if span <= timedelta(days=400) else "1mo"


def _note(meter: str, chosen: Any, rows: Any) -> str:
    if not rows:
        return "No meter with others below it has energies in this time."
    if not meter:
        return ""
    if chosen is None:
        return f"No balance in this time has “{meter}” in it: the whole site is shown."
    if meter.casefold() not in (chosen["number"].casefold(), chosen["meter"].casefold()):
        return f"Nothing is metered below {meter}: the balance it is part of is shown, that of {chosen['number']}."
    return ""


def _supply(node: Mapping[str, Any]) -> Card:
    """The supply, and what it is made of: more than the meter's own energy where something below it feeds in."""
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
    """The first of them; all are in the list below."""
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return ", ".join(numbers[:NAMED]) + more or "none"


def _cards(node: dict[str, Any], inside: Any, threshold: float) -> list[Card]:
    if not node:
        return []
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
        Card("Demand", amount(node["demand_kwh"], "kWh"), "out of it, as metered"),
        Card("Loss", loss_words.loss(node), "" if uncertainty is None else loss_words.doubt(node), state),
        Card("Loss of the supply", loss_words.share(node), doubt, state),
        Card("Losses in view", whole, f"{sure} certain, {lost['nodes']} of {len(inside)} nodes"),
        Card("Hotspots", amount(len(hot)), _named(hot), "red" if hot else "green"),
        Card(
            "Known", percent(enough, 1), "of the time, by all registers",
            "green" if enough >= 0.98 else "yellow" if enough >= 0.5 else "red",
        ),
    ]  # fmt: skip
