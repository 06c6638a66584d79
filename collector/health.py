"""Health of the meters that are polled, judged at each reading by the limits registered now."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from pathlib import Path

from collector.profile.store import load
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.health.health_tracker import UNKNOWN_STEP, Condition
from energy_workbench.domain.health.limits import resolved
from energy_workbench.domain.health.stuck_counter import DELIVERED, TAKEN
from energy_workbench.domain.ratios import Ratio
from energy_workbench.lake.reading import Reading
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime.repeated_failures import RepeatedFailures

WRITE_SECONDS = 1.0
"""How long findings are gathered before they are written [s]."""
PRUNE_SECONDS = 3600.0
"""How often old events are taken away [s]."""


class Conditions:
    """The condition of every meter.

    Parameters
    ----------
    registry : Registry
    state : StateStore
        Where health and findings are kept.
    folders : list of Path
        With the user's own profiles.
    failures : RepeatedFailures
    keep_days : float
        How long changes of health and communication are kept [days].
    """

    def __init__(
        self, registry: Registry, state: StateStore, folders: list[Path], failures: RepeatedFailures, keep_days: float
    ) -> None:
        self._registry, self._state, self._folders, self._failures = registry, state, folders, failures
        self._keep_days = keep_days
        self._meters: dict[int, Condition] = {}
        self._waiting: list[Finding] = []
        self._log = logging.getLogger("collector.health")

    def follow(self, meters: Iterable[Meter]) -> None:
        """Take the limits, ratios and meters as registered now; what was known of a meter stays."""
        meters = list(meters)
        stored = self._registry.limits()
        known = self._state.read([meter.key for meter in meters if meter.key not in self._meters])
        histories: dict[int, list[Ratio]] = {}
        for key, ratio in self._registry.all_ratios():
            histories.setdefault(key, []).append(ratio)
        steps: dict[str, float] = {}
        conditions = {}
        for meter in meters:
            limits, ratios = resolved(stored.get(None, {}), stored.get(meter.key)), histories.get(meter.key, [])
            profile = meter.profile or ""
            if profile not in steps:
                steps[profile] = self._step(profile)
            condition = self._meters.get(meter.key)
            if condition is None:
                condition = Condition(meter, ratios, limits, known.get(meter.key, Live()), steps[profile])
            else:
                condition.follow(meter, ratios, limits, steps[profile])
            conditions[meter.key] = condition
        self._meters = conditions

    def judged(self, meter: int, reading: Reading | None, live: Live) -> Live:
        """A meter's state with its health, without values that cannot be; the reading stays as it is."""
        condition = self._meters.get(meter)
        if condition is None:
            return live
        try:
            return condition.judged(live, fresh=reading is not None)
        except Exception:  # noqa: BLE001 - its readings are kept and the others are polled, whatever is wrong
            self._log.exception("the health cannot be judged", extra={"subject": f"meter {meter}"})
            return live

    async def run(self) -> None:
        """Write findings as they come, and take old events away, until cancelled; `flush` takes the rest."""
        pruned = -PRUNE_SECONDS
        while True:
            await self.flush(final=False)
            if time.monotonic() - pruned >= PRUNE_SECONDS:
                pruned = time.monotonic()
                try:
                    await asyncio.to_thread(self._state.prune, self._keep_days)
                except WorkbenchError as error:
                    self._failures.failed("live state", str(error))
            await asyncio.sleep(WRITE_SECONDS)

    async def flush(self, *, final: bool = True) -> None:
        """Write the findings that wait; at the end also what open cases know more."""
        for condition in self._meters.values():
            self._waiting += condition.taken(final=final)
        findings, self._waiting = self._waiting, []
        if not findings:
            return
        try:
            await asyncio.to_thread(self._state.add_findings, findings)
            self._failures.recovered("findings")
        except WorkbenchError as error:
            self._waiting = findings + self._waiting
            self._failures.failed("findings", str(error))

    def _step(self, profile: str) -> float:
        """Resolution of the energy counters of a profile, before CT and PT [kWh]."""
        try:
            registers = load(profile, self._folders).registers
        except WorkbenchError:
            return UNKNOWN_STEP  # told where the meter is set up
        counters = {*TAKEN, *DELIVERED}
        steps = [
            # What a float can show follows from its size, and is known where it is read.
            0.0 if register.wire.floating else abs(register.numerator / register.denominator)
            for register in registers
            if register.quantity in counters and register.scale_register is None
        ]
        return max(steps, default=UNKNOWN_STEP)
