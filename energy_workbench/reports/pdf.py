"""A report typeset on paper: cover, table of contents with page numbers, repeated heads, vectors."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.core.errors import ReportError
from energy_workbench.reports.page import Entry, entries, render
from energy_workbench.reports.press import Drawn, Press

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from pypdf import PdfReader


def write_pdf(
    press: Press, notebook: NotebookNode, title: str, drawn: Sequence[Drawn], pdf: Path, *, paper: str = "a4"
) -> None:
    """Print a report; a table of contents is filled in once it is known on which pages its headings are.

    Parameters
    ----------
    notebook : NotebookNode
        Executed.
    drawn : sequence of Drawn
        Its charts, in order.
    pdf : Path
        Where to write.
    paper : {"a4", "letter"}

    Raises
    ------
    ReportError
        If Chromium fails, a font lacks characters, or a page stays blank.
    """
    from pypdf import PdfReader

    scratch = pdf.with_suffix(".press.html")
    try:
        page = render(notebook, title, paper=paper, drawn=drawn)
        scratch.write_text(page, "utf-8")
        wanted = entries(page) if 'class="contents page"' in page else []
        printed = press.print(
            scratch, paper, lambda first: pages_of(PdfReader(BytesIO(first)), wanted) if wanted else {}
        )
    finally:
        scratch.unlink(missing_ok=True)
    if blank := [n for n, each in enumerate(PdfReader(BytesIO(printed)).pages, start=1) if each.get_contents() is None]:
        raise ReportError(f"page {blank[0]} of {pdf.name} is blank")
    pdf.write_bytes(printed)


def pages_of(reader: PdfReader, wanted: Sequence[Entry]) -> dict[str, int]:
    """The page of each place, counted from 1: headings are in the outline in the order of the page."""
    left = list(wanted)
    found: dict[str, int] = {}

    def walk(outline: list[object]) -> None:
        for item in outline:
            if isinstance(item, list):
                walk(item)
            elif left and " ".join(str(getattr(item, "title", "")).split()) == left[0].text:
                number = reader.get_destination_page_number(item)  # type: ignore[arg-type]
                found[left.pop(0).place] = (-1 if number is None else number) + 1

    walk(list(reader.outline))
    return found
