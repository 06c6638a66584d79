"""One gateway's polling: each meter in its slots, one request at a time, no meter at the cost of another."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from collector.client import GatewayClient
from collector.meter_reader import MeterReader, Outcome
from collector.repeats import Repeats
from collector.slots import SteadyClock, slot_at
from collector.status import Tally
from collector.wire import UnreachableError
from energy_workbench.core import clock
from energy_workbench.core.entities import Live
from energy_workbench.core.status import Communication
from energy_workbench.lake.reading import Reading

DEAD_SHARE = 10
"""Of a gateway's time, offline meters get at most one part in so many."""
FINEST_SLOT_US = 900_000_000
"""Meters polled more rarely than each interval have the interval as their slot [µs]."""
FOLLOW_US = 5_000_000
"""How often the wall clock is looked at [µs]."""

Sink = Callable[[int, Reading | None, Live], None]
"""Takes a meter's key, what was read, and what is known of it now."""


@dataclass(slots=True, eq=False)
class Target:
    """A meter that is polled.

    Attributes
    ----------
    key : int
        The lake's key.
    number : str
        What people call it, for the log.
    period_us : int
        Poll period [µs].
    """

    key: int
    number: str
    period_us: int
    reader: MeterReader
    live: Live
    tally: Tally


_Due = tuple[int, bool, int, Target]
"""When a meter is due, whether it is offline, its place among the targets (so that no two are equal), itself."""


class GatewayPoller:
    """Polls the meters of one gateway.

    Parameters
    ----------
    client : GatewayClient
        Who took it closes it.
    targets : list of Target
    sink : callable
        Must not block.
    """

    def __init__(
        self, client: GatewayClient, targets: list[Target], sink: Sink, steady: SteadyClock, repeats: Repeats
    ) -> None:
        self.client, self.targets = client, targets
        self._sink, self._clock, self._repeats = sink, steady, repeats
        self._dead_until, self._steps = 0, steady.steps
        self._log = logging.getLogger("collector.poller")
        self._missing: dict[int, int] = {}
        self._changed = asyncio.Event()

    def follow(self, targets: list[Target]) -> None:
        """Poll these from now on; those that stay keep their slots and the connection."""
        self.targets = targets
        self._changed.set()

    async def once(self) -> None:
        """Poll every meter once, now."""
        for target in self.targets:
            await self._poll(target, slot_at(self._clock.now_us(), min(target.period_us, FINEST_SLOT_US)))
        await asyncio.sleep(0)  # the last one is settled in the loop's next round

    async def run(self) -> None:
        """Poll until cancelled.

        The earliest slot is served first, and in a slot those that answer before those that are offline.
        A slot that passed while others were read is left out, never made up for later.
        """
        due = self._schedule([])
        followed = self._clock.now_us()
        while True:
            now = self._clock.now_us()
            if now - followed >= FOLLOW_US or now < followed:
                followed = now
                self._clock.follow()
            if self._steps != self._clock.steps:
                due = self._schedule([])
            elif self._changed.is_set():
                due = self._schedule(due)
            elif not due or due[0][0] > now:
                # Bounded, so that a clock that was set is noticed.
                await self._sleep(min(due[0][0] - now, FOLLOW_US) if due else FOLLOW_US)
            else:
                at, dead, index, target = due[0]
                if dead and now < self._dead_until:
                    heapq.heapreplace(due, (self._dead_until, dead, index, target))
                    continue
                slot = slot_at(now if dead else max(now, at), min(target.period_us, FINEST_SLOT_US))
                await self._poll(target, slot)
                dead = target.tally.communication is Communication.OFFLINE
                following = slot_at(max(now, at if not dead else 0), target.period_us) + target.period_us
                heapq.heapreplace(due, (following, dead, index, target))

    async def _sleep(self, microseconds: int) -> None:
        """Wait, but not past a change of the targets."""
        with suppress(TimeoutError):
            async with asyncio.timeout(microseconds / 1e6):
                await self._changed.wait()

    def _schedule(self, before: list[_Due]) -> list[_Due]:
        """When each meter is due: slots are multiples, so nothing drifts. Those planned before keep theirs."""
        self._changed.clear()
        self._steps = self._clock.steps
        now = self._clock.now_us()
        kept = {target: (at, dead) for at, dead, _, target in before}
        if not kept:
            self._dead_until = 0
        due = [
            (*kept.get(target, (slot_at(now, target.period_us), False)), index, target)
            for index, target in enumerate(self.targets)
        ]
        heapq.heapify(due)
        return due

    async def _poll(self, target: Target, slot_us: int) -> None:
        alive = target.tally.communication is not Communication.OFFLINE or not target.tally.failures
        started = self._clock.now_us()
        try:
            outcome = await target.reader.read(self.client, self._clock.now_us, retry=alive)
            error = str(outcome.error or "")
        except Exception as failure:  # noqa: BLE001 - whatever one meter does, the others are polled
            self._log.exception("polling failed", extra={"subject": f"meter {target.number}"})
            outcome, error = Outcome(), f"the collector failed: {failure}"
        if not alive:
            # One that answers again says that the bus is back: the others are asked at once.
            spent = self._clock.now_us() - started
            self._dead_until = 0 if outcome.answered else started + DEAD_SHARE * spent
        communication = target.tally.count(outcome.answered, not error)
        self._tell(target, outcome)
        # Decoded while the next request is on its way.
        asyncio.get_running_loop().call_soon(self._settle, target, outcome, error, communication, slot_us)

    def _settle(self, target: Target, outcome: Outcome, error: str, communication: Communication, slot_us: int) -> None:
        """Hand on what was read, and what is known of the meter now."""
        reading = None
        try:
            values = outcome.values
        except Exception as failure:  # noqa: BLE001 - as above
            self._log.exception("decoding failed", extra={"subject": f"meter {target.number}"})
            values, error = {}, f"the collector failed: {failure}"
        if values:
            reading = Reading(target.key, slot_us, (outcome.at_us - slot_us) // 1000, values)
            at = clock.from_micros(outcome.at_us)
            target.live = Live(communication=communication, error=error, last_seen=at, values=values)
        else:
            target.live = replace(target.live, communication=communication, error=error or "nothing was answered")
        self._sink(target.key, reading, target.live)

    def _tell(self, target: Target, outcome: Outcome) -> None:
        """The log: the gateway's failures are the gateway's, not each meter's."""
        gateway, meter = self.client.url, f"meter {target.number}"
        if isinstance(outcome.error, UnreachableError):
            self._repeats.failed(gateway, str(outcome.error), patient=True)
            return
        self._repeats.recovered(gateway)
        if outcome.error is not None:
            self._repeats.failed(meter, str(outcome.error), patient=True)
        else:
            self._repeats.recovered(meter)
        missing = target.reader.missing
        if len(missing) != self._missing.get(target.key, 0):
            self._missing[target.key] = len(missing)
            if missing:
                text = "the device has no %s: left out for an hour"
                self._log.info(text, ", ".join(missing), extra={"subject": meter})
