"""What a commit touched is told briefly, and never less than it was."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.lake.storage import touched

T = 1_790_000_000_000_000


@st.composite
def spans(draw: st.DrawFn) -> touched.Spans:
    """Some meters, each with spans that follow each other."""
    found: touched.Spans = {}
    for meter in draw(st.sets(st.integers(1, 300), min_size=1, max_size=40)):
        at, pairs = T, []
        for gap, length in draw(
            st.lists(st.tuples(st.integers(0, 3 * QUARTER), st.integers(0, QUARTER)), min_size=1, max_size=3)
        ):
            pairs.append((at + gap, at + gap + length))
            at = pairs[-1][1] + 1
        found[meter] = pairs
    return found


@given(given_spans=spans())
def test_of_each_meter_all_is_told_and_no_quarter_of_an_hour_more(given_spans: touched.Spans) -> None:
    told = touched.read(json.loads(json.dumps(touched.told(given_spans))))
    assert told is not None
    assert told.keys() == given_spans.keys()
    for meter, pairs in given_spans.items():
        for (low, high), (said_low, said_high) in zip(pairs, told[meter], strict=True):
            assert said_low <= low <= high <= said_high
            assert (said_low // QUARTER, said_high // QUARTER) == (low // QUARTER, high // QUARTER)


def test_a_minute_of_ten_thousand_meters_is_a_line() -> None:
    minute = {meter: [(T + meter % 50, T + 60_000_000 + meter % 50)] for meter in range(1, 10_001) if meter != 77}
    assert len(json.dumps(touched.told(minute))) < 200


def test_an_entry_of_an_earlier_version_is_understood() -> None:
    assert touched.read({"12": [T, T + 1, T + 5, T + 6]}) == {12: [(T, T + 1), (T + 5, T + 6)]}
    assert touched.read({"*": [T, T + 1]}) is None
    assert touched.read(None) is None
