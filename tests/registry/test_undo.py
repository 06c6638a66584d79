"""Taking changes back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from energy_workbench.domain.errors import ConflictError, NotFoundError
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry import Registry
from energy_workbench.registry.meter_files.import_plan import MeterRow
from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import, read_meter_file
from tests.migrated import migrated
from tests.registry.conftest import Add, FixedNow

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def tree(registry: Registry) -> list[tuple[str, int | None]]:
    return [(meter.number, meter.parent) for meter in registry.meters()]


def test_an_undone_name_is_the_former_one_and_the_audit_says_so(registry: Registry, add: Add) -> None:
    before = add("M")
    registry.update_meter("M", {"name": "Mixer", "location": "Hall 1"}, by="asha")
    (entry,) = registry.undo(by="asha")
    after = registry.meter("M")
    assert (after.name, after.location, after.revision) == (before.name, before.location, 3)
    assert (entry.action, entry.by, entry.subject, entry.undoes) == (
        "undo",
        "asha",
        "mtr_1",
        registry.audit()[1].change,
    )
    assert (entry.before, entry.after) == (registry.audit()[1].after, registry.audit()[1].before)


def test_an_undone_move_never_was(registry: Registry, add: Add, now_is: FixedNow) -> None:
    now_is("2026-03-01T00:00:00Z")
    add("A")
    add("B")
    add("M", "A")
    placements, ratios = registry.placements(), registry.all_ratios()
    now_is("2026-05-01T00:00:00Z")
    registry.update_meter("M", {"parent": "B", "ct_primary": 100, "ct_secondary": 5, "status": "faulty"}, by="test")
    now_is("2026-06-01T00:00:00Z")
    registry.undo(by="test")
    assert (registry.placements(), registry.all_ratios()) == (placements, ratios)
    assert len(registry.statuses("M")) == 1


def test_each_undo_goes_one_step_further_back_in_ones_own_changes(registry: Registry, add: Add) -> None:
    add("M")
    for name in ("one", "two"):
        registry.update_meter("M", {"name": name}, by="asha")
    registry.update_meter("M", {"location": "Hall 2"}, by="ravi")
    assert [entry.after for entry in registry.undoable("asha")] == [{"name": "two"}]
    registry.undo(by="asha")
    registry.undo(by="asha")
    assert (registry.meter("M").name, registry.meter("M").location) == ("Meter M", "Hall 2")
    assert registry.undoable("asha") == []
    with pytest.raises(ConflictError, match="no change by asha"):
        registry.undo(by="asha")


def test_an_undo_can_be_undone(registry: Registry, add: Add) -> None:
    add("M")
    registry.update_meter("M", {"name": "Mixer"}, by="asha")
    (entry,) = registry.undo(by="asha")
    registry.undo(by="asha", change=entry.change)
    assert registry.meter("M").name == "Mixer"
    registry.undo(by="asha")
    assert registry.meter("M").name == "Meter M"
    with pytest.raises(ConflictError, match="undone already"):
        registry.undo(by="asha", change=entry.undoes)


def test_a_change_brought_again_and_taken_back_is_not_taken_back_twice(registry: Registry, add: Add) -> None:
    add("M")
    (undo,) = registry.undo(by="test")
    (again,) = registry.undo(by="test", change=undo.change)
    registry.undo(by="test")
    with pytest.raises(ConflictError, match="builds on it"):
        registry.undo(by="test", change=again.change)


def test_a_created_meter_is_deleted_by_undo_and_can_come_back(registry: Registry, add: Add) -> None:
    add("A")
    add("M", "A", ct_primary=100, ct_secondary=5)
    (entry,) = registry.undo(by="test")
    assert [meter.number for meter in registry.meters()] == ["A"]
    assert registry.ratios("M")[0].ct == 20
    assert (entry.after, entry.before is None) == (None, False)
    assert registry.restore_meter("M", by="test").parent == 1


def test_a_deleted_branch_comes_back_as_it_was(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A")
    add("C", "B")
    before = tree(registry)
    for children in ("cascade", "reparent"):
        registry.delete_meter("B", by="test", children=children)  # type: ignore[arg-type]
        assert tree(registry) != before
        registry.undo(by="test")
        assert tree(registry) == before


def test_an_undone_restore_leaves_the_meter_as_deleted_as_it_was(registry: Registry, add: Add) -> None:
    add("M")
    registry.delete_meter("M", by="test")
    deleted_at = registry.meter("M", deleted=True).deleted_at
    registry.restore_meter("M", by="test")
    registry.undo(by="test")
    assert registry.meter("M", deleted=True).deleted_at == deleted_at


def test_an_import_is_undone_as_a_whole(registry: Registry, add: Add, tmp_path: Path) -> None:
    add("GRID")
    path = tmp_path / "meters.csv"
    path.write_text("number,name,type,parent\nGRID,Incomer,grid,\nA,A,unit,GRID\nB,B,unit,A\n")
    apply_import(registry, plan_import(registry, read_meter_file(path)), by="asha")
    assert len({entry.change for entry in registry.audit(limit=3)}) == 1
    registry.undo(by="asha")
    assert [(meter.number, meter.name) for meter in registry.meters()] == [("GRID", "Meter GRID")]


def test_ratios_exchanges_templates_gateways_and_the_site_are_undone_too(registry: Registry, add: Add) -> None:
    add("M", gateway="tcp://h:502", unit_id=1, serial="S1")
    ratio = Ratio(ct_primary=100, ct_secondary=5, valid_from=MAY)
    registry.add_ratio("M", ratio, by="test")
    registry.delete_ratio("M", MAY, by="test")
    registry.undo(by="test")
    assert registry.ratios("M")[1:] == [ratio]
    registry.record_exchange("M", Exchange(at=MAY, new_serial="S2"), by="test")
    registry.undo(by="test")
    assert (registry.exchanges("M"), registry.meter("M").serial) == ([], "S1")
    registry.create_template("press", "M", by="test")
    registry.undo(by="test")
    assert registry.templates() == []
    registry.set_gateway("tcp://h:502", {"pause_ms": 5}, by="test")
    registry.undo(by="test")
    assert registry.gateways()[0].options == {}
    site = registry.site()
    registry.set_site(type(site)(name="Mill", timezone="Asia/Kolkata"), by="test")
    registry.undo(by="test")
    assert registry.site() == site
    registry.undo(by="test")
    assert len(registry.ratios("M")) == 1


def first_change(registry: Registry) -> int:
    return registry.audit()[-1].change


def test_what_something_newer_builds_on_stays(registry: Registry, add: Add) -> None:
    add("A")
    registry.update_meter("A", {"name": "Press"}, by="ravi")
    with pytest.raises(ConflictError, match=r"meter.update of mtr_1 by ravi.*builds on it"):
        registry.undo(by="test")
    registry.undo(by="ravi")
    registry.undo(by="test")
    assert registry.meters() == []


def test_a_move_before_another_move_stays(registry: Registry, add: Add) -> None:
    for number in "ABM":
        add(number)
    for parent in ("A", "B"):
        registry.update_meter("M", {"parent": parent}, by=parent)
    with pytest.raises(ConflictError, match="builds on it"):
        registry.undo(by="A")
    registry.undo(by="B")
    registry.undo(by="A")
    assert registry.meter("M").parent is None


def test_a_meter_with_others_below_it_does_not_vanish(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A")
    with pytest.raises(ConflictError, match="B would be below one that is deleted"):
        registry.undo(by="test", change=first_change(registry))
    assert tree(registry) == [("A", None), ("B", 1)]


def test_a_place_that_is_gone_is_not_gone_back_to(registry: Registry, add: Add) -> None:
    add("A")
    add("M", "A")
    registry.update_meter("M", {"parent": None}, by="asha")
    registry.delete_meter("A", by="ravi")
    with pytest.raises(ConflictError, match="M would be below one that is deleted"):
        registry.undo(by="asha")
    registry.undo(by="ravi")
    registry.update_meter("A", {"parent": "M"}, by="ravi")
    with pytest.raises(ConflictError, match="below itself"):
        registry.undo(by="asha")


def test_a_number_that_another_has_now_is_not_taken_back(registry: Registry, add: Add) -> None:
    add("M")
    registry.update_meter("M", {"number": "N"}, by="asha")
    add("m")
    with pytest.raises(ConflictError, match="'M' is in use by mtr_2"):
        registry.undo(by="asha")
    registry.delete_meter("N", by="asha")
    add("N")
    with pytest.raises(ConflictError, match="'N' is in use by mtr_3"):
        registry.undo(by="asha")


def test_a_change_of_a_meter_that_was_deleted_since_stays(registry: Registry, add: Add) -> None:
    add("M")
    registry.update_meter("M", {"name": "Press"}, by="asha")
    registry.delete_meter("M", by="ravi")
    with pytest.raises(ConflictError, match=r"meter\.delete of mtr_1 by ravi"):
        registry.undo(by="asha")


def test_tokens_are_revoked_and_not_undone(registry: Registry) -> None:
    registry.create_token("screen", "viewer", by="asha")
    with pytest.raises(ConflictError, match="no change by asha"):
        registry.undo(by="asha")
    with pytest.raises(ConflictError, match="none that can be undone"):
        registry.undo(by="asha", change=registry.audit()[0].change)
    with pytest.raises(NotFoundError, match="no change 99"):
        registry.undo(by="asha", change=99)


def test_a_refused_undo_leaves_nothing_behind(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A")
    before = registry.revision(), registry.audit(), tree(registry)
    with pytest.raises(ConflictError):
        registry.undo(by="test", change=first_change(registry))
    assert (registry.revision(), registry.audit(), tree(registry)) == before


def test_undoing_an_import_and_bringing_it_back_asks_as_often_however_many_meters(tmp_path: Path) -> None:
    said: list[str] = []

    def hear(*told: object) -> None:
        said.append(str(told[2]))

    counts = []
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        for size in (10, 150):
            registry = migrated(Registry(f"sqlite:///{tmp_path / f'{size}.db'}"))
            rows = [
                MeterRow(nth, {"number": f"M-{nth}", "name": "M", "type": "machine", "gateway": "tcp://a:502",
                               "unit_id": str(nth), "profile": "p", "parent": f"M-{nth - 1}" if nth else ""})
                for nth in range(size)
            ]  # fmt: skip
            apply_import(registry, plan_import(registry, rows), by="asha")
            said.clear()
            (undone, *_) = registry.undo(by="asha")
            assert registry.meters() == []
            registry.undo(by="asha", change=undone.change)
            counts.append(len(said))
            assert [meter.number for meter in registry.meters()][-1] == f"M-{size - 1}"
            registry.close()
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert counts[0] == counts[1] > 0
