"""Power now is primary, fresh, or not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from energy_workbench.analytics.live import power_kw
from energy_workbench.analytics.summary import status_summary
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.presence import presence
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import Communication, Health, Status

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
RATIO = Ratio(ct_primary=100, ct_secondary=5, pt_primary=11_000, pt_secondary=110, applied_by=AppliedBy.WORKBENCH)


def polled(**more: object) -> Meter:
    fields = {"key": 1, "number": "A", "name": "A", "type": MeterType.UNIT, "gateway": "tcp://a:502", "profile": "p"}
    return Meter(**{**fields, **more})  # type: ignore[arg-type]


def heard(seconds: float = 5, **values: float | None) -> Live:
    seen = NOW - timedelta(seconds=seconds)
    return Live(communication=Communication.ONLINE, last_seen=seen, values=values)


def test_power_is_scaled_through_both_transformers() -> None:
    assert power_kw(polled(ratio=RATIO), heard(active_power_total=0.25), NOW) == pytest.approx(0.25 * 20 * 100)


def test_power_is_the_sum_of_the_phases_where_a_meter_has_no_total() -> None:
    phases = {"active_power_l1": 1.0, "active_power_l2": 2.0, "active_power_l3": 3.5}
    assert power_kw(polled(), heard(**phases), NOW) == 6.5
    assert power_kw(polled(), heard(active_power_l1=1.0), NOW) is None


@pytest.mark.parametrize(
    "live",
    [
        None,
        Live(),
        heard(seconds=61, active_power_total=1.0),
        heard(active_power_total=None),
        Live(communication=Communication.OFFLINE, last_seen=NOW, values={"active_power_total": 1.0}),
    ],
)
def test_old_absent_or_unreachable_power_is_not_known_and_not_zero(live: Live | None) -> None:
    assert power_kw(polled(), live, NOW) is None


def test_a_slowly_polled_meter_stays_known_between_its_polls() -> None:
    assert power_kw(polled(poll_seconds=300), heard(seconds=600, active_power_total=1.0), NOW) == 1.0


def test_the_summary_names_every_state_and_counts_each_meter_once() -> None:
    meters = [polled(), polled(key=2, status=Status.INACTIVE), polled(key=3), polled(key=4, gateway=None)]
    live = {1: heard(), 3: Live(communication=Communication.TIMEOUT, health=Health.CRITICAL)}
    found = status_summary(meters, presence(meters, live, {}, NOW))
    assert found.total == 4
    assert found.status == {"active": 3, "inactive": 1, "maintenance": 0, "faulty": 0}
    assert found.health == {"good": 1, "warning": 0, "critical": 0, "unknown": 3}
    assert found.communication == {"online": 1, "offline": 2, "timeout": 0, "not_connected": 1}
    assert found.colour == {"green": 1, "yellow": 0, "orange": 0, "red": 2, "grey": 1}
