"""Small tables as files: real numbers and dates, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.tables import csv_file, excel_reader
from energy_workbench.tables.sheet import Column, Sheet, sheet, text_sheet
from energy_workbench.tables.table_file import content, file_name, read_table, write_table
from energy_workbench.tables.text_lines import text_lines
from energy_workbench.tables.workbook import Workbook

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
    assert file_name(sheet("../../..", [], {}), "csv") == "table.csv"


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(InputError, match="csv or xlsx"):
        content(table(), "pdf")


TEXTS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "a\x00b", "x" * 40_000, "Ünit"]


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_is_a_formula_or_ends_a_file_wherever_it_stands(text: str) -> None:
    table = Sheet(text, (Column(text, "text"), Column(text, "value")), ((text, text),))
    [page] = openpyxl.load_workbook(BytesIO(content(table, "xlsx"))).worksheets
    for cell in (*page[1], *page[2]):
        assert (cell.data_type, bool(cell.quotePrefix)) == ("s", text[0] in "=+-@\t'")
        assert str(cell.value)[:1] == text[0]
    head, row = csv.reader(StringIO(content(table, "csv", mark=False).decode(), newline=""))
    assert {*head, *row} == {text if text[0] in "axÜ" else f"'{text}"}


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_text_that_was_written_is_read_again(tmp_path: Path, name: str) -> None:
    rows = [["=1+1", 'a, "b"\nc'], ["", "5"]]
    write_table(tmp_path / name, text_sheet("meters", ("one", "two"), rows), text_sheet("more", ("x",), [["y"]]))
    assert [cells for _, cells in read_table(tmp_path / name, 100)] == [["one", "two"], *rows]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_numbers_shares_instants_and_days_are_shown_as_their_columns_say() -> None:
    at = datetime.fromisoformat("2026-10-22T17:15:00+05:30")
    columns = (Column("Energy", "number", "kWh"), Column("Complete", "share", digits=2), Column("At", "instant"),
               Column("Day", "day"), Column("Meter", "text"))  # fmt: skip
    table = Sheet("t", columns, ((1234.5678, 0.995, at, date(2026, 10, 22), 7), (None,) * 5))
    page = openpyxl.load_workbook(BytesIO(content(table, "xlsx"))).worksheets[0]
    assert page["A1"].value == "Energy [kWh]"
    assert [cell.value for cell in page[2]] == [
        1234.5678,
        0.995,
        datetime(2026, 10, 22, 17, 15),
        datetime(2026, 10, 22),
        "7",
    ]
    assert [cell.number_format for cell in page[2]][:4] == ["#,##0.0", "0.00%", "yyyy-mm-dd hh:mm", "yyyy-mm-dd"]
    assert [cell.value for cell in page[3]] == [None] * 5
    text = content(table, "csv").decode("utf-8-sig").splitlines()
    assert text[1:] == ["1234.5678,0.995,2026-10-22T17:15:00+05:30,2026-10-22,7", ",,,,"]


def test_a_rows_number_of_values_is_that_of_the_columns() -> None:
    with pytest.raises(ValueError, match="zip"):
        Workbook().page("x", ()).row((Column("a"),), (1, 2))


def test_lines_of_a_terminal_are_aligned_and_cut() -> None:
    assert list(text_lines([("id", "name"), ("1234", "x"), ("5", "")])) == ["id    name", "1234  x", "5"]
    assert list(text_lines([("abcdef", "y")], longest=4)) == ["abc…  y"]
    assert list(text_lines([])) == []


@pytest.mark.parametrize("name", ["long.csv", "long.xlsx"])
def test_no_more_rows_are_read_than_a_file_may_have(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[f"M{number}", "x"] for number in range(2_000)]
    write_table(tmp_path / name, text_sheet("meters", ("one", "two"), rows))
    assert len(read_table(tmp_path / name, 2_001)) == 2_001
    seen: list[str] = []
    for module, name_of in ((csv_file, "plain"), (excel_reader, "_as_text")):
        monkeypatch.setattr(module, name_of, lambda cell: seen.append(cell) or str(cell))
    with pytest.raises(InputError, match=r"more than 50 rows"):
        read_table(tmp_path / name, 50)
    assert len(seen) <= 2 * 52
