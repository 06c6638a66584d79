"""Falls from just below ends that nobody stated: rollovers by evidence, else open, never certain resets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.energy.counter_steps import Choice, Register, Step, judge
from tests.examples import examples


def test_what_fits_the_flow_is_a_rollover() -> None:
    verdict = judge(Step(before=9950.0, after=22.0, hours=6.0, typical=12.0))
    assert (verdict.choice, verdict.modulus) == (Choice.ROLLOVER, 10_000.0)


@pytest.mark.parametrize(
    ("before", "after", "hours", "typical"),
    [
        (9950.0, 900.0, 6.0, 12.0),  # twelve times what flows
        (9950.0, 22.0, 6.0, None),  # half a percent below, and nothing known
        (9999.0, 0.0, 900.0, 12.0),  # nearly nothing in a month
        (4_294_967.0, 0.0, 0.1, None),  # 2^32 Wh
    ],
)
def test_what_does_not_fit_is_open_with_the_end_proposed(
    before: float, after: float, hours: float, typical: float | None
) -> None:
    verdict = judge(Step(before=before, after=after, hours=hours, typical=typical))
    assert verdict.choice is None
    assert verdict.modulus in (10_000.0, 2**32 / 1000)


def test_far_from_any_end_is_a_reset() -> None:
    assert judge(Step(before=7431.0, after=0.2, hours=0.25, typical=1.0)).choice is Choice.RESET


def test_where_the_end_was_stated_there_is_no_other() -> None:
    register = Register(modulus=1e6, step=0.1, stated=True)
    assert judge(Step(before=9999.9, after=0.1, hours=0.1, typical=1.0, register=register)).choice is Choice.RESET


@settings(max_examples=examples(100), deadline=None)
@given(
    digits=st.integers(4, 8),
    step=st.sampled_from((0.001, 0.01, 0.1, 1.0)),
    known=st.booleans(),
    share=st.floats(0.6, 1.7),
    hours=st.floats(0.1, 48),
    left=st.floats(0.0, 1.0),
)
def test_a_rollover_of_any_digits_loses_nothing(
    digits: int, step: float, known: bool, share: float, hours: float, left: float
) -> None:
    end = step * 10**digits
    energy = 0.02 * end
    before = end - left * energy
    fall = Step(
        before=before,
        after=energy - (end - before),
        hours=hours,
        typical=energy * share / hours,
        register=Register(step=step if known else 0.0),
    )
    verdict = judge(fall)
    assert verdict.choice is Choice.ROLLOVER
    assert verdict.modulus == pytest.approx(end)
