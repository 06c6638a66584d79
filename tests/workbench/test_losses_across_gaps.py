"""A loss is the difference of registers between instants at which all of a node's are known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.figures.flows.power_flow import power_flow
from energy_workbench.figures.wording import losses as loss_words
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.registry import Registry, StateStore
from energy_workbench.reports.content import words
from energy_workbench.reports.report_context import ReportContext
from energy_workbench.reports.sections.front import loss_card
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.losses.model import Model
from tests.migrated import migrated

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 10, 11, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
TREE = [("MAIN", "main", None), ("A", "unit", "MAIN"), ("B", "unit", "MAIN"), ("A1", "machine", "A")]

Silent = Callable[[str, datetime], bool]


def load(number: str, at: datetime) -> float:
    """Power in the quarter from an instant on [kW]: A works by day only, and MAIN loses a tenth of what it supplies."""
    a = 80.0 if 6 <= at.hour < 18 else 8.0
    return {"A": a, "B": 40.0, "A1": 0.9 * a, "MAIN": (a + 40.0) / 0.9}[number]


def plant(
    home: Path, silent: Silent, until: dict[str, datetime] | None = None, dropped: dict[str, datetime] | None = None
) -> Workbench:
    """Ten days of quarters; `dropped`: from then on a meter's counter stands anew."""
    found = settings.load(home)
    home.mkdir(parents=True, exist_ok=True)
    registry = migrated(Registry(found.registry_url), timezone="UTC", site_name="Works")
    StateStore(found.state_url).migrate()
    spool, lake = Spool(found.spool_path), Lake(found.lake_path)
    told: list[Reading] = []
    for number, kind, parent in TREE:
        meter = registry.create_meter({"number": number, "name": number, "type": kind, "parent": parent}, by="test")
        at, value = FIRST, 50_000.0
        while at <= NOW:
            if at <= (until or {}).get(number, NOW) and not silent(number, at):
                told.append(Reading(meter.key, to_micros(at), 0, {"energy_active_import": round(value, 6)}))
            value += load(number, at) / 4
            at += QUARTER
            if at == (dropped or {}).get(number):
                value = 3.0
    spool.append(told)
    lake.commit(spool)
    build(lake, registry.all_ratios())
    spool.close()
    registry.close()
    return Workbench.at(home)


def energy(number: str, start: datetime, end: datetime) -> float:
    quarters = (end - start) // QUARTER
    return sum(load(number, start + n * QUARTER) / 4 for n in range(quarters))


def lost(start: datetime, end: datetime) -> float:
    return energy("MAIN", start, end) - energy("A", start, end) - energy("B", start, end)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 10, number, hour, tzinfo=UTC)


TIME = "2026-10-01/2026-10-10"


def test_a_gap_of_all_meters_counts_by_its_registers(tmp_path: Path) -> None:
    wb = plant(tmp_path / "home", lambda number, at: day(3, 5) < at < day(7, 11))
    main = wb.balance(TIME).rows[0]
    assert main["loss_kwh"] == pytest.approx(lost(FIRST, NOW))
    assert main["supply_kwh"] == pytest.approx(energy("MAIN", FIRST, NOW))
    assert main["loss_percent"] == pytest.approx(10.0, abs=1e-3)
    assert (main["completeness"], main["estimated"]) == (1.0, 0.0)
    (over,) = (row for row in wb.energies(TIME).rows if row["number"] == "MAIN")
    assert over["energy_import_kwh"] == pytest.approx(main["supply_kwh"], abs=1e-3)


def test_where_one_meter_was_silent_the_loss_is_that_up_to_the_next_common_instants(tmp_path: Path) -> None:
    # By linear interpolation A would take by night what it took by day: no interval within the gap has a loss.
    wb = plant(tmp_path / "home", lambda number, at: number == "A" and day(3, 5) < at < day(4, 1))
    main, a = wb.balance(TIME).rows[:2]
    assert main["loss_kwh"] == pytest.approx(lost(FIRST, NOW))
    assert (main["completeness"], a["completeness"]) == (1.0, 1.0)
    assert a["loss_kwh"] == pytest.approx(0.1 * energy("A", FIRST, NOW))
    inside = wb.balance("2026-10-03T08:00:00/2026-10-03T12:00:00").rows[0]
    assert (inside["loss_kwh"], inside["verdict"]) == (None, "insufficient_data")


def test_gaps_that_overlap_are_one_span(tmp_path: Path) -> None:
    gaps = {"A": (day(3, 5), day(4, 1)), "B": (day(3, 20), day(5, 2)), "MAIN": (day(5, 1), day(5, 9))}
    silent: Silent = lambda number, at: number in gaps and gaps[number][0] < at < gaps[number][1]  # noqa: E731
    main = plant(tmp_path / "home", silent).balance(TIME).rows[0]
    assert main["loss_kwh"] == pytest.approx(lost(FIRST, NOW))
    assert main["completeness"] == 1.0


def test_a_span_in_which_a_counter_began_anew_is_not_known(tmp_path: Path) -> None:
    wb = plant(tmp_path / "home", lambda number, at: day(3, 5) < at < day(4, 5), dropped={"A": day(3, 12)})
    main, a = wb.balance(TIME).rows[:2]
    assert main["loss_kwh"] == pytest.approx(lost(FIRST, day(3, 5)) + lost(day(4, 5), NOW))
    assert main["completeness"] == pytest.approx(0.9)
    assert main["loss_percent"] == pytest.approx(10.0, abs=1e-3)
    assert a["completeness"] == pytest.approx(0.9)


def test_after_the_last_reading_nothing_is_known(tmp_path: Path) -> None:
    wb = plant(tmp_path / "home", lambda number, at: False, until={"B": day(9)})
    main, a = wb.balance(TIME).rows[:2]
    assert main["loss_kwh"] == pytest.approx(lost(FIRST, day(9)))
    assert (main["completeness"], a["completeness"]) == (pytest.approx(0.8), 1.0)
    assert main["supply_kwh"] == pytest.approx(energy("MAIN", FIRST, day(9)))


@pytest.mark.parametrize("every", ["1h", "1d", "1w"])
def test_buckets_add_up_to_the_whole_across_a_gap(tmp_path: Path, every: str) -> None:
    wb = plant(tmp_path / "home", lambda number, at: number != "B" and day(3, 5) < at < day(7, 11))
    whole = wb.balance(TIME).rows[0]
    rows = wb.losses("MAIN", TIME, every=every).rows
    for name in ("supply_kwh", "demand_kwh", "loss_kwh"):
        assert sum(row[name] for row in rows) == pytest.approx(whole[name])
    hours = [{"1h": 1, "1d": 24, "1w": 7 * 24}[every]] * len(rows)
    hours[0] = 96 if every == "1w" else hours[0]
    hours[-1] = 240 - sum(hours[:-1])
    weighed = sum(row["completeness"] * length for row, length in zip(rows, hours, strict=True))
    assert weighed == pytest.approx(240 * whole["completeness"], rel=1e-3)


def test_a_bucket_within_a_gap_says_that_its_loss_is_a_part_of_a_longer_one(tmp_path: Path) -> None:
    wb = plant(tmp_path / "home", lambda number, at: day(3, 5) < at < day(7, 11))
    rows = {row["start"][:10]: row for row in wb.losses("MAIN", TIME, every="1d").rows}
    inside, beside, at_edge = rows["2026-10-05"], rows["2026-10-02"], rows["2026-10-03"]
    assert (inside["completeness"], inside["estimated"]) == (1.0, 1.0)
    assert inside["verdict"] == "insufficient_data"
    assert "longer gap" in inside["reason"]
    assert (beside["estimated"], beside["verdict"]) == (0.0, "hotspot")
    assert at_edge["estimated"] == pytest.approx(19 / 24, abs=1e-3)


def test_a_change_of_the_tree_elsewhere_does_not_touch_a_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wb = plant(tmp_path / "home", lambda number, at: number in ("MAIN", "B") and day(3, 5) < at < day(7, 11))
    monkeypatch.setenv(FIXED_NOW, day(5).replace(minute=7).isoformat())
    wb.update_meter("A1", {"parent": "B"})
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    rows = {row["number"]: row for row in wb.balance(TIME).rows}
    assert rows["MAIN"]["loss_kwh"] == pytest.approx(lost(FIRST, NOW))
    assert rows["MAIN"]["completeness"] == 1.0
    # Within B's gap nobody knows what its register was when A1 came below it.
    assert rows["B"]["completeness"] == pytest.approx((NOW - day(7, 11)) / (NOW - day(5)), abs=2e-3)


def test_the_flow_of_the_period_loses_what_the_balance_says(tmp_path: Path) -> None:
    wb = plant(tmp_path / "home", lambda number, at: False, until={"B": day(9)})
    rows = {row["meter"]: row for row in wb.balance(TIME).rows}
    for flow in (wb.flow(TIME).to_dict(), wb.overview(TIME).flow):
        nodes = {node["id"]: node for node in flow["nodes"] if node["id"] in rows}
        losses = {link["source"]: link["value"] for link in flow["links"] if link["kind"] == "loss"}
        for key, row in rows.items():
            assert nodes[key]["loss"] == losses[key] == pytest.approx(row["loss_kwh"], abs=1e-3)
            assert nodes[key]["loss_percent"] == row["loss_percent"]
    drawn = power_flow(wb.flow(TIME).to_dict())["data"][0]
    assert any("▲ Hotspot 10.0 %" in label for label in drawn["node"]["label"])


def test_all_nodes_together_are_one_figure_everywhere(tmp_path: Path) -> None:
    wb = plant(tmp_path / "home", lambda number, at: False, until={"A1": day(8)})
    found = wb.balance(TIME)
    assert found.lost["loss_kwh"] == pytest.approx(sum(row["loss_kwh"] for row in found.rows))
    assert found.lost["completeness"] == pytest.approx(0.7)
    # A loses a tenth of what it took in seven days; that is compared with what the site was supplied with in these.
    a = 0.1 * energy("A", FIRST, day(8)) / energy("MAIN", FIRST, day(8))
    assert found.lost["site_percent"] == pytest.approx(10 + 100 * a, abs=2e-3)
    card = loss_card(ReportContext(wb, TIME))
    whole, sure = loss_words.together(found.rows, found.lost)
    assert f"{card.value} {card.unit}" == whole
    assert f"{words.number(found.lost['site_percent'], 1)} % of the site's supply" in card.note
    assert f"{sure} certain" in card.note
    page = Model(wb, Choices(period=TIME))
    page.refresh()
    shown = next(card for card in page.cards if card.label == "Losses in view")
    assert (shown.value, shown.note.split(" certain")[0]) == (whole, sure)
