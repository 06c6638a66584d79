"""Reading one meter: its planned reads, what it refuses, what came back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.polling.sunspec import locate
from collector.profile.decode import Decoder, readable
from collector.profile.profile import Profile
from collector.profile.read_plan import PlannedRead, plan, split
from collector.profile.register import Cell, Register
from collector.wire.errors import NOT_THERE, SILENT_TARGET, NoAnswerError, RefusedError, UnreachableError, WireError
from collector.wire.register_reader import RegisterReader

FIRST_FORGET_SECONDS = 60.0
"""After this long a refusal is tried again, for it may have been a fault; then twice as long each time [s]."""
FORGET_SECONDS = 3600.0
"""But never longer than this: the device may have been exchanged [s]."""
ENOUGH_REFUSALS = 4
"""A device that refused this many reads and gave nothing refuses everything."""


class Outcome:
    """What one poll of a meter gave.

    Attributes
    ----------
    error : WireError or None
        Why something is missing.
    latencies : list of float
        Of the requests that were answered with values, from question to answer [s].
    failures : list of WireError
        Of the other requests.
    at_us : int
        When the counters were answered, or else the first request [µs since 1970, UTC].
    """

    __slots__ = ("_aside", "_decoder", "_values", "_words", "at_us", "error", "failures", "latencies")

    def __init__(self) -> None:
        self.error: WireError | None = None
        self.latencies: list[float] = []
        self.failures: list[WireError] = []
        self.at_us = 0
        self._words: list[int] = []
        self._decoder: Decoder | None = None
        self._aside: tuple[str, ...] = ()
        self._values: dict[str, float | None] | None = None

    @property
    def answered(self) -> bool:
        """Whether anything was read."""
        return bool(self._words)

    @property
    def whole(self) -> bool:
        """Whether it gave everything that the device has: registers that it lacks are no fault of the wire."""
        if self.error is None:
            return True
        return self.answered and isinstance(self.error, RefusedError) and self.error.code in NOT_THERE

    @property
    def values(self) -> dict[str, float | None]:
        """Everything that was read, also where a later request failed; decoded when first asked for."""
        if self._values is None:
            self._values = self._decoder(self._words) if self._decoder else {}
            for name in self._aside:
                self._values.pop(name, None)
        return self._values


class _Part:
    """A request with what its words are called."""

    __slots__ = ("cells", "counts", "request")

    def __init__(self, request: PlannedRead) -> None:
        self.request = request
        self.cells: tuple[Cell, ...] = tuple(
            (request.function_code, address) for address in range(request.address, request.address + request.count)
        )
        self.counts = any(r.counter for r in request.registers)


def _decoder(profile: Profile, parts: Sequence[_Part]) -> Decoder:
    cells: list[Cell] = []
    registers: list[Register] = []
    origins: dict[str, int] = {}
    for part in parts:
        origins |= {register.quantity: len(cells) for register in part.request.registers}
        registers += part.request.registers
        cells += part.cells
    return Decoder(profile, readable(registers, set(cells)), cells, origins)


_compiled: dict[tuple[int, tuple[str, ...] | None], tuple[Profile, tuple[_Part, ...], Decoder]] = {}


def _planned(profile: Profile, quantities: tuple[str, ...] | None) -> tuple[tuple[_Part, ...], Decoder]:
    """Requests and their decoder, one for all meters of a profile: a processor's cache holds it, not hundreds."""
    key = (id(profile), quantities)
    if key not in _compiled:
        parts = tuple(_Part(request) for request in plan(profile, quantities))
        _compiled[key] = (profile, parts, _decoder(profile, parts))  # holds the profile, so that its id stays its own
    return _compiled[key][1:]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gateway allows; what is None is up to the meter's profile, or to the kind of connection.

    Attributes
    ----------
    timeout, pause : float or None
        Longest wait for an answer, and the rest before a question [s].
    retries : int or None
        How often a request without an answer is sent once more. By default once where a late answer is told from a
        fresh one (TCP), and not with serial framing.
    """

    timeout: float | None = None
    pause: float | None = None
    retries: int | None = None


NO_LIMITS = Limits()


class MeterReader:
    """One device and its profile; learns which registers the device lacks.

    Parameters
    ----------
    unit : int
        Modbus device id.
    quantities : tuple of str, optional
        The profile's `poll` by default.
    """

    def __init__(self, profile: Profile, unit: int, quantities: tuple[str, ...] | None = None) -> None:
        self.profile, self.unit = profile, unit
        self.missing: list[str] = []
        """Quantities that the device refused: it has no such registers."""
        self._planned, self._decoder = _planned(profile, quantities)
        self._parts = list(self._planned)
        self._refused: RefusedError | None = None
        self._learned_at, self._forget_after = 0.0, FIRST_FORGET_SECONDS
        self._done = list(self._planned)
        # Read for the sake of others: parts of sums, and the active power that signs a power factor.
        wanted = set(profile.poll if quantities is None else quantities)
        self._aside = tuple(r.quantity for r in profile.needed(quantities) if r.quantity not in wanted)
        self._base: int | None = 0 if profile.sunspec_model is None else None

    @property
    def requests(self) -> tuple[PlannedRead, ...]:
        """The reads of one poll."""
        return tuple(part.request for part in self._parts)

    @property
    def lacks(self) -> tuple[str, ...]:
        """Quantities that the device refused and that every device of the model should have."""
        return tuple(name for name in self.missing if not self.profile.by_quantity[name].optional)

    def timeout(self, limits: Limits = NO_LIMITS) -> float:
        """Longest wait for an answer [s]."""
        return self.profile.timeout_ms / 1000 if limits.timeout is None else limits.timeout

    async def read(
        self,
        client: RegisterReader,
        now_us: Callable[[], int],
        retry: bool = True,
        limits: Limits = NO_LIMITS,
    ) -> Outcome:
        """Read it once.

        Parameters
        ----------
        now_us : callable
            Microseconds since 1970, UTC.
        retry : bool
            Whether a request without an answer is sent once more; not worth the bus's time on a dead meter.
        limits : Limits, optional
            Of the gateway.

        Returns
        -------
        Outcome
            With the error where something failed: a silent meter is a state, no exception.
        """
        outcome, done = Outcome(), list[_Part]()
        words = outcome._words
        counted, refusals = False, 0
        learned = self._learned_at
        if learned and time.monotonic() - learned > self._forget_after:
            self._forget()
            self._forget_after = min(2 * self._forget_after, FORGET_SECONDS)
        # What was refused and must be there stays an error, also while it is not asked for.
        outcome.error = self._refused
        queue = list(reversed(self._parts))
        try:
            if self._base is None:
                self._base = await locate(client, self.unit, self.profile.sunspec_model or 0, self.timeout(limits))
            while queue:
                part = queue.pop()
                try:
                    got = await self._ask(client, part, retry, limits, outcome)
                except RefusedError as error:
                    if error.code in SILENT_TARGET:
                        raise NoAnswerError(str(error), told=True) from None
                    if error.code not in NOT_THERE:
                        outcome.error = error
                        continue
                    refusals += 1
                    if refusals >= ENOUGH_REFUSALS and not words:
                        raise
                    smaller = self._learn(part)
                    if not smaller and not part.request.optional:
                        self._refused = self._refused or error
                        outcome.error = outcome.error or error
                    queue.extend(reversed(smaller))
                    continue
                words += got
                done.append(part)
                if not outcome.at_us or (part.counts and not counted):
                    outcome.at_us, counted = now_us(), part.counts
        except WireError as error:
            outcome.error = error
        if refusals and not words:
            self._forget()  # a refusal of everything says nothing of single registers
        elif learned and not self._learned_at and outcome.error is None:
            self._forget_after = FIRST_FORGET_SECONDS  # it has what it refused
        if self.profile.sunspec_model is not None and outcome.error:
            self._base = None  # another firmware may have moved the model
        if done != self._done:
            self._done, self._decoder = done, _decoder(self.profile, done)
        outcome._decoder, outcome._aside = self._decoder, self._aside
        return outcome

    async def _ask(
        self, client: RegisterReader, part: _Part, retry: bool, limits: Limits, outcome: Outcome
    ) -> list[int]:
        timeout = self.timeout(limits)
        pause = self.profile.pause_ms / 1000 if limits.pause is None else limits.pause
        retries = (1 if limits.retries is None else limits.retries) if retry else 0
        while True:
            try:
                words = await client.read(part.request, self.unit, base=self._base or 0, timeout=timeout, pause=pause)
                outcome.latencies.append(client.took)
                return words
            except (NoAnswerError, UnreachableError) as error:
                outcome.failures.append(error)
                silent = isinstance(error, NoAnswerError)
                # With serial framing the late answer to this question could pass for the answer to the next one.
                if not retries or (silent and limits.retries is None and not client.framed_by_id):
                    raise
                retries -= 1
                if silent:
                    client.paced = client.paced or pause > 0
            except WireError as error:
                outcome.failures.append(error)
                raise

    def _learn(self, part: _Part) -> list[_Part]:
        """Ask in smaller reads from now on; none where there is nothing smaller, which is not asked for any more."""
        self._learned_at = time.monotonic()
        at = self._parts.index(part)
        smaller = [_Part(request) for request in split(self.profile, part.request)]
        if len(smaller) == 1:
            smaller = []
            self.missing += [r.quantity for r in part.request.registers]
        self._parts[at : at + 1] = smaller
        return smaller

    def _forget(self) -> None:
        """Ask for everything again."""
        self._parts, self._learned_at, self._refused = list(self._planned), 0.0, None
        self.missing.clear()
