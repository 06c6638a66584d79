"""How finely a span is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.time.resolution import LENGTHS, MOST_POINTS, outward, resolution

SPANS = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=3660))


@pytest.mark.parametrize(
    ("days", "every"), [(1 / 24, "15min"), (2, "15min"), (2.5, "1h"), (21, "1h"), (31, "1d"), (366, "1d"), (1100, "1w"),
                        (3660, "1mo")],
)  # fmt: skip
def test_a_longer_span_is_shown_more_coarsely(days: float, every: str) -> None:
    assert resolution(timedelta(days=days)) == every


def test_a_day_of_a_clock_change_is_no_longer_for_its_hour() -> None:
    assert resolution(timedelta(hours=49)) == "15min"


@given(SPANS, st.sampled_from(["", *LENGTHS]))
def test_it_is_never_more_than_a_screen_shows(span: timedelta, wanted: str) -> None:
    assert span / LENGTHS[resolution(span, wanted)] < MOST_POINTS


def test_what_a_reader_asks_for_is_given_where_it_can_be_seen() -> None:
    assert resolution(timedelta(days=30), "1h") == "1h"
    assert resolution(timedelta(days=365), "1h") == "1d"


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=500)),
    st.sampled_from(list(LENGTHS)),
)
def test_a_window_grows_to_whole_buckets_and_no_further(start: datetime, wide: timedelta, every: str) -> None:
    first, last = outward(start, start + wide, every)
    assert first <= start < first + timedelta(days=31)
    assert start + wide <= last
    assert (first, last) == outward(first, last, every)
    assert start - first < max(LENGTHS[every], timedelta(days=31 if every == "1mo" else 0))
