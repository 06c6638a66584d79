"""What is known of gateways and meters for the rules of the bus, and what these say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit


class Verdict(StrEnum):
    """How it is, in the order of rising concern."""

    GOOD = "good"
    UNKNOWN = "unknown"
    WARNING = "warning"
    PROBLEM = "problem"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The one that needs somebody most; good where there is none."""
    return max(verdicts, key=list(Verdict).index, default=Verdict.GOOD)


@dataclass(frozen=True, slots=True)
class Finding:
    """How something is, why, and what to do.

    Attributes
    ----------
    verdict : Verdict
    text : str
        What is seen.
    advice : str
        What to do; empty where nothing is to be done.
    """

    verdict: Verdict
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """The part of the polls that gave nothing, some in a row: they say nothing of how good the line is.

    Attributes
    ----------
    polls : int
    alone : int
        Those of them in which the gateway answered for others.
    missed : int
        Cycles for which waiting for them left no time.
    errors : mapping
        Counts by kind.
    """

    polls: int = 0
    alone: int = 0
    missed: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)

    @property
    def unreachable(self) -> bool:
        """Whether there was no connection, most of the time."""
        return most(self.errors) == "unreachable"


NONE = Outage()


def most(errors: Mapping[str, int]) -> str:
    """The most frequent kind; empty where there is none."""
    return max(errors, key=lambda kind: errors[kind], default="")


def beside(errors: Mapping[str, int], outage: Outage) -> dict[str, int]:
    """Errors that belong to no outage."""
    left = {kind: count - outage.errors.get(kind, 0) for kind, count in errors.items()}
    return {kind: count for kind, count in left.items() if count > 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterFacts:
    """What is known of one meter's polls lately.

    Attributes
    ----------
    number : str
    unit : int
        Modbus device id.
    period : float
        Poll period [s].
    online : bool or None
        Whether it answers, by the last polls; None where nobody polls.
    called : bool or None
        Whether it answered when it was called just now; None where it was not called.
    polls, complete, missed : int
    errors, exceptions : mapping
        Counts by kind, and by Modbus exception.
    slow : float or None
        What 95 % of its answers did not exceed [s].
    said : str
        The last error, in words.
    failures : int
        Polls in a row for which it, and not its gateway, is to blame.
    late : int
        Answers that came after their time-out.
    lacks : sequence of str
        Quantities that it refuses although its profile says that it has them.
    blank : bool
        Whether it says of every value that it is not available.
    outage : Outage
        The part of this that says nothing of how good the line is.
    answered : float or None
        How long ago it gave something last [s]; None where it never did since it is polled as it is set up now.
    awaited : bool
        Whether it fell silent with its gateway and was not asked since that is back.
    """

    number: str
    unit: int
    period: float = 10.0
    online: bool | None = None
    called: bool | None = None
    polls: int = 0
    complete: int = 0
    missed: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    exceptions: Mapping[str, int] = field(default_factory=dict)
    slow: float | None = None
    said: str = ""
    failures: int = 0
    late: int = 0
    lacks: Sequence[str] = ()
    blank: bool = False
    outage: Outage = NONE
    answered: float | None = None
    awaited: bool = False

    @property
    def silent(self) -> bool | None:
        """Whether it gives nothing; the call just now counts more than the polls before it."""
        if self.called is not None:
            return not self.called
        return None if self.online is None else not self.online

    @property
    def kind(self) -> str:
        """What fails most; empty where nothing does."""
        return most(self.errors)

    @property
    def noise(self) -> Mapping[str, int]:
        """What fails beside outages, by kind."""
        return beside(self.errors, self.outage)

    @property
    def lost(self) -> int:
        """Polls that did not give everything, beside outages."""
        return max(0, self.polls - self.complete - self.outage.polls)

    @property
    def short_of_time(self) -> int:
        """Cycles that were missed, and not for an outage."""
        return max(0, self.missed - self.outage.missed)

    def refused_with(self, codes: Sequence[int]) -> int:
        """The most frequent exception of these; 0 where there is none."""
        counts = {code: self.exceptions.get(str(code), 0) for code in codes}
        code = max(counts, key=lambda each: counts[each])
        return code if counts[code] else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFacts:
    """What is known of one gateway.

    Attributes
    ----------
    url : str
    meters : sequence of MeterFacts
    connected : bool or None
        None where nobody polls.
    reachable : bool or None
        Whether it took a connection when it was tried just now; None where it was not tried.
    wanted : float or None
        Share of its time that its meters take at their periods, over all of its connections.
    requests : int
    errors : mapping
        Counts by kind.
    said : str
        The last error, in words.
    polls : int
        Of all its meters.
    outage : Outage
        The part of this in which it gave nothing, whomever it was asked for.
    silent_polls : int
        How many polls gave nothing since it gave something last, where that is an outage; 0 where it is none.
    answered : float or None
        How long ago something came from it last [s]; None where nothing ever did.
    """

    url: str
    meters: Sequence[MeterFacts] = ()
    connected: bool | None = None
    reachable: bool | None = None
    wanted: float | None = None
    requests: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    said: str = ""
    polls: int = 0
    outage: Outage = NONE
    silent_polls: int = 0
    answered: float | None = None

    @property
    def serial(self) -> bool:
        """Whether it is a serial port of this machine."""
        return urlsplit(self.url).scheme == "rtu"
