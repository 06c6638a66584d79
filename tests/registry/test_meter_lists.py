"""Meter lists as people keep them: titles above the header, pairs in one cell, addresses without a scheme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.registry import Registry
from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file

HEAD = ("number", "name", "type", "parent", "ct_primary", "ct_secondary", "gateway", "unit_id", "profile")
ROWS: tuple[tuple[object, ...], ...] = (
    ("LT-1", "Main incomer", "main", None, "1000/5", None, "192.0.2.10", 1, "eastron_sdm630"),
    ("LT-2", "Compressor", "machine", "LT-1", 200, 5, "192.0.2.10:503", 2, "eastron_sdm630"),
)
Save = Callable[[Sequence[Sequence[object]], str], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a list, in Excel with the first row merged, or as CSV."""

    def write(rows: Sequence[Sequence[object]], ending: str) -> Path:
        path = tmp_path / f"list.{ending}"
        if ending == "csv":
            path.write_text("\n".join(";".join("" if c is None else str(c) for c in row) for row in rows), "utf-8")
            return path
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(list(row))
        if len([cell for cell in rows[0] if cell]) == 1:
            sheet.merge_cells("A1:I1")
        book.save(path)
        return path

    return write


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("above", [0, 1, 2])
def test_the_header_is_found_below_titles_and_every_row_keeps_its_line(
    registry: Registry, save: Save, ending: str, above: int
) -> None:
    titles: list[Sequence[object]] = [("Energy meter schedule, rev 3",), ("Plant 7",)][:above]
    rows = read_meter_file(save([*titles, HEAD, *ROWS] if above or ending == "csv" else [HEAD, *ROWS], ending))
    assert [row.line for row in rows] == [above + 2, above + 3]
    apply_import(registry, plan_import(registry, rows), by="test")
    meter = registry.meter("LT-1")
    assert (meter.ratio.ct_primary, meter.ratio.ct_secondary) == (1000, 5)
    assert meter.gateway == "tcp://192.0.2.10:502"
    assert registry.meter("LT-2").gateway == "tcp://192.0.2.10:503"
    assert registry.meter("LT-2").ratio.ct_primary == 200


def test_columns_of_other_lists_are_known_by_their_usual_names(registry: Registry, save: Save) -> None:
    header = ("Sl No", "Feeder", "Meter No", "CT Ratio", "PT Ratio", "Modbus ID", "IP", "Type")
    rows = [
        (1, "Main", "LT-1", "1000/5 A", "11000/110", 1, "192.0.2.10", "main"),
        (2, "Fan", "LT-2", "-", "-", 2, "192.0.2.10", "machine"),
    ]
    apply_import(registry, plan_import(registry, read_meter_file(save([("Schedule",), header, *rows], "xlsx"))), by="t")
    ratio = registry.meter("LT-1").ratio
    assert (ratio.ct_primary, ratio.ct_secondary, ratio.pt_primary, ratio.pt_secondary) == (1000, 5, 11000, 110)
    assert registry.meter("LT-2").ratio.ct_primary is None
    assert registry.meter("LT-2").name == "Fan"


def test_a_place_that_is_merged_over_rows_is_that_of_each(registry: Registry, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("number", "name", "type", "location"),
        ("A", "A", "unit", "Hall"),
        ("B", "B", "unit"),
        ("C", "C", "unit"),
    ):
        sheet.append(row)
    sheet.merge_cells("D2:D3")
    book.save(tmp_path / "list.xlsx")
    cells = [row.cells["location"] for row in read_meter_file(tmp_path / "list.xlsx")]
    assert cells == ["Hall", "Hall", ""]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({4: "1000:5:1"}, "line 3: ct_primary '1000:5:1'"),
        ({4: "1000/5", 5: 1}, "line 3: ct_primary '1000/5'"),
        ({6: "192.0.2.300"}, "192.0.2.300 is no IP address"),
    ],
)
def test_what_a_cell_cannot_mean_is_told_with_its_line(
    registry: Registry, save: Save, change: dict[int, object], said: str
) -> None:
    row = [change.get(place, cell) for place, cell in enumerate(ROWS[0])]
    plan = plan_import(registry, read_meter_file(save([("Title",), HEAD, row], "xlsx")))
    with pytest.raises(InputError) as caught:
        apply_import(registry, plan, by="test")
    assert said in str(caught.value)
    assert registry.meters() == []


def test_a_list_without_a_header_says_which_columns_lack(save: Save) -> None:
    with pytest.raises(InputError, match="this column is required"):
        read_meter_file(save([("Title",), ("Feeder", "Meter No", "Location"), ("A", "B", "C")], "xlsx"))
