"""`energy-workbench schedules`, and the process that runs them."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_workbench.cli.data import schedules
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.jobs.maintenance import jobs
from energy_workbench.jobs.reports.scheduler import Scheduler
from energy_workbench.lake import Reading, Spool
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail.smtp import NO_SERVER
from energy_workbench.services.workbench import Workbench
from tests.waiting import eventually, patience
from tests.workbench.plant import make_home


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return make_home(tmp_path / "home")


def call(home: Settings, *arguments: str) -> str:
    done = CliRunner().invoke(schedules.app, [*arguments, "--home", str(home.home)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_schedule_is_added_listed_changed_paused_and_removed(home: Settings):
    said = call(
        home, "add", "Monthly", "--report", "monthly", "--cron", "0 6 1 * *", "--to", "anna@works.example:de",
        "--to", "b@works.example", "--set", "meter=UNIT-A", "--owner", "owner@works.example", "--format", "pdf,xlsx",
    )  # fmt: skip
    assert "At 06:00 on the first day of every month" in said
    listed = call(home, "list")
    assert "monthly, last month" in listed
    assert "not run yet" in listed
    assert "paused" in call(home, "pause", "monthly")
    assert "next: paused" in call(home, "list")
    assert "runs again" in call(home, "resume", "Monthly")
    assert "At 07:00 every day" in call(home, "edit", "Monthly", "--cron", "0 7 * * *", "--period", "yesterday")
    stored = Registry(home.registry_url).schedule("Monthly")
    assert [(each.address, each.language) for each in stored.recipients] == [
        ("anna@works.example", "de"),
        ("b@works.example", "en"),
    ]
    assert (stored.formats, stored.period) == (("pdf", "xlsx"), "yesterday")
    call(home, "remove", "Monthly")
    assert "nothing is scheduled" in call(home, "list")


def test_mail_that_no_server_takes_is_warned_of_in_one_sentence_wherever_it_is_saved(home: Settings):
    wb = Workbench.at(home.home)
    asked = ["--report", "monthly", "--cron", "0 6 1 * *"]
    said = call(home, "add", "Board", *asked, "--to", "anna@works.example", "--owner", "o@works.example")
    assert said.count(f"Warning: {NO_SERVER}") == 1
    assert wb.schedule("Board")["warnings"] == {"recipients": NO_SERVER, "owner": NO_SERVER}
    assert wb.check_schedule({"recipients": ["anna@works.example"]})["warnings"] == {"recipients": NO_SERVER}
    assert f"Warning: {NO_SERVER}" in call(home, "edit", "Board", "--cron", "0 7 1 * *")
    assert NO_SERVER not in call(home, "add", "Folder", *asked, "--owner", "https://hooks.works.example/a@b")
    (home.home / "workbench.toml").write_text('smtp_host = "mail.works.example"')
    assert Workbench.at(home.home).schedule("Board")["warnings"] == {}


def test_what_is_wrong_on_the_command_line_is_told_at_once(home: Settings):
    with pytest.raises(InputError) as refused:
        call(home, "add", "X", "--report", "gossip", "--cron", "61 * * * *", "--to", "anna")
    assert [problem.field for problem in refused.value.problems] == ["report", "cron", "recipients"]
    with pytest.raises(NotFoundError, match="schedules list"):
        call(home, "pause", "nobody")
    with pytest.raises(InputError, match="NAME=VALUE"):
        call(home, "add", "X", "--report", "monthly", "--cron", "0 6 1 * *", "--set", "meter")


def test_a_run_that_nobody_waits_for_is_in_the_history_and_can_be_cancelled(home: Settings):
    call(home, "add", "Monthly", "--report", "monthly", "--cron", "0 6 1 * *")
    number = re.search(r"run (\d+)", call(home, "run", "Monthly", "--period", "2026-09", "--no-wait"))
    assert number
    assert "2026-09  due" in call(home, "history")
    assert "cancelled" in call(home, "cancel", number[1])
    assert "cancelled by schedules" in call(home, "history", "Monthly")


def test_a_scheduler_of_reports_that_hangs_delays_no_commit(home: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENERGY_WORKBENCH_COMMIT_SECONDS", "0.1")
    released, hangs = threading.Event(), threading.Event()

    def hang(scheduler: Scheduler, only: int | None = None) -> None:
        hangs.set()
        released.wait(patience(60))

    monkeypatch.setattr(Scheduler, "turn", hang)
    stop = threading.Event()
    running = threading.Thread(target=jobs, args=(settings_room.load(home.home), stop))
    running.start()
    try:
        assert hangs.wait(patience(30))
        spool = Spool(home.spool_path)
        spool.append([Reading(1, 1_790_000_000_000_000, 0, {"active_power_total": 1.0})])
        # Readings leave the spool when the lake has them.
        eventually(lambda: spool.depth() == 0, "an empty spool")
        assert not released.is_set()
        spool.close()
    finally:
        released.set()
        stop.set()
        running.join(60)
    assert not running.is_alive()
