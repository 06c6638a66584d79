"""Statistics of the last quarter of an hour are differences of what was counted."""

from __future__ import annotations

import asyncio

import pytest

from collector.polling.circuit_breaker import Breaker
from collector.polling.counts import NO_ANSWER, REFUSED, GatewayCounts, MeterCounts, Statistics
from collector.polling.recent_statistics import SAMPLES, PollingStatistics, RecentStatistics
from energy_workbench.domain.time import clock
from tests.collector.typed import is_of

MINUTE = 60_000_000
URL = "tcp://10.0.0.5:502"


def meter(key: int) -> MeterCounts:
    return MeterCounts(key, f"M{key}", key, 10_000_000, Breaker())


def counted(counts: GatewayCounts | MeterCounts, times: int) -> None:
    for _ in range(times):
        counts.answered(0.25)
        counts.failed(REFUSED, "it has no such register", 7, code=2)
        counts.polls += 1
        counts.busy_seconds += 0.5


def test_lately_is_the_last_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_790_000_000_000_000]
    monkeypatch.setattr(clock, "to_micros", lambda _: now[0])
    gateway = GatewayCounts(URL)
    gateway.meters = {1: meter(1)}
    statistics = Statistics(now[0], {URL: gateway})
    recent = RecentStatistics(statistics)

    async def main() -> None:
        for counts in (gateway, gateway.meters[1]):
            counted(counts, 100)
            counts.failed(NO_ANSWER, "silent", 8)
        now[0] += MINUTE
        young = await recent.fields()
        assert is_of(PollingStatistics, young)
        assert young["seconds"] == 60
        assert young["gateways"][0]["requests"] == 201
        for _ in range(SAMPLES):
            await recent.sample()
            now[0] += MINUTE
        counted(gateway, 3)
        gateway.meters = {1: meter(1), 2: meter(2)}
        counted(gateway.meters[1], 1)
        counted(gateway.meters[2], 2)
        lately = await recent.fields()
        assert is_of(PollingStatistics, lately)
        assert lately["seconds"] == SAMPLES * 60
        (row,) = lately["gateways"]
        assert (row["requests"], row["answers"], row["polls"], row["busy_seconds"]) == (6, 3, 3, 1.5)
        # What did not happen lately is left out.
        assert row["errors"] == {REFUSED: 3}
        assert row["exceptions"] == {"2": 3}
        assert row["latency"] == {"p50": 0.25, "p95": 0.25}
        # A meter that was counted anew, and one that is new.
        assert [each["requests"] for each in row["meters"]] == [2, 4]
        assert [each["errors"] for each in row["meters"]] == [{REFUSED: 1}, {REFUSED: 2}]

    asyncio.run(main())
