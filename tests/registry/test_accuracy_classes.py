"""Classes of accuracy, as people write them, through every door of the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from energy_workbench.analytics.uncertainty.accuracy import CURRENT, METERS, MINUTE, VOLTAGE_PHASE
from energy_workbench.domain import accuracy_classes as classes
from energy_workbench.registry import Registry
from energy_workbench.registry.checks.fields import draft
from energy_workbench.registry.meter_files.meter_file import apply_import, export_meters, plan_import, read_meter_file
from tests.registry.conftest import Add

BASE: dict[str, Any] = {"number": "M", "name": "Meter", "type": "machine"}


def test_each_class_that_can_be_stated_has_its_limits() -> None:
    assert set(classes.METER) == set(METERS)
    assert set(classes.CURRENT) == set(CURRENT)
    assert set(classes.VOLTAGE) == set(VOLTAGE_PHASE)


PUBLISHED = {
    "0.1": {5: (0.4, 15), 20: (0.2, 8), 100: (0.1, 5), 120: (0.1, 5)},
    "0.2": {5: (0.75, 30), 20: (0.35, 15), 100: (0.2, 10), 120: (0.2, 10)},
    "0.2S": {1: (0.75, 30), 5: (0.35, 15), 20: (0.2, 10), 100: (0.2, 10), 120: (0.2, 10)},
    "0.5": {5: (1.5, 90), 20: (0.75, 45), 100: (0.5, 30), 120: (0.5, 30)},
    "0.5S": {1: (1.5, 90), 5: (0.75, 45), 20: (0.5, 30), 100: (0.5, 30), 120: (0.5, 30)},
    "1": {5: (3.0, 180), 20: (1.5, 90), 100: (1.0, 60), 120: (1.0, 60)},
    "3": {50: (3.0, 0), 120: (3.0, 0)},
    "5": {50: (5.0, 0), 120: (5.0, 0)},
    "5P": {100: (1.0, 60)}, "5PR": {100: (1.0, 60)}, "10P": {100: (3.0, 0)}, "10PR": {100: (3.0, 0)},
}  # fmt: skip
"""Ratio error [%] and phase displacement [minutes] by % of the rated current, as makers quote IEC 61869-2; 0: none."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_limits_of_current_transformers_are_those_that_makers_publish(name: str) -> None:
    of = CURRENT[name]
    points = PUBLISHED[name]
    assert [round(100 * point) for point in of.points] == list(points)
    loads = np.array(of.points)
    assert 100 * of.ratio_limit(loads) == pytest.approx([ratio for ratio, _ in points.values()])
    assert of.phase_limit(loads) / MINUTE == pytest.approx([minutes for _, minutes in points.values()])
    assert classes.CURRENT[name] == of.ratio[of.points.index(1.0) if 1.0 in of.points else 0]


def test_limits_of_voltage_transformers_are_those_that_makers_publish() -> None:
    of_iec = {
        name: (classes.VOLTAGE[name], VOLTAGE_PHASE[name]) for name in ("0.1", "0.2", "0.5", "1", "3", "3P", "6P")
    }
    assert of_iec == {
        "0.1": (0.1, 5), "0.2": (0.2, 10), "0.5": (0.5, 20), "1": (1.0, 40), "3": (3.0, 0), "3P": (3.0, 120),
        "6P": (6.0, 240),
    }  # fmt: skip


def test_a_voltage_transformer_of_6_is_no_class_of_a_standard_but_a_limit() -> None:
    assert "6" not in classes.VOLTAGE
    assert classes.accuracy_class(6, classes.VOLTAGE) == 6.0
    assert classes.percent(6.0, classes.VOLTAGE) == 6.0


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("accuracy_class", "0.5S", "0.5S"), ("accuracy_class", " 0.5 s ", "0.5S"),
        ("accuracy_class", "Cl. 0.2S", "0.2S"),
        ("accuracy_class", "class 1", 1.0), ("accuracy_class", "1", 1.0), ("accuracy_class", 1, 1.0),
        ("accuracy_class", 0.5, 0.5), ("accuracy_class", "1.0", 1.0), ("accuracy_class", ".5S", "0.5S"),
        ("accuracy_class", "0.50 S", "0.5S"), ("ct_class", "0.2S", "0.2S"), ("ct_class", "0.5FS5", 0.5),
        ("ct_class", "0.5S FS 10", "0.5S"), ("ct_class", "5P20", "5P"), ("ct_class", "10PR10", "10PR"),
        ("ct_class", "5P", "5P"),
        ("ct_class", 0.3, 0.3), ("ct_class", 5, 5.0), ("pt_class", "3p", "3P"), ("pt_class", 0.2, 0.2),
        ("pt_class", "", None), ("accuracy_class", 2.5, 2.5), ("accuracy_class", "1.5", 1.5), ("pt_class", 5, 5.0),
    ],
)  # fmt: skip
def test_a_class_is_stated_as_people_write_it(field: str, written: object, kept: object) -> None:
    meter, problems = draft(None, BASE | {field: written}, "M")
    assert problems == []
    assert meter is not None
    found = getattr(meter, field)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("field", "written", "says"),
    [
        ("accuracy_class", "5P20", "0.1, 0.1S, 0.2, 0.2S, 0.5, 0.5S, 1, 2"), ("accuracy_class", 0, "0.5S"),
        ("accuracy_class", 21, "above 0 to 20 %"),
        ("accuracy_class", "B", "stated as 1"), ("accuracy_class", "1S", "0.5S"), ("accuracy_class", True, "0.5S"),
        ("accuracy_class", [0.5], "0.5S"), ("accuracy_class", "nan", "0.5S"), ("ct_class", "1S", "0.5S"),
        ("ct_class", "PX", "5P"), ("ct_class", "0.5P20", "10P"), ("ct_class", "-1", "0.5S"),
        ("pt_class", "0.5S", "3P"), ("ct_class", "0,5S", "decimal point"),
    ],
)  # fmt: skip
def test_a_class_that_no_standard_has_is_refused_and_those_known_are_named(
    field: str, written: object, says: str
) -> None:
    meter, problems = draft(None, BASE | {field: written}, "M")
    assert meter is None
    assert [problem.field for problem in problems] == [field]
    assert says in problems[0].reason


def test_a_class_is_the_same_in_the_file_the_audit_and_after_undo(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("A", accuracy_class="0.5S", ct_class=0.5)
    registry.update_meter("A", {"ct_class": "0.2 s", "pt_class": "3P"}, by="asha")
    entry = registry.audit()[0]
    assert (entry.before, entry.after) == ({"ct_class": 0.5, "pt_class": None}, {"ct_class": "0.2S", "pt_class": "3P"})
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"meters.{ending}"
        export_meters(registry, path)
        (row,) = read_meter_file(path)
        assert [row.cells[name] for name in ("accuracy_class", "ct_class", "pt_class")] == ["0.5S", "0.2S", "3P"]
        plan = plan_import(registry, [row])
        assert (plan.problems, plan.updates) == ([], [])
    registry.undo(by="asha")
    found = registry.meter("A")
    assert (found.accuracy_class, found.ct_class, found.pt_class) == ("0.5S", 0.5, None)
    assert registry.audit_differences() == []


def test_a_file_names_each_line_whose_class_is_none(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "meters.csv"
    path.write_text("number,name,type,accuracy_class,ct_class\nA,A,unit,0.5S,5P20\nB,B,unit,0.5X,\n")
    plan = plan_import(registry, read_meter_file(path))
    assert [(problem.where, problem.field) for problem in plan.problems] == [("line 3", "accuracy_class")]
    path.write_text("number,name,type,accuracy_class,ct_class\nA,A,unit,0.5S,5P20\n")
    apply_import(registry, plan_import(registry, read_meter_file(path)), by="asha")
    assert (registry.meter("A").accuracy_class, registry.meter("A").ct_class) == ("0.5S", "5P")


def test_a_number_that_no_standard_has_is_the_limit_itself(registry: Registry, add: Add) -> None:
    add("A", accuracy_class=2.5)
    registry.update_meter("A", {"accuracy_class": "1.5"}, by="asha")
    assert registry.meter("A").accuracy_class == 1.5
    assert classes.percent(1.5, classes.METER) == 1.5
