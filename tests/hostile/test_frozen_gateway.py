"""A gateway that is stopped, stays so, and goes on: all of its meters are back at once, and nobody else is to blame."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from collector.polling import circuit_breaker
from collector.polling.counts import NO_ANSWER
from collector.profile.store import load
from energy_workbench.domain.status import Communication
from tests.collector.device import Device
from tests.collector.polling.test_poller import Seen, poller, stop, target
from tests.hostile.frozen import PROFILE, gateway
from tests.waiting import until

METERS = 32
READ = replace(load(PROFILE), timeout_ms=100, pause_ms=0)


def all_are(seen: Seen, communication: Communication) -> bool:
    return [live.communication for live in seen.live.values()] == [communication] * METERS


@pytest.mark.parametrize("scheme", ["tcp", "rtutcp"])
def test_every_meter_of_a_gateway_that_was_frozen_is_back_with_the_first(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer ends the pauses of all: each is asked once more and answers, long before its own pause is over."""
    monkeypatch.setattr(circuit_breaker, "FIRST_PAUSE_US", 1_000_000)

    async def main() -> None:
        seen = Seen()
        with gateway(METERS, scheme) as frozen:
            device = Device(rtu=scheme == "rtutcp", port=int(frozen.url.rpartition(":")[2]))
            polled = poller(device, [target(n, n, 1.0, READ) for n in range(1, METERS + 1)], seen)
            task = asyncio.create_task(polled.run())
            try:
                await until(lambda: all_are(seen, Communication.ONLINE), seconds=30)
                frozen.freeze()
                counts = polled.counts.meters.values()
                await until(lambda: all(each.breaker.failures >= 3 for each in counts), seconds=60)
                await until(lambda: all_are(seen, Communication.OFFLINE), seconds=60)
                before = {each.key: each.errors[NO_ANSWER] for each in counts}
                answered = polled.counts.answers
                frozen.resume()
                await until(lambda: polled.counts.answers > answered, seconds=60)
                await until(lambda: all_are(seen, Communication.ONLINE), seconds=60)
                # Who was being asked when it went on may have been asked just too early.
                assert sum(each.errors[NO_ANSWER] - before[each.key] for each in counts) <= METERS
                assert {each.breaker.failures for each in counts} == {0}
            finally:
                await stop(task)

    asyncio.run(main())
