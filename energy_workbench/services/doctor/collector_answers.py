"""What the collector answers: members that it may leave out are those of a failure, or of an older version."""

from __future__ import annotations

from typing import TypedDict

from energy_workbench.contract.rows.setup import Candidate


class Percentiles(TypedDict, total=False):
    """Of what took time [s]."""

    p50: float
    p95: float


class PollCounts(TypedDict, total=False):
    """What was counted of polls since the collector began."""

    polls: int
    complete: int
    missed: int
    late: int
    spared: int
    failures: int
    latency: Percentiles
    lateness: Percentiles
    errors: dict[str, int]
    exceptions: dict[str, int]
    last_error: str
    last_error_us: int
    last_answer_us: int
    silent_polls: int
    outage_polls: int
    outage_alone_polls: int
    outage_missed: int
    outage_errors: dict[str, int]


class MeterCounts(PollCounts, total=False):
    """Of a meter: `breaker` is the state of its circuit breaker, `lacks` what its device does not have.

    `awaited`: it fell silent with its gateway and was not asked since that is back. `unanswered`: how many polls gave
    nothing since one gave something.
    """

    key: int
    breaker: str
    lacks: list[str]
    awaited: bool
    unanswered: int


class GatewayCounts(PollCounts, total=False):
    """Of a gateway: what its polls want of each second [1], spread over `lines`."""

    url: str
    lines: int
    connected: bool
    wanted_seconds: float
    requests: int
    meters: list[MeterCounts]


class Counted(TypedDict, total=False):
    """Of all gateways, over so many seconds."""

    seconds: float
    gateways: list[GatewayCounts]


class Called(TypedDict):
    """Whether a meter answered a call: `reached` is its gateway."""

    key: int
    reached: bool
    ok: bool
    error: str


class Calls(TypedDict, total=False):
    """All calls."""

    meters: list[Called]


class Read(TypedDict, total=False):
    """A device that was read once: by a profile, or by those that `candidates` has, best first."""

    ok: bool
    error: str
    advice: str
    milliseconds: float
    values: dict[str, float | None]
    candidates: list[Candidate]
    notes: list[str]
    identity: dict[str, str]
