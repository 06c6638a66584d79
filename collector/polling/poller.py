"""Polling of one gateway: each meter in its slots, in turns of the poll queue, no meter at the cost of another."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from collector.polling import counts as kinds
from collector.polling.circuit_breaker import Breaker
from collector.polling.communication import Tally
from collector.polling.counts import GatewayCounts, MeterCounts
from collector.polling.meter_reader import Limits, MeterReader, Outcome
from collector.polling.poll_queue import PollQueue, Turn
from collector.polling.silence import Share
from collector.polling.slots import SteadyClock, slot_at
from collector.wire.client import GatewayClient
from collector.wire.errors import SILENT_TARGET, GarbledError, NoAnswerError, RefusedError, UnreachableError, WireError
from energy_workbench.domain.entities import Live, Priority
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock
from energy_workbench.lake.reading import Reading
from energy_workbench.runtime.repeated_failures import RepeatedFailures

FINEST_SLOT_US = 900_000_000
"""Meters polled more rarely than each interval have the interval as their slot [µs]."""
TIE_MS = 10
"""An answer no further before the last one came at the same time; one that is further has a clock that was set [ms]."""
FOLLOW_US = 5_000_000
"""How often the wall clock is looked at [µs]."""
SPREAD_US = 1_000_000
"""Meters without an offset of their own are due all over the first second of their period, so that not all are at
once; more would blur what is compared at one instant [µs]."""
GOLDEN = 0.618_033_988_749_895
"""Multiples of it, modulo 1, are evenly spread however many there are (Weyl)."""
SLOW_SHARE = 0.5
"""A meter that takes more of its time-out than this for an answer comes after the others."""

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
    offset_us : int or None
        When in each period it is read [µs]; chosen here where it is None.
    """

    key: int
    number: str
    period_us: int
    reader: MeterReader
    live: Live
    tally: Tally
    offset_us: int | None = None
    priority: Priority = Priority.NORMAL
    breaker: Breaker = field(default_factory=Breaker)
    read_ms: int = 0

    def instant_ms(self, at_us: int) -> int:
        """The instant of a reading of now [ms]: one of its own, also where two answers come within a millisecond.

        The clock goes slowly where it was set back, and a late turn is followed by the next one at once.
        """
        at = at_us // 1000
        if self.read_ms - TIE_MS < at <= self.read_ms:
            at = self.read_ms + 1
        self.read_ms = at
        return at

    @property
    def phase_us(self) -> int:
        """When in each period it is due [µs]."""
        if self.offset_us is not None:
            return self.offset_us % self.period_us
        return int(self.key * GOLDEN % 1 * min(self.period_us, SPREAD_US))


class GatewayPoller:
    """Polls the meters of one gateway.

    Parameters
    ----------
    client : GatewayClient
        Who took it closes it.
    targets : list of Target
    sink : callable
        Must not block.
    limits : Limits, optional
        What the gateway allows.
    connections : int
        How many connections are used at once; more than one for a TCP gateway only.
    """

    def __init__(
        self,
        client: GatewayClient,
        targets: list[Target],
        sink: Sink,
        steady: SteadyClock,
        failures: RepeatedFailures,
        limits: Limits | None = None,
        connections: int = 1,
    ) -> None:
        self.client, self.targets = client, targets
        self.counts = GatewayCounts(client.url)
        self._sink, self._clock, self._failures = sink, steady, failures
        self._log = logging.getLogger("collector.poller")
        self._missing: dict[int, int] = {}
        self._queue: PollQueue[Target] = PollQueue()
        self._turns: dict[Target, Turn[Target]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._sleepers: set[asyncio.Future[None]] = set()
        self._jumped_us, self._followed_us = steady.jumped_us, 0
        self._answered = 0
        self._lost: dict[Target, int] = {}
        """How many polls had been answered when a connection was lost over a meter."""
        self.follow(targets, limits, connections)

    def follow(self, targets: list[Target], limits: Limits | None = None, connections: int = 1) -> None:
        """Poll these from now on; those that stay keep their slots and the connection."""
        self.targets, self.limits = targets, limits or Limits()
        before = self.counts.meters
        self.counts.meters = {target.key: self._counts_of(target, before.get(target.key)) for target in targets}
        self._turns = {target: self._turns.get(target) or self._turn(target) for target in targets}
        for turn in self._turns.values():
            turn.cost_us = int(turn.item.reader.timeout(self.limits) * 1e6)
        self._lost = {target: answered for target, answered in self._lost.items() if target in self._turns}
        self._queue.follow(self._turns.values(), self._clock.now_us())
        self.counts.lines, running = connections, self._queue.connections
        self._queue.connections = connections
        if self._group:
            for index in range(running, connections):
                self._group.create_task(self._serve(index))
        self._wake()

    async def once(self) -> None:
        """Poll every meter once, now."""
        for turn in self._turns.values():
            turn.due_us = turn.cycle(self._clock.now_us())
            await self._poll(self.client, turn)
        await asyncio.sleep(0)  # the last one is settled in the loop's next round

    async def run(self) -> None:
        """Poll until cancelled. A cycle that passed while others were read is counted, never made up for later."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for index in range(self._queue.connections):
                group.create_task(self._serve(index))

    async def _serve(self, index: int) -> None:
        """Use one connection for whoever is next, as long as the gateway has that many."""
        client = self.client if index == 0 else self.client.another()
        queue = self._queue
        try:
            while index < queue.connections:
                now = self._now_us()
                if turn := queue.take(now):
                    await self._poll(client, turn)
                else:
                    at = queue.wake_us(now)
                    # Bounded, so that a clock that was set is noticed.
                    await self._sleep(FOLLOW_US if at is None else min(max(at - now, 0), FOLLOW_US))
        finally:
            if index:
                client.close()

    def _now_us(self) -> int:
        now = self._clock.now_us()
        if now - self._followed_us >= FOLLOW_US or now < self._followed_us:
            self._clock.follow()
            self._followed_us = now = self._clock.now_us()
        if step := self._clock.jumped_us - self._jumped_us:
            self._jumped_us += step
            self._queue.jump(now, step)
        return now

    async def _sleep(self, microseconds: int) -> None:
        """Wait, but not past a change of who is due."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        alarm = loop.call_later(microseconds / 1e6, _end, waiter)
        self._sleepers.add(waiter)
        try:
            await waiter
        finally:
            alarm.cancel()
            self._sleepers.discard(waiter)

    def _wake(self) -> None:
        for waiter in self._sleepers:
            _end(waiter)

    async def _poll(self, client: GatewayClient, turn: Turn[Target]) -> None:
        target, began, began_us = turn.item, time.monotonic(), self._clock.now_us()
        if self.limits.pause is not None:
            client.paced = True
        error, whole = "", False
        try:
            outcome = await target.reader.read(client, self._clock.now_us, not turn.doubtful, self.limits)
            error, whole = str(outcome.error or ""), outcome.whole
            if error and whole:
                error = f"it has no {', '.join(target.reader.lacks)}: {error}"
        except Exception as failure:  # noqa: BLE001 - whatever one meter does, the others are polled
            self._log.exception("polling failed", extra={"subject": f"meter {target.number}"})
            outcome, error = Outcome(), f"the collector failed: {failure}"
        spent, now_us = time.monotonic() - began, self._clock.now_us()
        slot_us = self._slot(turn, began_us)
        self._count(client, turn, outcome, error, whole, spent, now_us)
        self._judge(turn, outcome, began_us, now_us)
        communication = target.tally.count(outcome.answered, whole)
        self._tell(target, outcome)
        if self._sleepers:
            self._wake()
        # Decoded while the next request is on its way.
        asyncio.get_running_loop().call_soon(self._settle, target, outcome, error, communication, slot_us)

    @staticmethod
    def _slot(turn: Turn[Target], now_us: int) -> int:
        if turn.period_us > FINEST_SLOT_US:
            return slot_at(now_us, FINEST_SLOT_US)
        return turn.due_us - turn.phase_us

    def _judge(self, turn: Turn[Target], outcome: Outcome, began_us: int, now_us: int) -> None:
        """What follows for the meter's next turn: a gateway that is away is no meter's fault."""
        error, breaker, queue = outcome.error, turn.breaker, self._queue
        unreachable = isinstance(error, UnreachableError)
        if outcome.answered:
            self._answered += 1
        elif isinstance(error, UnreachableError) and not self._ended_by(turn.item, error.lost):
            breaker.unasked(now_us)
            queue.give_back(turn, began_us, now_us, doubtful=turn.doubtful, answered=False, charged=False)
            return
        else:
            breaker.failed(now_us)
        slowest = max(outcome.latencies, default=0.0)
        slow = slowest > SLOW_SHARE * turn.item.reader.timeout(self.limits)
        doubtful = slow or not outcome.answered or isinstance(error, NoAnswerError | GarbledError)
        queue.give_back(turn, began_us, now_us, doubtful=doubtful, answered=outcome.answered, charged=not unreachable)

    def _ended_by(self, target: Target, lost: bool) -> bool:
        """Whether this meter ends connections: two were lost over it, and others were answered in between."""
        answered = self._lost.get(target, self._answered)
        if lost:
            self._lost[target] = self._answered
        return lost and self._answered > answered

    def _count(
        self,
        client: GatewayClient,
        turn: Turn[Target],
        outcome: Outcome,
        error: str,
        whole: bool,
        spent: float,
        now_us: int,
    ) -> None:
        gateway, target = self.counts, turn.item
        gateway.connected = self.client.connected
        gateway.connections = self.client.opened
        meter = gateway.meters.get(target.key)
        if meter:
            meter.lacks = target.reader.lacks
        late = client.late.pop(target.reader.unit, 0)
        for each in (gateway, meter) if meter else (gateway,):
            each.polls += 1
            each.complete += whole
            each.late += late
            each.busy_seconds += spent
            each.lateness.add(turn.late_us / 1e6)
            if turn.skipped:
                if turn.doubtful:
                    each.spared += turn.skipped
                else:
                    each.missed += turn.skipped
            for seconds in outcome.latencies:
                each.answered(seconds)
            for failure in outcome.failures:
                code = failure.code if isinstance(failure, RefusedError) else None
                each.failed(_kind(failure), str(failure), now_us, code)
            if error and not outcome.failures and outcome.error is None:
                each.internal(error, now_us)
        if meter:
            missed = 0 if turn.doubtful else turn.skipped
            if outcome.answered:
                gateway.gave(meter, missed, turn.due_us - missed * turn.period_us, now_us)
            else:
                poll = Share(1, missed, spent, Counter(map(_kind, outcome.failures)))
                gateway.gave_nothing(meter, poll, now_us, spoke=isinstance(outcome.error, RefusedError))

    def _settle(self, target: Target, outcome: Outcome, error: str, communication: Communication, slot_us: int) -> None:
        """Hand on what was read, and what is known of the meter now."""
        reading = None
        try:
            values = outcome.values
        except Exception as failure:  # noqa: BLE001 - as above
            self._log.exception("decoding failed", extra={"subject": f"meter {target.number}"})
            values, error = {}, f"the collector failed: {failure}"
        if values:
            reading = Reading(target.key, slot_us, target.instant_ms(outcome.at_us) - slot_us // 1000, values)
            at = clock.from_micros(outcome.at_us)
            target.live = Live(communication=communication, error=error, last_seen=at, values=values)
        else:
            target.live = replace(target.live, communication=communication, error=error or "nothing was answered")
        self._sink(target.key, reading, target.live)

    def _tell(self, target: Target, outcome: Outcome) -> None:
        """The log: the gateway's failures are the gateway's, not each meter's."""
        gateway, meter = self.client.url, f"meter {target.number}"
        if isinstance(outcome.error, UnreachableError):
            self._failures.failed(gateway, str(outcome.error), patient=True)
            return
        self._failures.recovered(gateway)
        if outcome.error is not None and not outcome.whole:
            self._failures.failed(meter, str(outcome.error), patient=True)
        else:
            self._failures.recovered(meter)
        missing = target.reader.missing
        if len(missing) != self._missing.get(target.key, 0):
            self._missing[target.key] = len(missing)
            if missing:
                text = "the device has no %s: asked for again from time to time"
                level = logging.WARNING if target.reader.lacks else logging.INFO
                self._log.log(level, text, ", ".join(missing), extra={"subject": meter})

    def _counts_of(self, target: Target, before: MeterCounts | None) -> MeterCounts:
        unit, period_us = target.reader.unit, target.period_us
        if before and before.breaker is target.breaker:
            before.number, before.unit, before.period_us = target.number, unit, period_us
            return before
        return MeterCounts(target.key, target.number, unit, period_us, target.breaker)

    @staticmethod
    def _turn(target: Target) -> Turn[Target]:
        return Turn(target, target.period_us, target.phase_us, 0, target.breaker, target.priority)


def _kind(error: WireError) -> str:
    if isinstance(error, RefusedError):
        return kinds.TARGET_SILENT if error.code in SILENT_TARGET else kinds.REFUSED
    if isinstance(error, NoAnswerError):
        return kinds.NO_ANSWER
    return kinds.GARBLED if isinstance(error, GarbledError) else kinds.UNREACHABLE


def _end(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
