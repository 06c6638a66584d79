"""Adding, changing, deleting and restoring meters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from energy_workbench.domain.entities import Flow, MeterType, Site
from energy_workbench.domain.errors import BusyError, ConflictError, InputError, NotFoundError
from energy_workbench.domain.ratios import AppliedBy
from energy_workbench.domain.status import Status
from energy_workbench.registry import Registry
from tests.registry.conftest import Add


def numbers(registry: Registry) -> list[str]:
    return [meter.number for meter in registry.meters()]


def test_a_meter_is_stored_with_every_field(registry: Registry, add: Add) -> None:
    add("GRID", type="grid")
    made = registry.create_meter(
        {
            "number": "UNIT-A",
            "name": "Unit A",
            "type": "unit",
            "parent": "grid",
            "location": "Hall 1",
            "flow": "consumer",
            "ct_primary": 1000,
            "ct_secondary": "5",
            "pt_primary": 11000,
            "pt_secondary": 110.0,
            "ratio_applied_by": "workbench",
            "gateway": "TCP://Gateway.Local:1502",
            "unit_id": "7",
            "profile": "eastron_sdm630",
            "poll_seconds": "5",
            "status": "maintenance",
            "serial": "S-1",
            "accuracy_class": 0.5,
            "ct_class": 0.5,
            "pt_class": 1,
            "rated_kw": 250,
            "seen_by_parent": "no",
            "production_register": "export",
            "x": 0.25,
            "y": "0.75",
        },
        by="test",
    )
    assert registry.meter("unit-a") == made == registry.meter(made.id) == registry.meter(made.key)
    assert (made.type, made.flow, made.status) == (MeterType.UNIT, Flow.CONSUMER, Status.MAINTENANCE)
    assert (made.ratio.ct_text, made.ratio.pt_text) == ("1000/5", "11000/110")
    assert made.ratio.applied_by is AppliedBy.WORKBENCH
    assert (made.gateway, made.unit_id, made.poll_seconds) == ("tcp://gateway.local:1502", 7, 5.0)
    assert (made.seen_by_parent, made.x, made.y) == (False, 0.25, 0.75)
    assert made.parent == registry.meter("GRID").key
    assert made.created_at is not None
    assert made.created_at.utcoffset() is not None
    assert (made.revision, made.deleted_at) == (1, None)


@pytest.mark.parametrize(
    ("type", "flow"), [("generator", Flow.PRODUCER), ("grid", Flow.BIDIRECTIONAL), ("machine", Flow.CONSUMER)]
)
def test_the_flow_follows_from_the_type_where_none_is_given(add: Add, type: str, flow: Flow) -> None:
    assert add("M", type=type).flow is flow
    assert add("N", type=type, flow="").flow is flow


def test_every_problem_is_reported_at_once(registry: Registry) -> None:
    given = {
        "number": "mtr_7",
        "type": "reactor",
        "gateway": "http://x",
        "unit_id": 256,
        "ct_primary": -1,
        "poll_seconds": "often",
        "colour_of_the_door": "red",
        "parent": "NOWHERE",
    }
    with pytest.raises(InputError) as caught:
        registry.create_meter(given, by="test")
    assert {problem.field for problem in caught.value.problems} == {*given, "name"}
    assert registry.revision() == 1


def test_a_number_is_used_once_whatever_its_case(registry: Registry, add: Add) -> None:
    add("Straße")
    add("OTHER")
    with pytest.raises(ConflictError, match="in use by mtr_1"):
        add("STRASSE")
    with pytest.raises(ConflictError, match="in use"):
        registry.update_meter("OTHER", {"number": "straße"}, by="test")
    assert registry.update_meter("Straße", {"number": "STRASSE"}, by="test").number == "STRASSE"


def test_the_tree_comes_parents_first_and_siblings_as_people_sort_their_numbers(registry: Registry, add: Add) -> None:
    add("GRID")
    add("MAIN", "GRID")
    add("DG")
    add("M10", "MAIN")
    add("m2", "MAIN")
    add("M10-1", "M10")
    assert numbers(registry) == ["DG", "GRID", "MAIN", "m2", "M10", "M10-1"]


def test_a_change_touches_the_given_fields_only(registry: Registry, add: Add) -> None:
    before = add("M", location="Hall 1", ct_primary=100, ct_secondary=5)
    after = registry.update_meter("M", {"name": "Mixer"}, by="test", revision=1)
    assert (after.name, after.location, after.ratio, after.revision) == ("Mixer", "Hall 1", before.ratio, 2)


def test_what_an_answer_shows_may_come_back(registry: Registry, add: Add) -> None:
    meter = add("M")
    answer = {"id": meter.id, "ct_ratio": None, "colour": "green", "last_seen": None, "revision": 1, "parent_id": None}
    revision = registry.revision()
    assert registry.update_meter("M", answer, by="test") == meter
    assert registry.revision() == revision


def test_an_empty_value_sets_the_default(registry: Registry, add: Add) -> None:
    add("M", gateway="tcp://h:502", unit_id=1, poll_seconds=2, location="here")
    after = registry.update_meter(
        "M", {"gateway": "", "unit_id": None, "poll_seconds": "", "location": None}, by="test"
    )
    assert (after.gateway, after.unit_id, after.poll_seconds, after.location) == (None, None, 10.0, "")


def test_a_change_from_an_older_revision_is_refused(registry: Registry, add: Add) -> None:
    add("M")
    registry.update_meter("M", {"name": "first"}, by="one", revision=1)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        registry.update_meter("M", {"name": "second"}, by="other", revision=1)
    assert registry.meter("M").name == "first"


def test_a_meter_cannot_be_below_itself(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A")
    add("C", "B")
    for parent in ("A", "B", "C"):
        with pytest.raises(ConflictError, match="A → "):
            registry.update_meter("A", {"parent": parent}, by="test")
    with pytest.raises(ConflictError, match="A → C → B → A"):
        registry.update_meter("A", {"parent_id": "mtr_3"}, by="test")
    assert numbers(registry) == ["A", "B", "C"]


def test_two_editors_cannot_close_a_cycle_between_them(registry: Registry, second: Registry, add: Add) -> None:
    add("A")
    add("B")

    def move(where: Registry, ref: str, parent: str) -> bool:
        try:
            where.update_meter(ref, {"parent": parent}, by="test")
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        moves = [pool.submit(move, registry, "A", "B"), pool.submit(move, second, "B", "A")]
        assert sorted(each.result() for each in moves) == [False, True]
    assert len(registry.meters()) == 2


def test_many_editors_at_once_lose_nothing(registry: Registry, add: Add) -> None:
    with ThreadPoolExecutor(6) as pool:
        keys = [meter.key for meter in pool.map(lambda index: add(f"M{index}"), range(60))]
    assert sorted(keys) == list(range(1, 61))
    assert registry.revision() == 61


def test_a_meter_with_children_is_deleted_on_request_only(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A")
    add("C", "B")
    with pytest.raises(ConflictError, match="children=reparent"):
        registry.delete_meter("B", by="test")
    registry.delete_meter("B", by="test", children="reparent")
    assert [(meter.number, meter.parent) for meter in registry.meters()] == [("A", None), ("C", 1)]
    gone = registry.delete_meter("A", by="test", children="cascade")
    assert [meter.number for meter in gone] == ["A", "C"]
    assert registry.meters() == []
    assert len(registry.meters(deleted=True)) == 3


def test_a_deleted_meter_is_not_found_but_can_be_restored(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A", ct_primary=100, ct_secondary=5)
    registry.delete_meter("B", by="test")
    with pytest.raises(NotFoundError):
        registry.meter("B")
    with pytest.raises(NotFoundError):
        registry.update_meter("mtr_2", {"name": "x"}, by="test")
    assert registry.meter("B", deleted=True).deleted_at is not None
    back = registry.restore_meter("B", by="test")
    assert (back.key, back.parent, back.ratio.ct_text, back.deleted_at) == (2, 1, "100/5", None)
    with pytest.raises(ConflictError, match="not deleted"):
        registry.restore_meter("B", by="test")


def test_a_restored_meter_goes_below_the_nearest_that_lives(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A")
    add("C", "B")
    registry.delete_meter("B", by="test", children="cascade")
    assert registry.restore_meter("C", by="test").parent == 1
    registry.delete_meter("A", by="test", children="cascade")
    assert registry.restore_meter("mtr_3", by="test").parent is None


def test_a_number_is_free_after_deletion_but_its_key_is_not(registry: Registry, add: Add) -> None:
    add("M")
    registry.delete_meter("M", by="test")
    assert add("M").key == 2
    with pytest.raises(ConflictError, match="in use by mtr_2"):
        registry.restore_meter("mtr_1", by="test")
    assert registry.meter("M", deleted=True).key == 2


@pytest.mark.parametrize("ref", ["NOPE", "mtr_99", "mtr_" + "9" * 5000, 99, 2**70, -1, "", "\ud800", "a\0b"])
def test_a_meter_that_is_not_there_is_not_found(registry: Registry, add: Add, ref: str | int) -> None:
    add("M")
    with pytest.raises(NotFoundError):
        registry.meter(ref)


def test_every_change_is_counted_and_written_down(registry: Registry, add: Add) -> None:
    seen = [registry.revision()]
    add("A")
    seen.append(registry.revision())
    registry.update_meter("A", {"name": "New"}, by="asha")
    seen.append(registry.revision())
    registry.set_site(Site(name="Mill", timezone="Asia/Kolkata"), by="asha")
    seen.append(registry.revision())
    registry.delete_meter("A", by="asha")
    seen.append(registry.revision())
    assert seen == [1, 2, 3, 4, 5]
    deleted, site, renamed, made = registry.audit()
    assert (made.action, made.by, made.before) == ("meter.create", "test", None)
    assert made.after is not None
    assert made.after["number"] == "A"
    assert (renamed.by, renamed.subject, renamed.before, renamed.after) == (
        "asha",
        "mtr_1",
        {"name": "Meter A"},
        {"name": "New"},
    )
    assert (site.action, deleted.action, deleted.after) == ("site.update", "meter.delete", None)
    assert registry.audit(limit=1) == [deleted]
    assert registry.audit(subject="mtr_1") == [deleted, renamed, made]


def test_a_failed_change_leaves_nothing_behind(registry: Registry, add: Add) -> None:
    add("A")
    before = registry.revision(), registry.audit(), registry.gateways()
    with pytest.raises(ConflictError):
        add("a", gateway="tcp://new:502", unit_id=1)
    assert (registry.revision(), registry.audit(), registry.gateways()) == before


def test_a_wrong_site_is_refused_with_everything_that_is_wrong(registry: Registry) -> None:
    with pytest.raises(InputError) as caught:
        registry.set_site(Site(name=" ", timezone="Mars", currency="rupee", country="India"), by="test")
    assert [problem.field for problem in caught.value.problems] == ["name", "timezone", "country", "currency"]


def test_a_writer_that_never_ends_is_reported_as_busy(
    registry: Registry, second: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy_workbench.registry.storage.database.BUSY_SECONDS", 0.05)
    with registry.database.write(), pytest.raises(BusyError, match="another process"):
        second.create_meter({"number": "M", "name": "M", "type": "unit"}, by="test")
    assert second.create_meter({"number": "M", "name": "M", "type": "unit"}, by="test").key == 1


def test_readers_do_not_wait_for_a_writer(registry: Registry, add: Add) -> None:
    add("A")
    with registry.database.write():
        assert numbers(registry) == ["A"]


def test_what_a_user_writes_is_never_sql(registry: Registry, add: Add) -> None:
    name = "Robert'); DROP TABLE meters;--"
    add("M'; --", name=name)
    assert registry.meter("m'; --").name == name
