"""The circuit breaker: opens, waits longer and longer, asks once, closes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.polling.circuit_breaker import FIRST_PAUSE_US, LONGEST_PAUSE_US, OPENS_AFTER, Breaker, State


def opened(now: int = 0) -> Breaker:
    breaker = Breaker()
    for _ in range(OPENS_AFTER):
        breaker.failed(now)
    return breaker


def test_a_noisy_line_does_not_open_it() -> None:
    breaker = Breaker()
    for _ in range(10):
        for _ in range(OPENS_AFTER - 1):
            breaker.failed(0)
        assert breaker.state is State.CLOSED
        breaker.succeeded()
    assert breaker.begin(0)


def test_an_open_one_lets_one_question_through_at_the_end_of_each_pause() -> None:
    breaker = opened(now=100)
    assert (breaker.state, breaker.until_us) == (State.OPEN, 100 + FIRST_PAUSE_US)
    assert not breaker.begin(breaker.until_us - 1)
    assert breaker.begin(breaker.until_us)
    assert breaker.state is State.HALF_OPEN
    breaker.succeeded()
    assert (breaker.state, breaker.failures, breaker.until_us) == (State.CLOSED, 0, 0)


def test_each_pause_is_twice_the_one_before_up_to_a_bound() -> None:
    breaker, pauses = opened(), []
    for _ in range(8):
        now = breaker.until_us
        breaker.begin(now)
        breaker.failed(now)
        pauses.append(breaker.until_us - now)
    assert pauses[:3] == [2 * FIRST_PAUSE_US, 4 * FIRST_PAUSE_US, 8 * FIRST_PAUSE_US]
    assert pauses[-1] == LONGEST_PAUSE_US
    breaker.begin(breaker.until_us)
    breaker.succeeded()
    for _ in range(OPENS_AFTER):
        breaker.failed(0)
    assert breaker.until_us == FIRST_PAUSE_US


def test_a_question_that_could_not_be_put_says_nothing_of_the_meter() -> None:
    breaker = opened()
    breaker.begin(breaker.until_us)
    breaker.unasked(breaker.until_us)
    assert breaker.state is State.OPEN
    assert breaker.begin(breaker.until_us)
    closed = Breaker()
    closed.unasked(5)
    assert closed.state is State.CLOSED


def test_a_hurry_ends_a_pause_and_never_makes_one() -> None:
    breaker = opened()
    breaker.hurry(5)
    assert breaker.begin(5)
    closed = Breaker()
    closed.hurry(5)
    assert (closed.state, closed.until_us) == (State.CLOSED, 0)


def test_a_clock_that_is_set_moves_the_end_of_the_pause_with_it() -> None:
    breaker = opened()
    until = breaker.until_us
    breaker.shift(-1000)
    assert breaker.until_us == until - 1000


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10**8))))
def test_whatever_happens_an_open_one_is_asked_again_within_the_longest_pause(events: list[tuple[bool, int]]) -> None:
    breaker, now = Breaker(), 0
    for answers, passed in events:
        now += passed
        if breaker.begin(now):
            if answers:
                breaker.succeeded()
            else:
                breaker.failed(now)
        assert breaker.until_us <= now + LONGEST_PAUSE_US
        assert (breaker.state is State.OPEN) == bool(breaker.until_us)
        assert breaker.state is not State.HALF_OPEN
