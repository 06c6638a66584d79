"""A plant is set up the same way on the files and over the service, and every refusal keeps its kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.domain.errors import AccessError, ConflictError, InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home
from tests.workbench.served import served

PRESS: dict[str, Any] = {
    "number": "UNIT-A-MACHINE-05", "name": "CNC Machine 05", "type": "machine", "parent_id": "UNIT-A",
    "ct_primary": 100, "ct_secondary": 5, "pt_primary": 415, "pt_secondary": 110,
    "gateway": "tcp://192.168.1.105", "unit_id": 5, "profile": "schneider_pm5xxx",
}  # fmt: skip


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """A home with meters, that a test may change."""
    return make_home(tmp_path / "own")


@pytest.fixture(params=["files", "service"])
def changes(request: pytest.FixtureRequest, own: Settings) -> Iterator[Any]:
    """Either façade, with the right to change things."""
    if request.param == "files":
        yield Workbench.at(own.home)
        return
    with served(own) as url:
        remote = RemoteWorkbench(url, tokens_of(own).editor)
        yield remote
        remote.close()


def test_a_meter_is_created_changed_moved_deleted_and_restored(changes: Any) -> None:
    meter = changes.create_meter(PRESS)
    assert (meter["ct_ratio"], meter["pt_ratio"], meter["gateway"]) == ("100/5", "415/110", "tcp://192.168.1.105:502")
    moved = changes.update_meter(meter["id"], {"parent_id": "MAIN", "name": "Lathe"}, meter["revision"])
    assert (moved["name"], moved["parent_id"]) == ("Lathe", changes.meter("MAIN")["id"])
    (gone,) = changes.delete_meter(meter["id"], revision=moved["revision"])
    assert gone["number"] == PRESS["number"]
    (listed,) = changes.meters(deleted=True)
    assert listed["id"] == meter["id"]
    assert listed["deleted_at"] is not None
    assert changes.restore_meter(meter["id"])["deleted_at"] is None
    assert len(changes.meters(deleted=True)) == 0


def test_the_slower_of_two_editors_sees_both_versions(changes: Any) -> None:
    seen = changes.meter("UNIT-A")
    changes.update_meter("UNIT-A", {"name": "Theirs"}, seen["revision"])
    with pytest.raises(ConflictError, match="read it again") as caught:
        changes.update_meter("UNIT-A", {"name": "Mine"}, seen["revision"])
    assert caught.value.stored is not None
    assert caught.value.wanted is not None
    assert (caught.value.stored["name"], caught.value.wanted["name"]) == ("Theirs", "Mine")
    assert caught.value.differences == ["revision", "name"]
    assert changes.meter("UNIT-A")["name"] == "Theirs"
    for act in (
        lambda: changes.delete_meter("UNIT-A", "cascade", revision=seen["revision"]),
        lambda: changes.set_status("UNIT-A", "faulty", "smoke", revision=seen["revision"]),
        lambda: changes.add_ratio("UNIT-A", {"ct_primary": 200, "ct_secondary": 5}, revision=seen["revision"]),
    ):
        with pytest.raises(ConflictError):
            act()


def test_a_form_is_checked_and_nothing_is_stored(changes: Any) -> None:
    found = changes.check_meter({**PRESS, "unit_id": 300, "ratio_applied_by": "workbench"})
    assert [problem["field"] for problem in found["problems"]] == ["unit_id"]
    assert found["example"].startswith("meter says 4.2 A → 84 A")
    assert changes.check_meter({"parent_id": "UNIT-A"}, "MAIN")["problems"][0]["field"] == "parent_id"
    assert changes.meters().total == 6


def test_every_wrong_field_is_named(changes: Any) -> None:
    with pytest.raises(InputError) as caught:
        changes.create_meter({"number": "mtr_9", "name": "", "type": "unix"})
    assert {problem.field for problem in caught.value.problems} == {"number", "name", "type"}
    with pytest.raises(NotFoundError):
        changes.update_meter("NONE", {"name": "x"})
    with pytest.raises(ConflictError, match="below"):
        changes.delete_meter("UNIT-A")


def test_a_status_has_a_reason_that_ends_with_it(changes: Any) -> None:
    with pytest.raises(InputError):
        changes.set_status("UNIT-A", "faulty")
    assert changes.set_status("UNIT-A", "faulty", "smoke")["status_reason"] == "smoke"
    assert changes.set_status("UNIT-A", "active")["status_reason"] == ""


def test_a_ratios_history_is_edited(changes: Any) -> None:
    since = "2026-10-05T00:00:00+05:30"
    added = changes.add_ratio("UNIT-A", {"ct_primary": 200, "ct_secondary": 5, "valid_from": since})
    assert (added["valid_from"], added["ratio_applied_by"]) == (since, "workbench")
    later = "2026-10-07T00:00:00+05:30"
    moved = changes.edit_ratio("UNIT-A", since, {"ct_primary": 300, "ct_secondary": 5, "valid_from": later})
    assert (moved["valid_from"], moved["ct_ratio"]) == (later, "300/5")
    first = changes.edit_ratio("UNIT-A", None, {"ct_primary": 150, "ct_secondary": 5})
    assert first["valid_from"] is None
    assert [row["ct_ratio"] for row in changes.meter_ratios("UNIT-A")] == ["150/5", "300/5"]
    assert [row["ct_ratio"] for row in changes.delete_ratio("UNIT-A", later)] == ["150/5"]
    with pytest.raises(ConflictError):
        changes.delete_ratio("UNIT-A", "beginning")
    with pytest.raises(NotFoundError):
        changes.delete_ratio("UNIT-A", later)


def test_an_exchange_is_recorded_with_its_readings(changes: Any) -> None:
    given = {"at": "2026-10-05T10:00:00+05:30", "new_serial": "B", "closing": {"energy_active_import": 99.5}}
    assert changes.add_exchange("UNIT-A", given)["closing"] == {"energy_active_import": 99.5}
    assert [row["new_serial"] for row in changes.exchanges("UNIT-A")] == ["B"]
    assert changes.meter("UNIT-A")["serial"] == "B"
    changes.add_exchange("UNIT-A", {"at": "2026-10-06T10:00:00+05:30", "new_serial": "C"})
    left = changes.delete_exchange("UNIT-A", "2026-10-06T10:00:00+05:30")
    assert ([row["new_serial"] for row in left], changes.meter("UNIT-A")["serial"]) == (["B"], "B")
    with pytest.raises(NotFoundError):
        changes.delete_exchange("UNIT-A", "2026-10-06T10:00:00+05:30")
    with pytest.raises(InputError) as caught:
        changes.add_exchange("UNIT-A", {"closing": 5, "opening": {"frequency": 1}, "when": 1})
    assert {problem.field for problem in caught.value.problems} == {"closing", "when"}


def test_templates_make_more_of_the_same(changes: Any) -> None:
    name = "Feeder 100/5 <b>"
    assert changes.create_template(name, "UNIT-A")["fields"]["ct_primary"] == 100
    assert [row["name"] for row in changes.templates()] == [name]
    made = changes.create_meter({"number": "UNIT-B", "name": "Unit B"}, template=name)
    assert (made["type"], made["ct_ratio"], made["location"]) == ("unit", "100/5", "Hall 1")
    changes.delete_template(name)
    assert changes.templates() == []
    with pytest.raises(NotFoundError):
        changes.delete_template(name)


def test_changes_are_told_and_taken_back_one_by_one(changes: Any) -> None:
    assert changes.undoable() is None
    changes.update_meter("UNIT-A", {"name": "One"})
    changes.set_status("UNIT-A", "faulty", "smoke")
    assert changes.undoable()["text"] == "status of UNIT-A changed"
    assert changes.undo()["undone"]["text"] == "status of UNIT-A changed"
    assert changes.undo()["undone"]["text"] == "UNIT-A changed"
    assert (changes.meter("UNIT-A")["name"], changes.meter("UNIT-A")["status"]) == ("Unit A", "active")
    with pytest.raises(ConflictError, match="no change"):
        changes.undo()
    told = changes.audit(limit=3, meter="UNIT-A")
    assert [row["action"] for row in told] == ["undo", "undo", "meter.status"]
    assert {row["number"] for row in told} == {"UNIT-A"}
    assert told[2]["after"] == {"status": "faulty", "status_reason": "smoke"}


def test_a_file_is_looked_at_before_it_is_imported(changes: Any) -> None:
    exported = changes.export_meters()
    again = changes.import_meters(exported, "meters.csv")
    assert (again["unchanged"], again["new"], again["changed"], again["moved"]) == (6, [], [], [])

    text = (
        exported.decode()
        .replace("Unit A,", "Hall,")
        .replace("DG,Generator,generator,MAIN", "DG,Generator,generator,GRID")
    )
    text += "NEW,New,machine,UNIT-A,\n"
    plan = changes.import_meters(text.encode(), "meters.csv")
    assert plan["changed"] == [{"line": 6, "number": "UNIT-A", "fields": {"name": ["Unit A", "Hall"]}}]
    assert plan["moved"][0]["fields"] == {"parent": ["MAIN", "GRID"]}
    assert [row["number"] for row in plan["new"]] == ["NEW"]
    assert changes.meters().total == 6
    changes.import_meters(text.encode(), "meters.csv", dry_run=False)
    assert changes.meter("UNIT-A")["name"] == "Hall"


def test_a_bad_file_names_line_column_value_and_reason_and_changes_nothing(changes: Any) -> None:
    bad = b"number,name,type,unit_id\nX,X,machine,300\nY,Y,unix,\n"
    found = changes.import_meters(bad, "../../etc/meters.csv")["problems"]
    assert [(row["line"], row["column"], row["value"]) for row in found] == [(2, "unit_id", "300"), (3, "type", "unix")]
    assert all(row["reason"] for row in found)
    with pytest.raises(InputError) as caught:
        changes.import_meters(bad, "meters.csv", dry_run=False)
    assert len(caught.value.problems) == 2
    header = changes.import_meters(b"number,name,colour\n", "meters.csv")["problems"]
    assert {row["column"] for row in header} == {"type", "colour"}
    for content, name in ((b"\xff\xfe\x00", "meters.csv"), (b"no zip", "meters.xlsx"), (b"", "m.csv"), (b"x", "m.pdf")):
        with pytest.raises(InputError) as refused:
            changes.import_meters(content, name)
        assert "/tmp" not in str(refused.value)
    assert changes.meters().total == 6


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_empty_file_to_fill_in_has_the_header_of_an_export(changes: Any, format: str) -> None:
    empty = changes.import_template(format)
    assert changes.import_meters(empty, f"t.{format}")["problems"] == []
    assert changes.import_meters(changes.export_meters(format), f"m.{format}")["unchanged"] == 6
    with pytest.raises(InputError):
        changes.export_meters("pdf")


def test_what_the_forms_offer(changes: Any) -> None:
    changes.create_meter(PRESS)
    (gateway,) = changes.gateways()
    revision = gateway.pop("revision")
    assert gateway == {"url": "tcp://192.168.1.105:502", "options": {}, "meters": 1, "online": 0}
    set_now = changes.set_gateway(gateway["url"], {"timeout_ms": 800, "retries": None}, revision=revision)
    assert set_now["options"] == {"timeout_ms": 800}
    assert changes.gateways() == [set_now]
    with pytest.raises(ConflictError):
        changes.set_gateway(gateway["url"], {}, revision=revision)
    with pytest.raises(InputError):
        changes.set_gateway(gateway["url"], {"timeout_ms": 5}, revision=set_now["revision"])
    assert changes.undo()["undone"]["text"] == f"gateway {gateway['url']} changed"
    assert changes.gateways()[0]["options"] == {}
    assert {"id", "vendor", "model"} == set(changes.profiles()[0])


def test_a_ratios_impact_counts_the_intervals_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    home = make_home(tmp_path / "impact")
    add_history(home)
    with served(home) as url:
        facades: list[WorkbenchContract] = [Workbench.at(home.home), RemoteWorkbench(url, tokens_of(home).editor)]
        for wb in facades:
            day = wb.ratio_impact("UNIT-A", "2026-10-10T00:00:00+05:30")
            assert day["until"] is None
            assert day["from"] == "2026-10-10T00:00:00+05:30"
            assert day["intervals"] == 96 + 96 + 60
            assert "252 intervals are computed again" in day["warnings"][0]
            assert wb.ratio_impact("UNIT-A", None)["from"] is None
            assert wb.ratio_impact("UNIT-A", None)["intervals"] > 800
            assert wb.ratio_impact("UNIT-A", "2027-01-01")["intervals"] == 0
        facades[1].add_ratio("UNIT-A", {"ct_primary": 200, "ct_secondary": 5, "valid_from": "2026-10-11T00:00:00"})
        for wb in facades:
            day = wb.ratio_impact("UNIT-A", "2026-10-10T00:00:00+05:30")
            assert (day["intervals"], day["until"]) == (96, "2026-10-11T00:00:00+05:30")
            assert any("200/5" in warning for warning in day["warnings"])


def test_a_viewer_may_look_and_not_change(own: Settings) -> None:
    with served(own) as url:
        far = RemoteWorkbench(url, tokens_of(own).viewer)
        assert far.audit()
        assert far.templates() == []
        for act in (
            lambda: far.create_meter(PRESS),
            lambda: far.import_meters(b"", "m.csv"),
            far.undo,
            lambda: far.probe({}),
            lambda: far.delete_template("x"),
        ):
            with pytest.raises(AccessError):
                act()
        far.close()


def test_the_audit_keeps_the_name_of_the_token(own: Settings) -> None:
    local = Workbench.at(own.home)
    token = local.registry.create_token("asha", "editor")
    with served(own) as url:
        far = RemoteWorkbench(url, token)
        far.update_meter("UNIT-A", {"name": "Hall"})
        assert far.undoable() is not None
        far.close()
        other = RemoteWorkbench(url, tokens_of(own).editor)
        assert other.undoable() is None
        other.close()
    assert local.audit(limit=1, meter="UNIT-A")[0]["by"] == "asha"


def test_a_template_is_written_changed_and_knows_what_was_made_from_it(changes: Any) -> None:
    made = changes.put_template("Feeder", {"type": "machine", "ct_primary": 100, "ct_secondary": 5})
    assert (made["name"], made["meters"]) == ("Feeder", [])
    changes.create_meter({"number": "M10", "name": "Ten"}, template="Feeder")
    changes.create_meter({"number": "M2", "name": "Two"}, template="feeder")
    changed = changes.put_template("FEEDER", {"type": "machine", "ct_primary": 200, "ct_secondary": 5})
    assert (changed["name"], changed["fields"]["ct_primary"], changed["meters"]) == ("Feeder", 200, ["M2", "M10"])
    assert changes.meter("M2")["ct_ratio"] == "100/5"
    (entry,) = changes.audit(1)
    assert (entry["action"], entry["before"], entry["after"]) == (
        "template.update", {"ct_primary": 100}, {"ct_primary": 200},
    )  # fmt: skip
    assert changes.undo()["undone"]["text"] == "template Feeder changed"
    assert changes.templates()[0]["fields"]["ct_primary"] == 100
    changes.delete_meter("M10")
    assert changes.templates()[0]["meters"] == ["M2"]
    with pytest.raises(InputError) as caught:
        changes.put_template("Feeder", {"number": "M3", "ct_primary": "many"})
    assert {problem.field for problem in caught.value.problems} == {"number", "ct_primary"}


def test_what_was_deleted_is_listed_with_who_and_what_went_with_it(changes: Any) -> None:
    changes.create_meter(PRESS)
    changes.delete_meter("UNIT-A", "cascade")
    rows = changes.deleted_meters()
    assert {row["number"] for row in rows} == {"UNIT-A", "UNIT-A-MACHINE-01", "UNIT-A-MACHINE-05"}
    (unit,) = (row for row in rows if row["number"] == "UNIT-A")
    assert unit["below"] == ["UNIT-A-MACHINE-01", "UNIT-A-MACHINE-05"]
    assert unit["deleted_by"] == changes.audit(1)[0]["by"]
    machine = next(row for row in rows if row["number"] == "UNIT-A-MACHINE-05")
    # Its parent is deleted too: it would hang under the nearest one above that lives.
    preview = changes.restore_preview(machine["id"])
    assert (preview["parent"], preview["conflicts"], preview["intervals"]) == ("MAIN", [], 0)
    changes.create_meter({**PRESS, "parent_id": "MAIN"})
    conflicts = changes.restore_preview(machine["id"])["conflicts"]
    assert len(conflicts) == 2
    assert "is in use" in conflicts[0]
    with pytest.raises(ConflictError, match="not deleted"):
        changes.restore_preview("MAIN")
