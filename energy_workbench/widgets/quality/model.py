"""Model of the page of data quality: completeness, findings and the review list of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Enum, Instance, Int, List

from energy_workbench.contract.results import Completeness
from energy_workbench.contract.rows.condition import FindingRow
from energy_workbench.contract.rows.energy import CompletenessRow
from energy_workbench.contract.rows.review import CaseRow
from energy_workbench.domain.intervals.quality import UNSURE
from energy_workbench.domain.pages import QUALITY
from energy_workbench.figures.completeness import STEPS, calendar
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import PageModel, Selection
from energy_workbench.widgets.paging.pager import turned

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract
    from energy_workbench.widgets.choices import Choices

FINDINGS = 200
"""Most findings that are listed; the newest."""

PAGE = 100
"""Rows of the calendar; of more meters the least complete come first, page by page."""

WHOLE = STEPS[-1]
"""Share from which a day counts as complete [1]."""


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought."""

    completeness: Completeness
    findings: list[FindingRow]
    cases: list[CaseRow]


class Model(PageModel):
    """Completeness of the data, findings about it, and breaks that wait for a decision."""

    page = QUALITY
    default_period = "last 30 days"
    takes = frozenset({"period", "meter"})

    which = Enum(("gaps", "all"), "gaps").tag(address="meters")
    """The meters of the calendar: those that miss something, or all."""

    begin = Int(0)
    """So many rows of the calendar are on the pages before the one in view."""

    completeness: Completeness | None = Instance(Completeness, allow_none=True)
    findings = List()
    cases = List()
    cards = List()
    calendar_figure = Dict()

    def __init__(self, workbench: WorkbenchContract, choices: Choices, **own: Any) -> None:
        super().__init__(workbench, choices, **own)
        choices.observe(lambda _: self.set_trait("begin", 0), ["meter", "period"])
        self.observe(lambda _: self.set_trait("begin", 0), "which")

    def ask(self, selection: Selection) -> Fetched:
        meter = selection.meter or None
        cases = self.workbench.review()
        return Fetched(
            self.workbench.completeness(selection.period),
            self.workbench.findings(meter, selection.period, limit=FINDINGS),
            [case for case in cases if meter in (None, case["meter"], case["number"])],
        )

    def show(self, fetched: Fetched) -> None:
        self.completeness, self.findings, self.cases = fetched.completeness, fetched.findings, fetched.cases
        self.dated(fetched.completeness.timezone)

    def draw(self) -> None:
        self.begin = self.begin if self.begin < len(self.shown) else 0
        self.calendar_figure = calendar(self.in_view, self._days, theme=self.theme)
        self.cards = self._cards()

    @property
    def _days(self) -> Sequence[str]:
        return () if self.completeness is None else self.completeness.days

    @property
    def items(self) -> list[CompletenessRow]:
        """The meters that are in view: the chosen one, or all that are in use."""
        chosen = self.choices.meter
        return [
            item
            for item in (() if self.completeness is None else self.completeness.rows)
            if (chosen in (item["meter"], item["number"]) if chosen else item["status"] != "inactive")
        ]

    @property
    def shown(self) -> list[CompletenessRow]:
        """The rows of the calendar, on all of its pages."""
        items = self.items
        return items if self.which == "all" or self.choices.meter else [item for item in items if _short(item)]

    @property
    def in_view(self) -> list[CompletenessRow]:
        """The rows of the page of the calendar that is in view."""
        rows = self.shown
        if len(rows) <= PAGE:
            return rows
        return sorted(rows, key=lambda item: sum(item["complete"]))[self.begin : self.begin + PAGE]

    def turn(self, by: int) -> None:
        """Show the page of the calendar before (-1) or after (1) the one in view."""
        self.begin = turned(self.begin, PAGE, len(self.shown), by)
        self.draw()

    def calendar_table(self) -> Sheet:
        """Completeness and quality of each meter and day."""
        rows = [
            {"number": item["number"], "name": item["name"], "day": day, "share": share, "quality": quality}
            for item in self.items
            for day, share, quality in zip(self._days, item["complete"], item["quality"], strict=True)
        ]
        columns = {"number": "Meter", "name": "Name", "day": "Day", "share": "Complete [1]", "quality": "Quality"}
        return sheet(f"Completeness {self.period}", rows, columns)

    def _cards(self) -> list[Card]:
        items = self.items
        shares = [share for item in items for share in item["complete"]]
        whole = sum(shares) / len(shares) if shares else None
        short = sum(map(_short, items))
        days = sum(share < WHOLE for share in shares)
        guessed = sum(quality in UNSURE for item in items for quality in item["quality"])
        state = "red" if whole is None or whole < 0.8 else "yellow" if whole < 0.98 else "green"
        open_cases = len(self.cases)
        return [
            Card("Complete", percent(whole, 2), f"of {amount(len(items))} meters, {self.period}", state),
            Card("Meters with gaps", amount(short), f"of {amount(len(items))}", "yellow" if short else "green"),
            Card("Days with gaps", amount(days), f"of {amount(len(shares))} meter days"),
            Card("Estimated or edited", amount(guessed), "meter days that hold some"),
            Card(
                "Findings",
                amount(len(self.findings)) + ("+" if len(self.findings) >= FINDINGS else ""),
                "see below" if self.findings else "none in this period",
                "yellow" if self.findings else "green",
            ),
            Card("To decide", amount(open_cases), "breaks of counters", "yellow" if open_cases else "green"),
        ]


def _short(item: CompletenessRow) -> bool:
    """Whether a day of the meter is not complete."""
    return any(share < WHOLE for share in item["complete"])
