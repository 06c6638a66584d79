"""A run from its data to the last delivery: real home, real report, real mail server, a worker's own process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psutil
import pytest

from energy_workbench.domain.schedules import PAUSES, Recipient, Run, RunState, Schedule
from energy_workbench.jobs.reports import scheduler as scheduler_room
from energy_workbench.jobs.reports.processes import Process
from energy_workbench.jobs.reports.scheduler import Scheduler
from energy_workbench.jobs.reports.worker import Bench, work
from energy_workbench.jobs.reports.worker_process import WorkerProcess
from energy_workbench.registry import Registry
from energy_workbench.reports.tools import Tools
from energy_workbench.runtime import settings as settings_room
from energy_workbench.services.mail.smtp import NO_SERVER
from tests.schedules.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.schedules.test_webhook import hook
from tests.services.test_catalogue import notebook
from tests.waiting import eventually
from tests.workbench.plant import NOW, add_history, make_home

ANNA, BERT = "anna@works.example", "bert@works.example"


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nine days of history, to be copied."""
    found = make_home(tmp_path_factory.mktemp("history") / "home")
    add_history(found)
    found.notebooks_path.mkdir()
    report_notebook(found.home, "small", "1 + 1")
    return found.home


def report_notebook(home: Path, name: str, code: str) -> None:
    """A report of the site's own, which is written quickly."""
    parameters = 'period: str = "yesterday"  # Period\nmeter: str = ""  # Meter'
    notebook(home / "notebooks" / f"{name}.ipynb", parameters, code)


class Done:
    """A worker that has done its work when it is begun."""

    pid = 2**22 + 1

    def poll(self) -> int:
        return 0

    def wait(self, timeout: float | None = None) -> int:
        return 0

    def ready(self) -> bool:
        return False

    def hand(self, run: Run) -> None:
        raise BrokenPipeError

    def leave(self) -> None:
        pass


class Works:
    """A home whose reports are sent at `NOW`.

    Parameters
    ----------
    tools : Tools, optional
        With which workers work at once; else each has a process of its own, as outside of tests.
    """

    def __init__(
        self, home: Path, server: MailServer | None, monkeypatch: pytest.MonkeyPatch, tools: Tools | None
    ) -> None:
        self.bench = Bench(tools) if tools else None
        lines = [f"{key} = {json.dumps(value)}" for key, value in (server.settings() if server else {}).items()]
        (home / "workbench.toml").write_text("\n".join([*lines, f'smtp_user = "{USER}"' if server else ""]))
        self.settings = settings_room.load(home)
        self.registry = Registry(self.settings.registry_url)
        self.now = NOW
        self._monkeypatch = monkeypatch
        self.scheduler = Scheduler(self.settings, self.registry, now=lambda: self.now, spawn=self._spawn)

    def _spawn(self, run: Run) -> Process:
        # The worker's clock is the test's.
        self._monkeypatch.setenv("ENERGY_WORKBENCH_NOW", self.now.isoformat())
        if self.bench is None:
            return WorkerProcess(self.settings, run)
        before = signal.getsignal(signal.SIGTERM)
        try:
            work(self.settings, run.key, run.holder, self.bench)
        finally:
            signal.signal(signal.SIGTERM, before)
        return Done()

    def add(self, **given: Any) -> Schedule:
        fields = {
            "id": "sch_0123456789",
            "name": "Daily",
            "report": "small",
            "cron": "0 6 * * *",
            "period": "yesterday",
            "since": NOW - timedelta(days=1),
            "formats": ("html",),
            "completeness_percent": 80.0,
            **given,
        }
        schedule = Schedule(**fields)
        self.registry.create_schedule(schedule, by="test")
        return schedule

    def turn(self, until: Callable[[Run], bool] = lambda run: not run.holder, seconds: float = 120) -> Run:
        """Let the scheduler turn until its one run is where it should be."""

        def there() -> Run | None:
            self.scheduler.turn()
            run = self.registry.runs()[0]
            return run if until(run) else None

        return eventually(there, lambda: f"the run, still {self.registry.runs()[0]}", seconds)


@contextmanager
def works(
    home: Path, monkeypatch: pytest.MonkeyPatch, server: MailServer | None = None, *, tools: Tools | None = None
) -> Iterator[Works]:
    found = Works(home, server, monkeypatch, tools)
    try:
        yield found
    finally:
        found.scheduler.stop()
        found.registry.close()


@pytest.fixture(scope="module")
def tools() -> Iterator[Tools]:
    """A kernel for all runs that do not look at how it begins and ends."""
    with Tools() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, history: Path) -> Path:
    return Path(shutil.copytree(history, tmp_path / "home"))


def bodies(message: EmailMessage) -> tuple[str, str, list[str]]:
    """Text, HTML and the names of what is attached."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content(), [str(part.get_filename()) for part in message.iter_attachments()]


@pytest.mark.slow
def test_a_report_reaches_folder_people_and_webhook_in_their_languages(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ENERGY_WORKBENCH_SMTP_PASSWORD", PASSWORD)
    with (
        mail_server(tmp_path, login=True) as server,
        hook() as called,
        works(home, monkeypatch, server) as plant,
    ):
        people = (Recipient(address=ANNA, language="de"), Recipient(address=BERT, language="hi"))
        plant.add(report="daily", recipients=people, webhook=called.url, formats=("html", "pdf", "xlsx"))
        run = plant.turn()
        assert run.state == RunState.DONE, run.reason
        assert run.delivered == ("folder", ANNA, BERT, called.url)
        first, second = (message for _, message in server.box.taken)
        plain, html, attached = bodies(first)
        assert "Im Anhang" in html
        assert first["Content-Language"] == "de"
        assert "Gesendet von Energy Workbench, Zeitplan Daily" in plain
        assert sorted(Path(name).suffix for name in attached) == [".pdf", ".xlsx"]
        assert any(part.get_content_type() == "image/png" for part in first.walk())
        assert "संलग्न" in bodies(second)[1]
        assert first["Message-ID"] != second["Message-ID"]
        ((_, body),) = called.calls
        assert json.loads(body)["period"] == run.period == "2026-10-11"
        page = (plant.settings.reports_path / "index.html").read_text("utf-8")
        assert 'href="Daily/daily-2026-10-11.pdf"' in page
        _refuse_secret(home, PASSWORD)


def _refuse_secret(home: Path, secret: str) -> None:
    """No file of the home holds it: no notebook, manifest, report or database."""
    found = [path for path in home.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert found == []


@pytest.mark.slow
def test_a_notebook_finds_no_secret_in_its_environment(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    report_notebook(
        home,
        "spy",
        "import os\nprint('\\n'.join(f'{name}={value}' for name, value in os.environ.items()))",
    )
    monkeypatch.setenv("ENERGY_WORKBENCH_SMTP_PASSWORD", PASSWORD)
    with Tools() as own, works(home, monkeypatch, tools=own) as plant:
        plant.add(report="spy")
        run = plant.turn()
        assert run.state == RunState.DONE, run.reason
        printed = (plant.settings.reports_path / run.files["notebook"]).read_text("utf-8")
        assert "ENERGY_WORKBENCH_HOME=" in printed
        assert PASSWORD not in printed


@pytest.mark.slow
def test_a_greylisted_mail_goes_later_and_nobody_gets_it_twice(
    home: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with mail_server(tmp_path) as server, works(home, monkeypatch, server, tools=tools) as plant:
        server.box.greylisted.add(ANNA)
        plant.add(recipients=(Recipient(address=ANNA), Recipient(address=BERT)))
        run = plant.turn()
        assert (run.state, run.due_at) == (RunState.RETRYING, plant.now + PAUSES[0])
        assert "451" in run.reason
        assert server.box.recipients == [BERT]
        written = (plant.settings.reports_path / run.files["manifest"]).stat().st_mtime_ns
        plant.now = run.due_at
        run = plant.turn(lambda run: run.state == RunState.DONE)
        assert server.box.recipients == [BERT, ANNA]
        # The report itself is not written again.
        assert (plant.settings.reports_path / run.files["manifest"]).stat().st_mtime_ns == written


@pytest.mark.slow
def test_a_refused_mail_fails_at_once_and_the_owner_is_told(
    home: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with mail_server(tmp_path) as server, works(home, monkeypatch, server, tools=tools) as plant:
        server.box.refusing[ANNA] = "550 5.1.1 No such mailbox"
        plant.add(recipients=(Recipient(address=ANNA),), owner="owner@works.example")
        run = plant.turn(lambda run: run.told is True)
        assert run.state == RunState.FAILED
        assert "550 5.1.1" in run.reason
        ((to, message),) = server.box.taken
        assert to == "owner@works.example"
        assert "Not sent: Daily, 2026-10-11" in message["Subject"]
        assert "550 5.1.1 No such mailbox" in message.get_content()
        plant.scheduler.turn()
        assert len(server.box.taken) == 1


def test_who_refused_for_good_is_not_asked_again_while_others_are_still_tried(
    home: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with mail_server(tmp_path) as server, hook() as called, works(home, monkeypatch, server, tools=tools) as plant:
        called.statuses.append(404)
        server.box.refusing[ANNA] = "550 5.1.1 No such mailbox"
        server.box.greylisted.add(BERT)
        people = (Recipient(address=ANNA), Recipient(address=BERT))
        plant.add(recipients=people, webhook=called.url, owner="owner@works.example")
        run = plant.turn()
        assert run.state == RunState.RETRYING
        assert list(run.refused) == [ANNA, called.url]
        plant.now = run.due_at
        run = plant.turn(lambda run: run.told is True)
        assert server.box.asked == [ANNA, BERT, BERT, "owner@works.example"]
        assert len(called.calls) == 1
        assert (run.state, run.delivered) == (RunState.FAILED, ("folder", BERT))
        assert "550 5.1.1 No such mailbox" in run.reason
        assert "404" in run.reason
        assert called.url not in run.reason
        assert "451" not in run.reason


@pytest.mark.slow
def test_it_waits_for_missing_data_and_then_sends_them_marked(
    home: Path, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with mail_server(tmp_path) as server, works(home, monkeypatch, server, tools=tools) as plant:
        # The history has nine days, the month has had eleven and a half.
        plant.add(
            period="this month",
            cron="0 15 * * *",
            completeness_percent=99.9,
            wait_hours=2.0,
            recipients=(Recipient(address=ANNA, language="de"),),
        )
        run = plant.turn(lambda run: run.state == RunState.WAITING)
        assert "of the data are there, 99.9 % are wanted" in run.reason
        assert run.looks == 1
        plant.now = run.due_at
        run = plant.turn(lambda run: run.looks == 2)
        deadline = run.planned_at + timedelta(hours=2)
        assert run.due_at < deadline
        assert server.box.taken == []
        plant.now = deadline
        run = plant.turn(lambda run: run.state == RunState.DONE)
        assert run.incomplete
        assert run.reason.startswith("sent incomplete")
        ((_, message),) = server.box.taken
        assert "(unvollständig)" in message["Subject"]
        assert "Daten dieses Zeitraums fehlen" in bodies(message)[0]


@pytest.mark.slow
def test_a_cancelled_run_ends_with_all_its_processes_and_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch):
    report_notebook(
        home,
        "long",
        "import subprocess, time\nsubprocess.Popen(['sleep', '600'])\ntime.sleep(600)",
    )
    with works(home, monkeypatch) as plant:
        plant.add(report="long")
        plant.scheduler.turn()
        (child,) = plant.scheduler.children.values()
        worker = psutil.Process(child.process.pid)
        assert os.getpgid(worker.pid) == worker.pid
        family = eventually(lambda: _with_a_sleeper(worker), "a sleeper")
        plant.registry.cancel_run(child.run.key, by="anna")
        run = plant.turn(lambda run: run.state == RunState.CANCELLED)
        assert run.reason == "cancelled by anna"
        eventually(lambda: not any(each.is_running() and each.status() != "zombie" for each in family), "its end")
        assert not list(plant.settings.reports_path.rglob("*.manifest.json"))


@pytest.mark.slow
def test_a_disk_that_fills_up_leaves_nothing_half_written_and_is_tried_again(
    home: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
):
    with works(home, monkeypatch, tools=tools) as plant:
        plant.add()
        # Stands for a full disk: every write into the folder of reports is refused.
        plant.settings.reports_path.mkdir(exist_ok=True)
        blocked = plant.settings.reports_path / "Daily"
        blocked.write_text("")
        run = plant.turn()
        assert run.state == RunState.RETRYING
        assert "Daily" in run.reason
        assert [path.name for path in plant.settings.reports_path.iterdir()] == ["Daily"]
        blocked.unlink()
        plant.now = run.due_at
        assert plant.turn(lambda run: run.state == RunState.DONE).files


@pytest.mark.slow
def test_a_meter_that_was_deleted_meanwhile_is_named_and_not_tried_again(
    home: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
):
    with works(home, monkeypatch, tools=tools) as plant:
        meter = plant.registry.meter("UNIT-A-MACHINE-01")
        plant.add(report="meter", parameters={"meter": meter.id})
        plant.registry.delete_meter(meter.id, by="test")
        run = plant.turn()
        assert run.state == RunState.FAILED
        assert "UNIT-A-MACHINE-01" in run.reason or meter.id in run.reason


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"report": "gossip"}, "there is no report 'gossip'"),
        ({"report": "torn"}, "torn.ipynb"),
        ({"parameters": {"depth": 3.0}}, "has no such parameter"),
        ({"report": "meter"}, "name it"),
        ({"period": "2031-10"}, "lies in the future"),
    ],
)
def test_what_no_pause_can_mend_fails_at_once_and_waits_for_no_data(
    home: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], told: str
):
    (home / "notebooks" / "torn.ipynb").write_text("{")
    with works(home, monkeypatch, tools=tools) as plant:
        # Data are missing, for which it would wait.
        plant.add(**{"period": "this month", "completeness_percent": 100.0, **given})
        run = plant.turn(lambda run: run.told is None and run.state == RunState.FAILED)
        assert told in run.reason
        assert (run.failures, run.looks) == (0, 0)


@pytest.mark.slow
def test_without_a_mail_server_it_fails_at_once_once_the_folder_has_it(
    home: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
):
    with works(home, monkeypatch, tools=tools) as plant:
        plant.add(recipients=(Recipient(address=ANNA),))
        run = plant.turn(lambda run: run.told is None and run.state == RunState.FAILED)
        assert run.reason == f"{ANNA}: {NO_SERVER}"
        assert (run.failures, run.delivered) == (0, ("folder",))


def test_a_meter_that_was_renamed_and_moved_meanwhile_is_still_the_one(
    home: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
):
    with works(home, monkeypatch, tools=tools) as plant:
        meter = plant.registry.meter("UNIT-A-MACHINE-01")
        plant.add(report="meter", parameters={"meter": meter.id})
        plant.registry.update_meter(meter.id, {"number": "PRESS-7", "parent": "MAIN"}, by="test")
        run = plant.turn()
        assert run.state == RunState.DONE, run.reason


WHO = "import os\nprint(f'kernel {os.getpid()}')"


def kernels(plant: Works) -> list[str]:
    """The kernel of each run, by what its notebook printed, in the order in which they were done."""
    done = sorted(plant.registry.runs(), key=lambda run: run.finished_at or NOW)
    texts = [(plant.settings.reports_path / run.files["notebook"]).read_text("utf-8") for run in done if run.files]
    return [found.group() for text in texts if (found := re.search(r"kernel \d+", text))]


def turned(plant: Works, until: Callable[[], bool], what: str) -> None:
    """Let the scheduler turn until something is so."""

    def there() -> bool:
        plant.scheduler.turn()
        return until()

    eventually(there, what, 120)


def all_over(plant: Works) -> bool:
    return all(run.finished_at is not None and not run.holder for run in plant.registry.runs())


@pytest.mark.slow
def test_the_reports_of_a_morning_cost_one_kernel_which_ends_when_nobody_wants_another(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    report_notebook(home, "who", WHO)
    monkeypatch.setenv("ENERGY_WORKBENCH_REPORTS_AT_ONCE", "1")
    with works(home, monkeypatch) as plant:
        for number in range(4):
            plant.add(id=f"sch_{number:010x}", name=f"Daily {number}", report="who")
        turned(plant, lambda: len(plant.registry.runs()) == 4 and all_over(plant), "the end of all runs")
        found = kernels(plant)
        assert len(found) == 4
        assert len(set(found)) == 1
        turned(plant, lambda: all(each.idle is not None for each in plant.scheduler.children.values()), "a free worker")
        (child,) = plant.scheduler.children.values()
        family = [psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children(recursive=True)]
        assert int(found[0].split()[1]) in {each.pid for each in family}
        monkeypatch.setattr(scheduler_room, "IDLE_SECONDS", 0.0)
        turned(plant, lambda: not plant.scheduler.children, "the end of the worker")
        eventually(lambda: not any(each.is_running() and each.status() != "zombie" for each in family), "their end")


@pytest.mark.slow
def test_no_kernel_is_kept_after_a_failure_nor_what_a_notebook_of_ones_own_did_for_another_report(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    report_notebook(home, "who", WHO)
    report_notebook(home, "bad", "import os\nos.sep = 1\n1 / 0")
    report_notebook(home, "meddler", f"{WHO}\nimport energy_workbench\nenergy_workbench.open = None")
    monkeypatch.setenv("ENERGY_WORKBENCH_REPORTS_AT_ONCE", "1")
    with works(home, monkeypatch) as plant:
        for number, report in enumerate(("who", "bad", "who", "meddler", "who")):
            plant.add(id=f"sch_{number:010x}", name=f"Daily {number}", report=report)

        def over() -> bool:
            runs = plant.registry.runs()
            return len(runs) == 5 and all(run.finished_at or run.state is RunState.RETRYING for run in runs)

        turned(plant, over, "the end of all runs")
        reports = {run.report: run for run in plant.registry.runs()}
        assert "ZeroDivisionError" in reports["bad"].reason
        found = kernels(plant)
        assert len(found) == 4
        assert len(set(found)) == 4


@pytest.mark.slow
def test_a_worker_that_waits_ends_with_its_scheduler_and_one_that_is_gone_gets_no_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    report_notebook(home, "who", WHO)
    with works(home, monkeypatch) as plant:
        first = plant.add(id="sch_0000000001", name="First", report="who")
        turned(plant, lambda: any(each.idle is not None for each in plant.scheduler.children.values()), "a free worker")
        (child,) = plant.scheduler.children.values()
        os.kill(child.process.pid, signal.SIGKILL)
        eventually(lambda: child.process.poll() is not None, "its end")
        plant.add(id="sch_0000000002", name="Second", report="who")
        turned(plant, lambda: len(plant.registry.runs()) == 2 and all_over(plant), "the end of both runs")
        assert {run.state for run in plant.registry.runs()} == {RunState.DONE}
        assert {run.failures for run in plant.registry.runs()} == {0}
        turned(plant, lambda: any(each.idle is not None for each in plant.scheduler.children.values()), "a free worker")
        (child,) = plant.scheduler.children.values()
        os.kill(child.process.pid, signal.SIGSTOP)
        third = plant.add(id="sch_0000000003", name="Third", report="who")
        turned(plant, lambda: child.run.schedule == third.id, "a run that is handed over")
        os.kill(child.process.pid, signal.SIGKILL)
        turned(plant, lambda: len(plant.registry.runs()) == 3 and all_over(plant), "the end of all runs")
        assert {(run.state, run.failures) for run in plant.registry.runs()} == {(RunState.DONE, 0)}
        turned(plant, lambda: any(each.idle is not None for each in plant.scheduler.children.values()), "a free worker")
        (child,) = plant.scheduler.children.values()
        waiting = psutil.Process(child.process.pid)
        plant.scheduler.stop()
        assert not waiting.is_running()
        assert plant.registry.runs(first.id)[0].state == RunState.DONE


def _with_a_sleeper(worker: psutil.Process) -> list[psutil.Process]:
    """Its descendants once one of them sleeps; some may end while they are looked at."""
    family = worker.children(recursive=True)
    with suppress(psutil.NoSuchProcess):
        return family if any(each.name() == "sleep" for each in family) else []
    return []
