"""What is counted of the wire."""

from __future__ import annotations

from collections import Counter

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
from collector.polling.silence import Share


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


def bus(meters: int) -> GatewayCounts:
    gateway = GatewayCounts("tcp://h:502")
    for key in range(meters):
        meter = gateway.meters[key] = MeterCounts(key, f"M{key}", key, 10_000_000, Breaker())
        gave(gateway, key, 1_000_000)
        assert meter.last_answer_us
    return gateway


def gave(gateway: GatewayCounts, key: int, now_us: int, missed: int = 0, due_us: int | None = None) -> None:
    meter = gateway.meters[key]
    for each in (gateway, meter):
        each.polls, each.missed, each.busy_seconds = each.polls + 1, each.missed + missed, each.busy_seconds + 0.1
    gateway.gave(meter, missed, now_us if due_us is None else due_us, now_us)


def gave_nothing(gateway: GatewayCounts, key: int, now_us: int, spoke: bool = False) -> None:
    meter = gateway.meters[key]
    for each in (gateway, meter):
        each.polls, each.busy_seconds = each.polls + 1, each.busy_seconds + 1.0
    gateway.gave_nothing(meter, Share(1, 0, 1.0, Counter({NO_ANSWER: 1})), now_us, spoke=spoke)


def test_meters_that_fall_silent_one_after_the_other_are_their_gateways_outage_however_few_polls_each_lost() -> None:
    gateway = bus(4)
    for key in (0, 1, 2):
        gave_nothing(gateway, key, 12_000_000)
    assert gateway.silence.outage
    assert [meter.silence.shared for meter in gateway.meters.values()] == [True, True, True, False]
    gave(gateway, 3, 40_000_000, missed=2, due_us=20_000_000)
    assert gateway.back_us == 40_000_000
    for key in (0, 1, 2):
        gave(gateway, key, 41_000_000)
    assert (gateway.silence.outage_polls, gateway.silence.outages.missed) == (3, 2)
    assert gateway.silence.outages.errors == {NO_ANSWER: 3}
    assert [meter.silence.outage_polls for meter in gateway.meters.values()] == [1, 1, 1, 0]
    assert not any(meter.silence.outage_alone_polls for meter in gateway.meters.values())
    assert gateway.wanted_seconds == pytest.approx(4 * 0.1 / 10), "what was waited for nothing is not what they need"


def test_a_meter_that_falls_silent_among_others_is_its_own_outage_and_one_lost_answer_is_none() -> None:
    gateway = bus(3)
    for round_ in range(4):
        gave_nothing(gateway, 0, 12_000_000 + round_)
        gave(gateway, 1, 13_000_000 + round_)
        if not round_:
            gave_nothing(gateway, 2, 13_500_000)
        else:
            gave(gateway, 2, 14_000_000 + round_)
    gave(gateway, 0, 20_000_000)
    assert [meter.silence.outage_polls for meter in gateway.meters.values()] == [4, 0, 0]
    assert gateway.meters[0].silence.outage_alone_polls == 4
    assert not gateway.silence.outage_polls


def test_meters_that_were_dead_before_and_are_asked_in_a_row_are_no_silence_of_their_gateway() -> None:
    gateway = bus(5)

    def cycle(second: int) -> None:
        for key in (0, 1):
            gave(gateway, key, second * 1_000_000)
        for key in (2, 3, 4):
            gave_nothing(gateway, key, second * 1_000_000 + 1)

    cycle(10)
    assert gateway.silence.outage, "three at once"
    for second in (20, 30, 40):
        cycle(second)
        assert not gateway.silence.outage
    assert gateway.silence.outage_polls == 3


def test_a_device_that_refuses_shows_that_its_gateway_is_there() -> None:
    gateway = bus(2)
    for _ in range(4):
        gave_nothing(gateway, 0, 12_000_000, spoke=True)
        gave_nothing(gateway, 1, 12_000_000)
    assert not gateway.silence.outage
    assert gateway.meters[0].silence.outage
