"""Small tables as files: real numbers and dates, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from datetime import datetime
from io import BytesIO, StringIO

import openpyxl
import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.tables.sheet_file import content, file_name

ROWS = [
    {"number": "=cmd|' /C calc'!A0", "start": "2026-10-25T02:00:00+02:00", "kwh": 12.5},
    {"number": "Ünit <b>", "start": "2026-10-25T02:00:00+01:00", "kwh": None},
]


def table() -> Sheet:
    return sheet("Energy / UNIT-A: last 7 days", ROWS, {"number": "Meter", "start": "Start", "kwh": "Energy [kWh]"})


def test_excel_has_numbers_dates_a_frozen_head_and_no_formula() -> None:
    page = openpyxl.load_workbook(BytesIO(content(table(), "xlsx")))["data"]
    assert [cell.value for cell in page[1]] == ["Meter", "Start", "Energy [kWh]"]
    assert page["C2"].value == 12.5
    assert page["C3"].value is None
    assert page["B2"].value == datetime(2026, 10, 25, 2)
    assert page["A2"].data_type == "s"
    assert page["A2"].quotePrefix
    assert page.freeze_panes == "A2"


def test_csv_keeps_offsets_and_guards_what_looks_like_a_formula() -> None:
    text = content(table(), "csv").decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert rows[1] == ["'=cmd|' /C calc'!A0", "2026-10-25T02:00:00+02:00", "12.5"]
    assert rows[2] == ["Ünit <b>", "2026-10-25T02:00:00+01:00", ""]


def test_a_files_name_has_no_path_and_no_sign_that_a_disk_refuses() -> None:
    assert file_name(table(), "csv") == "Energy-UNIT-A-last-7-days.csv"
    assert file_name(Sheet("../../..", (), ()), "csv") == "table.csv"


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(InputError, match="csv or xlsx"):
        content(table(), "pdf")
