"""Formulas are linear, whatever they look like."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.entities import Meter, MeterType, Unread
from energy_workbench.domain.formulas.expression import FormulaError, Term, linear, named, renamed
from energy_workbench.domain.formulas.linear_forms import calculated

NUMBERS = ("MAIN", "UNIT-A", "Hall 7.b", "ज्ञ")
factors = st.floats(0.001, 1000).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), factors, st.booleans()), min_size=1, max_size=6), factors)
def test_a_formula_is_the_sum_of_its_terms_times_what_stands_before_it(
    terms: list[tuple[str, float, bool]], by: float
) -> None:
    text = " ".join(f"{'-' if minus else '+'} {factor:f} * [{name}]" for name, factor, minus in terms)
    expected: dict[str, float] = {}
    for name, factor, minus in terms:
        expected[name] = expected.get(name, 0.0) + (-factor if minus else factor) * by
    # A meter of its own, so that it never comes to nothing.
    found = linear(f"{by:f} * ([OTHER] {text})")
    assert found[Term("OTHER")] == pytest.approx(by)
    for name in NUMBERS:
        assert found.get(Term(name), 0.0) == pytest.approx(expected.get(name, 0.0), abs=1e-6)


@given(st.text(alphabet="[]AB().+-*/ 0129", max_size=30))
def test_any_text_is_a_linear_form_or_refused_with_a_reason(text: str) -> None:
    with contextlib.suppress(FormulaError):  # no other error
        assert all(factor for factor in linear(text).values())


def test_a_formula_as_deep_as_it_is_long_is_read() -> None:
    assert linear("(" * 900 + "[A]" + ")" * 900) == {Term("A"): 1.0}
    with pytest.raises(FormulaError, match="2,000"):
        linear("+".join(["[A]"] * 700))


def test_names_are_found_and_replaced_where_they_stand_in_brackets() -> None:
    assert named("[A] - 2*[ B 1 ].export - [A]") == ["A", "B 1"]
    assert renamed("[A] - [ B 1 ].export", str.lower) == "[a] - [b 1].export"


def test_a_named_meter_that_told_nothing_is_not_none_at_all() -> None:
    one, other = (Meter(key=key, number=f"M{key}", name="", type=MeterType.UNIT) for key in (1, 2))
    text = "[mtr_1] - [mtr_2]"
    rest = Meter(key=3, number="R", name="", type=MeterType.VIRTUAL, formula=text, formula_by_id=text)

    def made(unread: Unread | None) -> list[tuple[int, float]]:
        found = calculated([one, replace(other, unread=unread), rest])[2]
        return [(part.meter.key, part.factor) for part in found.made_of]

    assert made(None) == made(Unread.ASSUMED) == made(Unread.NO_METER) == [(1, 1.0), (2, -1.0)]
    # Somebody stated that it was not there: then nothing went through it.
    assert made(Unread.NOT_YET) == [(1, 1.0)]
