"""A report as an Excel file: a sheet a table, with numbers and dates that Excel takes for such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.reports.content.bundle import KEY_FIGURES, TABLE, TableValues, about, bundles
from energy_workbench.tables.sheet import Column, Sheet, Value
from energy_workbench.tables.workbook import Page, Workbook

if TYPE_CHECKING:
    from nbformat import NotebookNode

FRONT_WIDTHS = (34, 24, 10, 60)
"""Widths of label, value, unit and note [characters]."""


def write_excel(notebook: NotebookNode, title: str, path: Path) -> None:
    """Write a report's tables.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Every table in it becomes a sheet; the first sheet says what the report is about.
    """
    book = Workbook()
    _front(book.page("About", FRONT_WIDTHS, frozen="A2"), notebook, title)
    for table in tables(notebook):
        book.add(table, frozen="B2")
    book.save(path)


def tables(notebook: NotebookNode) -> Iterator[Sheet]:
    """The tables of a notebook in order."""
    for data in bundles(notebook):
        if TABLE in data:
            yield _table(data[TABLE])


def _table(values: TableValues) -> Sheet:
    """A table as a notebook's outputs keep it: JSON."""
    columns = tuple(Column(each["head"], each["kind"], each["unit"], each["digits"]) for each in values["columns"])
    rows = (tuple(map(_value, columns, row)) for row in values["rows"])
    return Sheet(values["title"], columns, tuple(rows))


def _value(column: Column, value: str | float | None) -> Value:
    if isinstance(value, str) and column.kind == "instant":
        return datetime.fromisoformat(value)
    if isinstance(value, str) and column.kind == "day":
        return date.fromisoformat(value[:10])
    return value


def _front(page: Page, notebook: NotebookNode, title: str) -> None:
    page.append([page.text(title, bold=True)])
    told = about(notebook)
    facts = {
        "Site": told.get("site"),
        "Data complete": told.get("complete"),
        "Written": told.get("written"),
        "Time zone": told.get("timezone"),
    }
    for label, fact in facts.items():
        if fact is not None:
            page.append([page.text(label), page.text(fact)])
    for data in bundles(notebook):
        for card in data.get(KEY_FIGURES, ()):
            full = card.get("full")
            amount = _number(card["value"]) if full is None else (full, "#,##0.0")
            shown = page.text(card["value"]) if amount is None else page.number(*amount)
            page.append([page.text(card["label"]), shown, page.text(card["unit"]), page.text(card["note"])])


def _number(text: str) -> tuple[float, str] | None:
    """The number that a key figure shows, and its format; None where it shows none."""
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-")
    if match := re.fullmatch(r"(-?\d+(?:\.(\d+))?)( %)?", plain):
        places = "." + "0" * len(match[2]) if match[2] else ""
        return (float(match[1]) / 100, f"0{places}%") if match[3] else (float(match[1]), f"#,##0{places}")
    return None
