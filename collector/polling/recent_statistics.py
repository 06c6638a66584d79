"""Polling statistics of the last quarter of an hour, by gateway and meter."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from collector.polling.counts import Counts, Durations, GatewayCounts, MeterCounts, Statistics
from energy_workbench.core import clock

SAMPLE_SECONDS: Final = 60.0
SAMPLES: Final = 15
"""Lately is the last quarter of an hour: what was mended an hour ago is no news any more."""

Totals = dict[str, Any]
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

    async def fields(self) -> dict[str, Any]:
        """Everything counted lately, or since the start where that is later; polls go on between two gateways."""
        now = clock.to_micros(clock.now())
        since, before = self._samples[0] if len(self._samples) == SAMPLES else (self._statistics.started_us, {})
        gateways = []
        for gateway in list(self._statistics.gateways.values()):
            gateways.append(_gateway(gateway, before))
            await asyncio.sleep(0)
        return {
            "ok": True,
            "started_us": self._statistics.started_us,
            "seconds": max(0.0, (now - since) / 1e6),
            "gateways": gateways,
        }


def _gateway(counts: GatewayCounts, before: Sample) -> dict[str, Any]:
    return {
        "url": counts.url,
        "lines": counts.lines,
        "connected": counts.connected,
        "connections": counts.connections,
        "wanted_seconds": counts.wanted_seconds,
        **_counted(counts, before.get((counts.url, None), {})),
        "meters": [_meter(meter, before.get((counts.url, key), {})) for key, meter in counts.meters.items()],
    }


def _meter(counts: MeterCounts, before: Totals) -> dict[str, Any]:
    breaker = counts.breaker
    return {
        "key": counts.key,
        "period_us": counts.period_us,
        "breaker": str(breaker.state),
        "failures": breaker.failures,
        "lacks": list(counts.lacks),
        **_counted(counts, before),
    }


def _counted(counts: Counts, before: Totals) -> dict[str, Any]:
    return {
        **{name: _since(total, before.get(name)) for name, total in _totals(counts).items()},
        "latency": _durations(counts.latency),
        "lateness": _durations(counts.lateness),
        "last_error": counts.last_error,
        "last_error_us": counts.last_error_us,
    }


def _totals(counts: Counts) -> Totals:
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
    }


def _since(total: Any, before: Any) -> Any:
    """How much it grew; what is smaller than before was counted anew."""
    if isinstance(total, dict):
        grown = {name: _since(count, (before or {}).get(name)) for name, count in total.items()}
        return {name: count for name, count in grown.items() if count}
    return total - before if before is not None and before <= total else total


def _durations(durations: Durations) -> dict[str, float | None]:
    return {name: durations.percentile(share) for name, share in (("p50", 0.5), ("p95", 0.95))}
