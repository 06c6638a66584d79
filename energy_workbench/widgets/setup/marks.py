"""Marks of a meter's state: an icon of its own shape, a colour and a word, so that none stands alone."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.widgets.markup import one_line


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of a state.

    Attributes
    ----------
    name : str
        Of the icon in the stylesheet.
    word : str
        What it says.
    """

    name: str
    word: str


OK = Mark("ok", "Active")
INACTIVE = Mark("inactive", "Inactive")
FAULTY = Mark("faulty", "Faulty")
CRITICAL = Mark("critical", "Critical")
OFFLINE = Mark("offline", "Offline")
MAINTENANCE = Mark("maintenance", "Maintenance")
WARNING = Mark("warning", "Warning")
TIMEOUT = Mark("timeout", "Timeout")
NOT_CONNECTED = Mark("grey", "Not connected")
UNREAD = Mark("unread", "No reading yet")
LEGEND = (OK, NOT_CONNECTED, MAINTENANCE, WARNING, TIMEOUT, FAULTY, CRITICAL, OFFLINE, INACTIVE)
"""In the order of rising concern."""


def of(row: MeterRow) -> Mark:
    """The mark of a meter: the reason of its colour, by the order of the rules that colour a meter."""
    if row["status"] == "inactive":
        return INACTIVE
    if row["status"] == "faulty":
        return FAULTY
    if row["health"] == "critical":
        return CRITICAL
    if row["communication"] == "not_connected":
        return NOT_CONNECTED
    if row["communication"] == "offline":
        return OFFLINE
    if row["status"] == "maintenance":
        return MAINTENANCE
    if row["health"] == "warning":
        return WARNING
    if row["communication"] == "timeout":
        return TIMEOUT
    return UNREAD if row["health"] == "unknown" else OK


def icon(mark: Mark) -> Markup:
    """HTML of the icon, for the eye only: the word stands beside it."""
    return Markup('<i class="fa-ew-{}" aria-hidden="true"></i>').format(mark.name)


def pill(mark: Mark) -> Markup:
    """HTML of icon and word."""
    return Markup('<span class="ew-mark ew-mark-{}">{}{}</span>').format(mark.name, icon(mark), mark.word)


def below(count: int, worst: Mark) -> Markup:
    """HTML of what a branch holds: how many meters, and the mark of most concern among them."""
    words = Markup(' <span class="ew-faint">· {:,}</span>').format(count)
    return (
        words
        if worst in (OK, UNREAD)
        else words + Markup(' {}<span class="ew-unseen">, {} below</span>').format(icon(worst), worst.word)
    )


def legend() -> Markup:
    """HTML of all marks."""
    return Markup().join(Markup("<span>{}{}</span>").format(icon(mark), mark.word) for mark in LEGEND)


def label(row: MeterRow, *, faint: bool = False) -> Markup:
    """HTML of a meter's line in the tree: number, name, and the state in words for who cannot see the icon."""
    number, name = one_line(row["number"]), one_line(row["name"])
    # Hundreds of them a tree, again and again: `%` takes half the time of `format`.
    shown = Markup(' <span class="ew-name">%s</span>') % name if name.casefold() != number.casefold() else ""
    kind = Markup(' class="ew-faint"') if faint else ""
    return Markup('<span%s>%s%s</span><span class="ew-unseen">, %s</span>') % (kind, number, shown, of(row).word)
