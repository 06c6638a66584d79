"""Whatever a text says, it is a tariff or it is refused with its faults: nothing else is raised."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.files.tariff_files import read_tariffs
from energy_workbench.domain.tariffs.files.tariff_yaml import write_tariff
from tests.domain.tariffs.test_urdb import RATE
from tests.domain.tariffs.test_yaml import TEXT
from tests.examples import examples

LINES = TEXT.splitlines()
WORDS = (
    "",
    "rest",
    "-1",
    "1e999",
    "nan",
    "[]",
    "{}",
    "[[1]]",
    "null",
    "true",
    "2026-04-01",
    "holiday",
    "&a [*a]",
    "!!python/x",
    "é",
    "99999999999999999999",
)

junk: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["rate", "max", "unit", "adj", "sell", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def tried(text: str, name: str) -> None:
    try:
        found = read_tariffs(text, name)
    except InputError as refused:
        told = refused.problems
        assert told
        return
    for tariff in found:
        assert read_tariffs(write_tariff(tariff), "again.yaml") == [tariff]


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_a_text_with_another_word_or_without_a_line(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        if data.draw(st.booleans()):
            del lines[at]
        elif words := [each for each in lines[at].replace(",", " ").replace("}", " ").split() if len(each) > 1]:
            lines[at] = lines[at].replace(data.draw(st.sampled_from(words)), data.draw(st.sampled_from(WORDS)), 1)
    tried("\n".join(lines), "tariff.yaml")


@settings(max_examples=examples(150), deadline=None)
@given(
    st.sampled_from(sorted([*RATE, "lookbackPercent", "lookbackRange", "lookbackMonths", "annualmincharge", "more"])),
    junk,
)
def test_a_tariff_of_openei_with_anything_in_a_field(key: str, value: Any) -> None:
    tried(json.dumps(RATE | {key: value}), "rate.json")


@settings(max_examples=examples(60), deadline=None)
@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    tried(text, "tariff.yaml")
