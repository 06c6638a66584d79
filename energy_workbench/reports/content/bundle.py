"""What an executed notebook's outputs hold, by MIME type: the cover's facts, key figures, tables and charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NotRequired

from typing_extensions import TypedDict

from energy_workbench.figures.schema import Figure
from energy_workbench.tables.sheet import Kind

if TYPE_CHECKING:
    from nbformat import NotebookNode

FIGURE: Final = "application/vnd.plotly.v1+json"
"""MIME type of a plotly figure in a notebook's outputs."""
KEY_FIGURES: Final = "application/vnd.energy-workbench.key-figures+json"
"""MIME type of key figures."""
TABLE: Final = "application/vnd.energy-workbench.table+json"
"""MIME type of a table's values."""
ABOUT: Final = "application/vnd.energy-workbench.about+json"
"""MIME type under which a cover hands out what the report is about."""
PNG: Final = "image/png"


class About(TypedDict, total=False):
    """What a cover says: texts as they are shown, and the share of the data that is there [1]."""

    title: str
    site: str
    complete: str
    written: str
    completeness: float
    running: bool
    incomplete: bool
    timezone: str


class KeyFigure(TypedDict):
    """A key figure as it is shown, and the full number behind it."""

    label: str
    value: str
    unit: str
    note: str
    full: NotRequired[float | None]


class ColumnValues(TypedDict):
    """A column of a table."""

    head: str
    kind: Kind
    unit: str
    digits: int
    width: NotRequired[float | None]


class TableValues(TypedDict):
    """A table: its rows' values, instants and days as ISO text."""

    title: str
    columns: list[ColumnValues]
    rows: list[list[str | float | None]]


Bundle = TypedDict(
    "Bundle",
    {
        "text/html": str,
        "text/plain": str,
        "image/png": str,
        "application/vnd.plotly.v1+json": Figure,
        "application/vnd.energy-workbench.key-figures+json": list[KeyFigure],
        "application/vnd.energy-workbench.table+json": TableValues,
        "application/vnd.energy-workbench.about+json": About,
    },
    total=False,
)
"""One output, in each form that it has."""


def bundles(notebook: NotebookNode) -> Iterator[Bundle]:
    """The outputs of an executed notebook in order; one that was read as plain JSON will do."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            bundle: Bundle = output.get("data", {})
            yield bundle


def charts(notebook: NotebookNode) -> list[Bundle]:
    """Those that are charts, each with what it shows in words."""
    return [bundle for bundle in bundles(notebook) if FIGURE in bundle]


def about(notebook: NotebookNode) -> About:
    """What the cover says; empty where there is none."""
    return next((bundle[ABOUT] for bundle in bundles(notebook) if ABOUT in bundle), About())
