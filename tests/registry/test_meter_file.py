"""Meter files: read, planned, imported all or nothing, exported."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.registry import Registry
from energy_workbench.registry.meter_files.meter_file import (
    COLUMNS,
    ImportPlan,
    MeterRow,
    apply_import,
    export_meters,
    plan_import,
    read_meter_file,
)
from tests.registry.conftest import Add, FixedNow, Fresh

PLANT = """number,name,type,parent,ct_primary,ct_secondary,ratio_applied_by,gateway,unit_id,profile
UNIT-A,Unit A,unit,main,1000,5,workbench,tcp://moxa:502,1,eastron_sdm630
MAIN,Main,main,GRID,,,,,,
GRID,"Grid, incomer",grid,,,,,,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "meters.csv"
    path.write_text(PLANT, "utf-8")
    return path


def plan(registry: Registry, text: str, tmp_path: Path) -> ImportPlan:
    path = tmp_path / "planned.csv"
    path.write_text(text, "utf-8")
    return plan_import(registry, read_meter_file(path))


def problems(plan: ImportPlan) -> list[tuple[str, str]]:
    return [(problem.where, problem.field) for problem in plan.problems]


def test_a_file_is_imported_with_parents_in_any_order(registry: Registry, file: Path) -> None:
    planned = plan_import(registry, read_meter_file(file))
    assert planned.summary() == "3 new, 0 changed, 0 moved, 0 unchanged, 0 problems"
    assert registry.meters() == []
    apply_import(registry, planned, by="asha")
    assert [meter.number for meter in registry.meters()] == ["GRID", "MAIN", "UNIT-A"]
    assert registry.meter("GRID").name == "Grid, incomer"
    assert registry.meter("UNIT-A").ratio.ct == 200
    assert all(start is None for _, _, start in registry.placements())
    assert all(ratio.valid_from is None for _, ratio in registry.all_ratios())
    assert {entry.by for entry in registry.audit()} == {"asha"}


def test_importing_the_same_file_again_changes_nothing(registry: Registry, file: Path) -> None:
    apply_import(registry, plan_import(registry, read_meter_file(file)), by="test")
    revision = registry.revision()
    again = plan_import(registry, read_meter_file(file))
    assert again.summary() == "0 new, 0 changed, 0 moved, 3 unchanged, 0 problems"
    apply_import(registry, again, by="test")
    assert registry.revision() == revision


def test_a_changed_ct_and_parent_are_dated_now(registry: Registry, file: Path, now_is: FixedNow) -> None:
    apply_import(registry, plan_import(registry, read_meter_file(file)), by="test")
    now_is("2027-05-01T00:00:00Z")
    file.write_text(PLANT.replace("main,1000,5", "GRID,800,5"))
    changed = plan_import(registry, read_meter_file(file))
    assert [(change.line, change.before, change.after) for change in changed.changed] == [
        (2, {"ct_primary": 1000.0}, {"ct_primary": 800.0})
    ]
    assert str(changed.moved[0]) == "line 2: UNIT-A: parent MAIN → GRID"
    apply_import(registry, changed, by="test")
    assert [ratio.ct for ratio in registry.ratios("UNIT-A")] == [200, 160]
    assert [start is None for key, _, start in registry.placements() if key == registry.meter("UNIT-A").key] == [
        True,
        False,
    ]


def test_absent_columns_leave_values_and_empty_cells_set_defaults(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("TOP")
    add("M", "TOP", location="Hall 1", serial="S1", rated_kw=20)
    planned = plan(registry, "number,name,type,location\nM,Meter M,machine,\n", tmp_path)
    apply_import(registry, planned, by="test")
    meter = registry.meter("M")
    assert (meter.location, meter.serial, meter.rated_kw, meter.parent) == ("", "S1", 20, 1)


def test_every_bad_row_is_reported_with_its_line_and_nothing_is_imported(
    registry: Registry, add: Add, tmp_path: Path
) -> None:
    add("TOP")
    revision = registry.revision()
    planned = plan(
        registry,
        "number,name,type,parent,ct_primary,ct_secondary,gateway,unit_id\n"
        "A,A,machine,TOP,,,,\n"
        "a,B,machine,TOP,,,,\n"
        ",C,machine,TOP,,,,\n"
        "D,,reactor,NOWHERE,100,,tcp://h:502,\n"
        "E,E,machine,D,,,,\n"
        "top,Top,machine,E,x,,,\n"
        '"F\nG",F,machine,TOP,,,,\n'
        "H,H,machine,TOP,,,tcp://h:502,300\n",
        tmp_path,
    )
    assert problems(planned) == [
        ("line 3", "number"),
        ("line 4", "number"),
        ("line 5", "name"),
        ("line 5", "type"),
        ("line 5", "parent"),
        ("line 7", "ct_primary"),
        ("line 8", "number"),
        ("line 10", "unit_id"),
    ]
    with pytest.raises(InputError, match="nothing was imported") as caught:
        apply_import(registry, planned, by="test")
    assert caught.value.problems == planned.problems
    assert registry.revision() == revision


def test_a_cycle_in_the_file_is_shown_once(registry: Registry, tmp_path: Path) -> None:
    planned = plan(
        registry, "number,name,type,parent\nX,X,unit,A\nA,A,unit,C\nB,B,unit,A\nC,C,unit,B\nD,D,unit,D\n", tmp_path
    )
    assert [(problem.where, problem.reason.split(": ")[1]) for problem in planned.problems] == [
        ("line 3", "A → C → B → A"),
        ("line 6", "D → D"),
    ]


def test_a_cycle_through_registered_meters_is_found(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("A")
    add("B", "A")
    add("C", "B")
    planned = plan(registry, "number,name,type,parent\nNEW,New,unit,C\nA,Meter A,machine,NEW\n", tmp_path)
    (problem,) = planned.problems
    assert (problem.where, problem.value) == ("line 2", "C")
    assert problem.reason.endswith("NEW → C → B → A → NEW")


def test_meters_can_change_places_in_one_file(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("A")
    add("B", "A")
    planned = plan(registry, "number,name,type,parent\nA,Meter A,machine,B\nB,Meter B,machine,\n", tmp_path)
    apply_import(registry, planned, by="test")
    assert [meter.number for meter in registry.meters()] == ["B", "A"]


def test_a_parent_may_be_given_by_its_id(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("A")
    planned = plan(registry, "number,name,type,parent\nB,B,unit,mtr_1\nC,C,unit,mtr_9\n", tmp_path)
    assert problems(planned) == [("line 3", "parent")]
    assert planned.inserts[0].parent == 1


def test_a_plan_of_an_older_registry_is_not_applied(registry: Registry, file: Path, add: Add) -> None:
    planned = plan_import(registry, read_meter_file(file))
    add("GRID")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        apply_import(registry, planned, by="test")
    assert len(registry.meters()) == 1


def test_the_number_of_a_deleted_meter_makes_a_new_one(registry: Registry, file: Path, add: Add) -> None:
    add("GRID")
    registry.delete_meter("GRID", by="test")
    apply_import(registry, plan_import(registry, read_meter_file(file)), by="test")
    assert registry.meter("GRID").key != 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_imported_elsewhere_is_the_same_plant(
    registry: Registry, add: Add, fresh: Fresh, tmp_path: Path, ending: str
) -> None:
    add("TOP", name='=HYPERLINK("http://x","Ü, quoted")', type="grid")
    add("007", "TOP", ct_primary=1000.5, ct_secondary=5, ratio_applied_by="workbench", location="line\u00a0one, Ü")
    add("+1", "007", gateway="tcp://h:502", unit_id=0, profile="eastron_sdm630", seen_by_parent=False, x=0.1, y=0.2)
    path = tmp_path / f"meters.{ending}"
    assert export_meters(registry, path) == 3
    assert plan_import(registry, read_meter_file(path)).summary().startswith("0 new, 0 changed, 0 moved, 3 unchanged")
    other = fresh("other")
    apply_import(other, plan_import(other, read_meter_file(path)), by="test")
    again = tmp_path / f"again.{ending}"
    export_meters(other, again)
    assert read_meter_file(again) == read_meter_file(path)
    other.close()


def test_an_export_for_excel_holds_no_formula(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("A", name="=1+1")
    export_meters(registry, tmp_path / "meters.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "meters.xlsx").worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_numbers_typed_into_excel_stay_whole(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Number", "Name", "Type", "Unit id", "Seen by parent", None])
    book.worksheets[0].append([101, "Press", "machine", 5.0, True])
    book.worksheets[0].append([None, None, None])
    book.worksheets[0].append([102.5, "Press 2", "machine", None, False])
    book.save(tmp_path / "meters.xlsx")
    rows = read_meter_file(tmp_path / "meters.xlsx")
    assert [(row.line, row.cells["number"], row.cells["unit_id"]) for row in rows] == [
        (2, "101", "5"),
        (4, "102.5", ""),
    ]


def test_a_byte_order_mark_blank_lines_and_missing_cells_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "meters.CSV"
    path.write_bytes(b"\xef\xbb\xbfnumber,name,type,parent\r\n\r\nA, Meter A ,unit\r\n,,,\r\n")
    (row,) = read_meter_file(path)
    assert row == MeterRow(3, {"number": "A", "name": "Meter A", "type": "unit", "parent": ""})


def test_a_line_is_counted_as_an_editor_counts(tmp_path: Path) -> None:
    path = tmp_path / "meters.csv"
    path.write_text('number,name,type\nA,"two\nlines",unit\nB,B,unit\n')
    assert [row.line for row in read_meter_file(path)] == [2, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"number,name\nA,A\n", "this column is required"),
        (b"number,name,type,colour\n", "no such column"),
        (b"number,name,type,name\n", "there twice"),
        (b"number|name|type\n", "required"),
        (b"number;name;typ\nA;A;unit\n", "did you mean type"),
        (b"number,,name,type\n", "without a name"),
        (b"number,name,type\nA,Press, small,unit\n", "line 2.*comma"),
        (b"number,name,type\nA,\xfcml,unit\n", "not UTF-8"),
        (b'number,name,type\nA,"x"y,unit\n', "line 2: not valid CSV"),
        (b'number,name,type\nA,"x', "not valid CSV"),
    ],
)
def test_a_file_that_is_no_meter_file_says_why(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "meters.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_meter_file(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        read_meter_file(tmp_path / "absent.csv")
    (tmp_path / "meters.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(InputError, match="not an Excel file"):
        read_meter_file(tmp_path / "meters.xlsx")
    (tmp_path / "meters.ods").touch()
    with pytest.raises(InputError, match=r"\.csv or \.xlsx"):
        read_meter_file(tmp_path / "meters.ods")


def test_an_export_that_fails_leaves_the_old_file(registry: Registry, add: Add, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        export_meters(registry, tmp_path / "absent" / "meters.csv")
    with pytest.raises(InputError, match="ending"):
        export_meters(registry, tmp_path / "meters.pdf")
    assert [path.name for path in tmp_path.glob("*") if not path.name.startswith("registry.db")] == []


def test_ten_thousand_meters_are_imported(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    lines = [
        f"N{i},Meter {i},machine,{f'N{(i - 1) // 8}' if i else ''},100,5,tcp://moxa{i % 40}:502,{1 + i // 40},p"
        for i in range(10_000)
    ]
    header = "number,name,type,parent,ct_primary,ct_secondary,gateway,unit_id,profile"
    path.write_text("\n".join([header, *lines]))
    apply_import(registry, plan_import(registry, read_meter_file(path)), by="test")
    assert len(registry.meters()) == 10_000
    assert len(registry.gateways()) == 40
