"""Two editors at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.registry import Registry
from tests.registry.conftest import Add

Edit = Callable[[Registry], object]


def at_once(registries: tuple[Registry, Registry], one: Edit, other: Edit) -> list[ConflictError]:
    """Both edits, started together, each by its own user; the conflicts that came of it."""
    barrier = Barrier(2)

    def run(registry: Registry, edit: Edit) -> ConflictError | None:
        barrier.wait()
        try:
            edit(registry)
        except ConflictError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(run, registry, edit) for registry, edit in zip(registries, (one, other), strict=True)]
        return [error for each in done if (error := each.result())]


@pytest.fixture
def both(registry: Registry, second: Registry) -> tuple[Registry, Registry]:
    """One registry, opened by two users."""
    return registry, second


@pytest.mark.parametrize("turn", range(5))
def test_two_moves_never_close_a_cycle(both: tuple[Registry, Registry], add: Add, turn: int) -> None:
    add("A")
    add("A1", "A")
    add("B")
    add("B1", "B")
    errors = at_once(
        both,
        lambda r: r.update_meter("A", {"parent": "B1"}, by="asha"),
        lambda r: r.update_meter("B", {"parent": "A1"}, by="ravi"),
    )
    assert len(errors) == 1
    assert "below itself" in str(errors[0])
    assert len(both[0].meters()) == 4


def test_a_number_is_given_once(both: tuple[Registry, Registry], add: Add) -> None:
    add("A")
    add("B")
    made = {"name": "N", "type": "unit"}
    assert len(at_once(both, *[lambda r, n=n: r.create_meter(made | {"number": n}, by="x") for n in ("N", "n")])) == 1
    renamed = at_once(both, *[lambda r, ref=ref: r.update_meter(ref, {"number": "X"}, by="x") for ref in "AB"])
    assert len(renamed) == 1
    assert len(both[0].meters()) == 3


def test_the_second_of_two_editors_sees_both_versions(both: tuple[Registry, Registry], add: Add) -> None:
    add("TOP")
    add("M", "TOP", location="Hall 1")
    (error,) = at_once(
        both,
        lambda r: r.update_meter("M", {"name": "Asha's"}, by="asha", revision=1),
        lambda r: r.update_meter("M", {"name": "Ravi's"}, by="ravi", revision=1),
    )
    stored = both[0].meter("M")
    assert error.stored is not None
    assert error.wanted is not None
    assert (error.stored["name"], error.stored["revision"], error.stored["id"]) == (stored.name, 2, "mtr_2")
    assert {error.stored["name"], error.wanted["name"]} == {"Asha's", "Ravi's"}
    assert (error.wanted["location"], error.wanted["parent"], error.wanted["parent_id"]) == ("Hall 1", "TOP", "mtr_1")
    assert error.differences == ["revision", "name"]
    assert str(error).startswith(f"meter M has been changed meanwhile by {stored.name[:-2].lower()} at ")


def test_a_stale_change_that_is_wrong_too_is_still_a_conflict(registry: Registry, add: Add) -> None:
    add("M")
    registry.update_meter("M", {"name": "New"}, by="asha", revision=1)
    with pytest.raises(ConflictError) as caught:
        registry.update_meter("M", {"unit_id": 300, "parent": "X"}, by="ravi", revision=1)
    assert caught.value.wanted is not None
    assert (caught.value.wanted["unit_id"], caught.value.wanted["parent"]) == (300, "X")


def test_a_parent_is_not_deleted_from_under_a_new_child(both: tuple[Registry, Registry], add: Add) -> None:
    for turn in range(5):
        add(f"P{turn}")
        add(f"C{turn}")

        def delete(r: Registry, ref: str = f"P{turn}") -> object:
            return r.delete_meter(ref, by="asha")

        def move(r: Registry, ref: str = f"C{turn}", parent: str = f"P{turn}") -> None:
            # Where the parent went first, there is no such meter any more.
            with suppress(InputError):
                r.update_meter(ref, {"parent": parent}, by="ravi")

        at_once(both, delete, move)
        living = {meter.key: meter for meter in both[0].meters()}
        assert all(meter.parent is None or meter.parent in living for meter in living.values())


def test_a_delete_from_an_older_revision_is_refused(registry: Registry, add: Add) -> None:
    add("M")
    registry.update_meter("M", {"name": "New"}, by="asha")
    with pytest.raises(ConflictError, match="changed meanwhile by asha"):
        registry.delete_meter("M", by="ravi", revision=1)
    registry.delete_meter("M", by="ravi", revision=2)


def test_two_undos_of_one_change_take_it_back_once(both: tuple[Registry, Registry], add: Add) -> None:
    add("M")
    registry = both[0]
    registry.update_meter("M", {"name": "New"}, by="asha")
    change = registry.audit()[0].change
    errors = at_once(both, *[lambda r: r.undo(by="asha", change=change)] * 2)
    assert [("undone already" in str(error)) for error in errors] == [True]
    assert registry.meter("M").name == "Meter M"
