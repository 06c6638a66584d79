"""A report typeset on paper: cover, table of contents with page numbers, repeated heads, vectors."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import ReportError
from energy_workbench.reports.rendering.page import render
from energy_workbench.typesetting.printing import Drawn, Printer

if TYPE_CHECKING:
    from nbformat import NotebookNode


def write_pdf(
    printer: Printer, notebook: NotebookNode, title: str, drawn: Sequence[Drawn], pdf: Path, *, paper: str = "a4"
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

    page = render(notebook, title, paper=paper, drawn=drawn)
    printed = printer.print(page, paper, pages_of if 'class="contents page"' in page else None)
    if blank := [n for n, each in enumerate(PdfReader(BytesIO(printed)).pages, start=1) if each.get_contents() is None]:
        raise ReportError(f"page {blank[0]} of {pdf.name} is blank")
    pdf.write_bytes(printed)


def pages_of(printed: bytes) -> dict[str, int]:
    """The page of each place that a link of the page points to, counted from 1."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(printed))
    numbers = {name: reader.get_destination_page_number(at) for name, at in reader.named_destinations.items()}
    return {name.removeprefix("/"): number + 1 for name, number in numbers.items() if number is not None}
