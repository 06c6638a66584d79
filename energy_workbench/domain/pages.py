"""The pages that people open: their addresses, what they are called, and what is on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes
    ----------
    name : str
        Last part of its address.
    title : str
        As it is called in a menu.
    about : str
        What is on it.
    """

    name: str
    title: str
    about: str


OVERVIEW = Page("meter-dashboard", "Overview", "Power flow, states, the week's pattern and every meter")
PATTERNS = Page("patterns", "Patterns", "Days, weeks and months of a meter, and its peak demand")
LOSSES = Page("losses", "Losses", "What goes in and does not come out, and where to look")
GENERATION = Page("generation", "Generation & carbon", "Diesel and solar, fuel and emissions")
METER = Page("meter", "Meter", "One meter: values now, phases, history and findings")
QUALITY = Page("data-quality", "Data quality", "How complete the data is, what is wrong, and what waits for a decision")

AUDIT = Page("audit", "Changes", "Who changed what of the configuration, and when")

PATTERN = "last 7 days"
"""What the overview's pattern is of, whatever period its cards are of."""

VIEWED = (OVERVIEW, PATTERNS, LOSSES, GENERATION, METER, QUALITY, AUDIT)
"""The pages of everybody who may look, in the order of their menu."""

HOME = "home"
"""Path by which the pages' servers lead to the front page."""

REPORTS = Page("reports", "Reports", "The reports that were written: open them, or take them along as PDF or Excel")
"""The service shows it by itself."""

SITES = Page("sites", "Sites", "All sites side by side: energy, peak, losses, emissions, and how complete the data is")
"""The same, where there are several."""

SETUP = Page("meter-setup", "Meter setup", "Add, move and change meters, CT and PT, gateways")
SCHEDULES = Page("schedules", "Scheduled reports", "Which reports are sent when, to whom, and what became of them")

EDITED = (SETUP, SCHEDULES)
"""The pages of editors, which another server shows."""
