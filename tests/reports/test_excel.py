"""The Excel file: real numbers and dates, frozen heads, nothing that Excel would run."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from nbformat import v4

import energy_workbench
from energy_workbench.reports.content.blocks import Card, Column, amount, key_figures, table
from energy_workbench.reports.publish import Published
from energy_workbench.reports.rendering.excel import write_excel
from energy_workbench.runtime.settings import Settings


def book(folder: Path, *parts: Any) -> openpyxl.Workbook:
    outputs = [v4.new_output("display_data", part._repr_mimebundle_()) for part in parts]
    write_excel(v4.new_notebook(cells=[v4.new_code_cell("", outputs=outputs)]), "Title", folder / "x.xlsx")
    return openpyxl.load_workbook(folder / "x.xlsx")


COLUMNS = [
    Column("Meter", "text"),
    Column("Energy", unit="kWh"),
    Column("Complete", "share"),
    Column("Peak at", "instant"),
    Column("Day", "day"),
]


def test_numbers_shares_instants_and_days_are_cells_of_their_kind_with_units_and_a_frozen_head(tmp_path: Path) -> None:
    at = datetime.fromisoformat("2026-10-22T17:15:00+05:30")
    sheet = book(tmp_path, table("Meters", COLUMNS, [["MAIN", 1234.5678, 0.995, at, date(2026, 10, 22)]]))["Meters"]
    head, row = list(sheet.iter_rows())
    assert [cell.value for cell in head] == ["Meter", "Energy [kWh]", "Complete", "Peak at", "Day"]
    assert all(cell.font.bold for cell in head)
    assert sheet.freeze_panes == "B2"
    assert [cell.value for cell in row] == [
        "MAIN", 1234.5678, 0.995, datetime(2026, 10, 22, 17, 15), datetime(2026, 10, 22)
    ]  # fmt: skip
    assert [cell.number_format for cell in row[1:]] == ["#,##0.0", "0.0%", "yyyy-mm-dd hh:mm", "yyyy-mm-dd"]


def test_what_is_not_known_is_an_empty_cell_and_no_zero(tmp_path: Path) -> None:
    sheet = book(tmp_path, table("T", COLUMNS, [["MAIN", None, None, None, None]]))["T"]
    assert [cell.value for cell in list(sheet.iter_rows())[1]] == ["MAIN", None, None, None, None]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "a\x00b", "1e5"]
)
def test_no_text_is_a_formula_now_or_once_it_is_edited(tmp_path: Path, text: str) -> None:
    sheet = book(tmp_path, table("T", [Column(text, "text")], [[text]]), key_figures([Card(text, text, text, text)]))[
        "T"
    ]
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"
        assert cell.quotePrefix or text[0] not in "=+-@\t"


def test_names_of_sheets_are_such_as_excel_takes_and_all_differ(tmp_path: Path) -> None:
    one = [Column("A", "text")]
    names = ["About", "a/b:c*[d]?", "x" * 40, "x" * 40, "", "'quoted'"]
    found = book(tmp_path, *(table(name, one, []) for name in names)).sheetnames
    assert len({name.lower() for name in found}) == len(names) + 1
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found)


def test_key_figures_are_numbers_too(tmp_path: Path) -> None:
    cards = [Card("Energy", "1,234.5", "kWh"), Card("Share", "−12.5 %"), Card("None", "–")]
    rows = {row[0].value: row[1] for row in book(tmp_path, key_figures(cards))["About"].iter_rows(min_row=2)}
    assert (rows["Energy"].value, rows["Energy"].number_format) == (1234.5, "#,##0.0")
    assert (rows["Share"].value, rows["Share"].number_format) == (-0.125, "0.0%")
    assert rows["None"].value == "–"


def test_the_energies_of_the_monthly_report_are_those_of_python_to_the_last_digit(
    october: Published, plant: Settings
) -> None:
    sheet = openpyxl.load_workbook(october.files["xlsx"])["Meters"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    known = energy_workbench.open(str(plant.home)).energies("2026-10").rows
    assert [(row[0], row[2], row[4]) for row in rows] == [(k["number"], k["total_kwh"], k["peak_kw"]) for k in known]


def test_a_rounded_key_figure_keeps_its_whole_number(tmp_path: Path) -> None:
    card = amount("Energy", 136_542.3456, "kWh", error=1_760.0)
    assert card.value == "136,500"
    rows = {row[0].value: row[1] for row in book(tmp_path, key_figures([card]))["About"].iter_rows(min_row=2)}
    assert rows["Energy"].value == 136_542.3456
