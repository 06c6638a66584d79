"""Whatever a meter has in its registers: every value is a finite number or null, and nothing is raised."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.profile.decode import decode
from collector.profile.store import available, load

PROFILES = [load(known) for known in available()]
EXTREME = (
    0,
    1,
    0x7F7F,
    0x7F80,
    0x7FC0,
    0x7FEF,
    0x7FF0,
    0x7FF8,
    0x7FFF,
    0x8000,
    0x8001,
    0xFF80,
    0xFFC0,
    0xFFEF,
    0xFFF0,
    0xFFFF,
)
"""Ends of the integers; infinities, NaN and the largest of float32 and float64."""
WORD = st.integers(0, 0xFFFF) | st.sampled_from(EXTREME)


def cells(profile):
    found = {cell for register in profile.registers for cell in register.cells}
    found |= {register.scale_cell for register in profile.registers if register.scale_cell}
    return sorted(found)


CELLS = {profile.id: cells(profile) for profile in PROFILES}


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_words_give_finite_numbers_or_null(data: st.DataObject) -> None:
    profile = data.draw(st.sampled_from(PROFILES))
    places = CELLS[profile.id]
    few = data.draw(st.lists(WORD, min_size=1, max_size=40))
    start = data.draw(st.integers(0, len(places)))
    words = {cell: few[(k + start) % len(few)] for k, cell in enumerate(places)}
    for value in decode(profile, words).values():
        assert value is None or (isinstance(value, (int, float)) and math.isfinite(value))


@pytest.mark.parametrize("word", EXTREME, ids=hex)
def test_the_same_word_everywhere_gives_finite_numbers_or_null(word: int) -> None:
    for profile in PROFILES:
        for name, value in decode(profile, dict.fromkeys(CELLS[profile.id], word)).items():
            assert value is None or math.isfinite(value), (profile.id, name)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_mark_of_not_available_is_null_among_any_others(data: st.DataObject) -> None:
    profile = data.draw(st.sampled_from([p for p in PROFILES if any(r.not_available for r in p.registers)]))
    register = data.draw(st.sampled_from([r for r in profile.registers if r.not_available]))
    low, high = data.draw(st.sampled_from(register.not_available))
    raw = data.draw(st.integers(low, high))
    words = dict.fromkeys(CELLS[profile.id], data.draw(WORD))
    for cell in reversed(register.cells):
        words[cell], raw = raw & 0xFFFF, raw >> 16
    assert decode(profile, words)[register.quantity] is None
