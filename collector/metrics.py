"""Prometheus metrics of the collector, made at a scrape from what polling counts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from collector.polling.circuit_breaker import State
from collector.polling.counts import Counts, Durations, Statistics
from energy_workbench import __version__
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.runtime.incidents import incidents
from energy_workbench.runtime.settings import PREFIX, Settings

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    from collector.polling.writer import Writer
    from energy_workbench.lake.spool.spool import Spool
    from energy_workbench.registry import StateStore
    from energy_workbench.runtime.repeated_failures import RepeatedFailures

    Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily

AGAIN_SECONDS: Final = 30.0
"""A port that is in use is tried again this often [s]."""
BREAKER: Final = {State.CLOSED: 0, State.HALF_OPEN: 1, State.OPEN: 2}
GATEWAY, METER = ("gateway",), ("gateway", "meter")
_NAME: Final = "energy_workbench_"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes
    ----------
    kind : {"counter", "gauge", "histogram"}
    text : str
        What it says; for who reads it in Prometheus.
    labels : tuple of str
    """

    kind: str
    text: str
    labels: tuple[str, ...] = ()


METRICS: Final[dict[str, Metric]] = {
    "info": Metric("gauge", "1, with the version of the program", ("version",)),
    "gateway_requests_total": Metric("counter", "Reads sent, repeated ones too", GATEWAY),
    "gateway_answers_total": Metric("counter", "Reads answered with values", GATEWAY),
    "gateway_errors_total": Metric("counter", "Reads that failed", (*GATEWAY, "kind")),
    "gateway_exceptions_total": Metric("counter", "Modbus exceptions", (*GATEWAY, "code")),
    "gateway_late_answers_total": Metric("counter", "Answers that came after their time-out", GATEWAY),
    "gateway_missed_cycles_total": Metric("counter", "Cycles for which the gateway had no time", GATEWAY),
    "gateway_spared_cycles_total": Metric("counter", "Cycles in which a silent meter was left alone", GATEWAY),
    "gateway_busy_seconds_total": Metric("counter", "How long polls took", GATEWAY),
    "gateway_connections_total": Metric("counter", "Connections made", GATEWAY),
    "gateway_connected": Metric("gauge", "Whether there is a connection", GATEWAY),
    "gateway_lines": Metric("gauge", "Connections that are used at once", GATEWAY),
    "gateway_utilisation_ratio": Metric(
        "gauge", "Time that its meters take at their poll periods, as a share of what there is", GATEWAY
    ),
    "gateway_latency_seconds": Metric("histogram", "From question to answer", GATEWAY),
    "gateway_lateness_seconds": Metric("histogram", "From when a meter was due to its first question", GATEWAY),
    "meter_polls_total": Metric("counter", "Polls", METER),
    "meter_complete_polls_total": Metric("counter", "Polls that gave everything that the meter has", METER),
    "meter_errors_total": Metric("counter", "Reads that failed", (*METER, "kind")),
    "meter_missed_cycles_total": Metric("counter", "Cycles for which its gateway had no time", METER),
    "meter_breaker": Metric("gauge", "0 asked as planned, 1 being tried, 2 left alone for a while", METER),
    "readings_written_total": Metric("counter", "Readings written to the spool by this process"),
    "readings_waiting": Metric("gauge", "Readings in memory that are not written yet"),
    "spool_rows": Metric("gauge", "Readings that wait for the lake"),
    "spool_bytes": Metric("gauge", "Used by the spool"),
    "spool_bound_bytes": Metric("gauge", "What the spool may use; 0 is no bound"),
    "spool_share_ratio": Metric("gauge", "Used part of the bound"),
    "spool_waiting_seconds": Metric("gauge", "Age of the oldest reading that waits for the lake"),
    "spool_thinned_total": Metric("counter", "Readings not kept, but one a quarter of an hour, as the spool was full"),
    "spool_lost_total": Metric("counter", "Readings given up because the spool was full"),
    "lake_commits_fail": Metric("gauge", "1 while the lake does not take readings"),
    "lake_last_commit_timestamp_seconds": Metric("gauge", "When the lake last took readings"),
    "process_heartbeat_timestamp_seconds": Metric("gauge", "When a process last said that it is alive", ("process",)),
    "incidents": Metric("gauge", "Damaged parts that were set aside and are not looked at yet"),
}
"""By name, without the prefix `energy_workbench_`."""


class Figures:
    """What a scrape reads; it runs in a thread of its own, while polling counts.

    Every container is copied by one call that lets no other thread in between.

    Parameters
    ----------
    settings : Settings
    statistics : Statistics
    writer : Writer
    spool : Spool
    state : StateStore
    """

    def __init__(
        self, settings: Settings, statistics: Statistics, writer: Writer, spool: Spool, state: StateStore
    ) -> None:
        self._settings, self._statistics = settings, statistics
        self._writer, self._spool, self._state = writer, spool, state

    def collect(self) -> Iterator[Family]:
        """Every metric, as prometheus_client wants it."""
        families = {name: _family(name, metric) for name, metric in METRICS.items()}

        def put(name: str, value: float, *labels: str) -> None:
            families[name].add_metric(labels, value)

        put("info", 1, __version__)
        for gateway in list(self._statistics.gateways.values()):
            url = gateway.url
            _counted(put, "gateway", gateway, url)
            for code, count in gateway.exceptions.copy().items():
                put("gateway_exceptions_total", count, url, str(code))
            put("gateway_requests_total", gateway.requests, url)
            put("gateway_answers_total", gateway.answers, url)
            put("gateway_late_answers_total", gateway.late, url)
            put("gateway_spared_cycles_total", gateway.spared, url)
            put("gateway_busy_seconds_total", gateway.busy_seconds, url)
            put("gateway_connections_total", gateway.connections, url)
            put("gateway_connected", gateway.connected, url)
            put("gateway_lines", gateway.lines, url)
            put("gateway_utilisation_ratio", gateway.wanted_seconds / max(1, gateway.lines), url)
            for name, durations in (("latency", gateway.latency), ("lateness", gateway.lateness)):
                families[f"gateway_{name}_seconds"].add_metric((url,), _buckets(durations), durations.sum)
            for meter in list(gateway.meters.values()):
                labels = (url, meter.number)
                _counted(put, "meter", meter, *labels)
                put("meter_polls_total", meter.polls, *labels)
                put("meter_complete_polls_total", meter.complete, *labels)
                put("meter_breaker", BREAKER[meter.breaker.state], *labels)
        put("readings_written_total", self._writer.written)
        put("readings_waiting", self._writer.waiting)
        put("incidents", len(incidents(self._settings.home, self._settings.lake_path)))
        self._stored(put)
        yield from families.values()

    def _stored(self, put: Any) -> None:
        """What files know; where one cannot be read its metrics are absent, which an alarm can see."""
        try:
            for name, (at, _) in self._state.processes().items():
                put("process_heartbeat_timestamp_seconds", at.timestamp(), name)
            spool = self._spool.state()
        except WorkbenchError:
            return
        put("spool_rows", spool.rows)
        put("spool_bytes", spool.used_bytes)
        put("spool_bound_bytes", spool.most_bytes)
        put("spool_share_ratio", spool.share)
        put("spool_waiting_seconds", spool.waiting_seconds)
        put("spool_thinned_total", spool.spared)
        put("spool_lost_total", spool.lost)
        put("lake_commits_fail", spool.failing_since_us is not None)
        if spool.committed_us is not None:
            put("lake_last_commit_timestamp_seconds", spool.committed_us / 1e6)


class Endpoint:
    """Answers `GET /metrics`.

    Parameters
    ----------
    settings : Settings
        With `host` and `metrics_port`.
    figures : Figures
    failures : RepeatedFailures
        Where a port in use is told.
    """

    def __init__(self, settings: Settings, figures: Figures, failures: RepeatedFailures) -> None:
        self._settings, self._figures, self._failures = settings, figures, failures

    async def run(self) -> None:
        """Serve until cancelled; meters are polled without it too."""
        host, port = self._settings.host, self._settings.metrics_port
        server, thread = None, None
        try:
            while server is None:
                try:
                    server, thread = await asyncio.to_thread(self._start)
                    self._failures.recovered("metrics")
                    logging.getLogger("collector.metrics").info("metrics at http://%s:%d/metrics", host, port)
                except OSError as error:
                    why = f"{host}:{port} cannot be used ({error.strerror or error})"
                    self._failures.failed("metrics", f"no metrics: {why}: set {PREFIX}METRICS_PORT")
                    await asyncio.sleep(AGAIN_SECONDS)
            await asyncio.Event().wait()
        finally:
            if server is not None and thread is not None:
                server.shutdown()
                server.server_close()
                thread.join()

    def _start(self) -> tuple[Any, Any]:
        from prometheus_client import PlatformCollector, ProcessCollector
        from prometheus_client.registry import CollectorRegistry

        from collector import metrics_server

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self._figures)  # anything with `collect`
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        return metrics_server.start(self._settings, registry)


def _family(name: str, metric: Metric) -> Any:
    from prometheus_client import core

    kinds = {
        "counter": core.CounterMetricFamily,
        "gauge": core.GaugeMetricFamily,
        "histogram": core.HistogramMetricFamily,
    }
    return kinds[metric.kind](_NAME + name, metric.text, labels=metric.labels)


def _counted(put: Any, level: str, counts: Counts, *labels: str) -> None:
    put(f"{level}_missed_cycles_total", counts.missed, *labels)
    for kind, count in counts.errors.copy().items():
        if count or level == "gateway":
            put(f"{level}_errors_total", count, *labels, kind)


def _buckets(durations: Durations) -> list[tuple[str, float]]:
    bounds: Iterable[str] = [*(str(bound) for bound in durations.bounds), "+Inf"]
    return list(zip(bounds, accumulate(durations.classes.copy()), strict=True))
