"""Exchanges of a meter's device."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.registry import Registry
from tests.registry.conftest import Add

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
DONE = Exchange(
    at=MARCH,
    new_serial="S2",
    closing={"energy_active_import": 91_234.5, "energy_active_export": 0},
    opening={"energy_active_import": 0.2},
    note="seal 4711",
)


def test_an_exchange_keeps_both_readings_and_changes_the_serial(registry: Registry, add: Add) -> None:
    add("M", serial="S1")
    meter = registry.record_exchange("M", DONE, by="asha")
    assert (meter.serial, meter.revision) == ("S2", 2)
    (exchange,) = registry.exchanges("M")
    assert exchange.old_serial == "S1"
    assert (exchange.at, exchange.closing, exchange.opening, exchange.note) == (
        MARCH,
        DONE.closing,
        DONE.opening,
        "seal 4711",
    )
    assert registry.all_exchanges() == [(1, exchange)]
    (entry, _) = registry.audit()
    assert (entry.action, entry.by, entry.before) == ("exchange.add", "asha", None)
    assert entry.after is not None
    assert entry.after["closing"] == {"energy_active_import": 91_234.5, "energy_active_export": 0.0}


def test_the_same_instant_corrects_and_the_same_again_changes_nothing(registry: Registry, add: Add) -> None:
    add("M", serial="S1")
    registry.record_exchange("M", DONE, by="test")
    revision = registry.revision()
    registry.record_exchange("M", DONE, by="test")
    assert registry.revision() == revision
    right = Exchange(at=MARCH.astimezone(timezone(timedelta(hours=5.5))), new_serial="S3")
    assert registry.record_exchange("M", right, by="test").serial == "S3"
    (exchange,) = registry.exchanges("M")
    assert (exchange.old_serial, exchange.at, exchange.closing) == ("S1", MARCH, {})
    assert registry.audit()[0].action == "exchange.correct"


def test_an_earlier_exchange_entered_later_leaves_the_serial(registry: Registry, add: Add) -> None:
    add("M", serial="S1")
    registry.record_exchange("M", Exchange(at=APRIL, new_serial="S3"), by="test")
    assert registry.record_exchange("M", Exchange(at=MARCH, old_serial="S0", new_serial="S1"), by="test").serial == "S3"
    assert [exchange.new_serial for exchange in registry.exchanges("M")] == ["S1", "S3"]
    assert registry.delete_exchange("M", MARCH, by="test").serial == "S3"
    assert registry.delete_exchange("M", APRIL, by="test").serial == "S1"
    with pytest.raises(NotFoundError, match="no exchange"):
        registry.delete_exchange("M", APRIL, by="test")


@pytest.mark.parametrize(
    ("exchange", "field"),
    [
        (Exchange(at=datetime(2026, 3, 1), new_serial="S"), "at"),
        (Exchange(at=datetime(2999, 1, 1, tzinfo=UTC), new_serial="S"), "at"),
        (Exchange(at=MARCH, new_serial=" "), "new_serial"),
        (Exchange(at=MARCH, new_serial="S", note="a\nb"), "note"),
        (Exchange(at=MARCH, new_serial="S", closing={"voltage_l1_n": 230}), "closing.voltage_l1_n"),
        (Exchange(at=MARCH, new_serial="S", closing={"power": 1}), "closing.power"),
        (Exchange(at=MARCH, new_serial="S", opening={"energy_active_import": -1}), "opening.energy_active_import"),
        (
            Exchange(at=MARCH, new_serial="S", opening={"energy_active_import": float("nan")}),
            "opening.energy_active_import",
        ),
        (
            Exchange(at=MARCH, new_serial="S", opening={"energy_active_import": "x"}),  # type: ignore[dict-item]
            "opening.energy_active_import",
        ),
    ],
)
def test_an_impossible_exchange_is_refused(registry: Registry, add: Add, exchange: Exchange, field: str) -> None:
    add("M")
    with pytest.raises(InputError) as caught:
        registry.record_exchange("M", exchange, by="test")
    assert [problem.field for problem in caught.value.problems] == [field]
    assert registry.exchanges("M") == []
