"""Counters of polling by gateway and meter, for metrics and the doctor.

Everything is written by the polling loop alone and may be read in that loop at any time (a scrape, the doctor):
`Statistics.gateways` → `GatewayCounts` → `meters` → `MeterCounts`. Nothing here ever goes down, except what is
forgotten with a gateway or a meter that is polled no more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from collector.polling.circuit_breaker import Breaker
from collector.polling.silence import ALL_AT_ONCE, OUTAGE_POLLS, Share, Silence

LATENCY_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the classes of a latency [s]."""
LATENESS_BOUNDS: Final = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0)
"""Upper bounds of the classes of a lateness [s]."""
RECENTLY: Final = 2
"""Who answered so many periods before its gateway fell silent was well then."""
RECENT: Final = 128
"""Latencies and latenesses that are remembered one by one, for percentiles."""

NO_ANSWER: Final = "no_answer"
TARGET_SILENT: Final = "target_silent"
REFUSED: Final = "refused"
GARBLED: Final = "garbled"
UNREACHABLE: Final = "unreachable"
INTERNAL: Final = "internal"
KINDS: Final = (NO_ANSWER, TARGET_SILENT, REFUSED, GARBLED, UNREACHABLE, INTERNAL)
"""Kinds of errors: nothing came in time; the gateway says that the device behind it is silent (exceptions 10, 11);
another Modbus exception; an answer that does not fit; no connection, or it was lost; a fault of the collector."""


class Durations:
    """Durations in classes, as a Prometheus histogram has them, with the recent ones for percentiles.

    Parameters
    ----------
    bounds : tuple of float
        Upper bounds of the classes, ascending [s]; the last class has none.
    """

    __slots__ = ("bounds", "classes", "count", "longest", "recent", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.classes = [0] * (len(bounds) + 1)
        """How many fell into each class; not cumulative."""
        self.count, self.sum, self.longest = 0, 0.0, 0.0
        self.recent: deque[float] = deque(maxlen=RECENT)

    def add(self, seconds: float) -> None:
        """Count one."""
        self.classes[bisect_left(self.bounds, seconds)] += 1
        self.count += 1
        self.sum += seconds
        if seconds > self.longest:
            self.longest = seconds
        self.recent.append(seconds)

    def percentile(self, share: float) -> float | None:
        """What this share of the recent ones does not exceed [s]; None before the first.

        Parameters
        ----------
        share : float
            0 to 1.
        """
        if not self.recent:
            return None
        ordered = sorted(self.recent)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class Counts:
    """What was counted of a gateway, or of a meter.

    Attributes
    ----------
    requests, answers : int
        Reads put on the wire, those that are asked again too, and those that were answered with values.
    errors : dict of str to int
        By kind, of `KINDS`.
    exceptions : dict of int to int
        Modbus exceptions by code.
    polls, complete : int
        Polls of a meter (each some requests), and those that gave everything that it has.
    missed : int
        Cycles in which a meter was due and not asked, because its gateway had no time.
    late : int
        Answers that came after their time-out; each was counted as no answer.
    spared : int
        Cycles in which a meter that does not answer was left alone on purpose.
    latency : Durations
        From question to answer [s], of what was answered.
    lateness : Durations
        From the instant at which a meter was due to the first question [s].
    busy_seconds : float
        How long its polls took all together [s].
    last_error, last_error_us : str, int
        In words, and when [µs since 1970, UTC]; empty and 0 before the first.
    last_answer_us : int
        When it gave something last [µs since 1970, UTC]; 0 before the first.
    silence : Silence
        Polls in a row that gave nothing.
    """

    __slots__ = (
        "answers",
        "busy_seconds",
        "complete",
        "errors",
        "exceptions",
        "last_answer_us",
        "last_error",
        "last_error_us",
        "late",
        "latency",
        "lateness",
        "missed",
        "polls",
        "requests",
        "silence",
        "spared",
    )  # fmt: skip

    def __init__(self) -> None:
        self.requests = self.answers = self.polls = self.complete = self.missed = self.spared = self.late = 0
        self.errors: dict[str, int] = dict.fromkeys(KINDS, 0)
        self.exceptions: dict[int, int] = {}
        self.latency, self.lateness = Durations(LATENCY_BOUNDS), Durations(LATENESS_BOUNDS)
        self.busy_seconds = 0.0
        self.last_error, self.last_error_us = "", 0
        self.last_answer_us, self.silence = 0, Silence()

    def answered(self, seconds: float) -> None:
        """Count a request that was answered."""
        self.requests += 1
        self.answers += 1
        self.latency.add(seconds)

    def failed(self, kind: str, error: str, at_us: int, code: int | None = None) -> None:
        """Count a request that was not, with its Modbus exception where there is one."""
        # A question that found no connection was never put.
        self.requests += kind != UNREACHABLE
        self.errors[kind] += 1
        if code is not None:
            self.exceptions[code] = self.exceptions.get(code, 0) + 1
        self.last_error, self.last_error_us = error, at_us

    def internal(self, error: str, at_us: int) -> None:
        """Count a poll that the collector itself spoiled."""
        self.errors[INTERNAL] += 1
        self.last_error, self.last_error_us = error, at_us

    @property
    def success(self) -> float | None:
        """Share of the polls that gave everything that the meter has, 0 to 1; None before the first."""
        return self.complete / self.polls if self.polls else None


class MeterCounts(Counts):
    """Of one meter.

    Attributes
    ----------
    key : int
        The lake's key.
    number : str
        What people call it.
    unit : int
        Modbus device id.
    period_us : int
        Poll period [µs].
    breaker : Breaker
        Whether it is asked at all: its `state`, `failures` and `until_us`.
    lacks : tuple of str
        Quantities that it refuses although its profile says that it has them.
    asked_us : int
        When its last poll ended [µs since 1970, UTC].
    """

    __slots__ = ("asked_us", "breaker", "key", "lacks", "number", "period_us", "unit")

    def __init__(self, key: int, number: str, unit: int, period_us: int, breaker: Breaker) -> None:
        super().__init__()
        self.key, self.number, self.unit, self.period_us, self.breaker = key, number, unit, period_us, breaker
        self.lacks: tuple[str, ...] = ()
        self.asked_us = 0


class GatewayCounts(Counts):
    """Of one gateway: the sum over its meters since the start, also over those that are polled no more.

    Attributes
    ----------
    url : str
    lines : int
        Connections that are used at once.
    connections : int
        How often one was made.
    connected : bool
        Whether there is one now.
    meters : dict of int to MeterCounts
        By key, those polled now.
    back_us : int
        When its last outage ended [µs since 1970, UTC]; 0 before the first.
    """

    __slots__ = ("back_us", "connected", "connections", "lines", "meters", "url")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.lines, self.connections, self.connected = url, 1, 0, False
        self.meters: dict[int, MeterCounts] = {}
        self.back_us = 0

    def gave(self, meter: MeterCounts, missed: int, due_us: int, now_us: int) -> None:
        """A poll of a meter gave something.

        Parameters
        ----------
        missed : int
            Cycles for which there had been no time.
        due_us : int
            When the first of them was due [µs].
        """
        if self.silence.outage:
            self.back_us = now_us
        for each in (self, meter):
            each.silence.ends()
            each.last_answer_us = now_us
            if due_us <= self.back_us:
                each.silence.past.missed += missed  # waiting for a gateway that was silent took that time
        meter.asked_us = now_us

    def gave_nothing(self, meter: MeterCounts, poll: Share, now_us: int, *, spoke: bool) -> None:
        """A poll of a meter gave nothing.

        Parameters
        ----------
        spoke : bool
            Whether the device said so itself: then its gateway is not silent.
        """
        own, whole = meter.silence, self.silence
        fell = not own.present.polls and meter.last_answer_us > 0
        own.goes_on(poll)
        own.outage = own.outage or own.present.polls >= OUTAGE_POLLS
        meter.asked_us = now_us
        if spoke:
            whole.ends()
            return
        whole.goes_on(poll)
        whole.fell += fell
        nobody_left = all(each.silence.present.polls for each in self.meters.values())
        together = whole.fell >= ALL_AT_ONCE or (whole.fell > 0 and nobody_left)
        if not whole.outage and together and whole.present.polls >= OUTAGE_POLLS:
            whole.outage = True
            for other in self.meters.values():
                self._shares(other)
        elif whole.outage:
            self._shares(meter)

    def _shares(self, meter: MeterCounts) -> None:
        """A meter that answered when its gateway last did is away for its gateway's sake."""
        if meter.silence.present.polls and meter.last_answer_us >= self.last_answer_us - RECENTLY * meter.period_us:
            meter.silence.outage = meter.silence.shared = True

    @property
    def wanted_seconds(self) -> float:
        """How much of each second its meters take at their periods, by what their polls took so far [s].

        Above the number of `lines`, there are more meters, or shorter periods, than the gateway can serve. Outages do
        not count: waiting for nothing tells nothing of how long an answer takes.
        """
        wanted = 0.0
        for meter in list(self.meters.values()):  # a scrape reads it in its own thread
            if polls := meter.polls - meter.silence.outage_polls:
                wanted += (meter.busy_seconds - meter.silence.outage_seconds) / polls / (meter.period_us / 1e6)
        return wanted


@dataclass(slots=True)
class Statistics:
    """Of the whole collector.

    Attributes
    ----------
    started_us : int
        [µs since 1970, UTC]
    gateways : dict of str to GatewayCounts
        By address, those polled now.
    """

    started_us: int = 0
    gateways: dict[str, GatewayCounts] = field(default_factory=dict)

    def meters(self) -> Iterable[tuple[GatewayCounts, MeterCounts]]:
        """Every meter with its gateway."""
        return ((gateway, meter) for gateway in self.gateways.values() for meter in gateway.meters.values())
