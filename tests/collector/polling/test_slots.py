"""Nominal slots, and a clock on which no instant comes twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.polling.slots import SteadyClock, slot_at


@given(st.integers(0, 10**16), st.integers(1000, 10**11))
def test_a_slot_is_a_multiple_of_the_period_just_passed(now: int, period: int) -> None:
    slot = slot_at(now, period)
    assert slot % period == 0
    assert slot <= now < slot + period


def test_a_small_step_of_the_wall_clock_is_not_followed_and_a_large_one_is() -> None:
    wall, steady = [1_000_000_000], [5.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    steady[0] += 2
    assert clock.now_us() == 1_002_000_000
    wall[0] = 1_002_400_000
    assert clock.follow() == 0
    wall[0] = 1_002_000_000 + 3_600_000_000
    assert clock.follow() == 3_600_000_000
    assert clock.now_us() == wall[0]
    assert clock.jumped_us == 3_600_000_000


def test_a_clock_set_back_is_followed_at_half_speed_so_that_no_instant_comes_twice() -> None:
    wall, steady = [1_000_000_000], [5.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    wall[0] -= 10_000_000
    assert clock.follow() == -10_000_000
    assert clock.now_us() == 1_000_000_000
    steady[0] += 10
    wall[0] += 10_000_000
    assert clock.now_us() == 1_005_000_000
    assert clock.follow() == 0
    steady[0] += 10
    wall[0] += 10_000_000
    assert clock.now_us() == wall[0]
    steady[0] += 10
    assert clock.now_us() == wall[0] + 10_000_000
    assert clock.jumped_us == 0


def test_a_clock_that_was_far_in_the_future_comes_back_at_once() -> None:
    wall, steady = [10**15], [5.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    wall[0] -= 86_400_000_000
    clock.follow()
    assert clock.now_us() == wall[0]
    assert clock.jumped_us == -86_400_000_000


def test_a_process_begins_after_what_an_earlier_one_gave_away() -> None:
    wall, steady = [10**15], [5.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    clock.not_before(10**15 + 60_000_000)
    assert clock.now_us() == 10**15 + 60_000_000
    clock.not_before(0)
    clock.not_before(10**15 + 10 * 86_400_000_000)
    assert clock.now_us() == 10**15 + 60_000_000


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(-7_000_000_000, 10**10)), max_size=20))
def test_however_the_wall_is_set_within_two_hours_time_never_runs_backwards(events: list[tuple[int, int]]) -> None:
    wall, steady = [10**15], [5.0]
    clock, latest = SteadyClock(lambda: wall[0], lambda: steady[0]), 0
    for passed, step in events:
        steady[0] += passed / 1e6
        wall[0] += passed
        if clock.now_us() - (wall[0] + step) <= 7_200_000_000:
            wall[0] += step
        clock.follow()
        assert clock.now_us() >= latest
        latest = clock.now_us()
