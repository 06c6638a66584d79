"""Rules of the bus: what the counts of polling say about cables, addresses, profiles and periods; pure.

The advice follows what fitters of RS485 check, in the order of what is most often the cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

GOOD_SHARE: Final = 0.98
"""Share of polls that give everything from which on a meter is well: a noisy line loses one in some hundreds."""
LOST: Final = "the gateway closes the connection: does another program use it, or its network cable come loose?"
LATE: Final = "give its gateway a longer time-out than the meter takes: setup page, Gateways"
BLANK: Final = "is its measuring part on, are its voltage inputs connected, is it the right profile?"
GARBLED_SHARE: Final = 0.02
SLOW_SECONDS: Final = 0.7
"""Answers that take this long come close to the usual time-out of 1 s [s]."""
FULL: Final = 1.0
"""Meters that want more of a gateway's time than there is."""
NEARLY_FULL: Final = 0.8
"""Share of a gateway's time that leaves room for time-outs and retries."""
MISSED_SHARE: Final = 0.01
PERIODS: Final = (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900)
"""Poll periods that people choose [s]."""
ABSENT: Final = (1, 2, 3)
"""Modbus exceptions of a device that lacks what is asked (MODBUS Application Protocol V1.1b3, section 7)."""
BEHIND: Final = (10, 11)
"""Modbus exceptions of a gateway that does not reach the device behind it (same section)."""


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

    @property
    def silent(self) -> bool | None:
        """Whether it gives nothing; the call just now counts more than the polls before it."""
        if self.called is not None:
            return not self.called
        return None if self.online is None else not self.online

    @property
    def kind(self) -> str:
        """What fails most; empty where nothing does."""
        return max(self.errors, key=lambda kind: self.errors[kind], default="")

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
    """

    url: str
    meters: Sequence[MeterFacts] = ()
    connected: bool | None = None
    reachable: bool | None = None
    wanted: float | None = None
    requests: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    said: str = ""

    @property
    def serial(self) -> bool:
        """Whether it is a serial port of this machine."""
        return urlsplit(self.url).scheme == "rtu"


def of_meter(meter: MeterFacts, gateway: GatewayFacts) -> Finding:
    """How a meter is, and what to do about it."""
    if meter.silent is None:
        return _unknown(gateway)
    if meter.silent:
        if out_of_reach(gateway):
            return Finding(Verdict.PROBLEM, "its gateway is out of reach", "see the gateway")
        return _silent(meter, gateway)
    if meter.polls and meter.complete / meter.polls < GOOD_SHARE:
        failed = meter.polls - meter.complete
        if set(meter.errors) == {"unreachable"} and meter.online:
            # The gateway's failure is told once, at the gateway.
            return Finding(Verdict.GOOD, f"answers; its gateway was out of reach for {failed} of {meter.polls} polls")
        text = f"{failed} of {meter.polls} polls did not give everything"
        return Finding(Verdict.WARNING, _with(text, meter.said), _unsteady(meter, gateway))
    if meter.slow is not None and meter.slow >= SLOW_SECONDS:
        return Finding(
            Verdict.WARNING,
            f"answers slowly: one in twenty takes more than {meter.slow:.2f} s",
            "give its gateway a longer time-out and a longer pause between requests, and poll it less often",
        )
    if meter.blank:
        return Finding(Verdict.WARNING, "answers, and says of every value that it is not available", BLANK)
    if meter.lacks:
        text = f"answers, but refuses {', '.join(meter.lacks)}"
        return Finding(Verdict.WARNING, text, _lacking(meter, gateway))
    if meter.missed > MISSED_SHARE * (meter.polls + meter.missed):
        text = f"{meter.missed} of {meter.polls + meter.missed} cycles were missed: its gateway had no time"
        return Finding(Verdict.WARNING, text, "see the gateway")
    return Finding(Verdict.GOOD, "answers")


def of_gateway(gateway: GatewayFacts) -> Finding:
    """How a gateway is, and what to do about it."""
    known = [meter for meter in gateway.meters if meter.silent is not None]
    silent = [meter for meter in known if meter.silent]
    if out_of_reach(gateway):
        return Finding(Verdict.PROBLEM, _with("no connection", gateway.said), _no_connection(gateway))
    if not known:
        return _unknown(gateway)
    if len(silent) == len(known) and len(known) > 1 and not any(_speaks(meter) for meter in silent):
        text = f"none of its {len(known)} meters answers"
        return Finding(Verdict.PROBLEM, _with(text, gateway.said), _all_silent(gateway))
    if gateway.wanted is not None and gateway.wanted > FULL:
        return _too_many(gateway, gateway.wanted)
    garbled = gateway.errors.get("garbled", 0)
    if gateway.requests and garbled / gateway.requests > GARBLED_SHARE:
        text = f"{garbled} of {gateway.requests} answers were garbled"
        return Finding(Verdict.WARNING, text, _garbled(gateway))
    missed, polls = sum(meter.missed for meter in known), sum(meter.polls for meter in known)
    if missed > MISSED_SHARE * (polls + missed):
        text = f"{missed} of {polls + missed} cycles were missed"
        blame = f"{_some(silent)} do not answer, and waiting for them takes its time: mend or deactivate them"
        other = "poll its meters less often, or give it a shorter time-out"
        return Finding(Verdict.WARNING, text, blame if silent else other)
    lost = sum(meter.polls - meter.complete for meter in known if set(meter.errors) == {"unreachable"})
    if polls and lost / polls > 1 - GOOD_SHARE and not silent:
        text = f"{lost} of {polls} polls found no connection"
        return Finding(Verdict.WARNING, _with(text, gateway.said), LOST)
    if silent:
        text = f"{len(silent)} of {len(known)} meters silent: {_some(silent)}"
        return Finding(Verdict.WARNING, text, "see the meters")
    if gateway.wanted is not None and gateway.wanted > NEARLY_FULL:
        text = f"its meters take {gateway.wanted:.0%} of its time: one time-out makes the others late"
        return Finding(Verdict.WARNING, text, f"{_fitting(gateway, gateway.wanted)} leaves room")
    return Finding(
        Verdict.GOOD, f"{len(known)} of {len(known)} meters answer" if len(known) > 1 else "its meter answers"
    )


def out_of_reach(gateway: GatewayFacts) -> bool:
    """Whether there is no connection, and none can be made."""
    if gateway.reachable is not None:
        return not gateway.reachable
    return gateway.connected is False and bool(gateway.errors.get("unreachable"))


def _unknown(gateway: GatewayFacts) -> Finding:
    if gateway.connected is None:
        return Finding(Verdict.UNKNOWN, "nobody polls it", "start the collector: energy-collector")
    return Finding(Verdict.UNKNOWN, "not polled yet", "wait for the first poll")


def _speaks(meter: MeterFacts) -> bool:
    """Whether something comes from it, though nothing that can be used."""
    return meter.kind in ("refused", "target_silent")


def _lacking(meter: MeterFacts, gateway: GatewayFacts) -> str:
    return (
        f"is it the right profile? energy-workbench profiles probe {gateway.url} {meter.unit} tells; if it is, say "
        "`optional: true` of these registers in a profile of your own"
    )


def _silent(meter: MeterFacts, gateway: GatewayFacts) -> Finding:
    text = _with("does not answer", meter.said)
    if set(meter.errors) == {"unreachable"} and not meter.failures and meter.called is None:
        # The gateway's failure is told at the gateway, and is over: the next poll tells of the meter itself.
        return Finding(
            Verdict.WARNING, _with("not asked since its gateway is back", meter.said), "wait for its next poll"
        )
    if code := meter.refused_with(BEHIND):
        return Finding(
            Verdict.PROBLEM,
            f"the gateway answers for it (exception {code}): the device behind the gateway is silent",
            f"look at the device and its bus, not at the network: is it powered, is its unit id {meter.unit}, are A "
            "and B wired as at the others, has the gateway the bus's baud rate and parity, and a time-out below ours",
        )
    if code := meter.refused_with(ABSENT):
        return Finding(
            Verdict.PROBLEM,
            _with(f"refuses what is asked (exception {code})", meter.said),
            "wrong profile, or another device at this unit id: energy-workbench profiles probe "
            f"{gateway.url} {meter.unit} finds the profile that fits",
        )
    if meter.kind == "garbled":
        return Finding(Verdict.PROBLEM, _with("its answers are garbled", meter.said), _garbled(gateway))
    if meter.late:
        return Finding(Verdict.PROBLEM, f"answers, but after its time-out: {meter.late} times", LATE)
    if meter.kind == "refused":
        return Finding(Verdict.PROBLEM, text, "the device is busy or faulty: look at its display, or restart it")
    if meter.kind == "internal":
        return Finding(Verdict.PROBLEM, text, "a fault of this program or of the profile: see the collector's log")
    if len(gateway.meters) > 1:
        return Finding(
            Verdict.PROBLEM,
            text,
            f"its neighbours answer, so it is this device: is it powered, is its unit id {meter.unit} and no other "
            "device's, are A and B swapped at it, has it the same baud rate and parity as the others",
        )
    return Finding(Verdict.PROBLEM, text, _all_silent(gateway))


def _unsteady(meter: MeterFacts, gateway: GatewayFacts) -> str:
    if meter.kind == "garbled":
        return _garbled(gateway)
    if code := meter.refused_with(ABSENT):
        return f"exception {code}: registers of the profile that this device lacks: is it the right profile?"
    if code := meter.refused_with(BEHIND):
        return f"exception {code}: the device behind the gateway is too slow for it: give the gateway a longer time-out"
    if meter.kind == "unreachable":
        return LOST
    if meter.late:
        return f"{meter.late} answers came after their time-out: {LATE}"
    return (
        "answers are lost on the way: look at plugs, screen and termination of the bus, and give its gateway a longer "
        "time-out and pause"
    )


def _no_connection(gateway: GatewayFacts) -> str:
    if gateway.serial:
        return (
            "is the adapter plugged in, is it the name of the port (dmesg tells), may this user open it "
            "(group dialout), and does no other program use it"
        )
    return (
        "is it powered, is the network cable in, are address and port right (ping it), does a firewall block them, and "
        "do other programs hold the few connections that it takes"
    )


def _all_silent(gateway: GatewayFacts) -> str:
    line = "bus cable (A and B swapped, broken, no termination of 120 ohm), power of the meters, baud rate and parity"
    if gateway.serial:
        return f"the port opens and nothing comes: {line}, direction of the RS485 adapter"
    if urlsplit(gateway.url).scheme == "tcp":
        return f"it takes connections and nothing comes: {line} of the gateway; is it rtutcp:// instead of tcp://"
    return f"it takes connections and nothing comes: {line} of the gateway; is it tcp:// instead of rtutcp://"


def _garbled(gateway: GatewayFacts) -> str:
    other = "" if gateway.serial else " or two clients of the gateway"
    return (
        f"baud rate or parity differ, two masters on the line{other}, no termination (120 ohm at both ends), two "
        "devices with the same unit id, or noise: keep the cable from power cables and ground its screen at one end"
    )


def _too_many(gateway: GatewayFacts, wanted: float) -> Finding:
    text = f"too many meters for it: at their periods they take {wanted:.0%} of its time"
    more = "" if gateway.serial else ", or give it more connections at once if it can serve them"
    return Finding(Verdict.PROBLEM, text, f"{_fitting(gateway, wanted)} would fit{more}")


def _fitting(gateway: GatewayFacts, wanted: float) -> str:
    """The period that leaves room, as people choose periods."""
    periods = {meter.period for meter in gateway.meters}
    if len(periods) == 1:
        least = periods.pop() * wanted / NEARLY_FULL
        return f"a poll period of {next((each for each in PERIODS if each >= least), math.ceil(least))} s"
    return f"{wanted / NEARLY_FULL:.1f} times the present poll periods"


def _some(meters: Sequence[MeterFacts], most: int = 4) -> str:
    names = [meter.number for meter in meters[:most]]
    return ", ".join(names) + (f" and {len(meters) - most} more" if len(meters) > most else "")


def _with(text: str, said: str) -> str:
    return f"{text}: {said}" if said else text
