"""What a field may be, and how a problem is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry.checks.fields import OWN, RATIO, contents, draft, folded

BASE: dict[str, Any] = {"number": "M", "name": "Meter", "type": "machine"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "mtr_1"),
        ("number", "MTR_01"),
        ("number", "x" * 65),
        ("number", "a\nb"),
        ("number", " "),
        ("number", True),
        ("number", ["M"]),
        ("name", "x" * 201),
        ("name", None),
        ("name", "\u202egnp"),
        ("type", "reactor"),
        ("flow", "sideways"),
        ("status", "sleepy"),
        ("unit_id", -1),
        ("unit_id", 256),
        ("unit_id", 1.5),
        ("unit_id", True),
        ("unit_id", "7a"),
        ("poll_seconds", 0),
        ("poll_seconds", "nan"),
        ("poll_seconds", 10**400),
        ("poll_offset_seconds", -1),
        ("poll_offset_seconds", 10),
        ("priority", "urgent"),
        ("profile", "../../etc/passwd"),
        ("profile", "a b"),
        ("gateway", "tcp://"),
        ("seen_by_parent", "perhaps"),
        ("accuracy_class", 0),
        ("rated_kw", -5),
        ("x", 1.5),
        ("ct_primary", 0),
        ("pt_secondary", "110V"),
        ("ratio_applied_by", "nobody"),
    ],
)
def test_a_value_that_cannot_be_is_named(field: str, value: object) -> None:
    meter, problems = draft(None, BASE | {field: value}, "line 7")
    assert meter is None
    assert field in {problem.field for problem in problems}
    assert all(problem.where == "line 7" and problem.reason for problem in problems)


def test_a_gateway_needs_a_unit_id() -> None:
    _, problems = draft(None, BASE | {"gateway": "tcp://h:502"}, "M")
    assert [problem.field for problem in problems] == ["unit_id"]


def test_half_a_place_on_the_plan_is_refused() -> None:
    _, problems = draft(None, BASE | {"x": 0.5}, "M")
    assert "both x and y" in problems[0].reason


def test_yes_and_no_in_the_usual_ways() -> None:
    for word, meant in {
        "yes": True,
        "TRUE": True,
        "1": True,
        True: True,
        "no": False,
        "0": False,
        False: False,
    }.items():
        meter, _ = draft(None, BASE | {"seen_by_parent": word}, "M")
        assert meter is not None
        assert meter.seen_by_parent is meant


def test_the_spaces_of_office_programs_are_spaces() -> None:
    meter, _ = draft(None, BASE | {"location": "Hall\u00a01\u202f"}, "M")
    assert meter is not None
    assert meter.location == "Hall 1"


def test_composed_and_decomposed_letters_are_one_number() -> None:
    assert folded("Mu\u0308hle") == folded("M\u00fchle") == folded("MÜHLE")


texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
pair = st.none() | st.tuples(st.floats(0.01, 1e6), st.floats(0.01, 1e6))


@given(
    number=texts, name=texts, type=st.sampled_from(MeterType), ct=pair, pt=pair, unit=st.none() | st.integers(0, 255)
)
def test_what_a_meter_contains_makes_the_same_meter(
    number: str, name: str, type: MeterType, ct: Any, pt: Any, unit: int | None
) -> None:
    fields = {"number": f"N{number}", "name": name, "type": type, "unit_id": unit}
    fields |= dict(zip(("ct_primary", "ct_secondary"), ct or (None, None), strict=True))
    fields |= dict(zip(("pt_primary", "pt_secondary"), pt or (None, None), strict=True))
    meter, problems = draft(None, fields, "M")
    assert meter is not None, problems
    assert draft(None, contents(meter), "M") == (meter, [])
    assert draft(meter, contents(meter), "M") == (meter, [])


@given(
    st.dictionaries(st.sampled_from([*OWN, *RATIO]), st.none() | st.booleans() | st.floats() | st.integers() | texts)
)
def test_no_value_breaks_the_check(values: dict[str, Any]) -> None:
    base = Meter(key=1, number="M", name="M", type=MeterType.UNIT, ratio=Ratio(ct_primary=100, ct_secondary=5))
    meter, problems = draft(base, values, "M")
    assert (meter is None) == bool(problems)
