"""Live state of meters as people see it: communication, health and colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.formulas.expression import named
from energy_workbench.domain.status import Colour, Communication, Health, colour

MISSED: Final = 3
"""So many of its periods without a reading, and a meter that is fed from elsewhere is offline."""
USUAL: Final = timedelta(minutes=15)
"""Period of a meter of which one reading only is known: most files and systems give one an interval."""
SHORTEST: Final = timedelta(seconds=20)
LONGEST: Final = timedelta(days=31)
"""Bounds of a period told from readings: what comes each second may stop for a minute, a month is read by hand."""
AHEAD: Final = timedelta(minutes=15)
"""Clocks differ: a reading so far ahead of this machine's clock is one of now; none further ahead counts."""
IDLE: Final = timedelta(minutes=2)
"""A polled meter of which nothing was written for this long, and for four polls, is polled by nobody."""

WORSE: Final = (Communication.ONLINE, Communication.TIMEOUT, Communication.NOT_CONNECTED, Communication.OFFLINE)
"""In the order of concern."""
SICKER: Final = (Health.GOOD, Health.UNKNOWN, Health.WARNING, Health.CRITICAL)
"""In the order of concern."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How readings of a meter came lately, whoever brought them.

    Attributes
    ----------
    last : datetime
        UTC instant of the newest.
    period : timedelta
        The usual distance from one to the next.
    """

    last: datetime
    period: timedelta = USUAL

    @classmethod
    def of(cls, instants: Iterable[datetime]) -> Heard | None:
        """From the last few instants, in any order; None without one."""
        order = sorted(set(instants))
        if not order:
            return None
        apart = [(after - before).total_seconds() for before, after in pairwise(order)]
        period = timedelta(seconds=median(apart)) if apart else USUAL
        return cls(order[-1], min(max(period, SHORTEST), LONGEST))


def fed(meters: Iterable[Meter]) -> list[int]:
    """Keys of the meters whose presence follows from the age of their readings: nobody polls them."""
    return [meter.key for meter in meters if not meter.polled]


def presence(
    meters: Sequence[Meter], live: Mapping[int, Live], heard: Mapping[int, Heard], now: datetime
) -> dict[int, Live]:
    """The state of each meter as people see it: of every one, and as it is now.

    Parameters
    ----------
    meters : sequence of Meter
        Each after its parent.
    live : mapping of int to Live
        What was written down, by key.
    heard : mapping of int to Heard
        Of those that `fed` names.
    now : datetime
        UTC.

    Notes
    -----
    - Polled: what polling says; offline before the first answer, and once nobody writes it down any more.
    - Fed from elsewhere: online while the newest reading is younger than three of its periods, then offline;
      without a gateway and without a reading ever it is not connected.
    - Virtual: the worst of what it is made of, which are the meters that its formula names, or those below it; of
      these, the ones that are in service.
    - The health is unknown before the first reading.
    """
    states = {meter.key: alone(meter, live.get(meter.key), heard.get(meter.key), now) for meter in meters}
    if not any(meter.type is MeterType.VIRTUAL for meter in meters):
        return states
    below: dict[int | None, list[Meter]] = {}
    for meter in meters:
        below.setdefault(meter.parent, []).append(meter)
    by_key = {meter.key: meter for meter in meters}
    made = {meter.key: of for meter in meters if (of := parts(meter, by_key, below))}
    settled, begun = set[int](), set[int]()
    waiting = [*made]
    while waiting:
        here = waiting[-1]
        needed = [part.key for part in made[here] if part.key in made and part.key not in settled]
        if needed and here not in begun:
            begun.add(here)
            waiting += needed
            continue
        waiting.pop()
        if here not in settled:
            settled.add(here)
            states[here] = _worst(states[here], made[here], states)
    return states


def parts(meter: Meter, by_key: Mapping[int, Meter], below: Mapping[int | None, Sequence[Meter]]) -> Sequence[Meter]:
    """What the state of a virtual meter follows from: those that its formula names, or those below it; else none."""
    if meter.type is not MeterType.VIRTUAL or meter.polled:
        return ()
    if not meter.formula_by_id:
        return below.get(meter.key, ())
    return [by_key[key] for ref in named(meter.formula_by_id) if (key := int(ref[4:])) in by_key]


def alone(meter: Meter, live: Live | None, heard: Heard | None, now: datetime) -> Live:
    """The state of a meter by itself, whatever it is made of."""
    known = live or Live()
    if known.last_seen is not None and meter.polled:
        return _polled(meter, known, known.last_seen, now)
    instants = [at for at in (known.last_seen, heard.last if heard else None) if at is not None]
    if not instants:
        silent = Communication.OFFLINE if meter.gateway else Communication.NOT_CONNECTED
        return replace(known, communication=silent, health=Health.UNKNOWN)
    if meter.polled:
        return _not_read(known, timedelta.max)
    last = max((at for at in instants if at <= now + AHEAD), default=None)
    if last is None:
        ahead = replace(known, last_seen=min(instants), communication=Communication.OFFLINE)
        return replace(ahead, error="its readings are dated ahead of this machine's clock")
    # Values are those of the reading that brought them: of a newer one they are not known here.
    state = known if last == known.last_seen else replace(known, last_seen=last, values={})
    period = heard.period if heard else USUAL
    if now - last < MISSED * period:
        return replace(state, communication=Communication.ONLINE, error="")
    return replace(state, communication=Communication.OFFLINE, error=f"no reading for {_span(now - last)}")


def colour_of(meter: Meter, state: Live) -> Colour:
    """The colour of a meter, of its state as `presence` gives it."""
    return colour(meter.status, state.health, state.communication)


def _polled(meter: Meter, known: Live, last: datetime, now: datetime) -> Live:
    """What polling wrote down, as long as it does."""
    age = now - last
    if known.communication is Communication.OFFLINE or age <= IDLE or age.total_seconds() <= 4 * meter.poll_seconds:
        return known
    return _not_read(known, age)


def _not_read(known: Live, age: timedelta) -> Live:
    return replace(known, communication=Communication.OFFLINE, error=f"not read for {_span(age)}: does polling run?")


def _worst(own: Live, parts: Sequence[Meter], found: Mapping[int, Live]) -> Live:
    """The state of what is made of these parts."""
    in_service = [part for part in parts if part.metered] or parts
    states = [(part.number, found[part.key]) for part in in_service]
    silent, worst = max(states, key=lambda each: WORSE.index(each[1].communication))
    sick, ill = max(states, key=lambda each: SICKER.index(each[1].health))
    seen = [state.last_seen for _, state in states if state.last_seen is not None]
    state = replace(
        own,
        communication=worst.communication,
        error="" if worst.communication is Communication.ONLINE else f"{silent}: {_said(worst)}",
        last_seen=own.last_seen or (min(seen) if len(seen) == len(states) else None),
    )
    if own.last_seen is not None and SICKER.index(own.health) >= SICKER.index(ill.health):
        return state
    return replace(
        state,
        health=ill.health,
        health_reason=f"{sick}: {ill.health_reason or ill.health}" if ill.health_reason else "",
        health_since=ill.health_since,
    )


def _said(state: Live) -> str:
    return state.error or state.communication.replace("_", " ")


def _span(age: timedelta) -> str:
    seconds = age.total_seconds()
    for size, name in ((86_400, "days"), (3600, "hours")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} s"
