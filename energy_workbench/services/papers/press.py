"""Pages printed to PDF while somebody waits: few at once, each by a browser that ends with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from markupsafe import Markup

from energy_workbench.typesetting.printing import Printer

AT_ONCE: Final = 2
"""Browsers that print at the same time: each takes a core, and 200 MB."""
_turns = BoundedSemaphore(AT_ONCE)


def printed(html: str, paper: str) -> bytes:
    """A page as PDF, its margins and page numbers by its own style sheet.

    Parameters
    ----------
    html : str
        With all that it needs inside.
    paper : {"a4", "letter"}

    Raises
    ------
    ReportError
        If there is no Chromium, it fails, or a font lacks characters of the page.
    """
    with _turns, Printer() as printer:
        return printer.print(html, paper)


def framed(title: str, css: str, body: Markup) -> str:
    """A page with its style sheet inside, which nothing is escaped in: what is put into one is a `css_string`."""
    page = Markup(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><style>/* style */</style><title>{}</title></head>'
        "<body>{}</body></html>"
    ).format(title, body)
    return str(page).replace("/* style */", css, 1)


@cache
def style(name: str) -> str:
    """A style sheet of this folder."""
    return (Path(__file__).parent / "template" / f"{name}.css").read_text("utf-8")
