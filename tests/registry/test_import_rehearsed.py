"""What a dry run calls right is imported, and what is imported is what a dry run called right."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.registry import Registry, replay
from energy_workbench.registry.meter_files.meter_file import MeterRow, apply_import, plan_import, rehearse_import
from energy_workbench.registry.meters import edits
from energy_workbench.registry.storage import tables
from energy_workbench.registry.storage.rows import State
from tests.examples import examples
from tests.registry.conftest import Add, Fresh

NEW = "tcp://10.0.0.9:502"


def cells(number: str, **more: Any) -> dict[str, Any]:
    return {"number": number, "name": number, "type": "unit"} | more


def lines(*found: dict[str, Any]) -> list[MeterRow]:
    return [MeterRow(line, each) for line, each in enumerate(found, 2)]


def imported(registry: Registry, *found: dict[str, Any]) -> None:
    """Import rows, once the dry run has called them right."""
    rehearsed = rehearse_import(registry, plan_import(registry, lines(*found)))
    assert rehearsed.problems == []
    apply_import(registry, plan_import(registry, lines(*found)), by="test")


def gateways(registry: Registry) -> list[tuple[str, str | None, int | None]]:
    return [(meter.number, meter.gateway, meter.unit_id) for meter in registry.meters()]


def test_a_registered_and_a_new_meter_come_to_the_same_new_gateway(registry: Registry, add: Add) -> None:
    add("GRID")
    imported(registry, cells("GRID", gateway=NEW, unit_id="1"), cells("MAIN", gateway=NEW, unit_id="2", parent="GRID"))
    assert gateways(registry) == [("GRID", NEW, 1), ("MAIN", NEW, 2)]
    assert [gateway.url for gateway in registry.gateways()] == [NEW]


def test_two_registered_meters_come_to_the_same_new_gateway(registry: Registry, add: Add) -> None:
    add("A")
    add("B")
    imported(registry, *(cells(number, gateway=NEW, unit_id=unit) for number, unit in (("A", "1"), ("B", "2"))))
    assert gateways(registry) == [("A", NEW, 1), ("B", NEW, 2)]


@pytest.mark.parametrize(
    "spelled",
    [
        ("tcp://moxa:502", "TCP://Moxa", "tcp://MOXA:0502/"),
        ("tls://[2001:db8::1]:802", "tls://[2001:0DB8:0:0:0:0:0:1]", "TLS://[2001:db8:0::0:1]:802"),
        (
            "rtu:///dev/ttyS0?baudrate=9600&parity=E",
            "rtu:///dev/ttyS0?parity=e&baudrate=9600",
            "RTU:///dev/ttyS0?parity=E&baudrate=9600",
        ),
    ],
)
def test_spellings_of_one_address_are_one_gateway(registry: Registry, add: Add, spelled: tuple[str, str, str]) -> None:
    add("A")
    add("B")
    imported(
        registry,
        *(cells(number, gateway=url, unit_id=k) for k, (number, url) in enumerate(zip("ABC", spelled, strict=True), 1)),
    )
    assert [gateway.url for gateway in registry.gateways()] == [spelled[0]]


def test_an_import_that_named_a_new_gateway_can_be_undone_and_done_again(registry: Registry, add: Add) -> None:
    add("GRID")
    file = (cells("GRID", gateway=NEW, unit_id="1"), cells("MAIN", gateway=NEW, unit_id="2", parent="GRID"))
    for _ in range(2):
        imported(registry, *file)
        apply_import(registry, plan_import(registry, lines(*file)), by="test")
        registry.undo(by="test")
        assert gateways(registry) == [("GRID", None, None)]


def test_what_the_database_refuses_the_dry_run_says(
    registry: Registry, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a plan overlooks: the dry run has written all of it and taken it back."""
    add("A")
    taken = registry.meter("A").key
    monkeypatch.setattr(edits, "next_key", lambda _: taken)
    before = registry.revision()
    plan = plan_import(registry, lines(cells("B")))
    assert plan.problems == []
    (problem,) = rehearse_import(registry, plan).problems
    assert (problem.where, "contradicts what is stored" in problem.reason) == ("file", True)
    with pytest.raises(ConflictError):
        apply_import(registry, plan_import(registry, lines(cells("B"))), by="test")
    assert registry.revision() == before


def test_a_dry_run_leaves_nothing_behind(registry: Registry, add: Add) -> None:
    add("A")
    before, trail = stored(registry), registry.audit()
    rehearse_import(registry, plan_import(registry, lines(cells("A", gateway=NEW, unit_id="1"), cells("B"))))
    assert (stored(registry), registry.audit()) == (before, trail)


# Any file over any registry.

NUMBERS = ("A", "a", "B", "C", "D")
URLS = (None, "tcp://a:502", "TCP://A", "tcp://b", "rtu:///dev/ttyS0", "tcp://b:x")


@st.composite
def files(draw: Callable[..., Any]) -> list[dict[str, Any]]:
    """Rows of a meter file, mostly right."""
    columns = draw(st.sets(st.sampled_from(["parent", "gateway", "serial", "ct"])))
    found = []
    for number in draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5, unique=draw(st.booleans()))):
        row = cells(number)
        if "parent" in columns:
            row["parent"] = draw(st.sampled_from(["", *NUMBERS, "mtr_1", "NONE"]))
        if "gateway" in columns:
            row["gateway"] = draw(st.sampled_from(URLS))
            row["unit_id"] = draw(st.sampled_from(["", "1", "2", "3"]))
        if "serial" in columns:
            row["serial"] = draw(st.sampled_from(["", "S1", "S2"]))
        if "ct" in columns:
            row["ct_primary"], row["ct_secondary"] = draw(st.sampled_from([("", ""), ("100", "5"), ("5", "100")]))
        found.append(row)
    return found


def stored(registry: Registry) -> State:
    with registry.database.read() as connection:
        return tables.stored(connection)


def living(registry: Registry) -> list[tuple[Any, ...]]:
    return [
        (meter.key, meter.number, meter.parent, meter.gateway, meter.unit_id, meter.serial, meter.ratio.ct)
        for meter in registry.meters()
    ]


def test_a_dry_run_finds_no_problem_just_where_the_import_succeeds(
    fresh: Fresh, request: pytest.FixtureRequest
) -> None:
    # The law is the same in both; PostgreSQL takes several times as long for each example.
    some = examples(30 if "sqlite" in request.node.name else 8)

    @settings(max_examples=some, suppress_health_check=[HealthCheck.too_slow])
    @given(history=st.lists(files() | st.sampled_from(NUMBERS), max_size=3), file=files())
    def holds(history: Sequence[list[dict[str, Any]] | str], file: list[dict[str, Any]]) -> None:
        registry = fresh(f"any_{uuid.uuid4().hex}")
        try:
            for each in history:
                if isinstance(each, str):
                    # Some meters are deleted in between: their numbers are free, their keys are not.
                    if any(meter.number.casefold() == each.casefold() for meter in registry.meters()):
                        registry.delete_meter(each, by="test", children="reparent")
                elif not (plan := plan_import(registry, lines(*each))).problems:
                    apply_import(registry, plan, by="test")
            before, trail, was = stored(registry), registry.audit(), living(registry)
            plan = rehearse_import(registry, plan_import(registry, lines(*file)))
            assert (stored(registry), registry.audit()) == (before, trail)
            if plan.problems:
                with pytest.raises(InputError):
                    apply_import(registry, plan, by="test")
                assert stored(registry) == before
                return
            apply_import(registry, plan, by="test")
            now = {meter.number.casefold(): meter for meter in registry.meters()}
            assert all(now[row["number"].casefold()].number == row["number"] for row in file)
            with registry.database.read() as connection:
                assert replay.differences(connection) == []
            if plan.inserts or plan.updates:
                registry.undo(by="test")
                assert living(registry) == was
        finally:
            registry.close()

    holds()
