"""Power and energy flows, and the answer of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from energy_workbench.contract.notes import Of
from energy_workbench.contract.result import OfPeriod, Result
from energy_workbench.contract.results.energies import Pattern
from energy_workbench.contract.results.meters import StatusSummary
from energy_workbench.contract.rows.flow import Cards, FlowLink, FlowNode, Leaf, PartRow, SiteRow


@dataclass(frozen=True, repr=False)
class PowerFlow(OfPeriod, Result[FlowLink]):
    """Where power or energy goes: nodes, and links of kind `flow` or `loss`.

    A link's value is never negative and its direction is that of the energy. A node's `value` is what its meter
    measured (what a producer delivers, what any other takes), its `export` the other way. Its `loss`, `loss_percent`
    and `verdict` are those of its balance: of energy, over the spans in which it is known; of power, supply − demand
    now, with limits of error by the classes of its meters; None where a part is unknown.
    `through` is what goes through the node, the greater of the links in and out: of a busbar that is fed from below,
    more than its own meter sees.
    """

    unit: str
    start: str | None
    end: str | None
    nodes: tuple[FlowNode, ...]
    links: tuple[FlowLink, ...]
    completeness: float

    def records(self) -> Sequence[FlowLink]:
        return self.links

    def _columns(self) -> list[str]:
        return ["source", "target", "value", "kind"]

    def _caption(self) -> str:
        return f"Flow [{self.unit}]"


@dataclass(frozen=True, repr=False)
class Overview(OfPeriod, Result[Leaf]):
    """Everything that the dashboard shows, in one answer.

    Where fewer rows were asked for than there are meters, `part` says what tree and flows are of; else there is none.
    """

    sometimes: ClassVar[frozenset[str]] = frozenset({"part"})

    now: str
    site: SiteRow
    period: str
    summary: Annotated[dict[str, Any], Of(StatusSummary)]
    cards: Cards
    flow_now: Annotated[dict[str, Any], Of(PowerFlow)]
    flow: Annotated[dict[str, Any], Of(PowerFlow)]
    pattern: Annotated[dict[str, Any], Of(Pattern)]
    tree: tuple[Leaf, ...] = field(default_factory=tuple)
    part: PartRow | None = None

    @property
    def timezone(self) -> str:
        """The site's zone."""
        return self.site["timezone"]

    def records(self) -> Sequence[Leaf]:
        return self.tree

    def _caption(self) -> str:
        return f"{self.site.get('name', '')}, {self.now}"
