"""Labels of meters on A4, 3 × 8 of 70 × 37 mm: number, name, location, and a QR code of the meter's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup

from energy_workbench.domain.entities import Meter
from energy_workbench.services.papers.front_address import meter_address
from energy_workbench.services.papers.press import framed, style

ACROSS: Final = 3
DOWN: Final = 8
PLACES: Final = ACROSS * DOWN
"""Labels of a sheet."""
LONG: Final = 12
"""Characters from which on a number is set smaller, so that it is one or two lines."""


def labels_page(meters: Sequence[Meter], front: str, *, site: str, first: int = 1) -> str:
    """The page that is printed.

    Parameters
    ----------
    meters : sequence of Meter
    front : str
        Origin of the front page.
    site : str
        What the site is called.
    first : int
        Place of the first label, counted by rows from 1: those before it stay empty.
    """
    labels = [Markup('<div class="label"></div>')] * (first - 1)
    labels += [_label(meter, front, site) for meter in meters]
    sheets = Markup().join(
        Markup('<section class="sheet">{}</section>').format(Markup().join(labels[at : at + PLACES]))
        for at in range(0, len(labels), PLACES)
    )
    return framed(f"Labels of {site}", style("labels"), sheets)


def _label(meter: Meter, front: str, site: str) -> Markup:
    address = meter_address(front, meter.id)
    size = "" if len(meter.number) <= LONG else " long" if len(meter.number) <= 3 * LONG else " longest"
    return Markup(
        '<div class="label"><div class="code">{}</div><div class="words"><p class="number{}">{}</p>'
        '<p class="name">{}</p><p class="place">{}</p><p class="site">{}</p></div></div>'
    ).format(qr_code(address), size, meter.number, meter.name, meter.location, site)


def qr_code(text: str) -> Markup:
    """A QR code as SVG, with its quiet zone of four modules, and the text as its title; 15 % of it may be dirty."""
    import segno

    rows = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
    path = "".join(_runs(rows))
    return Markup('<svg class="qr" viewBox="0 0 {0} {0}" role="img"><title>{1}</title><path d="{2}"/></svg>').format(
        len(rows), text, path
    )


def _runs(rows: Sequence[Sequence[int]]) -> Iterator[str]:
    """Dark modules that stand side by side, each run a rectangle: filled, so that no seam is seen between rows."""
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                yield f"M{x} {y}h{width}v1h-{width}z"
            x += width
