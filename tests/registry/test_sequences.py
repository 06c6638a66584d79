"""Any sequence of changes leaves a sound tree, and the audit trail leads to the same state."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time import clock
from energy_workbench.registry import Registry, replay
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.meters.connections import device_of
from energy_workbench.registry.storage import tables
from energy_workbench.registry.storage.journal import entries_from
from energy_workbench.registry.storage.rows import State
from tests.examples import examples
from tests.registry.conftest import Fresh

NUMBERS = st.sampled_from(["A", "a", "B", "C", "D"])
KEYS = st.integers(1, 7)
WHO = st.sampled_from(["asha", "ravi"])
START = datetime(2026, 1, 1, tzinfo=UTC)


def edits(make: Callable[[], Registry], monkeypatch: pytest.MonkeyPatch) -> type[RuleBasedStateMachine]:
    """A machine of the edits of two users on registries that `make` gives."""

    class Edits(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.now = START
            monkeypatch.setattr(clock, "now", lambda: self.now)
            self.registry = make()
            self.start = self.stored()

        def stored(self) -> State:
            with self.registry.database.read() as connection:
                return tables.stored(connection)

        def attempt(self, action: Callable[[], object]) -> None:
            before = self.stored()
            try:
                action()
            except (ConflictError, InputError, NotFoundError):
                assert self.stored() == before

        @rule(seconds=st.sampled_from([1, 60, 0, -30]))
        def wait(self, seconds: int) -> None:
            self.now += timedelta(seconds=seconds)

        @rule(
            number=NUMBERS, parent=st.none() | KEYS, by=WHO, url=st.sampled_from([None, "tcp://a:502", "tcp://b:502"])
        )
        def create(self, number: str, parent: int | None, by: str, url: str | None) -> None:
            given = {"number": number, "name": number, "type": "unit", "gateway": url, "unit_id": 1}
            if parent is None or any(meter.key == parent for meter in self.registry.meters()):
                self.attempt(lambda: self.registry.create_meter(given | {"parent_id": parent}, by=by))

        @rule(key=KEYS, parent=st.none() | KEYS, by=WHO)
        def move(self, key: int, parent: int | None, by: str) -> None:
            if parent is None or any(meter.key == parent for meter in self.registry.meters()):
                self.attempt(lambda: self.registry.update_meter(key, {"parent_id": parent}, by=by))

        @rule(
            key=KEYS,
            number=NUMBERS,
            status=st.sampled_from(["active", "faulty", "inactive"]),
            ct=st.sampled_from([50, 100]),
            by=WHO,
        )
        def update(self, key: int, number: str, status: str, ct: int, by: str) -> None:
            given = {"number": number, "status": status, "ct_primary": ct, "ct_secondary": 5}
            self.attempt(lambda: self.registry.update_meter(key, given, by=by))

        @rule(key=KEYS, days=st.integers(-2, 2), ct=st.sampled_from([200, 400]), by=WHO)
        def add_ratio(self, key: int, days: int, ct: int, by: str) -> None:
            ratio = Ratio(ct_primary=ct, ct_secondary=1, valid_from=START + timedelta(days=days))
            self.attempt(lambda: self.registry.add_ratio(key, ratio, by=by))

        @rule(key=KEYS, days=st.integers(-2, 2), by=WHO)
        def delete_ratio(self, key: int, days: int, by: str) -> None:
            self.attempt(lambda: self.registry.delete_ratio(key, START + timedelta(days=days), by=by))

        @rule(key=KEYS, days=st.integers(1, 3), serial=st.sampled_from(["S1", "S2"]), by=WHO)
        def exchange(self, key: int, days: int, serial: str, by: str) -> None:
            done = Exchange(at=START - timedelta(days=days), new_serial=serial, closing={"energy_active_import": 7.5})
            self.attempt(lambda: self.registry.record_exchange(key, done, by=by))

        @rule(key=KEYS, children=st.sampled_from(["refuse", "reparent", "cascade"]), by=WHO)
        def delete(self, key: int, children: str, by: str) -> None:
            self.attempt(lambda: self.registry.delete_meter(key, by=by, children=children))  # type: ignore[arg-type]

        @rule(key=KEYS, by=WHO)
        def restore(self, key: int, by: str) -> None:
            self.attempt(lambda: self.registry.restore_meter(key, by=by))

        @rule(by=WHO)
        def undo(self, by: str) -> None:
            self.attempt(lambda: self.registry.undo(by=by))

        @precondition(lambda self: self.registry.audit(1))
        @rule(data=st.data(), by=WHO)
        def undo_one(self, data: st.DataObject, by: str) -> None:
            change = data.draw(st.sampled_from([entry.change for entry in self.registry.audit()]))
            before, revision = self.stored(), self.registry.revision()
            self.attempt(lambda: self.registry.undo(by=by, change=change))
            if self.registry.revision() != revision:
                # Undoing the undo leads back.
                self.registry.undo(by=by, change=self.registry.audit(1)[0].change)
                assert self.stored() == before
                self.registry.undo(by=by, change=self.registry.audit(1)[0].change)

        @invariant()
        def the_tree_is_a_forest_of_living_meters(self) -> None:
            meters = {meter.key: meter for meter in self.registry.meters()}
            numbers = [folded(meter.number) for meter in meters.values()]
            assert len(numbers) == len(set(numbers))
            for meter in meters.values():
                seen, above = {meter.key}, meter.parent
                while above is not None:
                    assert above in meters
                    assert above not in seen
                    seen.add(above)
                    above = meters[above].parent

        @invariant()
        def no_device_is_read_twice(self) -> None:
            devices = [device for meter in self.registry.meters() if (device := device_of(meter)) is not None]
            assert len(devices) == len(set(devices))

        @invariant()
        def the_audit_trail_replays_to_the_same_state(self) -> None:
            assert self.registry.audit_differences() == []
            with self.registry.database.read() as connection:
                assert replay.replay(entries_from(connection, 0), self.start) == self.stored()

        def teardown(self) -> None:
            self.registry.close()

    return Edits


@pytest.fixture
def make(fresh: Fresh) -> Callable[[], Registry]:
    """A new registry at each call."""
    count = itertools.count()
    return lambda: fresh(f"sequence{next(count)}")


def test_any_sequence_of_changes(
    make: Callable[[], Registry], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    # The law is the same in both; PostgreSQL takes several times as long for each example.
    some = examples(12 if "sqlite" in request.node.name else 3)
    run_state_machine_as_test(
        edits(make, monkeypatch),
        settings=settings(
            max_examples=some, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
