"""Counter validation: irregular steps detected in arrays, classified one by one, and reported as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.energy import counter_steps
from energy_workbench.energy.counter_steps import Choice, Decision, Facts, Nature, Register, Step, Verdict
from energy_workbench.energy.counters import IMPORT
from energy_workbench.energy.interpolation import Array, Pairs, around, exact, glitches, paired
from energy_workbench.energy.net_counters import breaks, spikes
from energy_workbench.energy.reading_window import HOUR_US, ReadingWindow
from energy_workbench.energy.register_noise import crested, played, slack

if TYPE_CHECKING:
    from energy_workbench.energy.multipliers import Multipliers

OPEN = ("counter.ambiguous", "counter.jump")
"""Names of findings that wait for an analyst."""

NATURES = {
    Nature.NET: (
        "net",
        "falls for long as it rises at other times: taken for a net counter, whose rises are import and falls "
        "are export; what flowed both ways between two readings cannot be told",
    ),
    Nature.INTERVAL: (
        "not_a_counter",
        "falls in about half of its steps and never grows: this is energy of each interval under a counter's name, and "
        "no energy is made of it; import it again with --kind interval",
    ),
}
"""Names and texts of findings on what is no counter that only rises."""

_NOTHING = Facts()
_UNKNOWN = Register()


@dataclass(frozen=True, slots=True)
class Event:
    """What a counter did, with the index of its meter and the instants before and after [µs]."""

    meter: int
    start: int
    end: int
    kind: str
    text: str
    evidence: dict[str, float | None]

    def finding(self, key: int, quantity: str) -> Finding:
        """As people are told."""
        return Finding(
            name=f"counter.{self.kind}",
            meter=key,
            quantity=quantity,
            start=from_micros(self.start),
            end=from_micros(self.end),
            text=self.text,
            evidence=self.evidence,
        )


class CounterValidation:
    """What is known of some meters, and what the steps of their counters are in view of it.

    Parameters
    ----------
    meters : sequence of int
        Keys, in the order of the indices that arrays of readings have.
    multipliers : Multipliers
    evidence : mapping of int to Facts
    """

    def __init__(self, meters: Sequence[int], multipliers: Multipliers, evidence: counter_steps.Evidence) -> None:
        self.facts = [evidence.get(int(meter), _NOTHING) for meter in meters]
        self._limits = [
            multipliers.limits(int(key), facts.rated_kw) for key, facts in zip(meters, self.facts, strict=True)
        ]
        self.limit = np.array([min(most for _, most in limits) for limits in self._limits])
        self._exchanges = {
            index: [(to_micros(each.at), each) for each in facts.exchanges]
            for index, facts in enumerate(self.facts)
            if facts.exchanges
        }
        self._decisions = [(index, each) for index, facts in enumerate(self.facts) for each in facts.decisions]

    def registers(self, name: str, fact: str) -> Array:
        """A fact on the register of a counter, by index of meter; 0 where it is not known."""
        return np.array([getattr(facts.registers.get(name, _UNKNOWN), fact) for facts in self.facts])

    def noise(self, name: str, meter: Array, value: Array) -> Array:
        """What counts as noise at each reading of a counter, in its unit; 0 where its least step is not known."""
        return slack(self.registers(name, "step")[meter], self.registers(name, "single")[meter], value)

    def concerns(self, name: str, window: ReadingWindow) -> bool:
        """Whether something that people wrote down falls among these readings of a counter."""
        if not self._exchanges and not self._decisions:
            return False
        first, last = int(window.ts.min()), int(window.ts.max())
        return any(first <= at <= last for dated in self._exchanges.values() for at, _ in dated) or any(
            first <= _end(each) and to_micros(each.since) <= last
            for _, each in self._decisions
            if each.quantity == name
        )

    def pairs(
        self, name: str, meter: Array, ts: Array, value: Array, crest: Array | None = None
    ) -> tuple[Pairs, list[Event], tuple[Array, Array]]:
        """Pairs of consecutive readings of a counter, each with the energy that it stands for, and what was found.

        Parameters
        ----------
        name : str
        meter, ts : array of int, shape (n,)
            Indices of meters and instants [µs], sorted by both.
        value : array of float, shape (n,)
            As reported.
        crest : array of float, optional
            By index of meter, the highest its counter stood at before the first of these; NaN for no more than that.

        Returns
        -------
        Pairs, list of Event
        tuple of arrays
            Rows of the readings that were not left out, and their values without noise.
        """
        unit = QUANTITIES[name].unit
        events: list[Event] = []
        rows = np.flatnonzero(~self._discarded(name, meter, ts, value, unit, events))
        device = self._devices(meter[rows], ts[rows])
        noise = self.noise(name, meter[rows], value[rows])
        wrong = glitches(device, value[rows], noise)
        events += _told_glitches(meter[rows], ts[rows], value[rows], wrong, unit)
        rows, device = rows[~wrong], device[~wrong]
        meter, ts, value = meter[rows], ts[rows], value[rows]
        if crest is not None:
            crest = np.where(np.r_[True, meter[1:] != meter[:-1]][: len(meter)], crest[meter], np.nan)
        value = crested(device, value, noise[~wrong], crest)
        pairs, at = paired(meter, ts, value)
        crossing = np.zeros(len(at), bool)
        if self._exchanges:
            crossing = device[at] != device[at + 1]
        for place, step in self._odd(at, rows, device, ts, value, crossing, name):
            event = self._settle(name, place, step, pairs, unit)
            if event is not None:
                events.append(event)
        if crossing.any():
            pairs = self._split(name, pairs, at, crossing, value, unit, events)
        return pairs, events, (rows, value)

    def net_pairs(
        self, name: str, meter: Array, ts: Array, value: Array, crest: Array | None = None
    ) -> tuple[Pairs, list[Event], tuple[Array, Array]]:
        """Pairs of consecutive readings of a net counter, whose amounts are below zero where it exported.

        Parameters and returns are those of `pairs`.
        """
        unit = QUANTITIES[name].unit
        events: list[Event] = []
        rows = np.flatnonzero(~self._discarded(name, meter, ts, value, unit, events))
        device = self._devices(meter[rows], ts[rows])
        wrong = spikes(device, value[rows], self.noise(name, meter[rows], value[rows]))
        events += _told_glitches(meter[rows], ts[rows], value[rows], wrong, unit)
        rows, device = rows[~wrong], device[~wrong]
        meter, ts, value = meter[rows], ts[rows], value[rows]
        noise = self.noise(name, meter, value)
        if crest is not None:
            crest = np.where(np.r_[True, meter[1:] != meter[:-1]][: len(meter)], crest[meter], np.nan)
        value = played(device, value, noise, crest)
        pairs, at = paired(meter, ts, value)
        hours = (pairs.end - pairs.start) / HOUR_US
        pairs.broken |= breaks(
            pairs, self.limit[pairs.meter] * (hours + counter_steps.REFRESH_HOURS), noise[at], value[at]
        )
        pairs.broken |= device[at] != device[at + 1]
        for place in np.flatnonzero(pairs.broken).tolist():
            before, after = float(value[at[place]]), float(value[at[place] + 1])
            moved = f"from {before:,.10g} to {after:,.10g} {unit} within {hours[place]:,.3g} h"
            text = (
                f"the net counter went {moved}, more than can have flowed either way: left out until somebody decides"
            )
            evidence: dict[str, float | None] = {"before": before, "after": after, "hours": float(hours[place])}
            where = int(pairs.meter[place]), int(pairs.start[place]), int(pairs.end[place])
            events.append(Event(*where, "ambiguous" if after < before else "jump", text, evidence))
        return pairs, events, (rows, value)

    def inferences(self) -> Iterator[tuple[str, Event]]:
        """What was inferred of counters from their readings alone, by counter, at the first of them."""
        for index, facts in enumerate(self.facts):
            for name, register in facts.registers.items():
                if register.inferred is not None:
                    at, unit = register.inferred, QUANTITIES[name].unit
                    evidence: dict[str, float | None] = {"step": register.step or None}
                    if register.nature is not Nature.COUNTER and name in IMPORT:
                        yield name, Event(index, at, at, *NATURES[register.nature], evidence)
                    elif register.step >= TOLD_STEP:
                        text = (
                            f"no profile tells its least step: nearly all it counts are multiples of "
                            f"{register.step:,.6g} {unit}, which is taken for it"
                        )
                        yield name, Event(index, at, at, "step_inferred", text, evidence)

    def _odd(
        self, at: Array, rows: Array, device: Array, ts: Array, value: Array, crossing: Array, name: str
    ) -> Iterator[tuple[int, Step]]:
        """Steps that fall or rise more than can have flowed, with their place among the pairs."""
        amount, hours = value[at + 1] - value[at], (ts[at + 1] - ts[at]) / HOUR_US
        index = device[at] // _DEVICES
        limit = self.limit[index]
        odd = ~crossing & ((amount < 0) | (amount > np.where(np.isinf(limit), value[at], limit * hours)))
        places = np.flatnonzero(odd)
        first, last = around(device, at[places], rows)
        same = np.r_[False, device[1:] == device[:-1]]
        grown = np.cumsum(np.where(same, np.maximum(np.diff(value, prepend=value[:1]), 0.0), 0.0))
        flowed = grown[last] - grown[first] - np.maximum(amount[places], 0.0)
        elapsed = (ts[last] - ts[first]) / HOUR_US - hours[places]
        with np.errstate(divide="ignore", invalid="ignore"):
            told = (elapsed > 0) & (flowed > 0) & (last - first >= TELLING_ROWS)
            typical = np.where(told, flowed / elapsed, 0.0)
        # A meter that is always above its rating is not looked at pair by pair.
        worth = (amount[places] < 0) | (amount[places] > counter_steps.STICKS_OUT * typical * hours[places])
        for nth in np.flatnonzero(worth).tolist():
            place = int(places[nth])
            low = int(at[place])
            after = slice(low + 2, low + 2 + STAYS_ROWS)
            later = value[after][device[after] == device[low]]
            yield (
                place,
                Step(
                    before=float(value[low]),
                    after=float(value[low + 1]),
                    hours=float(hours[place]),
                    limit=self._limit_at(int(index[place]), int(ts[low])),
                    # Rounded, so that the sums in which it was found do not show.
                    typical=float(f"{typical[nth]:.6g}") or None,
                    register=self.facts[int(index[place])].registers.get(name, _UNKNOWN),
                    stays=bool(np.all(later < value[low])),
                ),
            )

    def _settle(self, name: str, place: int, step: Step, pairs: Pairs, unit: str) -> Event | None:
        """Book a step as what it is; None where it is nothing special."""
        index, start, end = int(pairs.meter[place]), int(pairs.start[place]), int(pairs.end[place])
        decision = self._decided(index, name, start, end)
        verdict = Verdict(choice=decision.choice) if decision else counter_steps.judge(step)
        choice = verdict.choice
        if decision is None and choice is Choice.REAL:
            return None
        energy: float | None = None
        modulus = (decision and decision.modulus) or verdict.modulus or step.register.modulus
        if choice is Choice.ROLLOVER:
            energy = counter_steps.wrapped(step, modulus)
        elif choice is Choice.REAL and step.after >= step.before:
            energy = step.after - step.before
        elif choice is Choice.EXCHANGE and decision and decision.closing is not None and decision.opening is not None:
            old, new = decision.closing - step.before, step.after - decision.opening
            energy = old + new if old >= 0 and new >= 0 else None
        pairs.amount[place] = 0.0 if energy is None else exact(energy)
        pairs.broken[place] = energy is None
        kind: str = choice.value if choice else ("ambiguous" if step.after < step.before else "jump")
        moved = f"from {step.before:,.10g} to {step.after:,.10g} {unit} within {step.hours:,.3g} h"
        evidence = {
            "before": step.before, "after": step.after, "hours": step.hours, "energy": energy, "limit": step.limit,
            "typical": step.typical, "modulus": modulus, "decided": 1.0 if decision else 0.0,
        }  # fmt: skip
        told = modulus if kind == Choice.ROLLOVER else verdict.modulus
        return Event(index, start, end, kind, _text(kind, moved, unit, step, energy, told, decision), evidence)

    def _split(
        self, name: str, pairs: Pairs, at: Array, crossing: Array, value: Array, unit: str, events: list[Event]
    ) -> Pairs:
        """Pairs between two devices cut at the exchange: what each of them counted is known from its readings."""
        kept = [pairs.take(~crossing)]
        for place in np.flatnonzero(crossing).tolist():
            index, start, end = int(pairs.meter[place]), int(pairs.start[place]), int(pairs.end[place])
            step = Step(before=float(value[at[place]]), after=float(value[at[place] + 1]), hours=1.0)
            known: list[tuple[int, int, float | None]] = []
            begun, reading = start, cast("float | None", step.before)
            mine = [(when, each) for when, each in self._exchanges[index] if start < when <= end]
            for when, each in mine:
                known.append((begun, when, self._flowed(index, name, begun, when, reading, each.closing.get(name))))
                begun, reading = when, each.opening.get(name)
            known.append((begun, end, self._flowed(index, name, begun, end, reading, step.after)))
            if known[-1][0] == end and known[-1][2] is not None and known[-2][2] is not None:
                # Read at the very instant of the exchange: what the new device has counted already is not lost.
                known[-2:] = [(known[-2][0], end, known[-2][2] + known[-1][2])]
            spans = [each for each in known if each[1] > each[0]]
            kept.append(pairs.replaced(place, spans))
            total = None if any(energy is None for *_, energy in known) else sum(e or 0.0 for *_, e in known)
            events.append(_exchanged(index, start, end, mine[-1][1], name, step, total, unit))
        return Pairs.joined(kept)

    def _flowed(
        self, index: int, name: str, start: int, end: int, before: float | None, after: float | None
    ) -> float | None:
        """Energy between two readings of a device; None where one lacks, or was mistyped as it cannot have flowed."""
        if before is None or after is None:
            return None
        step = Step(
            before=before,
            after=after,
            # The instant is a person's: the meter may have been read some time before or after it was taken out.
            hours=(end - start) / HOUR_US + READ_HOURS,
            limit=self._limit_at(index, start),
            register=self.facts[index].registers.get(name, _UNKNOWN),
        )
        verdict = counter_steps.judge(step)
        if verdict.choice is Choice.REAL:
            return after - before
        return counter_steps.wrapped(step, verdict.modulus) if verdict.choice is Choice.ROLLOVER else None

    def _limit_at_or_inf(self, index: int, instant: int) -> float:
        return next(most for begins, most in reversed(self._limits[index]) if begins <= instant)

    def _limit_at(self, index: int, instant: int) -> float | None:
        most = self._limit_at_or_inf(index, instant)
        return None if np.isinf(most) else most

    def _decided(self, index: int, name: str, start: int, end: int) -> Decision | None:
        """The decision on a step; also where readings came later that lie between the two it was made on."""
        for of, each in self._decisions:
            mine = of == index and each.quantity == name and each.choice is not Choice.GLITCH
            if mine and to_micros(each.since) < end and to_micros(each.at) > start:
                return each
        return None

    def _devices(self, meter: Array, ts: Array) -> Array:
        """A number for each device: readings before and after an exchange are not compared."""
        device = meter.astype("int64") * _DEVICES
        for index, dated in self._exchanges.items():
            mine = np.flatnonzero(meter == index)
            device[mine] += np.searchsorted([at for at, _ in dated], ts[mine], "right")
        return device

    def _discarded(self, name: str, meter: Array, ts: Array, value: Array, unit: str, events: list[Event]) -> Array:
        """Readings that an analyst called wrong, as a mask."""
        gone = np.zeros(len(ts), bool)
        for index, each in self._decisions:
            if each.quantity == name and each.choice is Choice.GLITCH:
                at = to_micros(each.at)
                rows = np.flatnonzero((meter == index) & (ts >= at) & (ts < _end(each)))
                gone[rows] = True
                if len(rows):
                    worst = float(value[rows[0]])
                    text = f"{len(rows)} readings from {worst:,.10g} {unit} on are left out as decided: {each.reason}"
                    evidence: dict[str, float | None] = {"after": worst, "rows": float(len(rows)), "decided": 1.0}
                    events.append(
                        Event(index, int(ts[rows[0]]), int(ts[rows[-1]]), Choice.GLITCH.value, text, evidence)
                    )
        return gone


_DEVICES = 4096
"""More exchanges than a meter has in its life."""

TELLING_ROWS = 5
"""Fewer readings around a step do not tell what usually flows."""

TOLD_STEP = 0.5
"""Least increment from which it is told that it was inferred: finer ones hide few demands [the counter's unit]."""

READ_HOURS = 1.0
"""How far the instant of an exchange may be from that at which its readings were taken [h]."""

STAYS_ROWS = 4
"""Readings after a fall that show whether the counter stays low."""


def _end(decision: Decision) -> int:
    return to_micros(decision.at) + 1 if decision.until is None else to_micros(decision.until)


def _told_glitches(meter: Array, ts: Array, value: Array, wrong: Array, unit: str) -> Iterator[Event]:
    places = np.flatnonzero(wrong)
    if not len(places):
        return
    starts = np.flatnonzero(np.r_[True, (np.diff(places) > 1) | (np.diff(meter[places]) != 0)])
    for run in np.split(places, starts[1:]):
        first, last = int(run[0]), int(run[-1])
        before = float(value[first - 1])
        count = "a reading" if first == last else f"{len(run)} readings"
        text = f"{count} of {value[first]:,.10g} {unit} after {before:,.10g} {unit}, then the old level: left out"
        evidence: dict[str, Any] = {"before": before, "after": float(value[first]), "rows": float(len(run))}
        yield Event(int(meter[first]), int(ts[first]), int(ts[last]), Choice.GLITCH.value, text, evidence)


def _exchanged(
    index: int, start: int, end: int, exchange: Any, name: str, step: Step, energy: float | None, unit: str
) -> Event:
    closing, opening = exchange.closing.get(name), exchange.opening.get(name)
    if energy is not None:
        told = f"{energy:,.10g} {unit} flowed between the readings around it"
    elif closing is None or opening is None:
        told = "without both its readings what flowed meanwhile is not known: it is left out and flagged"
    else:
        told = "its readings do not fit those polled around it: what they leave unknown is left out and flagged"
    text = f"the device was exchanged for {exchange.new_serial or 'another'}: {told}"
    evidence = {
        "before": step.before, "after": step.after, "closing": closing, "opening": opening, "energy": energy,
    }  # fmt: skip
    return Event(index, start, end, Choice.EXCHANGE.value, text, evidence)


def _text(
    kind: str, moved: str, unit: str, step: Step, energy: float | None, modulus: float | None, decision: Decision | None
) -> str:
    flowed = "what flowed is not known: it is left out and flagged" if energy is None else f"{energy:,.10g} {unit}"
    if decision is not None:
        return f"the counter went {moved}: decided to be {kind} ({decision.reason}); {flowed}"
    if kind == "rollover":
        return f"the counter went {moved}: it rolled over at {modulus:,.10g} {unit}; {flowed}"
    if kind == "reset":
        return f"the counter went {moved} and stayed low: it was reset; {flowed}"
    if kind == "jump":
        around = f"{step.typical or 0:,.6g} {unit} an hour flow around it"
        known = around if step.most is None else f"its rating allows {step.most:,.6g} {unit}"
        return f"the counter went {moved}; {known}: left out and flagged until somebody decides"
    if modulus is not None:
        hint = f"it may have begun again at {modulus:,.10g} {unit}, though what flows around it does not show that"
        return f"the counter went {moved}: {hint}; left out until somebody decides"
    return f"the counter went {moved}, neither clearly a rollover nor a reset: left out until somebody decides"
