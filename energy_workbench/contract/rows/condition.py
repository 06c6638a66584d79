"""Rows of how meters are: events, findings, statements, limits, and what the doctor says."""

from __future__ import annotations

from typing import Annotated, Any

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.words import Percent, Seconds, Share, StateText

EventRow = TypedDict(
    "EventRow",
    {
        "at": Instant,
        "of": Annotated[str, Words(("health", "communication"))],
        "from": "str | None",
        "to": str,
        "reason": str,
    },
)
"""A change of health or communication."""

FindingRow = TypedDict(
    "FindingRow",
    {
        "name": str,
        "meter": str,
        "number": "str | None",
        "quantity": "str | None",
        "from": Instant,
        "to": Instant,
        "text": str,
        "value": "float | str | None",
        "evidence": "dict[str, Any]",
        "factors": "list[str]",
        "likely": "str | None",
    },
)
"""What is wrong with the data; `name` is dotted, `evidence` what speaks for it.

Where two things differ by a factor, `factors` are all that this may be (`CT`, `10^3`, `√3`, `sign` …), and `likely` is
the likeliest of them; else there are none.
"""


class StatementRow(TypedDict):
    """What somebody stated of a meter: it holds from `at` on, or up to `until`."""

    at: Instant | None
    until: Instant | None
    meter: str
    number: str | None
    of: str
    text: str
    reason: str
    by: str
    entered: Instant | None


class LimitRule(TypedDict):
    """A rule of health: what its limits mean."""

    name: str
    label: str
    unit: str
    low: bool
    meaning: str
    source: str


class Limits(TypedDict):
    """Limits that hold, what was set here, and what holds where nothing is set here; None is off."""

    limits: dict[str, float | None]
    own: dict[str, float | None]
    defaults: dict[str, float | None]
    rules: list[LimitRule]


class Judged(TypedDict):
    """How something is, and what to do."""

    verdict: StateText
    text: str
    advice: str


class Check(Judged):
    """How a part of the installation is, and what to do."""

    name: str


class Polled(TypedDict):
    """What was counted of polls since the collector began."""

    polls: int
    success_percent: Percent | None
    missed: int
    late: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    lateness_p95_ms: float | None
    errors: dict[str, int]
    exceptions: dict[str, int]
    last_error: str
    last_error_at: Instant | None


class GatewayCheck(Polled, Judged):
    """How a gateway is."""

    url: str
    meters: int
    online: int
    connected: bool | None
    utilisation: Share | None


class MeterPolled(Polled, Judged):
    """How a meter answers."""

    meter: str
    number: str
    gateway: str
    unit_id: int
    profile: str
    breaker: str
    last_seen: Instant | None


class Doctor(TypedDict):
    """How home, gateways and meters are; `live` where a running collector told."""

    at: Instant
    verdict: StateText
    live: bool
    seconds: Seconds | None
    checks: list[Check]
    gateways: list[GatewayCheck]
    meters: list[MeterPolled]
