"""Model of the page of changes: a page of the audit trail, and the names and kinds that one can choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from traitlets import CInt, Dict, List, Unicode

from energy_workbench.contract.rows.setup import AuditRow, AuditSummary
from energy_workbench.domain.fields.audit_actions import KINDS, kind
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.pages import AUDIT
from energy_workbench.widgets.page_model import PageModel, Selection

ROWS = 50
"""Changes of one page."""

Option = tuple[str, str]


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought.

    Attributes
    ----------
    numbers : mapping of str to str
        Number of each meter by id, deleted ones too.
    first : int
        How many newer changes there are than the first row.
    """

    zone: str
    summary: AuditSummary
    rows: list[AuditRow]
    numbers: Mapping[str, str]
    first: int


class Model(PageModel):
    """The changes of a period, newest first: of a meter, a person, a kind; a page at a time."""

    page = AUDIT
    default_period = "last 90 days"
    takes = frozenset({"period", "meter"})
    of_meters = False

    who = Unicode("").tag(address="who", asks=True)
    """Name of who made the changes; empty for all."""
    action = Unicode("").tag(address="kind", asks=True)
    """Kind of changes, or one action; empty for all."""
    nth = CInt(1, min=1).tag(address="page", asks=True)
    """The page, from 1 on."""

    rows: list[AuditRow] = List()
    people: list[Option] = List()
    """Label and value of each who made changes in this time."""
    kinds: list[Option] = List()
    numbers = Dict()
    zone = Unicode("UTC")
    total = CInt(0)
    first = CInt(0)
    note = Unicode("")
    """Which of how many are shown."""

    def __init__(self, *args: Any, **own: Any) -> None:
        super().__init__(*args, **own)
        # An address that names a page too sets that after these.
        self.choices.observe(lambda _: self.set_trait("nth", 1), ["period", "meter"])

    def ask(self, selection: Selection) -> Fetched:
        own = dict(selection.own)
        chosen = {"period": selection.period, "who": own["who"] or None, "action": own["action"] or None}
        meter = selection.meter or None
        summary = self.workbench.audit_summary(meter, **chosen)
        last = max(0, (summary["total"] - 1) // ROWS)
        first = min(own["nth"] - 1, last) * ROWS
        rows = self.workbench.audit(ROWS, meter, offset=first, **chosen)
        meters = (*self.workbench.meters().rows, *self.workbench.meters(deleted=True).rows)
        numbers = {row["id"]: row["number"] for row in meters}
        return Fetched(self.workbench.site()["timezone"], summary, rows, numbers, first)

    def show(self, fetched: Fetched) -> None:
        self.zone, self.numbers = fetched.zone, dict(fetched.numbers)
        self.rows, self.total, self.first = list(fetched.rows), fetched.summary["total"], fetched.first
        by, actions = fetched.summary["by"], Counter[str]()
        for action, count in fetched.summary["actions"].items():
            actions[kind(action)] += count
        self.people = _options("Everybody", {name: (name, count) for name, count in by.items()}, self.who)
        named = {name: (KINDS.get(name, name.capitalize()), count) for name, count in actions.items()}
        self.kinds = _options("All changes", named, self.action)
        self.dated(fetched.zone)

    def draw(self) -> None:
        last = self.first + len(self.rows)
        self.note = f"{self.first + 1:,} to {last:,} of {self.total:,}" if self.rows else ""

    def choose(self, **chosen: str) -> None:
        """Choose `who` or `action`, and see the newest of those."""
        with self.hold_trait_notifications():
            for name, value in chosen.items():
                self.set_trait(name, value)
            self.nth = 1

    def turn(self, by: int) -> None:
        """Go to older (+1) or newer (-1) changes."""
        self.nth = max(1, self.first // ROWS + 1 + by)

    @property
    def older(self) -> bool:
        """Whether there are older ones than those that are shown."""
        return self.first + len(self.rows) < self.total

    def number_of(self, id: str) -> str:
        """Number of a meter; empty where it is not known."""
        return str(self.numbers.get(id, ""))


def _options(everything: str, counted: Mapping[str, tuple[str, int]], chosen: str) -> list[Option]:
    """A menu of what there is, with how many changes each has; what is chosen stays in it."""
    options = [(f"{label} ({count:,})", value) for value, (label, count) in counted.items()]
    if chosen and chosen not in counted:
        options.append((f"{chosen} (0)", chosen))
    return [(everything, ""), *sorted(options, key=lambda option: natural(option[0]))]
