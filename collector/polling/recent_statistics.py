"""Polling statistics of the last quarter of an hour, by gateway and meter."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, TypeVar

from typing_extensions import TypedDict

from collector.polling.counts import Counts, Durations, GatewayCounts, MeterCounts, Statistics
from energy_workbench.domain.time import clock

SAMPLE_SECONDS: Final = 60.0
SAMPLES: Final = 15
"""Lately is the last quarter of an hour: what was mended an hour ago is no news any more."""

Number = TypeVar("Number", int, float)


class Totals(TypedDict):
    """Of a gateway or a meter, since its counting began, or of a span; as in `Counts`.

    What is zero is left out of `errors`, by kind, and `exceptions`, by code. What begins with `outage` is the part of
    them that was counted in polls in a row that gave nothing.
    """

    requests: int
    answers: int
    polls: int
    complete: int
    missed: int
    spared: int
    late: int
    busy_seconds: float
    errors: dict[str, int]
    exceptions: dict[str, int]
    outage_polls: int
    outage_alone_polls: int
    outage_missed: int
    outage_errors: dict[str, int]


class Percentiles(TypedDict):
    """Of the recent durations [s]; null before the first."""

    p50: float | None
    p95: float | None


class SpanStatistics(Totals):
    """Totals of a span, with durations, last error and last answer as they are now [s, µs since 1970; 0 is never].

    `silent_polls` is how many polls gave nothing in the outage that lasts; 0 where none does.
    """

    latency: Percentiles
    lateness: Percentiles
    last_error: str
    last_error_us: int
    last_answer_us: int
    silent_polls: int


class MeterStatistics(SpanStatistics):
    """Of one meter; `awaited` where it fell silent with its gateway, and was not asked since that is back.

    `unanswered` is how many polls gave nothing since one gave something.
    """

    key: int
    period_us: int
    breaker: str
    failures: int
    lacks: list[str]
    awaited: bool
    unanswered: int


class GatewayStatistics(SpanStatistics):
    """Of one gateway, and of the meters behind it."""

    url: str
    lines: int
    connected: bool
    connections: int
    wanted_seconds: float
    meters: list[MeterStatistics]


class PollingStatistics(TypedDict):
    """Of all gateways, over the last `seconds`."""

    ok: bool
    started_us: int
    seconds: float
    gateways: list[GatewayStatistics]


Sample = dict[tuple[str, int | None], Totals]
"""Totals by gateway, and by gateway and meter."""


class RecentStatistics:
    """Keeps some earlier totals to tell the difference.

    Parameters
    ----------
    statistics : Statistics
    """

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._samples: deque[tuple[int, Sample]] = deque(maxlen=SAMPLES)

    async def run(self) -> None:
        """Take a sample every minute until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            await self.sample()

    async def sample(self) -> None:
        """Remember the totals; polls go on between two gateways."""
        sample: Sample = {}
        for gateway in list(self._statistics.gateways.values()):
            sample[gateway.url, None] = _totals(gateway)
            sample |= {(gateway.url, key): _totals(meter) for key, meter in gateway.meters.items()}
            await asyncio.sleep(0)
        self._samples.append((clock.to_micros(clock.now()), sample))

    async def fields(self) -> PollingStatistics:
        """Everything counted lately, or since the start where that is later; polls go on between two gateways."""
        now = clock.to_micros(clock.now())
        since, before = self._samples[0] if len(self._samples) == SAMPLES else (self._statistics.started_us, {})
        gateways: list[GatewayStatistics] = []
        for gateway in list(self._statistics.gateways.values()):
            gateways.append(_gateway(gateway, before))
            await asyncio.sleep(0)
        return {
            "ok": True,
            "started_us": self._statistics.started_us,
            "seconds": max(0.0, (now - since) / 1e6),
            "gateways": gateways,
        }


def _gateway(counts: GatewayCounts, before: Sample) -> GatewayStatistics:
    return {
        "url": counts.url,
        "lines": counts.lines,
        "connected": counts.connected,
        "connections": counts.connections,
        "wanted_seconds": counts.wanted_seconds,
        **_span(counts, before.get((counts.url, None))),
        "meters": [_meter(counts, meter, before.get((counts.url, key))) for key, meter in counts.meters.items()],
    }


def _meter(gateway: GatewayCounts, counts: MeterCounts, before: Totals | None) -> MeterStatistics:
    breaker = counts.breaker
    return {
        "key": counts.key,
        "period_us": counts.period_us,
        "breaker": str(breaker.state),
        "failures": breaker.failures,
        "lacks": list(counts.lacks),
        "awaited": counts.silence.shared and counts.asked_us < gateway.back_us,
        "unanswered": counts.silence.present.polls,
        **_span(counts, before),
    }


def _span(counts: Counts, before: Totals | None) -> SpanStatistics:
    return {
        **_since(_totals(counts), before),
        "latency": _percentiles(counts.latency),
        "lateness": _percentiles(counts.lateness),
        "last_error": counts.last_error,
        "last_error_us": counts.last_error_us,
        "last_answer_us": counts.last_answer_us,
        "silent_polls": counts.silence.present.polls if counts.silence.outage else 0,
    }


def _totals(counts: Counts) -> Totals:
    outages = counts.silence.outages
    return {
        "requests": counts.requests,
        "answers": counts.answers,
        "polls": counts.polls,
        "complete": counts.complete,
        "missed": counts.missed,
        "spared": counts.spared,
        "late": counts.late,
        "busy_seconds": counts.busy_seconds,
        "errors": {kind: count for kind, count in counts.errors.items() if count},
        "exceptions": {str(code): count for code, count in counts.exceptions.items()},
        "outage_polls": outages.polls,
        "outage_alone_polls": counts.silence.outage_alone_polls,
        "outage_missed": outages.missed,
        "outage_errors": dict(outages.errors),
    }


def _since(now: Totals, before: Totals | None) -> Totals:
    """How much each grew."""
    if before is None:
        return now
    return {
        "requests": _grown(now["requests"], before["requests"]),
        "answers": _grown(now["answers"], before["answers"]),
        "polls": _grown(now["polls"], before["polls"]),
        "complete": _grown(now["complete"], before["complete"]),
        "missed": _grown(now["missed"], before["missed"]),
        "spared": _grown(now["spared"], before["spared"]),
        "late": _grown(now["late"], before["late"]),
        "busy_seconds": _grown(now["busy_seconds"], before["busy_seconds"]),
        "errors": _all_grown(now["errors"], before["errors"]),
        "exceptions": _all_grown(now["exceptions"], before["exceptions"]),
        "outage_polls": _grown(now["outage_polls"], before["outage_polls"]),
        "outage_alone_polls": _grown(now["outage_alone_polls"], before["outage_alone_polls"]),
        "outage_missed": _grown(now["outage_missed"], before["outage_missed"]),
        "outage_errors": _all_grown(now["outage_errors"], before["outage_errors"]),
    }


def _grown(now: Number, before: Number) -> Number:
    """The difference; what is smaller than before was counted anew."""
    return now - before if before <= now else now


def _all_grown(now: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    grown = {name: _grown(count, before.get(name, 0)) for name, count in now.items()}
    return {name: count for name, count in grown.items() if count}


def _percentiles(durations: Durations) -> Percentiles:
    return {"p50": durations.percentile(0.5), "p95": durations.percentile(0.95)}
