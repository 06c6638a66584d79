"""The periodic jobs and the command that builds intervals, on a real home."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_workbench.cli.data import intervals as command
from energy_workbench.domain.errors import LakeError
from energy_workbench.jobs.maintenance import Job, jobs
from energy_workbench.lake import Lake, Spool
from energy_workbench.registry import Registry
from energy_workbench.registry.live_state.state import StateStore
from energy_workbench.runtime.settings import Settings
from tests.lake.helpers import intervals, reading
from tests.migrated import migrated
from tests.waiting import eventually, patience


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(tmp_path))
    settings = Settings(home=tmp_path, commit_seconds=0.1, build_seconds=0.1)
    migrated(Registry(settings.registry_url)).close()
    Spool(settings.spool_path).append([reading(1, 0, 1.0), reading(1, 900, 4.0)])
    return settings


def test_the_jobs_bring_spooled_readings_to_intervals_and_stop(home: Settings) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=jobs, args=(home, stop))
    thread.start()
    try:
        lake = Lake(home.lake_path)
        eventually(lambda: intervals(lake), "intervals")
    finally:
        stop.set()
        thread.join(patience(60))
    assert not thread.is_alive()
    assert [row["energy_import_kwh"] for row in intervals(lake)] == [3.0]
    assert "schedule" in StateStore(home.state_url).processes()


def test_a_job_that_fails_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    outcomes = [LakeError("full"), LakeError("full"), "done"]

    def run() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, LakeError):
            raise outcome
        return str(outcome)

    job = Job("commit", 10.0, run)
    assert "full" in job.attempt(0.0)
    assert "2 times" in job.attempt(10.0)
    assert job.attempt(20.0) == "done"
    assert [r.levelname for r in caplog.records].count("ERROR") == 1
    assert (job.due, job.failures) == (30.0, 0)


def test_the_command_builds_and_says_so(home: Settings) -> None:
    result = CliRunner().invoke(command.app, ["build"])
    assert result.exit_code == 0, result.output
    assert result.output == "2 readings committed; 1 intervals written from 2 readings\n"
    again = CliRunner().invoke(command.app, ["build", "--from", "2026-10-01", "--to", "2026-10-02"])
    assert "1 intervals written" in again.output
