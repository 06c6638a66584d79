"""The policy of a home: off by default, stated, looked at, thinned by the schedule, audited and told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import energy_workbench as ew
from energy_workbench.cli.home import retention as command
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.jobs.maintenance import lake_jobs
from energy_workbench.lake import Lake
from energy_workbench.lake.maintenance import maintain
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.measuring.build import IntervalBuild
from energy_workbench.services.retention.retention import BY, Retention
from tests.lake.helpers import T0
from tests.lake.thinning.lakes import append, bits, counting, sized
from tests.migrated import migrated

NOW = T0 + timedelta(days=90, hours=7)
KEEP = 87
"""The first three days are older."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Five days of a reading a minute of a meter whose profile states its least step."""
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(tmp_path))
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    found = settings.load(tmp_path)
    registry, state = migrated(Registry(found.registry_url), timezone="UTC"), StateStore(found.state_url)
    state.migrate()
    fields = {"number": "UNIT-A", "name": "Unit A", "type": "unit", "profile": "schneider_pm5xxx", "rated_kw": 9000}
    meter = registry.create_meter(fields, by="test")
    lake = Lake(found.lake_path)
    append(lake, meter.key, counting(5.0))
    IntervalBuild(found, lake, registry, state).run()
    maintain(lake, NOW)
    registry.close()
    return found


def retention(home: Settings) -> Retention:
    return Retention(home, Lake(home.lake_path), Registry(home.registry_url), StateStore(home.state_url))


def keep(home: Settings, days: int | None) -> None:
    Registry(home.registry_url).update_site({"keep_readings_days": days}, by="asha")


def built(home: Settings, lake: Lake) -> int:
    """Bring intervals up to date; how many were written."""
    return IntervalBuild(home, lake, Registry(home.registry_url), StateStore(home.state_url)).run().rows


def test_until_somebody_states_it_every_reading_stays(home: Settings) -> None:
    before = sized(Lake(home.lake_path))
    assert list(retention(home).run()) == []
    assert retention(home).standing().keep_days is None
    assert sized(Lake(home.lake_path)) == before


def test_what_would_go_is_told_and_nothing_is_written(home: Settings) -> None:
    keep(home, KEEP)
    before = sized(Lake(home.lake_path))
    told = list(retention(home).look())
    assert [each.day for each in told] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert sum(each.kept for each in told) < 0.5 * sum(each.readings for each in told)
    assert sized(Lake(home.lake_path)) == before
    done = list(retention(home).run())
    assert [each.kept for each in done] == [each.kept for each in told]


def test_old_days_are_thinned_and_every_interval_stays(home: Settings) -> None:
    keep(home, KEEP)
    before, (count, size) = bits(Lake(home.lake_path)), sized(Lake(home.lake_path))
    done = list(retention(home).run())
    assert [each.day for each in done] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert list(retention(home).run()) == [], "what was thinned is not due again"
    left, less = sized(Lake(home.lake_path))
    assert count - left == sum(each.readings - each.kept for each in done)
    assert size - less == sum(each.size - each.size_kept for each in done)
    assert built(home, Lake(home.lake_path)) == 0, "nothing that counts has changed"
    lake = Lake(home.lake_path)
    lake.build_anew()
    assert built(home, lake) == len(before[0])
    assert bits(Lake(home.lake_path)) == before


def test_each_day_that_was_thinned_stands_in_the_audit(home: Settings) -> None:
    keep(home, KEEP)
    (first, *_) = retention(home).run()
    trail = Registry(home.registry_url).audit(10)
    assert [entry.subject for entry in trail if entry.action == "retention.thin"] == [
        "2026-10-03", "2026-10-02", "2026-10-01",
    ]  # fmt: skip
    oldest = next(entry for entry in trail if entry.subject == "2026-10-01")
    assert oldest.by == BY
    assert oldest.after == {
        "meters": 1, "unlike": 0, "readings": first.readings, "kept": first.kept, "size": first.size,
        "size_kept": first.size_kept, "keep_readings_days": KEEP,
    }  # fmt: skip
    assert Registry(home.registry_url).audit_differences() == []


def test_a_turn_thins_one_file_at_least_and_the_next_goes_on(home: Settings) -> None:
    keep(home, KEEP)
    policy = retention(home)
    turns = [[each.day for each in policy.run(0.0)] for _ in range(4)]
    assert turns == [["2026-10-01"], ["2026-10-02"], ["2026-10-03"], []]


def test_the_schedule_does_it(home: Settings) -> None:
    keep(home, KEEP)
    (job,) = [job for job in lake_jobs(home) if job.name == "thinning"]
    while "0 files" not in job.run():
        pass
    assert retention(home).standing().thinned_days == 3


def test_a_damaged_file_is_left_to_upkeep(home: Settings) -> None:
    keep(home, KEEP)
    path = Path(Lake(home.lake_path).readings.snapshot().files[0].path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert [each.day for each in retention(home).run()] == ["2026-10-02", "2026-10-03"]
    assert path.exists()


def test_a_reading_that_comes_while_a_file_is_looked_at_leaves_it_alone(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(home, KEEP)
    lake = Lake(home.lake_path)
    (key,) = {row["meter"] for row in bits(lake)[0].to_pylist()}
    policy, late = retention(home), {name: column[:1] for name, column in counting(1.0, seed=9, missed=0).items()}
    thinner = policy._thinner

    def meanwhile() -> object:
        made = thinner()
        append(lake, key, {**late, "second": late["second"] + 30.5, "energy_active_import": late["second"] + 1000.0})
        monkeypatch.setattr(policy, "_thinner", thinner)
        return made

    monkeypatch.setattr(policy, "_thinner", meanwhile)
    assert [each.day for each in policy.run()] == ["2026-10-02", "2026-10-03"], "of these all was seen"


def test_readings_of_a_thinned_time_say_so(home: Settings) -> None:
    keep(home, KEEP)
    list(retention(home).run())
    wb = ew.open(home.home)
    thinned, whole = (wb.readings("UNIT-A", day) for day in ("2026-10-02", "2026-10-05"))
    assert (thinned.thinned, whole.thinned) == (True, False)
    assert thinned.to_dict()["thinned"] is True
    assert len(thinned.rows) < 0.5 * len(whole.rows)
    assert not wb.readings("UNIT-A", limit=5).thinned


def test_a_ratio_or_an_exchange_within_a_thinned_quarter_is_told_to_be_an_estimate(home: Settings) -> None:
    keep(home, KEEP)
    list(retention(home).run())
    wb, new = ew.open(home.home), {"ct_primary": 200, "ct_secondary": 5}
    for day, minute, told in (("02", "07", True), ("02", "15", False), ("05", "07", False)):
        at = f"2026-10-{day}T10:{minute}:00+00:00"
        ratio = wb.preview_ratio("UNIT-A", {**new, "valid_from": at})
        assert any("is an estimate" in text for text in ratio["warnings"]) is told
        exchange = wb.preview_exchange("UNIT-A", {"at": at})
        assert any("is an estimate" in text for text in exchange["warnings"]) is told


def test_the_command_states_shows_looks_and_thins(home: Settings) -> None:
    def said(*arguments: str, code: int = 0) -> str:
        answer = CliRunner().invoke(command.app, list(arguments))
        assert (answer.exception is None) == (code == 0), answer.exception
        return answer.output if code == 0 else str(answer.exception)

    assert "for ever" in said("show")
    assert "state days" in said("run")
    assert "too few" in said("set", "20", code=1)
    assert "thinned from now on" in said("set", str(KEEP))
    assert "due      3 days" in said("show")
    assert "would be kept" in said("run", "--dry-run")
    assert "retention set" in said("run", "--days", "50", code=1)
    assert "2026-10-05" in said("run", "--dry-run", "--days", "50")
    assert "freed" in said("run")
    assert "thinned  3 days" in said("show")
    assert "does not come back" in said("set", "none")
    assert [entry.by for entry in Registry(home.registry_url).audit(1)] == ["command line"]
