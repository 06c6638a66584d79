"""A report as an Excel file: a sheet a table, with numbers and dates that Excel takes for such."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.reports.content.blocks import KEY_FIGURES, TABLE
from energy_workbench.reports.rendering.page import about

if TYPE_CHECKING:
    from nbformat import NotebookNode

FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
"""Not allowed in the name of a sheet (Microsoft, Rename a worksheet); neither is an apostrophe at its ends."""
LONGEST = 31
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]")
FORMATS = {"instant": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd"}
WIDTHS = {"text": 24, "instant": 18, "day": 13}


def write_excel(notebook: NotebookNode, title: str, path: Path) -> None:
    """Write a report's tables.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Every table in it becomes a sheet; the first sheet says what the report is about.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    _front(book.create_sheet("About"), notebook, title)
    used = {"about"}
    for values in tables(notebook):
        _sheet(book.create_sheet(_name(values["title"], used)), values)
    book.save(path)


def tables(notebook: NotebookNode) -> Iterator[Mapping[str, Any]]:
    """The tables of a notebook in order: `title, columns, rows`."""
    for data in _bundles(notebook):
        if TABLE in data:
            yield data[TABLE]


def _front(sheet: Any, notebook: NotebookNode, title: str) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 24
    sheet.column_dimensions["C"].width, sheet.column_dimensions["D"].width = 10, 60
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, title, bold=True)])
    told = about(notebook)
    for name in ("site", "complete", "written", "timezone"):
        if name in told:
            label = {"complete": "data complete", "timezone": "time zone"}.get(name, name)
            sheet.append([_text(sheet, label.capitalize()), _text(sheet, told[name])])
    for data in _bundles(notebook):
        for card in data.get(KEY_FIGURES, ()):
            full = card.get("full")
            amount = _number(card["value"]) if full is None else (full, "#,##0.0")
            shown = _text(sheet, card["value"]) if amount is None else _styled(sheet, *amount)
            sheet.append([_text(sheet, card["label"]), shown, _text(sheet, card["unit"]), _text(sheet, card["note"])])


def _sheet(sheet: Any, values: Mapping[str, Any]) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "B2"
    heads = []
    for index, column in enumerate(values["columns"], start=1):
        head = f"{column['head']} [{column['unit']}]" if column["unit"] else column["head"]
        width = max(WIDTHS.get(column["kind"], 12), min(len(head) + 2, 40))
        sheet.column_dimensions[get_column_letter(index)].width = width
        heads.append(_text(sheet, head, bold=True))
    sheet.append(heads)
    for row in values["rows"]:
        sheet.append([_cell(sheet, column, value) for column, value in zip(values["columns"], row, strict=True)])


def _cell(sheet: Any, column: Mapping[str, Any], value: Any) -> Any:
    kind = column["kind"]
    if value is None:
        return None
    if kind == "instant":
        # Excel knows no zone: the site's clock, which the first sheet names.
        return _styled(sheet, datetime.fromisoformat(value).replace(tzinfo=None), FORMATS[kind])
    if kind == "day":
        return _styled(sheet, date.fromisoformat(value[:10]), FORMATS[kind])
    if kind in ("number", "share") and isinstance(value, int | float):
        places = "." + "0" * column["digits"] if column["digits"] else ""
        return _styled(sheet, value, f"0{places}%" if kind == "share" else f"#,##0{places}")
    return _text(sheet, str(value))


def _styled(sheet: Any, value: Any, number_format: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    return cell


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """A text that Excel takes for nothing else, now or once it is edited."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    from energy_workbench.tables.cells import guarded

    clean = CONTROL.sub("�", str(text))[:32_767]
    cell = WriteOnlyCell(sheet, clean)
    cell.data_type = "s"
    if guarded(clean) != clean:
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def _number(text: str) -> tuple[float, str] | None:
    """The number that a key figure shows, and its format; None where it shows none."""
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-")
    if match := re.fullmatch(r"(-?\d+(?:\.(\d+))?)( %)?", plain):
        places = "." + "0" * len(match[2]) if match[2] else ""
        return (float(match[1]) / 100, f"0{places}%") if match[3] else (float(match[1]), f"#,##0{places}")
    return None


def _name(title: str, used: set[str]) -> str:
    """A name of a sheet that Excel takes and that none has yet."""
    base = (FORBIDDEN.sub(" ", title).strip().strip("'") or "Table")[:LONGEST]
    name, count = base, 1
    while name.lower() in used:
        count += 1
        name = f"{base[: LONGEST - len(str(count)) - 1]} {count}"
    used.add(name.lower())
    return name


def _bundles(notebook: NotebookNode) -> Iterator[Mapping[str, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield output.get("data", {})
