"""Who is read next: in time, in order, and nobody at the cost of another; on a clock of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.polling.circuit_breaker import LONGEST_PAUSE_US, Breaker, State
from collector.polling.poll_queue import PollQueue, Turn
from energy_workbench.domain.entities import Priority

SECOND = 1_000_000
PROMISED = 60
"""What is back is read within this, says `docs/gateways.md` [s]."""


def turn(
    name: str, period: float = 10, phase: float = 0, cost: float = 1, priority: Priority = Priority.NORMAL
) -> Turn[str]:
    micros = [round(seconds * SECOND) for seconds in (period, phase, cost)]
    return Turn(name, *micros, Breaker(), priority)


class Bus:
    """One line on which each meter takes its time; a silent one takes its time-out."""

    def __init__(self, *turns: Turn[str], takes: float = 0.06, connections: int = 1) -> None:
        self.queue: PollQueue[str] = PollQueue(connections)
        self.takes, self.silent, self.now = round(takes * SECOND), set[str](), 1000 * SECOND
        self.read: list[tuple[int, str]] = []
        self.late: dict[str, int] = {}
        self.missed, self.spared = Counter[str](), Counter[str]()
        self.queue.follow(turns, self.now)

    def run(self, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        end = self.now + round(seconds * SECOND)
        while self.now < end:
            each()
            found = self.queue.take(self.now)
            if found is None:
                at = self.queue.wake_us(self.now)
                assert at is None or at > self.now, "it would never sleep"
                self.now = end if at is None else min(at, end)
                continue
            self.read.append((self.now, found.item))
            (self.spared if found.doubtful else self.missed)[found.item] += found.skipped
            self.late[found.item] = max(self.late.get(found.item, 0), found.late_us)
            began, answered = self.now, found.item not in self.silent
            self.now += self.takes if answered else found.cost_us
            if not answered:
                found.breaker.failed(self.now)
            self.queue.give_back(found, began, self.now, doubtful=not answered, answered=answered)

    def times(self, name: str) -> list[float]:
        return [at / SECOND for at, item in self.read if item == name]


def test_everybody_is_read_at_the_multiples_of_the_period_and_a_phase_and_nothing_drifts() -> None:
    bus = Bus(turn("A"), turn("B", phase=2.5), turn("C", period=2))
    bus.run(100)
    assert bus.times("B")[1:] == [1002.5 + 10 * n for n in range(10)]
    assert len(bus.times("A")) == 10
    assert len(bus.times("C")) == 50
    assert not any(bus.missed.values())


def test_a_new_meter_is_read_at_once_and_then_in_its_slots() -> None:
    bus = Bus(turn("A", phase=7))
    bus.run(20)
    assert bus.times("A") == [1000, 1007, 1017]
    assert bus.late["A"] == 0


def test_a_cycle_without_time_is_counted_and_not_made_up_for() -> None:
    slow = turn("slow", period=1)
    bus = Bus(slow, takes=2.5)
    bus.run(100)
    assert len(bus.read) == 40
    assert bus.missed["slow"] + len(bus.read) in (98, 99, 100)
    assert bus.late["slow"] < SECOND


def test_a_dead_meter_costs_its_neighbours_nothing_where_there_is_time_left() -> None:
    bus = Bus(*(turn(name) for name in "ABCDEFGHI"), turn("dead"))
    bus.silent.add("dead")
    bus.run(600)
    assert all(len(bus.times(name)) == 60 for name in "ABCDEFGHI")
    assert not any(bus.missed[name] for name in "ABCDEFGHI")
    # Its first failure came before anybody knew; after that nobody waits longer than for the others.
    bus.late.clear()
    bus.run(600)
    assert max(bus.late[name] for name in "ABCDEFGHI") <= 9 * 0.06 * SECOND
    assert bus.spared["dead"] > 50


def test_the_doubtful_come_after_the_others_of_their_cycle() -> None:
    bus = Bus(turn("dead"), turn("A"), turn("B"))
    bus.silent.add("dead")
    bus.run(30)
    order = [name for at, name in bus.read if 1010 * SECOND <= at < 1020 * SECOND]
    assert order == ["A", "B", "dead"]


def test_dead_meters_of_a_busy_line_get_a_tenth_of_its_time_and_are_not_forgotten() -> None:
    living = [turn(f"L{n}", period=1) for n in range(16)]
    dead = [turn(f"D{n}", period=1) for n in range(10)]
    bus = Bus(*living, *dead)
    bus.silent.update(f"D{n}" for n in range(10))
    bus.run(60)
    bus.read.clear()
    bus.run(1000)
    asked = Counter(name for _, name in bus.read if name.startswith("D"))
    assert sum(asked.values()) * 1.0 <= 0.11 * 1000
    assert len(asked) == 10
    readings = sum(name.startswith("L") for _, name in bus.read)
    assert readings >= 0.88 * 16 * 1000


def test_one_that_is_back_brings_the_others_back_at_once() -> None:
    names = [f"M{n}" for n in range(8)]
    bus = Bus(*map(turn, names))
    bus.silent.update(names)
    bus.run(900)
    assert all(t.breaker.state is State.OPEN for t in bus.queue.turns)
    bus.silent.clear()
    bus.read.clear()
    bus.run(62)
    assert {name for _, name in bus.read} == set(names)
    first = bus.read[0][0]
    assert len({name for at, name in bus.read if at <= first + SECOND}) == 8


@pytest.mark.parametrize("dead", [0, 2])
@pytest.mark.parametrize("period", [1, 10, 60])
@pytest.mark.parametrize("meters", [1, 2, 32])
def test_a_gateway_that_was_frozen_is_read_whole_within_the_promised_time(meters: int, period: int, dead: int) -> None:
    """However long it was, whenever within the pauses it is back, also beside meters that were dead before."""
    living = [f"M{n}" for n in range(meters)]
    for frozen in (20, 90, 600):
        for rest in range(0, 63, 7):
            phases = [n * 0.618 % 1 for n in range(meters + dead)]
            bus = Bus(*(turn(f"M{n}", period=period, phase=phase) for n, phase in enumerate(phases)))
            gone = {f"M{n}" for n in range(meters, meters + dead)}
            bus.silent |= gone
            bus.run(300)
            bus.silent.update(living)
            bus.run(frozen + rest)
            bus.silent = gone
            resumed = bus.now
            bus.read.clear()
            bus.run(PROMISED)
            assert {name for at, name in bus.read if at >= resumed} >= set(living)


def test_who_stays_dead_when_the_others_are_back_is_waited_for_once_and_not_with_each_of_them() -> None:
    names = [f"M{n}" for n in range(16)]
    bus = Bus(*(turn(name, phase=n / 16) for n, name in enumerate(names)))
    bus.run(25)
    bus.silent.update(names)
    bus.run(300)
    bus.silent = {"M0"}
    bus.read.clear()
    bus.run(PROMISED)
    first = next(at for at, name in bus.read if name != "M0")
    back = max(bus.times(name)[0] for name in names[1:])
    asked = [at for at in bus.times("M0") if first / SECOND <= at <= back]
    assert len(asked) <= 1
    assert set(names) <= {name for _, name in bus.read}


def test_a_dead_gateway_is_asked_by_one_question_at_a_time_and_more_and_more_rarely() -> None:
    names = [f"M{n}" for n in range(8)]
    bus = Bus(*(turn(name, period=1) for name in names))
    bus.silent.update(names)
    bus.run(300)
    bus.read.clear()
    bus.run(600)
    asked = Counter(name for _, name in bus.read)
    assert set(asked) == set(names)
    assert max(asked.values()) <= 600 * SECOND // LONGEST_PAUSE_US + 1


def test_who_is_rarely_read_and_gave_nothing_is_asked_again_for_the_same_cycle() -> None:
    bus = Bus(turn("A", period=900))
    bus.run(790)
    bus.silent.add("A")
    bus.run(20)
    assert bus.times("A")[-1] == 1800
    bus.silent.clear()
    bus.read.clear()
    bus.run(PROMISED)
    assert len(bus.read) == 1
    assert bus.queue.turns[0].due_us == 2700 * SECOND, "the next cycle is read as if nothing had been"
    assert not bus.missed["A"]
    bus.read.clear()
    bus.run(900)
    assert bus.times("A") == [2700]


def test_one_that_comes_and_goes_does_not_hurry_those_that_were_silent_before_it() -> None:
    bus = Bus(*(turn(name, period=1) for name in ("A", "B", "flapping", "D1", "D2")))
    bus.silent.update({"D1", "D2"})
    bus.run(300)
    bus.read.clear()
    for _ in range(10):
        bus.silent.add("flapping")
        bus.run(20)
        bus.silent.remove("flapping")
        bus.run(40)
    asked = Counter(name for _, name in bus.read)
    assert max(asked["D1"], asked["D2"]) <= 600 * SECOND // LONGEST_PAUSE_US + 1
    assert asked["flapping"] > 200


def test_a_breaker_that_closes_gives_the_meter_its_slots_back() -> None:
    bus = Bus(turn("A", period=1))
    bus.silent.add("A")
    bus.run(30)
    bus.silent.clear()
    bus.run(61)
    bus.read.clear()
    bus.run(10)
    assert len(bus.read) == 10
    assert all(at % SECOND == 0 for at, _ in bus.read)


def test_where_time_is_short_the_higher_priority_is_served() -> None:
    high = [turn(f"H{n}", period=1, priority=Priority.HIGH) for n in range(5)]
    normal = [turn(f"N{n}", period=1) for n in range(5)]
    low = [turn(f"L{n}", period=1, priority=Priority.LOW) for n in range(5)]
    bus = Bus(*low, *normal, *high, takes=0.1)
    bus.run(100)
    served = Counter(name[0] for _, name in bus.read)
    assert served["H"] >= 490
    assert served["N"] > served["L"] > 0


def test_a_gateway_with_several_lines_keeps_one_free_of_the_dead() -> None:
    queue: PollQueue[str] = PollQueue(connections=2)
    dead = [turn(f"D{n}") for n in range(3)]
    for each in dead:
        each.doubtful = True
    queue.follow([*dead, turn("A", phase=8)], 1000 * SECOND)
    first = queue.take(1000 * SECOND)
    assert first is not None
    assert first.item == "A"
    queue.give_back(first, 1000 * SECOND, 1000 * SECOND, doubtful=False, answered=True)
    assert queue.take(1006 * SECOND) in dead
    assert queue.take(1006 * SECOND) is None
    living = queue.take(1008 * SECOND)
    assert living is not None
    assert living.item == "A"


def test_meters_that_go_or_come_leave_the_others_in_their_slots() -> None:
    a, b = turn("A"), turn("B", phase=3)
    bus = Bus(a, b)
    bus.run(25)
    c = turn("C", phase=4)
    bus.queue.follow([b, c], bus.now)
    bus.read.clear()
    bus.run(20)
    assert not bus.times("A")
    assert bus.times("B") == [1033, 1043]
    assert bus.times("C") == [1025, 1034, 1044]
    assert not any(bus.missed.values())


@given(st.lists(st.integers(-7200, 7200), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_however_the_clock_is_set_nobody_is_read_twice_in_a_slot_or_late(steps: list[int]) -> None:
    bus = Bus(turn("A"), turn("B", phase=4))
    for step in steps:
        bus.run(33)
        bus.read.clear()
        bus.now += step * SECOND
        bus.queue.jump(bus.now, step * SECOND)
        bus.run(40)
        for name, phase in (("A", 0), ("B", 4)):
            slots = [int((at - phase) // 10) for at in bus.times(name)]
            assert slots == sorted(set(slots))
            assert len(slots) in (3, 4, 5)
    assert not any(bus.missed.values())
