"""What is said of a meter, and why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.domain.status import Status, StatusChange
from energy_workbench.registry import Registry
from tests.registry.conftest import Add, FixedNow

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_status_and_its_reason_are_dated_and_signed(registry: Registry, add: Add, now_is: FixedNow) -> None:
    add("M", status="inactive", status_reason="not wired yet")
    now_is("2026-03-01T00:00:00Z")
    meter = registry.set_status("M", "maintenance", "bearing change", by="asha")
    assert (meter.status, meter.status_reason) == (Status.MAINTENANCE, "bearing change")
    now_is("2026-04-01T00:00:00Z")
    registry.set_status("M", "active", "", by="ravi")
    assert registry.statuses("M") == [
        StatusChange(status=Status.INACTIVE, reason="not wired yet", by="test"),
        StatusChange(status=Status.MAINTENANCE, reason="bearing change", valid_from=MARCH, by="asha"),
        StatusChange(status=Status.ACTIVE, valid_from=APRIL, by="ravi"),
    ]
    entry = registry.audit()[1]
    assert (entry.action, entry.after) == ("meter.status", {"status": "maintenance", "status_reason": "bearing change"})


def test_a_reason_does_not_outlive_its_status(registry: Registry, add: Add) -> None:
    add("M")
    registry.set_status("M", "faulty", "CT open", by="test")
    # What came back is what an answer showed, with another status in it.
    assert registry.update_meter("M", {"status": "active", "status_reason": "CT open"}, by="test").status_reason == ""
    registry.set_status("M", "maintenance", "heat", by="test")
    assert registry.set_status("M", "faulty", "heat", by="test").status_reason == "heat"


def test_the_same_again_changes_nothing(registry: Registry, add: Add) -> None:
    add("M")
    registry.set_status("M", "faulty", "CT open", by="test")
    revision = registry.revision()
    registry.set_status("M", "faulty", "CT open", by="test")
    assert (registry.revision(), len(registry.statuses("M"))) == (revision, 2)


@pytest.mark.parametrize(
    ("status", "reason", "field"),
    [
        ("faulty", " ", "status_reason"),
        ("sleepy", "x", "status"),
        ("faulty", "x" * 501, "status_reason"),
        ("faulty", "a\nb", "status_reason"),
    ],
)
def test_a_status_without_a_reason_is_refused(
    registry: Registry, add: Add, status: str, reason: str, field: str
) -> None:
    add("M")
    with pytest.raises(InputError) as caught:
        registry.set_status("M", status, reason, by="test")
    assert [problem.field for problem in caught.value.problems] == [field]
    assert registry.meter("M").status is Status.ACTIVE


def test_a_status_from_an_older_revision_is_refused(registry: Registry, add: Add) -> None:
    add("M")
    registry.set_status("M", "faulty", "CT open", by="test", revision=1)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        registry.set_status("M", "maintenance", "bearing", by="test", revision=1)
