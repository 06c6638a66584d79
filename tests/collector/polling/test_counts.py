"""What is counted of the wire."""

from __future__ import annotations

import pytest

from collector.polling.circuit_breaker import Breaker
from collector.polling.counts import (
    LATENCY_BOUNDS,
    NO_ANSWER,
    REFUSED,
    UNREACHABLE,
    Counts,
    Durations,
    GatewayCounts,
    MeterCounts,
    Statistics,
)


def test_durations_fall_into_classes_whose_upper_bound_belongs_to_them() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 2.0):
        durations.add(seconds)
    assert durations.classes == [2, 1, 1]
    assert (durations.count, durations.longest) == (4, 2.0)
    assert durations.sum == pytest.approx(2.65)
    assert durations.percentile(0.5) == 0.5
    assert durations.percentile(1.0) == 2.0
    assert Durations(LATENCY_BOUNDS).percentile(0.5) is None


def test_failures_are_counted_by_kind_and_exception_with_the_last_one_in_words() -> None:
    counts = Counts()
    counts.answered(0.02)
    counts.failed(NO_ANSWER, "did not answer", 5)
    counts.failed(REFUSED, "refuses", 6, 2)
    counts.failed(UNREACHABLE, "accepts no connection", 7)
    assert (counts.requests, counts.answers) == (3, 1)  # nobody was asked without a connection
    assert (counts.errors[NO_ANSWER], counts.errors[UNREACHABLE], counts.exceptions) == (1, 1, {2: 1})
    assert (counts.last_error, counts.last_error_us) == ("accepts no connection", 7)
    assert counts.success is None


def test_a_gateway_knows_how_much_time_its_meters_want() -> None:
    gateway = GatewayCounts("tcp://h:502")
    for key in (1, 2):
        meter = gateway.meters[key] = MeterCounts(key, f"M{key}", key, 2_000_000, Breaker())
        meter.polls, meter.busy_seconds = 10, 15.0
    assert gateway.wanted_seconds == pytest.approx(1.5)
    assert [meter.number for _, meter in Statistics(0, {gateway.url: gateway}).meters()] == ["M1", "M2"]
