"""Ratios and parents over time: last month's tree stays what it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.registry import Registry
from tests.registry.conftest import Add, FixedNow

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _march(now_is: FixedNow) -> None:
    now_is("2026-03-01T00:00:00Z")


def test_the_first_ratio_and_parent_hold_from_the_beginning_of_time(registry: Registry, add: Add) -> None:
    add("A")
    add("B", "A", ct_primary=100, ct_secondary=5)
    (ratio,) = registry.ratios("B")
    assert (ratio.valid_from, ratio.ct) == (None, 20)
    assert registry.placements() == [(1, None, None), (2, 1, None)]
    long_ago = {meter.number: meter for meter in registry.meters(at=datetime(1990, 1, 1, tzinfo=UTC))}
    assert (long_ago["B"].parent, long_ago["B"].ratio.ct) == (1, 20)


def test_another_ct_is_a_ratio_from_now(registry: Registry, add: Add, now_is: FixedNow) -> None:
    add("M", ct_primary=100, ct_secondary=5, ratio_applied_by="workbench")
    now_is("2026-05-01T00:00:00Z")
    meter = registry.update_meter("M", {"ct_primary": 200}, by="test")
    assert meter.ratio == Ratio(ct_primary=200, ct_secondary=5, applied_by=AppliedBy.WORKBENCH, valid_from=MAY)
    assert [(ratio.ct, ratio.valid_from) for ratio in registry.ratios("M")] == [(20, None), (40, MAY)]
    assert registry.all_ratios() == [(1, ratio) for ratio in registry.ratios("M")]
    (then,) = registry.meters(at=APRIL)
    assert then.ratio.ct == 20


def test_another_name_adds_no_ratio_and_no_placement(registry: Registry, add: Add) -> None:
    add("M", ct_primary=100, ct_secondary=5)
    registry.update_meter("M", {"name": "Mixer", "ct_primary": 100, "parent": None}, by="test")
    assert (len(registry.ratios("M")), len(registry.placements())) == (1, 1)


def test_a_moved_meter_keeps_its_place_in_the_past(registry: Registry, add: Add, now_is: FixedNow) -> None:
    add("A")
    add("B")
    add("M", "A")
    now_is("2026-05-01T00:00:00Z")
    registry.update_meter("M", {"parent": "B"}, by="test")
    assert registry.placements()[2:] == [(3, 1, None), (3, 2, MAY)]
    assert [meter.number for meter in registry.meters(at=APRIL)] == ["A", "M", "B"]
    assert [meter.number for meter in registry.meters()] == ["A", "B", "M"]


def test_a_deleted_meter_is_in_the_tree_of_its_time(registry: Registry, add: Add, now_is: FixedNow) -> None:
    add("A")
    add("B", "A")
    add("C", "B")
    now_is("2026-05-01T00:00:00Z")
    registry.delete_meter("B", by="test", children="reparent")
    assert [(meter.number, meter.parent) for meter in registry.meters(at=APRIL)] == [("A", None), ("B", 1), ("C", 2)]
    assert [(meter.number, meter.parent) for meter in registry.meters(at=MAY)] == [("A", None), ("C", 1)]


def test_two_changes_at_one_instant_leave_the_last(registry: Registry, add: Add) -> None:
    add("A")
    add("M")
    for primary in (100, 200):
        registry.update_meter("M", {"ct_primary": primary, "ct_secondary": 5}, by="test")
    registry.update_meter("M", {"parent": "A"}, by="test")
    registry.update_meter("M", {"parent": None}, by="test")
    assert [ratio.ct for ratio in registry.ratios("M")] == [1, 40]
    assert registry.meter("M").parent is None


def test_a_ratio_can_begin_in_the_past_or_the_future(registry: Registry, add: Add, now_is: FixedNow) -> None:
    add("M")
    now_is("2026-04-15T00:00:00Z")
    registry.add_ratio("M", Ratio(ct_primary=200, ct_secondary=5, valid_from=MAY), by="test")
    meter = registry.add_ratio("M", Ratio(ct_primary=100, ct_secondary=5, valid_from=MARCH), by="test")
    assert [ratio.ct for ratio in registry.ratios("M")] == [1, 20, 40]
    assert (meter.ratio.ct, meter.revision) == (20, 3)
    now_is("2026-06-01T00:00:00Z")
    assert registry.meter("M").ratio.ct == 40


def test_a_wrong_ratio_can_be_corrected_and_the_audit_says_so(registry: Registry, add: Add) -> None:
    add("M", ct_primary=100, ct_secondary=5)
    right = Ratio(ct_primary=150, ct_secondary=5)
    registry.add_ratio("M", right, by="asha")
    registry.add_ratio("M", right, by="asha")
    assert registry.ratios("M") == [right]
    corrected, made = registry.audit()
    assert (corrected.action, made.action) == ("ratio.correct", "meter.create")
    assert corrected.before is not None
    assert corrected.before["ct_primary"] == 100


@pytest.mark.parametrize(
    ("ratio", "field"),
    [
        (Ratio(ct_primary=100), "ct_secondary"),
        (Ratio(pt_secondary=110), "pt_secondary"),
        (Ratio(ct_primary=0, ct_secondary=5), "ct_primary"),
        (Ratio(ct_primary=float("nan"), ct_secondary=5), "ct_primary"),
        (Ratio(valid_from=datetime(2026, 1, 1)), "valid_from"),
    ],
)
def test_an_impossible_ratio_is_refused(registry: Registry, add: Add, ratio: Ratio, field: str) -> None:
    add("M")
    with pytest.raises(InputError) as caught:
        registry.add_ratio("M", ratio, by="test")
    assert field in {problem.field for problem in caught.value.problems}


def test_half_a_transformer_is_refused(registry: Registry, add: Add) -> None:
    add("M", ct_primary=100, ct_secondary=5)
    with pytest.raises(InputError, match="both sides or none"):
        registry.update_meter("M", {"ct_secondary": None}, by="test")
    assert registry.update_meter("M", {"ct_primary": "", "ct_secondary": ""}, by="test").ratio.ct_text is None
