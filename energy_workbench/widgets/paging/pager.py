"""Below a list that is shown page by page: which of its rows are in view, and buttons to those before and after."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
from markupsafe import escape

from energy_workbench.widgets.parts import Parts, dress, put, shown


class Pager:
    """Two buttons and a line between them; hidden where one page has all. `widget` is what to display.

    Parameters
    ----------
    turn : callable
        Called with -1 for the page before, and 1 for the next.
    """

    def __init__(self, make: Parts, turn: Callable[[int], None]) -> None:
        self.before, self.after = (
            dress(ipywidgets.Button(description=label, layout=make.layout), f"ew-button {name}")
            for label, name in (("← Before", "ew-do-before"), ("Next →", "ew-do-after"))
        )
        self.line = make.text("ew-more")
        self.widget = make.box([self.before, self.line, self.after], "ew-buttons ew-pager")
        self.before.on_click(make.guard(lambda _: turn(-1)))
        self.after.on_click(make.guard(lambda _: turn(1)))

    def show(self, begin: int, size: int, there: int, total: int, beyond: str = "") -> None:
        """Say which rows are in view.

        Parameters
        ----------
        begin, size : int
            So many rows are on the pages before; rows of a page.
        there, total : int
            Rows that can be turned to, and how many there are at all.
        beyond : str
            Where those are found that cannot be turned to.
        """
        shown(self.widget, total > size)
        put(self.line, escape(told(begin, size, there, total, beyond)))
        self.before.disabled, self.after.disabled = not begin, begin + size >= there


def told(begin: int, size: int, there: int, total: int, beyond: str = "") -> str:
    """Which rows are in view, in words; parameters as of `Pager.show`."""
    last = min(begin + size, there)
    more = f", and {total - there:,} more: {beyond}" if last == there < total else ""
    return f"{begin + 1:,} to {last:,} of {total:,}{more}"


def turned(begin: int, size: int, there: int, by: int) -> int:
    """Rows before the page that somebody turns to; the same page where there is none."""
    at = begin + by * size
    return at if 0 <= at < there else begin
