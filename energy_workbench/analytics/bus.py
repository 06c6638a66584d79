"""Rules of the bus: what the counts of polling say about cables, addresses, profiles and periods; pure.

The advice follows what fitters of RS485 check, in the order of what is most often the cause.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from energy_workbench.analytics.bus_facts import Finding, GatewayFacts, MeterFacts, Verdict, beside, most

GOOD_SHARE: Final = 0.98
"""Share of polls that give everything from which on a meter is well: a noisy line loses one in some hundreds."""
LOST: Final = "the gateway closes the connection: does another program use it, or has its network cable come loose?"
HUNG: Final = "it hung or restarted, or lost power: look into its own log and at its supply if that comes again"
"""Of a gateway that is back."""
LATE: Final = "give its gateway a longer time-out than the meter takes: setup page, Gateways"
BLANK: Final = "is its measuring part on, are its voltage inputs connected, is it the right profile?"
LATE_SHARE: Final = 0.5
"""Share of the questions without an answer that are answered late where a device is slow: few are where it was away."""
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


def of_meter(meter: MeterFacts, gateway: GatewayFacts) -> Finding:
    """How a meter is, and what to do about it."""
    if meter.silent is None:
        return _unknown(gateway)
    if not meter.called and mute(gateway):
        return Finding(Verdict.PROBLEM, "its gateway gives no answer for any meter", "see the gateway")
    if meter.silent:
        if out_of_reach(gateway):
            return Finding(Verdict.PROBLEM, "its gateway is out of reach", "see the gateway")
        return _silent(meter, gateway)
    polls = meter.polls - meter.outage.polls
    if polls > 0 and meter.lost / polls > 1 - GOOD_SHARE:
        if set(meter.noise) == {"unreachable"} and meter.online:
            # The gateway's failure is told once, at the gateway.
            return Finding(
                Verdict.GOOD, f"answers; its gateway was out of reach for {meter.lost} of {meter.polls} polls"
            )
        text = f"{meter.lost} of {polls} polls did not give everything"
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
    if meter.short_of_time > MISSED_SHARE * (meter.polls + meter.short_of_time):
        text = (
            f"{meter.short_of_time} of {meter.polls + meter.short_of_time} cycles were missed: its gateway had no time"
        )
        return Finding(Verdict.WARNING, text, "see the gateway")
    if meter.outage.alone > (1 - GOOD_SHARE) * meter.polls:
        text = f"answers again; {meter.outage.alone} of {meter.polls} polls gave nothing, some in a row"
        return Finding(Verdict.WARNING, text, "did it lose power, or had its plug come loose for a while?")
    if meter.outage.polls > (1 - GOOD_SHARE) * meter.polls:
        away = "out of reach" if meter.outage.unreachable else "silent"
        return Finding(Verdict.GOOD, f"answers; its gateway was {away} for {meter.outage.polls} of {meter.polls} polls")
    return Finding(Verdict.GOOD, "answers")


def of_gateway(gateway: GatewayFacts) -> Finding:
    """How a gateway is, and what to do about it."""
    known = [meter for meter in gateway.meters if meter.silent is not None]
    silent = [meter for meter in known if meter.silent]
    if out_of_reach(gateway):
        return Finding(Verdict.PROBLEM, _with("no connection", gateway.said), _no_connection(gateway))
    if not known:
        return _unknown(gateway)
    if mute(gateway):
        text = f"none of its {len(known)} meters answers" if len(known) > 1 else "its meter does not answer"
        return Finding(Verdict.PROBLEM, _with(text, gateway.said), _all_silent(gateway))
    if gateway.wanted is not None and gateway.wanted > FULL:
        return _too_many(gateway, gateway.wanted)
    garbled = beside(gateway.errors, gateway.outage).get("garbled", 0)
    if gateway.requests and garbled / gateway.requests > GARBLED_SHARE:
        text = f"{garbled} of {gateway.requests} answers were garbled"
        return Finding(Verdict.WARNING, text, _garbled(gateway))
    missed, polls = sum(meter.short_of_time for meter in known), sum(meter.polls for meter in known)
    if missed > MISSED_SHARE * (polls + missed):
        text = f"{missed} of {polls + missed} cycles were missed"
        blame = f"{_some(silent)} do not answer, and waiting for them takes its time: mend or deactivate them"
        other = "poll its meters less often, or give it a shorter time-out"
        return Finding(Verdict.WARNING, text, blame if silent else other)
    lost = sum(meter.lost for meter in known if set(meter.noise) == {"unreachable"})
    lost += gateway.outage.polls if gateway.outage.unreachable else 0
    if polls and lost / polls > 1 - GOOD_SHARE and not silent:
        text = f"{lost} of {polls} polls found no connection"
        return Finding(Verdict.WARNING, _with(text, gateway.said), LOST)
    if silent:
        text = f"{len(silent)} of {len(known)} meters silent: {_some(silent)}"
        return Finding(Verdict.WARNING, text, "see the meters")
    if gateway.outage.polls > (1 - GOOD_SHARE) * gateway.polls:
        text = f"answers again; nothing came for {gateway.outage.polls} of {gateway.polls} polls, some in a row"
        return Finding(Verdict.WARNING, text, HUNG)
    if gateway.wanted is not None and gateway.wanted > NEARLY_FULL:
        text = f"its meters take {gateway.wanted:.0%} of its time: one time-out makes the others late"
        return Finding(Verdict.WARNING, text, f"{_fitting(gateway, gateway.wanted)} leaves room")
    return Finding(
        Verdict.GOOD, f"{len(known)} of {len(known)} meters answer" if len(known) > 1 else "its meter answers"
    )


def mute(gateway: GatewayFacts) -> bool:
    """Whether there is a connection, and nothing comes for any meter: that is the gateway, or the bus of all."""
    known = [meter for meter in gateway.meters if meter.silent is not None]
    silent = [meter for meter in known if meter.silent]
    if out_of_reach(gateway) or any(meter.called for meter in known) or any(map(_speaks, silent)):
        return False
    if gateway.silent_polls:
        return most(gateway.outage.errors) not in ("target_silent", "unreachable")
    return len(silent) == len(known) > 1


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
    lately = set(meter.errors) == {"unreachable"} and not meter.failures
    if (lately or meter.awaited) and meter.called is None:
        # The gateway's failure is told at the gateway, and is over: the next poll tells of the meter itself.
        return Finding(
            Verdict.WARNING, _with("not asked since its gateway is back", meter.said), "wait for its next poll"
        )
    if code := meter.refused_with(BEHIND):
        where = "look at the device and its bus, not at the network: "
        return Finding(
            Verdict.PROBLEM,
            f"the gateway answers for it (exception {code}): the device behind the gateway is silent",
            where
            + (
                f"is it powered, is its unit id {meter.unit}, are A and B wired as at the others, has the gateway the "
                "bus's baud rate and parity, and a time-out below ours"
                if meter.answered is None
                else _came_loose(meter.answered)
            ),
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
    if _late(meter, meter.errors):
        return Finding(Verdict.PROBLEM, f"answers, but after its time-out: {meter.late} times", LATE)
    if meter.kind == "refused":
        return Finding(Verdict.PROBLEM, text, "the device is busy or faulty: look at its display, or restart it")
    if meter.kind == "internal":
        return Finding(Verdict.PROBLEM, text, "a fault of this program or of the profile: see the collector's log")
    if len(gateway.meters) > 1:
        if meter.answered is not None:
            return Finding(
                Verdict.PROBLEM, text, f"its neighbours answer, so it is this device: {_came_loose(meter.answered)}"
            )
        return Finding(
            Verdict.PROBLEM,
            text,
            f"its neighbours answer, so it is this device: is it powered, is its unit id {meter.unit} and no other "
            "device's, are A and B swapped at it, has it the same baud rate and parity as the others",
        )
    return Finding(Verdict.PROBLEM, text, _all_silent(gateway))


def _came_loose(ago: float) -> str:
    """What to look at where something answered before: then its wiring and its settings were right."""
    return (
        f"it answered until {_span(ago)} ago, so it was wired and set up right: is it powered, has a plug or cable "
        "come loose, or was it set up anew since"
    )


def _late(meter: MeterFacts, errors: Mapping[str, int]) -> bool:
    """Whether its answers come after their time-out, mostly."""
    return meter.late > 0 and meter.late >= LATE_SHARE * errors.get("no_answer", 0)


def _unsteady(meter: MeterFacts, gateway: GatewayFacts) -> str:
    kind = most(meter.noise)
    if kind == "garbled":
        return _garbled(gateway)
    if meter.noise.get("refused") and (code := meter.refused_with(ABSENT)):
        return f"exception {code}: registers of the profile that this device lacks: is it the right profile?"
    if meter.noise.get("target_silent") and (code := meter.refused_with(BEHIND)):
        return f"exception {code}: the device behind the gateway is too slow for it: give the gateway a longer time-out"
    if kind == "unreachable":
        return LOST
    if _late(meter, meter.noise):
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
    if gateway.answered is not None:
        way = "the adapter" if gateway.serial else "the gateway, which takes connections,"
        return (
            f"they answered until {_span(gateway.answered)} ago, so they were wired and set up right: does {way} hang "
            "(restart it), have the meters power, has the cable of their bus come loose, or was it set up anew since"
        )
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


def _span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"
