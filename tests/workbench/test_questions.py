"""The façade's answers on a plant whose energies are known exactly."""

from __future__ import annotations

from datetime import datetime

import plotly.graph_objects
import pytest

from energy_workbench.domain.errors import InputError, NotFoundError, PeriodError, QueryError
from energy_workbench.domain.status import Communication
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import KW


def test_a_day_has_exactly_its_energy_scaled_to_primary(wb: Workbench) -> None:
    found = wb.consumption("UNIT-A", "2026-10-10", every="1h")
    assert len(found) == 24
    assert [row["energy_import_kwh"] for row in found] == pytest.approx([120.0] * 24)
    assert {row["quality"] for row in found} == {"actual"}
    assert {row["completeness"] for row in found} == {1.0}
    assert found.rows[0]["start"] == "2026-10-10T00:00:00+05:30"
    frame = found.to_frame()
    assert frame["demand_kw"].tolist() == pytest.approx([120.0] * 24)
    assert str(frame["start"].dt.tz) == "Asia/Kolkata"


@pytest.mark.parametrize(("every", "rows"), [("15min", 96), ("30min", 48), ("1h", 24), ("1d", 1), ("1mo", 1)])
def test_energy_is_the_same_at_every_resolution(wb: Workbench, every: str, rows: int) -> None:
    found = wb.intervals("MAIN", "2026-10-10", every=every)
    assert len(found) == rows
    assert sum(row["energy_import_kwh"] for row in found) == pytest.approx(98.0 * 24)


def test_today_ends_with_the_bucket_that_runs(wb: Workbench) -> None:
    found = wb.intervals("GRID", "today", every="1h")
    assert found.rows[-1]["start"] == "2026-10-12T15:00:00+05:30"
    assert found.end == "2026-10-13T00:00:00+05:30"
    assert wb.intervals("GRID", "2027", every="1d").rows == ()


def test_before_the_first_reading_nothing_is_known_and_nothing_is_zero(wb: Workbench) -> None:
    (row,) = wb.intervals("GRID", "2026-09-01", every="1d").rows
    assert (row["energy_import_kwh"], row["quality"], row["completeness"]) == (None, "missing", 0.0)


def test_seven_days_of_hours_are_168_complete_points(wb: Workbench) -> None:
    found = wb.pattern("UNIT-A", days=7, every="1h")
    assert len(found.points) == 168
    assert found.points[-1]["start"] == "2026-10-12T15:00:00+05:30"
    assert all(point["energy_kwh"] == pytest.approx(120.0) for point in found.points[:-1])
    assert found.peak_kw == pytest.approx(120.0)
    assert found.load_factor == pytest.approx(1.0, abs=0.001)
    assert found.completeness == pytest.approx(1.0, abs=0.001)
    assert len(wb.pattern("UNIT-A", days=7, every="1d").points) == 7


def test_a_producers_pattern_is_its_production_and_the_root_is_the_default(wb: Workbench) -> None:
    assert wb.pattern("SOLAR", "2026-10-10", every="1d").total_kwh == pytest.approx(480.0)
    assert wb.pattern(period="2026-10-10").number == "GRID"


def test_the_flow_of_a_day_balances(wb: Workbench) -> None:
    found = wb.flow("2026-10-10")
    ids = {meter["id"]: meter["number"] for meter in wb.meters()}
    links = {(ids[link["source"]], ids.get(link["target"], "losses")): link["value"] / 24 for link in found.links}
    assert links == pytest.approx(
        {
            ("GRID", "MAIN"): 98.0,
            ("GRID", "losses"): 2.0,
            ("DG", "MAIN"): 10.0,
            ("SOLAR", "MAIN"): 20.0,
            ("MAIN", "UNIT-A"): 120.0,
            ("MAIN", "losses"): 8.0,
            ("UNIT-A", "UNIT-A-MACHINE-01"): 115.0,
            ("UNIT-A", "losses"): 5.0,
        }
    )
    assert found.completeness == 1.0
    assert wb.flow("today").completeness == pytest.approx(1.0, abs=0.001)


def test_the_dashboards_cards_are_of_the_site(wb: Workbench) -> None:
    found = wb.overview("2026-10-10")
    assert found.cards["energy_kwh"] == pytest.approx((100 + 10 + 20) * 24)
    assert found.cards["demand_peak_kw"] == pytest.approx(130.0)
    assert (found.cards["total"], found.cards["active"], found.cards["warnings"]) == (6, 5, 1)
    assert found.cards["power_now_kw"] is None
    assert {leaf["number"]: leaf["energy_kwh"] for leaf in found.tree} == pytest.approx(
        {number: max(kw) * 24 for number, kw in KW.items()}
    )
    assert found.pattern == wb.pattern("GRID", "last 7 days").to_dict()
    assert found.flow == wb.flow("2026-10-10").to_dict()
    assert wb.overview("2026-10-10") is found


def test_a_figure_of_the_flow_is_plotlys_own(wb: Workbench) -> None:
    figure = wb.sankey("2026-10-10")
    assert isinstance(figure, plotly.graph_objects.Figure)
    assert figure.data[0].type == "sankey"
    assert wb.pattern("UNIT-A").figure().data[0].type == "scatter"


def test_raw_readings_are_as_reported_and_primary_on_request(wb: Workbench) -> None:
    raw = wb.readings("UNIT-A", "2026-10-10", ["active_power_total"])
    assert len(raw) == 96
    assert raw.rows[0] == {"ts": "2026-10-10T00:00:00+05:30", "values": {"active_power_total": 6.0}}
    scaled = wb.readings("UNIT-A", "2026-10-10", ["active_power_total"], scaled=True)
    assert scaled.to_frame()["active_power_total"].unique().tolist() == [120.0]


def test_without_a_period_the_newest_come_oldest_first(wb: Workbench) -> None:
    found = wb.readings("GRID", limit=3)
    assert [
        datetime.fromisoformat(row["ts"]).hour * 60 + datetime.fromisoformat(row["ts"]).minute for row in found
    ] == [
        870,
        885,
        900,
    ]
    first = wb.readings("GRID", "2026-10-10", limit=2)
    assert [row["ts"][11:16] for row in first] == ["00:00", "00:15"]
    assert [row["ts"][11:16] for row in wb.readings("GRID", "2026-10-10", limit=2, offset=2)] == ["00:30", "00:45"]


def test_sql_sees_meters_with_their_names(wb: Workbench) -> None:
    found = wb.sql(
        "select m.number, round(sum(i.energy_import_kwh)) as kwh from intervals i join meters m on m.key = i.meter "
        "where m.type = 'unit' and i.start >= '2026-10-10' and i.start < '2026-10-11' group by all"
    )
    assert found.values.tolist() == [["UNIT-A", 2880.0]]
    assert wb.sql("select count(*) as n from meters where unit_id is null and communication = 'online'")[
        "n"
    ].tolist() == [6]
    with pytest.raises(QueryError):
        wb.sql("drop table meters")


def test_what_cannot_be_answered_says_why(wb: Workbench) -> None:
    with pytest.raises(NotFoundError):
        wb.consumption("NONE", "today")
    with pytest.raises(PeriodError):
        wb.consumption("GRID", "sometimes")
    with pytest.raises(PeriodError, match="longer resolution"):
        wb.consumption("GRID", "2000/2026", every="15min")
    with pytest.raises(InputError, match="did you mean"):
        wb.readings("GRID", "today", ["active_power"])
    with pytest.raises(PeriodError):
        wb.pattern("GRID", days=0)


def test_nobody_polls_here_but_readings_come_so_nobody_is_called_offline(wb: Workbench) -> None:
    assert wb.status_summary().colour["red"] == 0
    assert wb.meter("GRID")["communication"] == str(Communication.ONLINE)
