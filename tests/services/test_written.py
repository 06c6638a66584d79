"""The archive of reports: what is found in their folder, which schedule sent each, and how it is filtered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from energy_workbench.cli.data.written_reports import app
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.registry import Registry
from energy_workbench.reports.delivery import index
from energy_workbench.services.reports.written import written
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home

FIRST = datetime.fromisoformat("2026-10-01T06:00:00+05:30")


def write(
    folder: Path, name: str, *kinds: str, at: datetime = FIRST, meter: str = "", period: str = "2026-09", **more: Any
) -> str:
    """A report of these kinds of files with its manifest, whose path within its folder is the answer."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        (folder / f"{name}.{kind}").write_text(f"{name} as {kind}")
    values = {
        "title": f"{name.capitalize()} report",
        "report": name.partition("-")[0],
        "site": "Works",
        "parameters": {"period": period, "meter": meter},
        "written_at": at.isoformat(),
        "completeness": 0.998,
        "files": {kind: {"name": f"{name}.{kind}"} for kind in (*kinds, "notebook")},
        **more,
    }
    (folder / f"{name}.manifest.json").write_text(json.dumps(values))
    return f"{name}.manifest.json"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A home with three reports: of the site by a schedule, of a meter on request, and an older one."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    settings = make_home(tmp_path / "home")
    with closing(Registry(settings.registry_url)) as registry, closing(Workbench.at(settings.home)) as wb:
        folder = settings.reports_path
        write(folder, "monthly-2026-08", "html", at=FIRST - timedelta(days=31), incomplete=True, period="2026-08")
        write(folder / "UNIT-A", "meter-2026-09", "html", "pdf", at=FIRST + timedelta(hours=1), meter="UNIT-A")
        path = f"Board/{write(folder / 'Board', 'monthly-2026-09', 'html', 'pdf', 'xlsx')}"
        wb.create_schedule({"name": "Board", "report": "monthly", "cron": "0 6 1 * *", "period": "last month"})
        wb.run_schedule("Board", "2026-09")
        (run,) = registry.claim_runs("worker", NOW, 1)
        registry.let_go_run(run.key, run.holder, state="done", finished_at=NOW, files={"manifest": path})
        yield wb


def titles(wb: Workbench, **asked: Any) -> list[str]:
    return [row["title"] for row in wb.written_reports(**asked).rows]


def test_every_report_is_listed_newest_first_with_who_sent_it(home: Workbench) -> None:
    found = home.written_reports()
    assert [(row["title"], row["meter"], row["schedule"], row["files"]) for row in found.rows] == [
        ("Meter-2026-09 report", "UNIT-A", "", ["html", "pdf"]),
        ("Monthly-2026-09 report", "", "Board", ["html", "pdf", "xlsx"]),
        ("Monthly-2026-08 report", "", "", ["html"]),
    ]
    assert found.total == 3
    assert found.rows[1]["written_at"] == "2026-10-01T06:00:00+05:30"
    assert len({row["id"] for row in found.rows}) == 3


def test_the_list_is_filtered_and_paged_and_the_total_counts_what_is_meant(home: Workbench) -> None:
    assert titles(home, q="BOARD monthly") == ["Monthly-2026-09 report"]
    assert titles(home, report="monthly", limit=1, offset=1) == ["Monthly-2026-08 report"]
    assert home.written_reports(report="monthly", limit=1).total == 2
    assert titles(home, meter="unit-a") == titles(home, meter=home.meter("UNIT-A")["id"]) == ["Meter-2026-09 report"]
    assert titles(home, complete=False) == ["Monthly-2026-08 report"]
    assert len(titles(home, complete=True)) == 2
    with pytest.raises(NotFoundError):
        home.written_reports(meter="NONE")


def test_a_schedule_that_is_renamed_or_deleted_still_finds_its_reports(home: Workbench) -> None:
    key = home.schedule("Board")["id"]
    home.update_schedule("Board", {"name": "To the board"})
    assert titles(home, schedule="To the board") == titles(home, schedule=key) == ["Monthly-2026-09 report"]
    home.delete_schedule("To the board")
    assert titles(home, schedule=key) == titles(home, schedule="Board") == ["Monthly-2026-09 report"]
    with pytest.raises(NotFoundError):
        home.written_reports(schedule="never")


def test_a_file_is_handed_out_under_its_name(home: Workbench) -> None:
    (row,) = home.written_reports(meter="UNIT-A").rows
    assert home.report_file(row["id"], "pdf") == ("meter-2026-09.pdf", b"meter-2026-09 as pdf")
    for key, kind in ((row["id"], "xlsx"), (row["id"], "notebook"), ("rpt_000000000000", "html")):
        with pytest.raises(NotFoundError):
            home.report_file(key, kind)


def test_what_is_no_report_or_has_no_file_left_is_left_out(home: Workbench) -> None:
    folder = home.settings.reports_path
    (folder / "monthly-2026-08.html").unlink()
    write(folder / ".report-x", "monthly-2026-07", "html")
    write(folder, "outside", files={"html": {"name": "../../registry.db"}})
    for number, text in enumerate(("{", "[1]", "{}", '{"title": 1, "written_at": 7, "files": {}}')):
        (folder / f"{number}.manifest.json").write_text(text)
    assert titles(home) == ["Meter-2026-09 report", "Monthly-2026-09 report"]


def test_a_report_that_is_written_again_is_read_anew_under_its_id(home: Workbench) -> None:
    (before,) = home.written_reports(meter="UNIT-A").rows
    write(home.settings.reports_path / "UNIT-A", "meter-2026-09", "html", meter="UNIT-A", incomplete=True)
    (after,) = home.written_reports(meter="UNIT-A").rows
    assert (after["id"], after["incomplete"], before["incomplete"]) == (before["id"], True, False)


def test_the_index_of_the_folder_and_the_command_list_the_same(
    home: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home.settings.reports_path
    page = index.write(folder, "Works", home.zone).read_text("utf-8")
    assert [page.index(title) for title in titles(home)] == sorted(page.index(title) for title in titles(home))
    assert len(written(folder)) == 3
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home.settings.home))
    told = CliRunner().invoke(app, ["list", "--report", "monthly"]).output
    assert "Monthly-2026-09 report\n    Works · 2026-09; 2026-10-01 06:00, sent by Board; html, pdf, xlsx" in told
    assert "Monthly-2026-08 report (incomplete)" in told
