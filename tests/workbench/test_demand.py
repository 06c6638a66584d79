"""Demand, shapes and comparisons out of a home, the same over the service."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import InputError
from energy_workbench.services.workbench import Workbench


def test_the_maximum_says_when_and_who(wb: Workbench) -> None:
    found = wb.demand("MAIN", "2026-10-05/2026-10-09", block="30min")
    (row,) = found.rows
    assert row["maximum"] == pytest.approx(98.0)
    assert row["at"] == "2026-10-05T00:00:00+05:30"
    assert row["load_factor"] == pytest.approx(1.0)
    assert row["completeness"] == 1.0
    assert row["energy"] == pytest.approx(98.0 * 24 * 5)
    drawn = {child["number"]: child["kw"] for child in row["children"]}
    assert drawn == pytest.approx({"UNIT-A": 120.0, "DG": -10.0, "SOLAR": -20.0})
    assert (found.unit, found.block_minutes, found.kind) == ("kW", 30, "block")


def test_a_producer_has_the_demand_that_it_produces(wb: Workbench) -> None:
    assert wb.demand("SOLAR", "2026-10-05").rows[0]["maximum"] == pytest.approx(20.0)


def test_each_billing_month_has_its_own(wb: Workbench) -> None:
    found = wb.demand("UNIT-A", "2026-10-04T00:00/2026-10-09T00:00", billing_day=6)
    assert [row["start"][:10] for row in found] == ["2026-10-04", "2026-10-06"]
    assert [row["energy"] for row in found] == pytest.approx([120 * 48, 120 * 72])


def test_what_is_not_known_has_no_maximum(wb: Workbench) -> None:
    (row,) = wb.demand("UNIT-A", "2026-09-01").rows
    assert (row["maximum"], row["at"], row["load_factor"], row["completeness"]) == (None, None, None, 0.0)
    assert len(wb.demand("UNIT-A", "2027-01").rows) == 1


def test_apparent_power_is_worked_out_where_it_is_not_counted(wb: Workbench) -> None:
    (row,) = wb.demand("UNIT-A", "2026-10-05", unit="kva").rows
    assert row["maximum"] is None  # neither reactive nor apparent energy is metered in this plant


def test_words_that_are_none_are_refused(wb: Workbench, far: RemoteWorkbench) -> None:
    for each in (wb, far):
        with pytest.raises(InputError, match="20min"):
            each.demand("UNIT-A", block="20min")
        with pytest.raises(InputError, match="colour"):
            each.pattern("UNIT-A", "2026-10", by="colour")
        with pytest.raises(InputError, match="tomorrow"):
            each.compare("UNIT-A", "2026-10", against="tomorrow")


@pytest.mark.parametrize("by", ["weekday-hour", "hour", "duration", "shift"])
def test_a_constant_load_has_a_flat_shape(wb: Workbench, by: str) -> None:
    found: Any = wb.pattern("UNIT-A", "2026-10-05/2026-10-09", by=by)
    assert (found.base_kw, found.mean_kw, found.maximum_kw) == pytest.approx((120.0, 120.0, 120.0))
    assert found.energy_kwh == pytest.approx(120 * 24 * 5)
    if by == "shift":
        assert [row["shifts"] for row in found] == [5, 5, 6]  # the first night began on the day before
    assert not found.to_frame().empty
    assert found.figure().data
    assert wb.pattern("UNIT-A", "2026-09-01", by=by).figure().layout.annotations[0].text.startswith("No demand")


def test_over_time_by_words(wb: Workbench) -> None:
    assert wb.pattern("UNIT-A", "2026-10", by="day") == wb.pattern("UNIT-A", "2026-10", every="1d")
    assert wb.pattern("UNIT-A", "2026", by="month") == wb.pattern("UNIT-A", "2026", every="1mo")


def test_a_comparison_goes_by_what_both_know(wb: Workbench) -> None:
    # The history begins on the 3rd: of the days a week before all but one are known.
    found = wb.compare("UNIT-A", "2026-10-10/2026-10-11")
    assert (found.before_start[:10], found.before_end[:10]) == ("2026-10-03", "2026-10-05")
    assert [row["change_percent"] for row in found] == [None, 0.0]
    assert len(found.figure().data) == 2
    assert wb.compare("UNIT-A", "2026-10-07", against="year").change_percent is None


def test_over_the_service_it_is_the_same(wb: Workbench, far: RemoteWorkbench) -> None:
    assert far.demand("MAIN", "2026-10", block="60min", kind="sliding") == wb.demand(
        "MAIN", "2026-10", block="60min", kind="sliding"
    )
    assert far.pattern("MAIN", "2026-10", by="weekday-hour") == wb.pattern("MAIN", "2026-10", by="weekday-hour")
    assert far.pattern("MAIN", "2026-10", by="shift", shifts="day 06:00, night 18:00") == wb.pattern(
        "MAIN", "2026-10", by="shift", shifts="day 06:00, night 18:00"
    )
    assert far.compare("MAIN", "2026-10-08") == wb.compare("MAIN", "2026-10-08")


def test_what_was_asked_draws_itself(wb: Workbench, far: RemoteWorkbench) -> None:
    for each in (wb, far):
        hours = each.consumption("UNIT-A", "2026-10-07", every="1h").figure()
        assert list(hours.data[-1].y)[:24] == pytest.approx([120.0] * 24)
        assert max(each.consumption("SOLAR", "2026-10-07", every="1h").figure().data[-1].y) == pytest.approx(20.0)
        meters = each.energies("2026-10-07").figure().data[0]
        assert (meters.y[-1], meters.x[-1]) == ("UNIT-A", pytest.approx(2880.0))
        months = each.demand("MAIN", "2026-10", billing_day=6).figure().data[0]
        assert list(months.x) == ["2026-10-01", "2026-10-06"]
        assert "UNIT-A 120 kW" in months.customdata[0]
    today = wb.consumption("UNIT-A", "today", every="1h").figure().data[-1]
    assert str(today.x[-1]).endswith("T15:00")  # the end of the last hour that is known, and not midnight
    for nothing in (wb.consumption("UNIT-A", "2026-09-01"), wb.energies("2026-09-01"), wb.demand("MAIN", "2026-09-01")):
        assert nothing.figure().layout.annotations[0].text.startswith("No ")
