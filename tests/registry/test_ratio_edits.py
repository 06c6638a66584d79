"""Correcting the CT/PT history, and the time that each correction touches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry import Registry
from energy_workbench.registry.meters.ratio_history import Span
from tests.registry.conftest import Add, FixedNow

MARCH, APRIL, MAY, JUNE = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5, 6))


def ct(primary: float, valid_from: datetime | None = None) -> Ratio:
    return Ratio(ct_primary=primary, ct_secondary=5, valid_from=valid_from)


@pytest.fixture(autouse=True)
def _history(registry: Registry, add: Add, now_is: FixedNow) -> None:
    """100/5 at first, 200/5 from March, 400/5 from May."""
    now_is("2026-06-15T00:00:00Z")
    add("M", ct_primary=100, ct_secondary=5)
    registry.add_ratio("M", ct(200, MARCH), by="test")
    registry.add_ratio("M", ct(400, MAY), by="test")


def test_a_pair_is_corrected_where_it_begins(registry: Registry) -> None:
    registry.edit_ratio("M", MARCH, ct(250, MARCH), by="asha")
    registry.edit_ratio("M", None, ct(150), by="asha")
    assert registry.ratios("M") == [ct(150), ct(250, MARCH), ct(400, MAY)]
    assert [entry.action for entry in registry.audit(2)] == ["ratio.correct", "ratio.correct"]
    revision = registry.revision()
    registry.edit_ratio("M", None, ct(150), by="asha")
    assert registry.revision() == revision


def test_a_pair_can_begin_at_another_instant(registry: Registry) -> None:
    registry.edit_ratio("M", MARCH, ct(200, APRIL), by="asha")
    assert registry.ratios("M") == [ct(100), ct(200, APRIL), ct(400, MAY)]
    assert len({entry.change for entry in registry.audit(2)}) == 1
    with pytest.raises(ConflictError, match="already"):
        registry.edit_ratio("M", APRIL, ct(200, MAY), by="asha")
    with pytest.raises(ConflictError, match="from the beginning"):
        registry.edit_ratio("M", None, ct(200, JUNE), by="asha")
    with pytest.raises(InputError):
        registry.edit_ratio("M", MAY, Ratio(ct_primary=1, valid_from=MAY), by="asha")


def test_a_later_pair_can_be_taken_away_but_the_first_stays(registry: Registry) -> None:
    assert registry.delete_ratio("M", MAY, by="asha").ratio == ct(200, MARCH)
    assert registry.ratios("M") == [ct(100), ct(200, MARCH)]
    with pytest.raises(NotFoundError):
        registry.delete_ratio("M", MAY, by="asha")
    with pytest.raises(ConflictError, match="correct it"):
        registry.delete_ratio("M", None, by="asha")


def test_edits_from_an_older_revision_are_refused(registry: Registry) -> None:
    for change in (
        lambda: registry.add_ratio("M", ct(1, JUNE), by="asha", revision=1),
        lambda: registry.edit_ratio("M", MAY, ct(1, MAY), by="asha", revision=1),
        lambda: registry.delete_ratio("M", MAY, by="asha", revision=1),
    ):
        with pytest.raises(ConflictError, match="changed meanwhile by test"):
            change()
    assert registry.ratios("M") == [ct(100), ct(200, MARCH), ct(400, MAY)]


@pytest.mark.parametrize(
    ("beginnings", "span"),
    [
        ((None,), Span(None, MARCH)),
        ((MARCH,), Span(MARCH, MAY)),
        ((APRIL,), Span(APRIL, MAY)),
        ((MAY,), Span(MAY, None)),
        ((JUNE,), Span(JUNE, None)),
        ((MARCH, APRIL), Span(MARCH, MAY)),
        ((JUNE, APRIL), Span(APRIL, None)),
    ],
)
def test_an_edit_touches_the_time_up_to_the_next_pair(
    registry: Registry, beginnings: tuple[datetime | None, ...], span: Span
) -> None:
    assert registry.ratio_impact("M", *beginnings) == span
