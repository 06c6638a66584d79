"""Years of polling: memory stays flat. `POLLS=200000` (make soak) makes the run long."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import tracemalloc
from itertools import pairwise

from collector.polling.meter_reader import Limits
from collector.polling.poller import GatewayPoller
from collector.polling.slots import SteadyClock
from collector.wire.client import GatewayClient
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from tests.collector.device import Device, running
from tests.collector.polling.test_meter_reader import words_of
from tests.collector.polling.test_poller import PROFILE, target
from tests.waiting import until

POLLS = int(os.environ.get("POLLS", "4000"))
SILENT = 4
FLAT_BYTES = 60_000
"""Percentiles, histograms and the interpreter's own caches fill up at the beginning; a leak a poll would be more."""


def test_memory_stays_flat_however_long_meters_answer_and_do_not() -> None:
    async def main() -> None:
        live: dict[int, object] = {}
        device = Device({unit: words_of(PROFILE) for unit in range(1, 4)}, silent={SILENT})

        async with running(device):
            one = GatewayPoller(
                GatewayClient(device.url),
                [target(unit, unit, 0.002) for unit in range(1, SILENT + 1)],
                lambda key, reading, state: live.__setitem__(key, state),
                SteadyClock(),
                RepeatedFailures(logging.getLogger("test")),
                Limits(timeout=0.01),
            )
            task = asyncio.create_task(one.run())

            async def polled(count: int) -> int:
                def there() -> bool:
                    assert not task.done()
                    device.asked.clear()
                    return one.counts.polls >= count

                await until(there, f"{count} polls", seconds=0.01 * count)
                gc.collect()
                return tracemalloc.get_traced_memory()[0]

            tracemalloc.start()
            try:
                held = [await polled(POLLS * part // 4) for part in (1, 2, 3, 4)]
            finally:
                tracemalloc.stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            one.client.close()
            # What leaks grows in each stretch; what fills up once does in one of them.
            grown = [after - before for before, after in pairwise(held)]
            assert min(grown) < FLAT_BYTES, f"{grown} bytes in {POLLS // 4} polls each"

    asyncio.run(main())
