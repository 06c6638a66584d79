"""Every row that cannot be taken is told with its line, and then none is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.lake.imports import incoming, incoming_csv
from energy_workbench.lake.imports.importing import Importer
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW

GOOD = "GRID,2026-10-05T09:15:00Z,frequency,50\n"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("NONE,2026-10-05T09:00Z,frequency,50", "meter", "is no meter here"),
        ("UNIT-B,2026-10-05T09:00Z,frequency,50", "meter", "did you mean unit-a"),
        (",2026-10-05T09:00Z,frequency,50", "meter", "is missing"),
        ("SOLAR,2026-10-05T09:00Z,frequency,50", "meter", "was deleted: restore"),
        ("GRID,,frequency,50", "ts", "is missing"),
        ("GRID,05.10.2026 14:30,frequency,50", "ts", "no ISO 8601 time"),
        ("GRID,2026-02-30T00:00Z,frequency,50", "ts", "no ISO 8601 time"),
        ("GRID,1760000000,frequency,50", "ts", "no ISO 8601 time"),
        ("GRID,2026-10-12T10:00:00Z,frequency,50", "ts", "lies in the future"),
        ("GRID,1999-12-31T23:59:59Z,frequency,50", "ts", "before the year 2000"),
        ("GRID,0001-01-01T00:00:00+05:30,frequency,50", "ts", "beyond the calendar"),
        ("GRID,9999-12-31T23:59:59-05:30,frequency,50", "ts", "beyond the calendar"),
        ("GRID,2026-10-05T09:00Z,frequenzy,50", "quantity", "did you mean frequency"),
        ("GRID,2026-10-05T09:00Z,,50", "quantity", "is missing"),
        ("GRID,2026-10-05T09:00Z,frequency,fifty", "value", "is no number"),
        ("GRID,2026-10-05T09:00Z,frequency,0x10", "value", "is no number"),
        ('GRID,2026-10-05T09:00Z,frequency,"50,1"', "value", "the decimal sign is a point"),
        ("GRID,2026-10-05T09:00Z,frequency,1e16", "value", "no finite number"),
        ("GRID,2026-10-05T09:00Z,frequency,NaN", "value", "no finite number"),
        ("GRID,2026-10-05T09:00Z,frequency,-inf", "value", "no finite number"),
        ("GRID,2026-10-05T09:00Z,frequency,1e999", "value", "no finite number"),
        ("GRID,2026-10-05T09:00Z,frequency", "", "has 3 cells, the header has 4"),
        ("GRID,2026-10-05T09:00Z,frequency,50,1", "", "has 5 cells, the header has 4"),
        ('GRID,"2026-10-05T09:00Z,frequency,50', "", "not valid CSV"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_none_is_taken(
    wb: Workbench, file: Callable[..., Path], row: str, column: str, reason: str
) -> None:
    wb.delete_meter("SOLAR")
    with pytest.raises(InputError) as caught:
        wb.import_readings(file(f"meter,ts,quantity,value\n{GOOD}\n{row}\n{GOOD}"))
    (problem,) = caught.value.problems
    assert (problem.where, problem.field) == ("line 4", column)
    assert reason in problem.reason
    assert wb.readings("GRID", "2026").rows == ()


def test_a_byte_that_is_no_utf8_is_told_with_its_line(wb: Workbench, file: Callable[..., Path]) -> None:
    text = b"meter,ts,quantity,value\n" + GOOD.encode() + b"K\xfchler,2026-10-05T09:00Z,frequency,50\n"
    with pytest.raises(InputError, match=r"line 3.*CSV UTF-8"):
        wb.import_readings(file(text))


@pytest.mark.parametrize(
    ("ts", "said"),
    [
        ("2026-03-29T02:30:00", "does not exist"),
        ("2025-10-26T02:30:00", "is ambiguous"),
        ("2025-10-26T02:30:00+02:00", ""),
        ("2026-03-29T03:00:00", ""),
        ("2025-10-26T03:00:00", ""),
    ],
)
def test_a_local_time_that_the_clock_skips_or_shows_twice_is_told(
    wb: Workbench, file: Callable[..., Path], ts: str, said: str
) -> None:
    importer = Importer(wb.reader.lake, {"grid": 1}, {1: "GRID"}, ZoneInfo("Europe/Berlin"), NOW)
    path = file(f"meter,ts,frequency\ngrid,2025-10-25T00:00:00,50\ngrid,{ts},50\n")
    found = importer.take(path, "readings.csv", dry_run=True)
    assert [(problem.where, said in problem.reason) for problem in found.problems] == (
        [("line 3", True)] if said else []
    )


def test_many_problems_are_counted_and_the_first_told(
    wb: Workbench, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_csv, "BLOCK", 3_000)
    rows = "".join(GOOD if n % 2 else f"GRID,2026-10-05T09:15:00Z,frequency,x{n}\n" for n in range(1000))
    with pytest.raises(InputError, match=f"500 problems, the first {incoming.SHOWN} are") as caught:
        wb.import_readings(file("meter,ts,quantity,value\n" + rows))
    assert [problem.where for problem in caught.value.problems] == [f"line {2 * n + 2}" for n in range(incoming.SHOWN)]


def test_excel_with_decimal_commas_is_understood_where_only_commas_are(
    wb: Workbench, file: Callable[..., Path]
) -> None:
    text = "\ufeffmeter;ts;frequency;energy_active_import\r\nGRID;2026-10-05T09:15:00Z;50,1;1234,5\r\n"
    wb.import_readings(file(text))
    (row,) = wb.readings("GRID", "2026").rows
    assert row["values"] == {"frequency": 50.1, "energy_active_import": 1234.5}
    with pytest.raises(InputError, match="decimal sign"):
        wb.import_readings(file(text + "GRID;2026-10-05T09:30:00Z;50,1;1.234\r\n"))
    wb.import_readings(file(text + "GRID;2026-10-05T09:30:00Z;50,1;1.234,5\r\n"))
    assert wb.readings("GRID", "2026").rows[1]["values"] == {"frequency": 50.1, "energy_active_import": 1234.5}


def test_cells_may_have_blanks_around_them_and_empty_ones_are_no_values(
    wb: Workbench, file: Callable[..., Path]
) -> None:
    text = (
        "meter, ts ,frequency,energy_active_import\n grid , 2026-10-05T09:15Z , 50.1 ,\n,,,\nGRID,2026-10-05T09:30Z,,\n"
    )
    assert wb.import_readings(file(text))["rows"] == 1
    (row,) = wb.readings("GRID", "2026").rows
    assert row["values"] == {"frequency": 50.1}
