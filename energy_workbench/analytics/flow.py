"""Flow of power and energy through the meter tree, with the loss of each node.

The tree says which meter is below which; a meter's flow says which way energy goes. So a generator
below the main busbar feeds it, whatever the tree looks like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.analytics.uncertainty.uncertainty import COVERAGE, variance
from energy_workbench.analytics.verdict import Verdict, judge
from energy_workbench.contract.results import PowerFlow
from energy_workbench.contract.rows.flow import LOSS, FlowLink, FlowNode
from energy_workbench.domain.entities import Flow, Meter, ProductionRegister, Unread
from energy_workbench.domain.throughput import throughput

LOSSES = "losses"
"""Id of the node to which every loss flows."""


class Lost(TypedDict):
    """Loss of a node [kW or kWh], its share of the supply [%], and what it means; None where it is not known."""

    loss: float | None
    loss_percent: float | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a meter measured, primary [kW or kWh]; None where it is not known.

    A known import with an unknown export is a meter without an export register: it exports nothing.
    """

    imported: float | None = None
    exported: float | None = None

    def known(self, meter: Meter) -> bool:
        """Whether what people mean by a meter's energy is: what it takes, or what a producer produces.

        Its other register alone does not say it: a producer that tells what it draws does not tell what it makes.
        """
        return (self.exported if consumed_column(meter) == "energy_export_kwh" else self.imported) is not None

    @classmethod
    def of_power(cls, power_kw: float | None) -> Measured:
        """From signed power [kW], positive is import."""
        return cls() if power_kw is None else cls(max(power_kw, 0.0), max(-power_kw, 0.0))


@dataclass(frozen=True, slots=True)
class Balance:
    """Supply, demand and loss of a node [kW or kWh].

    supply = own import + what its children deliver; demand = own export + what its children take.
    """

    supply: float
    demand: float

    @property
    def loss(self) -> float:
        """Supply − demand; below zero only within the error of the meters."""
        return self.supply - self.demand


def delivered_and_taken(meter: Meter, measured: Measured) -> tuple[float, float]:
    """What a meter delivers to its parent, and what it takes from it [kW or kWh]."""
    imported, exported = measured.imported or 0.0, measured.exported or 0.0
    # The sum of what is below a node without a meter is signed by itself, whatever it would be.
    if meter.flow is Flow.BIDIRECTIONAL or (meter.unread and meter.made_of):
        return exported, imported
    if meter.flow is Flow.CONSUMER:
        return 0.0, imported
    in_import = meter.production_register is ProductionRegister.IMPORT
    return (imported, exported) if in_import else (exported, imported)


def branch(meters: Sequence[Meter], key: int) -> list[Meter]:
    """A meter and everything below it, of meters in the order of the tree."""
    inside = {key}
    for meter in meters:  # each after its parent
        if meter.parent in inside:
            inside.add(meter.key)
    return [meter for meter in meters if meter.key in inside]


def children_of(meters: Sequence[Meter]) -> dict[int | None, list[Meter]]:
    """Meters by the key of their parent; a parent that is not among them counts as none."""
    keys = {meter.key for meter in meters}
    children: dict[int | None, list[Meter]] = {}
    for meter in meters:
        children.setdefault(meter.parent if meter.parent in keys else None, []).append(meter)
    return children


def balance(node: Meter, children: Sequence[Meter], measured: Mapping[int, Measured]) -> Balance | None:
    """The balance of a node; None where it or a child is not known or out of service, or nothing is below it.

    Children that the node's meter does not see are left out, and those that are not there yet.
    """
    seen = _counted(children)
    if not seen or not all(meter.metered for meter in (node, *seen)):
        return None
    if not all(measured.get(meter.key, Measured()).known(meter) for meter in (node, *seen)):
        return None
    own_up, own_down = delivered_and_taken(node, measured[node.key])
    if node.flow is Flow.CONSUMER:
        own_up = measured[node.key].exported or 0.0
    below = [delivered_and_taken(child, measured[child.key]) for child in seen]
    return Balance(own_down + sum(up for up, _ in below), own_up + sum(down for _, down in below))


def power_flow(
    meters: Sequence[Meter],
    measured: Mapping[int, Measured],
    *,
    unit: str,
    colours: Mapping[int, str],
    completeness: float,
    start: str | None = None,
    end: str | None = None,
    threshold: float = 0.03,
    balances: Mapping[str, Mapping[str, Any]] | None = None,
    over: Sequence[tuple[Sequence[Meter], Mapping[int, Measured]]] = (),
) -> PowerFlow:
    """Nodes and links of the flow through the tree.

    Parameters
    ----------
    measured : mapping of int to Measured
        By key of the meter [kW or kWh].
    unit : str
        `"kW"` or `"kWh"`.
    colours : mapping of int to str
        Colour of each meter's status.
    completeness : float
        Share of what should be known that is, 0 to 1.
    threshold : float
        Share of its supply above which a node's loss is a hotspot [1].
    balances : mapping of str to mapping, optional
        By id of the node `loss_kwh`, `loss_percent` and `verdict`, as a balance says; by default a node's loss is the
        difference of what was measured, as of one instant, with limits of error by the classes of its meters. Over a
        period that may hold times in which not all was known.
    over : sequence of (sequence of Meter, mapping), optional
        The tree and what was measured, part by part of a period in which meters moved: each link is the sum of its own
        time. By default the tree was the same all the time.
    """
    children = children_of(meters)
    there = {meter.key: meter for meter in meters}
    moved = _over(over)
    nodes: list[FlowNode] = []
    links: list[FlowLink] = []
    lost = 0.0
    for meter in meters:
        known = measured.get(meter.key, Measured())
        below = children.get(meter.key, [])
        lost_here = _of_now(meter, below, measured, threshold) if balances is None else _of(balances.get(meter.id, {}))
        nodes.append(_node(meter, known, colours.get(meter.key), lost_here))
        loss = lost_here["loss"]
        links += [] if over else _links(meter, [(child, measured.get(child.key, Measured())) for child in below])
        for child, net in moved.get(meter.key, {}).items():
            links += _directed(meter, there[child], net) if child in there else []
        if loss and loss > 0:
            links.append({"source": meter.id, "target": LOSSES, "value": loss, "kind": "loss"})
            lost += loss
    through = throughput((link["source"], link["target"], link["value"]) for link in links)
    for node in nodes:
        node["through"] = _rounded(through.get(node["id"], 0.0)) if node["value"] is not None else None
    if lost:
        nodes.append(_losses(lost))
    return PowerFlow(unit, start, end, tuple(nodes), tuple(links), completeness)


def _losses(lost: float) -> FlowNode:
    """The node where all losses go."""
    return {
        "id": LOSSES,
        "number": "",
        "name": "Losses",
        "type": LOSS,
        "parent_id": None,
        "seen_by_parent": False,
        "producer": False,
        "metering": "known",
        "colour": None,
        "value": _rounded(lost),
        "export": None,
        "loss": None,
        "loss_percent": None,
        "verdict": None,
        "through": _rounded(lost),
    }


def _of(row: Mapping[str, Any]) -> Lost:
    """Loss [kWh], share of the supply [%] and verdict, as a balance has them."""
    return {
        "loss": _rounded(row.get("loss_kwh")),
        "loss_percent": row.get("loss_percent"),
        "verdict": row.get("verdict"),
    }


def _counted(children: Sequence[Meter]) -> list[Meter]:
    """Children whose power is expected in that of the node: not what is commissioned later, nor what has no meter."""
    absent = (Unread.NOT_YET, Unread.NO_METER)
    return [child for child in children if child.seen_by_parent and (child.made_of or child.unread not in absent)]


def _of_now(meter: Meter, below: Sequence[Meter], measured: Mapping[int, Measured], threshold: float) -> Lost:
    """The same of one instant [kW]; no verdict of a meter with nothing below it."""
    members = [meter, *_counted(below)]
    if meter.unread:
        # It is the sum of what is below it, or not there yet: there is nothing to compare that with.
        passing = meter.unread is Unread.NO_METER and len(members) > 1
        return {"loss": None, "loss_percent": None, "verdict": str(Verdict.NOT_METERED) if passing else None}
    node = balance(meter, below, measured)
    if node is None:
        out = 1.0 - all(each.metered for each in members)
        verdict = str(judge(0.0, 0.0, 0.0, 0.0, threshold, out)) if len(members) > 1 else None
        return {"loss": None, "loss_percent": None, "verdict": verdict}
    # What cancels leaves the noise of its sums.
    loss, doubt = round(node.loss, 9), COVERAGE * math.sqrt(_variance(meter, members[1:], measured))
    return {
        "loss": _rounded(loss),
        "loss_percent": _rounded(100 * loss / node.supply) if node.supply > 0 else None,
        "verdict": str(judge(loss, node.supply, doubt, 1.0, threshold)),
    }


def _variance(node: Meter, children: Sequence[Meter], measured: Mapping[int, Measured]) -> float:
    """Variance of a node's loss [kW²]: of measured meters, by what is left of each that stands on both sides."""
    nets: dict[int, float] = {}
    known: dict[int, Meter] = {}
    for each, sign in ((node, 1.0), *((child, -1.0) for child in children)):
        if not each.made_of:
            up, down = delivered_and_taken(each, measured[each.key])
            nets[each.key] = nets.get(each.key, 0.0) + sign * (down - up)
            known[each.key] = each
        turned = -sign if each.flow is Flow.PRODUCER and not each.unread else sign
        for part in each.made_of:
            of = measured.get(part.meter.key, Measured())
            value = (of.imported if part.register == "import" else of.exported) or 0.0
            nets[part.meter.key] = nets.get(part.meter.key, 0.0) + turned * part.factor * value
            known[part.meter.key] = part.meter
    return sum(variance(known[key], round(net, 9)) for key, net in nets.items())


def _node(meter: Meter, known: Measured, colour: str | None, lost: Lost) -> FlowNode:
    up, down = delivered_and_taken(meter, known)
    return {
        "id": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "parent_id": None if meter.parent is None else f"mtr_{meter.parent}",
        "seen_by_parent": meter.seen_by_parent,
        "producer": meter.flow is Flow.PRODUCER,
        "metering": "known" if known.known(meter) else "unknown" if meter.metered else "not_metered",
        "colour": colour,
        "value": None if not known.known(meter) else _rounded(up if meter.flow is Flow.PRODUCER else down),
        "export": _rounded(known.exported),
        **lost,
        "through": None,
    }


def _over(parts: Sequence[tuple[Sequence[Meter], Mapping[int, Measured]]]) -> dict[int, dict[int, float]]:
    """By parent and child what the child took, net, while it was below it [kW or kWh]."""
    found: dict[int, dict[int, float]] = {}
    for meters, measured in parts:
        for parent, below in children_of(meters).items():
            for child in below if parent is not None else ():
                if (net := _net(child, measured.get(child.key, Measured()))) is not None and parent is not None:
                    mine = found.setdefault(parent, {})
                    mine[child.key] = mine.get(child.key, 0.0) + net
    return found


def _links(parent: Meter, below: Sequence[tuple[Meter, Measured]]) -> list[FlowLink]:
    """The net flows between children and their parent, in the direction of the energy."""
    nets = [(child, _net(child, known)) for child, known in below]
    return [link for child, net in nets if net is not None for link in _directed(parent, child, net)]


def _net(child: Meter, known: Measured) -> float | None:
    """What a child took from its parent less what it delivered; None where that is not known, or not seen there."""
    if not child.seen_by_parent or not known.known(child):
        return None
    up, down = delivered_and_taken(child, known)
    return down - up


def _directed(parent: Meter, child: Meter, net: float) -> list[FlowLink]:
    net = _rounded(net) or 0.0
    if not net:
        return []
    source, target = (parent, child) if net > 0 else (child, parent)
    return [{"source": source.id, "target": target.id, "value": abs(net), "kind": "flow"}]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
