"""Laws of linear forms: a node is the sum of what is below it, formulas are linear, and a move keeps the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.entities import Flow, Meter, MeterType, Unread
from energy_workbench.domain.formulas.linear_forms import calculated, summed, taken
from tests.examples import examples

FACTOR = st.sampled_from([-7.0, -1.0, -0.25, 0.5, 1.0, 3.0])
Form = dict[tuple[int, str], float]


@st.composite
def trees(draw: st.DrawFn) -> list[Meter]:
    """Up to nine meters, each below one before it or at the top; panels without a meter among them."""
    meters: list[Meter] = []
    for key in range(1, draw(st.integers(2, 9)) + 1):
        parent = draw(st.sampled_from([None, *(meter.key for meter in meters)]))
        panel = draw(st.booleans())
        meters.append(
            Meter(
                key=key, number=f"M{key}", name="", parent=parent, seen_by_parent=draw(st.booleans()),
                type=MeterType.VIRTUAL if panel else MeterType.UNIT, unread=Unread.NO_METER if panel else None,
                flow=Flow.CONSUMER if panel else draw(st.sampled_from(list(Flow))),
            )
        )  # fmt: skip
    return meters


def form(meter: Meter) -> Form:
    """What a meter's own energy is made of."""
    if meter.made_of:
        return {(part.meter.key, part.register): part.factor for part in meter.made_of}
    return {} if meter.unread else {(meter.key, "import"): 1.0}


def times(factor: float, of: Form) -> Form:
    return {each: factor * value for each, value in of.items()}


def same(one: Form, other: Form) -> bool:
    return {**dict.fromkeys(other, 0.0), **one} == pytest.approx({**dict.fromkeys(one, 0.0), **other}, abs=1e-9)


def given_up(meter: Meter) -> Form:
    """What it takes from the one above."""
    return taken(meter, form(meter) if meter.unread else None)


@settings(max_examples=examples(40))
@given(trees())
def test_a_node_without_a_meter_is_the_sum_of_what_is_below_it_at_any_depth(meters: list[Meter]) -> None:
    found = calculated(meters)
    for node in found:
        if node.unread:
            below = [given_up(child) for child in found if child.parent == node.key and child.seen_by_parent]
            assert same(form(node), summed(below))


@settings(max_examples=examples(40))
@given(trees(), FACTOR, FACTOR, st.data())
def test_formulas_are_linear_whatever_they_name(meters: list[Meter], a: float, b: float, data: st.DataObject) -> None:
    known = [meter for meter in calculated(meters) if form(meter)]
    if not known:
        return
    x, y = (data.draw(st.sampled_from(known)) for _ in range(2))
    both = f"{abs(a)} * [mtr_{x.key}] {'-' if b < 0 else '+'} {abs(b)} * [mtr_{y.key}]"
    if x.key == y.key and abs(a) + b == 0:
        return
    k, double = (
        Meter(key=key, number=f"K{key}", name="", type=MeterType.VIRTUAL, formula=text, formula_by_id=text)
        for key, text in ((98, both), (99, "2 * [mtr_98]"))
    )
    found = {meter.key: meter for meter in calculated([*meters, double, k])}
    expected = summed([times(abs(a), form(x)), times(b, form(y))])
    if not expected:
        return  # two formulas of one meaning
    assert same(form(found[98]), expected)
    assert same(form(found[99]), times(2.0, expected))


@settings(max_examples=examples(40))
@given(trees(), st.data())
def test_a_move_from_one_panel_to_another_loses_and_invents_nothing(meters: list[Meter], data: st.DataObject) -> None:
    from_, to = (
        Meter(key=key, number=f"P{key}", name="", type=MeterType.VIRTUAL, unread=Unread.NO_METER) for key in (98, 99)
    )
    roots = [replace(meter, parent=98) if meter.parent is None else meter for meter in meters]
    moved = data.draw(st.sampled_from([meter.key for meter in roots if meter.parent == 98]))
    after = [replace(meter, parent=99) if meter.key == moved else meter for meter in roots]

    def whole(tree: list[Meter]) -> Form:
        found = {meter.key: meter for meter in calculated([from_, to, *tree])}
        return summed([form(found[98]), form(found[99])])

    assert same(whole(roots), whole(after))
