"""The acquisition process: registry in, readings and live state out, until it is told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from collector.control import SOCKET, Control
from collector.health import Conditions
from collector.metrics import Endpoint, Figures
from collector.polling.communication import Tally
from collector.polling.counts import Statistics
from collector.polling.meter_reader import Limits, MeterReader
from collector.polling.poller import GatewayPoller, Target
from collector.polling.slots import SteadyClock
from collector.polling.writer import Writer
from collector.profile.store import available, load, modified
from collector.wire.connection_pool import ConnectionPool
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.errors import BusyError, WorkbenchError
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock
from energy_workbench.lake.reading import Reading
from energy_workbench.lake.spool.spool import Spool
from energy_workbench.registry import Registry, StateStore
from energy_workbench.registry.live_state.heartbeat import Heartbeat
from energy_workbench.runtime.notify import Alive
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from energy_workbench.runtime.settings import Settings

WATCH_SECONDS = 1.0
"""How often the registry's revision is looked at [s]."""
HEARTBEAT_SECONDS = 5.0
NAME = "collector"
"""Of the process in the live state."""

Signature = tuple[object, ...]
"""Everything that makes a meter's polling what it is: one whose signature stays does not notice an edit."""


@dataclass(slots=True)
class Plan:
    """The meters of one gateway, and what it allows."""

    meters: list[tuple[Meter, Signature]] = field(default_factory=list)
    options: dict[str, float] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """What the gateway allows its readers."""
        timeout, pause, retries = (self.options.get(name) for name in ("timeout_ms", "pause_ms", "retries"))
        return Limits(
            None if timeout is None else timeout / 1000,
            None if pause is None else pause / 1000,
            None if retries is None else int(retries),
        )

    @property
    def connections(self) -> int:
        """Connections at once."""
        return int(self.options.get("connections", 1))


@dataclass(slots=True)
class _Running:
    poller: GatewayPoller
    task: asyncio.Task[None]
    signatures: dict[int, Signature]
    options: dict[str, float]


class Collector:
    """Polls every meter of a home.

    Parameters
    ----------
    settings : Settings
        Of a home that was initialised.

    Raises
    ------
    HomeError
        If it was not.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = Registry(settings.registry_url)
        self.registry.check()
        self.state = StateStore(settings.state_url)
        self.state.migrate()
        self.spool = Spool(settings.spool_path, settings.spool_max_bytes)
        self._log = logging.getLogger("collector")
        self._failures = RepeatedFailures(self._log)
        self._clock = SteadyClock()
        self._running: dict[str, _Running] = {}
        self._known = self.state.read()
        # The clock may have been set back while no collector ran.
        seen = [clock.to_micros(live.last_seen) for live in self._known.values() if live.last_seen]
        self._clock.not_before(max(seen, default=0))
        self.statistics = Statistics(self._clock.now_us())
        self._pool = ConnectionPool(settings.home)
        self._control = Control(settings.home / SOCKET, self._pool, [settings.profiles_path], self.statistics)
        self._alive = Alive()
        self._conditions = Conditions(
            self.registry, self.state, [settings.profiles_path], self._failures, settings.history_days
        )

    async def run(self) -> None:
        """Poll until cancelled, SIGTERM or SIGINT; then write what waits and close."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Only a main thread has signals; elsewhere the caller cancels.
            with suppress(RuntimeError, ValueError):
                loop.add_signal_handler(number, stop.set)
        self._writer = Writer(self.spool, self.state, self._failures)
        figures = Figures(self.settings, self.statistics, self._writer, self.spool, self.state)
        metrics = Endpoint(self.settings, figures, self._failures)
        works = (self._writer, self._control, metrics, self._conditions)
        tasks = [asyncio.create_task(work.run()) for work in works]
        tasks += [asyncio.create_task(work()) for work in (self._watch, self._beat, self._turn)]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()  # a background task never ends by itself: tell why
        finally:
            self._alive.stopping()
            await _end([stopping, *tasks, *(running.task for running in self._running.values())])
            for running in self._running.values():
                self._pool.give_back(running.poller.client)
            self._running.clear()
            await self._writer.flush()
            await self._conditions.flush()
            if self._writer.waiting:
                self._log.error("readings could not be written and are lost", extra={"count": self._writer.waiting})
            self._log.info("stopped", extra={"count": self._writer.written})
            self.close()

    async def once(self) -> dict[int, Live]:
        """Poll every meter once and write what came; what is known of each meter now, by key."""
        self._writer = Writer(self.spool, self.state, self._failures)
        live_by_key: dict[int, Live] = {}
        pollers = [self._poller(url, plan) for url, plan in self._plans().items()]
        await asyncio.gather(*(poller.once() for poller in pollers))
        for poller in pollers:
            self._pool.give_back(poller.client)
            live_by_key.update({target.key: target.live for target in poller.targets})
        await self._writer.flush()
        await self._conditions.flush()
        return live_by_key

    def close(self) -> None:
        """Close the databases."""
        self.spool.close()
        self.state.close()
        self.registry.close()

    async def _watch(self) -> None:
        """Follow the registry and the user's profiles: an edit needs no restart."""
        seen: object = None
        while True:
            try:
                now = (await asyncio.to_thread(self._configured), self._user_profiles())
                if now != seen or any(running.task.done() for running in self._running.values()):
                    await self._apply(await asyncio.to_thread(self._plans))
                    seen = now
                self._failures.recovered("registry")
            except WorkbenchError as error:
                self._failures.failed("registry", str(error))
            await asyncio.sleep(WATCH_SECONDS)

    async def _apply(self, plans: dict[str, Plan]) -> None:
        """Stop what is gone, change what changed, start what is new; other meters do not notice."""
        for running in self._running.values():
            self._known.update({target.key: target.live for target in running.poller.targets})
        gone = [url for url, running in self._running.items() if url not in plans or running.task.done()]
        ended = [self._running.pop(url) for url in gone]
        await _end([running.task for running in ended])
        for running in ended:
            if not running.task.cancelled() and (failure := running.task.exception()):
                self._log.error("polling ended", exc_info=failure, extra={"gateway": running.poller.client.url})
            self._forget(running.poller.client.url, *(f"meter {t.number}" for t in running.poller.targets))
            self._pool.give_back(running.poller.client)
            self.statistics.gateways.pop(running.poller.client.url, None)
        for url, plan in plans.items():
            signatures = {meter.key: signature for meter, signature in plan.meters}
            known = self._running.get(url)
            if known is None:
                poller = self._poller(url, plan)
                task = asyncio.create_task(poller.run(), name=url)
                self._running[url] = _Running(poller, task, signatures, plan.options)
                self.statistics.gateways[url] = poller.counts
                self._log.info("polling", extra={"gateway": url, "count": len(poller.targets)})
            elif (known.signatures, known.options) != (signatures, plan.options):
                before = {target.key: target for target in known.poller.targets}
                targets = self._targets(plan, before, known.signatures)
                stay = {id(target) for target in targets}
                self._forget(*(f"meter {target.number}" for target in before.values() if id(target) not in stay))
                known.poller.follow(targets, plan.limits, plan.connections)
                known.signatures, known.options = signatures, plan.options
                self._log.info("polling changed", extra={"gateway": url, "count": len(targets)})

    def _configured(self) -> tuple[int, int]:
        """Changes with the configuration, and when a status comes to hold that was dated ahead."""
        return self.registry.revision(), self.registry.begun()

    def _forget(self, *subjects: str) -> None:
        for subject in subjects:
            self._failures.forget(subject)

    def _plans(self) -> dict[str, Plan]:
        """Meters by gateway, as registered now."""
        files = available([self.settings.profiles_path])
        options = {gateway.url: gateway.options for gateway in self.registry.gateways()}
        plans: dict[str, Plan] = {}
        # Of each profile's file once, not of each meter's.
        changed = {profile: modified(path) for profile, path in files.items()}
        meters = self.registry.meters()
        self._conditions.follow(meter for meter in meters if meter.polled)
        for meter in meters:
            if meter.polled and meter.gateway:
                profile = (meter.profile or "").partition(":")[0]
                path = files.get(profile)
                signature = (
                    *(meter.number, meter.unit_id, meter.profile, meter.poll_seconds, meter.poll_offset_seconds),
                    *(meter.priority, path, changed.get(profile, 0)),
                )
                plan = plans.setdefault(meter.gateway, Plan(options=options.get(meter.gateway, {})))
                plan.meters.append((meter, signature))
        return plans

    def _user_profiles(self) -> object:
        return sorted((path.name, modified(path)) for path in self.settings.profiles_path.glob("*.yaml"))

    def _poller(self, url: str, plan: Plan) -> GatewayPoller:
        return GatewayPoller(
            self._pool.take(url), self._targets(plan, {}, {}), self._put, self._clock, self._failures,
            plan.limits, plan.connections,
        )  # fmt: skip

    def _put(self, meter: int, reading: Reading | None, live: Live) -> None:
        """Take what a poller gave, with the health that follows from it."""
        self._writer.put(meter, reading, self._conditions.judged(meter, reading, live))

    def _targets(self, plan: Plan, before: dict[int, Target], signatures: dict[int, Signature]) -> list[Target]:
        """What is polled of a gateway's meters; those whose signature stayed are the same as before."""
        targets = []
        for meter, signature in plan.meters:
            same = signatures.get(meter.key) == signature
            target = before.get(meter.key) if same else self._target(meter, before.get(meter.key))
            if target:
                targets.append(target)
        return targets

    def _target(self, meter: Meter, before: Target | None) -> Target | None:
        """What is polled of a meter; None, told, where its profile cannot be used."""
        subject = f"meter {meter.number}"
        live = self._known.get(meter.key, Live())
        try:
            profile = load(meter.profile or "", [self.settings.profiles_path])
        except WorkbenchError as error:
            self._failures.failed(subject, str(error))
            self._put(meter.key, None, _offline(live, str(error)))
            return None
        unit = 1 if meter.unit_id is None else meter.unit_id
        period_us = max(round(meter.poll_seconds * 1e6), 1000)
        offset = meter.poll_offset_seconds
        target = Target(
            meter.key, meter.number, period_us, MeterReader(profile, unit), live, Tally(),
            None if offset is None else round(offset * 1e6), meter.priority,
        )  # fmt: skip
        if before and before.reader.unit == unit and before.reader.profile is profile:
            # The same device: what was learned of it stays true.
            target.reader, target.tally, target.breaker = before.reader, before.tally, before.breaker
        return target

    async def _beat(self) -> None:
        heartbeat = Heartbeat(self.state, NAME, self._failures)
        while True:
            await asyncio.to_thread(heartbeat.beat, self._detail())
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _turn(self) -> None:
        """Tell the supervisor that polling goes on: by this loop's turning, and by nothing that a disk can hold up."""
        while True:
            self._alive.turn(self._detail())
            await asyncio.sleep(self._alive.every)

    def _detail(self) -> str:
        targets = [t for running in self._running.values() for t in running.poller.targets]
        online = sum(t.tally.communication is Communication.ONLINE for t in targets)
        return f"{online} of {len(targets)} meters online, {len(self._running)} gateways"


@contextmanager
def exclusive(settings: Settings) -> Iterator[None]:
    """Hold the home's meters for one collector: a serial port has one owner.

    Raises
    ------
    BusyError
        If another collector polls them.
    """
    with (settings.home / "collector.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            owner = file.read().strip() or "?"
            raise BusyError(f"a collector (process {owner}) polls the meters of {settings.home} already") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _offline(before: Live, error: str) -> Live:
    return Live(communication=Communication.OFFLINE, error=error, last_seen=before.last_seen, values=before.values)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
