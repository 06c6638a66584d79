"""Metrics: what was counted, in Prometheus' own format; a port in use is a warning; the documentation names each."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector import metrics
from collector.collector import Collector
from collector.metrics import METRICS
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.collector.device import running
from tests.collector.test_collector import home, meter, two_units
from tests.waiting import patience, until

__all__ = ["home"]
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
Found = dict[str, dict[tuple[tuple[str, str], ...], float]]


def scrape(settings: Settings) -> Found:
    with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}/metrics", timeout=patience(30)) as answer:
        text = answer.read().decode("utf-8")
    found: Found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(sorted((name, value) for name, value in sample.labels.items()))
            found.setdefault(sample.name.removeprefix("energy_workbench_"), {})[labels] = sample.value
    return found


@asynccontextmanager
async def collecting(settings: Settings) -> AsyncIterator[Collector]:
    collector = Collector(settings)
    task = asyncio.create_task(collector.run())
    try:
        yield collector
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_scrape_tells_what_the_wire_saw(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units(4.0)) as device:
            device.silent = {2}
            for number, unit in (("A", 1), ("B", 2)):
                registry.create_meter(meter(number, device, unit, poll_seconds=0.5), by="test")
            async with collecting(home) as collector:
                await until(lambda: collector.statistics.gateways and listens(home.metrics_port), seconds=60)
                counts = collector.statistics.gateways[device.url]
                await until(lambda: counts.answers > 2 and counts.errors["no_answer"] > 2, seconds=60)
                await until(lambda: collector._writer.written > 0, seconds=60)
                before = counts.requests
                found = await asyncio.to_thread(scrape, home)
                after = counts.requests
        gateway = (("gateway", device.url),)
        assert before <= found["gateway_requests_total"][gateway] <= after
        assert found["gateway_errors_total"][(*gateway, ("kind", "no_answer"))] >= 3
        assert found["gateway_connected"][gateway] == 1
        answers = found["gateway_answers_total"][gateway]
        buckets = found["gateway_latency_seconds_bucket"]
        ordered = [value for labels, value in buckets.items() if labels[0] == gateway[0]]
        assert ordered == sorted(ordered)
        assert answers <= found["gateway_latency_seconds_count"][gateway] == ordered[-1] <= after
        a, b = ((("gateway", device.url), ("meter", number)) for number in "AB")
        assert found["meter_complete_polls_total"][a] >= 1
        assert found["meter_breaker"][b] in (1, 2) or found["meter_polls_total"][b] < 3
        assert found["readings_written_total"][()] >= 1
        assert found["spool_rows"][()] >= 1
        assert found["spool_bound_bytes"][()] == home.spool_max_bytes
        assert found["lake_commits_fail"][()] == 0
        assert (("process", "collector"),) in found["process_heartbeat_timestamp_seconds"]
        assert found["process_open_fds"][()] > 0
        unknown = {name for name in found if not name.startswith(("process_", "python_"))} - {
            *METRICS, *(f"{name}_{part}" for name, metric in METRICS.items() if metric.kind == "histogram"
                        for part in ("bucket", "count", "sum")),
        }  # fmt: skip
        assert not unknown

    asyncio.run(main())


def test_a_port_in_use_is_a_warning_and_is_had_once_it_is_free(
    home: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "AGAIN_SECONDS", 0.2)
    caplog.set_level("INFO")

    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units(4.0)) as device:
            registry.create_meter(meter("A", device, 1), by="test")
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind(("127.0.0.1", home.metrics_port))
                other.listen()
                async with collecting(home) as collector:
                    await until(lambda: "no metrics" in caplog.text and collector._writer.written > 0, seconds=60)
                    other.close()
                    await until(lambda: "works again" in caplog.text, seconds=60)
                    assert await asyncio.to_thread(scrape, home)
        warnings = [record for record in caplog.records if "no metrics" in record.getMessage()]
        assert len(warnings) == 1
        assert "ENERGY_WORKBENCH_METRICS_PORT" in warnings[0].getMessage()

    asyncio.run(main())


def test_every_metric_is_documented_and_nothing_else() -> None:
    text = OPERATIONS.read_text("utf-8")
    named = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `energy_workbench_")}
    assert named == {f"energy_workbench_{name}" for name in METRICS}
    for name, metric in METRICS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `energy_workbench_{name}`"))
        assert metric.kind in row
        assert metric.text in row
        assert all(f"`{label}`" in row for label in metric.labels)


def test_the_alerts_ask_for_metrics_that_exist() -> None:
    import re

    alerts = (OPERATIONS.parents[1] / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8")
    asked = set(re.findall(r"energy_workbench_(\w+)", alerts))
    assert asked
    assert asked <= set(METRICS)
