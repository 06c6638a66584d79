"""Readings files over REST, and the same from Python on the files and over the service."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.api.conftest import API
from tests.workbench.plant import NOW
from tests.workbench.served import served

URL = f"{API}/readings/import"
TEXT = b"meter,ts,quantity,value\nUNIT-A,2026-10-05T14:30:00,energy_active_import,100\n"


@pytest.fixture(autouse=True)
def _at_a_fixed_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())


def test_an_import_is_a_dry_run_unless_it_is_said_otherwise(editor: TestClient) -> None:
    assert editor.post(URL, content=TEXT).json()["new"] == 1
    assert editor.get(f"{API}/meters/UNIT-A/readings").json()["items"] == []
    packed = gzip.compress(TEXT)
    assert editor.post(f"{URL}?dry_run=false&filename=a.csv.gz", content=packed).json()["new"] == 1
    assert editor.post(f"{URL}?dry_run=false", content=TEXT).json()["known"] == 1
    (row,) = editor.get(f"{API}/meters/UNIT-A/readings").json()["items"]
    assert row == {"ts": "2026-10-05T14:30:00+05:30", "values": {"energy_active_import": 100.0}}


def test_what_is_wrong_is_told_by_line(editor: TestClient) -> None:
    body = TEXT + b"NONE,2026-10-05T14:30:00,energy_active_import,1\n"
    dry = editor.post(URL, content=body).json()
    assert (dry["problem_count"], dry["problems"][0]["where"]) == (1, "line 3")
    answer = editor.post(f"{URL}?dry_run=false", content=body)
    assert answer.status_code == 422
    assert answer.json()["problems"] == dry["problems"]
    editor.post(f"{URL}?dry_run=false", content=TEXT)
    other = TEXT.replace(b",100", b",101")
    assert editor.post(URL, content=other).json()["conflicts"][0]["where"] == "line 2"
    answer = editor.post(f"{URL}?dry_run=false", content=other)
    assert (answer.status_code, "100.0 is stored" in answer.json()["detail"]) == (409, True)
    assert editor.post(f"{URL}?dry_run=false&keep_stored=true", content=other).json()["conflict_count"] == 1


@pytest.mark.parametrize("name", ["a.xlsx", "readings", "../../etc/passwd", "a.csv/../b"])
def test_a_name_says_nothing_of_what_a_file_is(editor: TestClient, name: str) -> None:
    answer = editor.post(URL, params={"filename": name}, content=TEXT)
    assert (answer.status_code, answer.json()["problems"]) == (200, [])
    asked = {"filename": name, "dry_run": "false"}
    answer = editor.post(URL, params=asked, content=b"no readings\nat all\n")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("the file: ")


def test_who_may_not_write_or_sends_too_much_is_refused(
    editor: TestClient, viewer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert viewer.post(URL, content=TEXT).status_code == 403
    monkeypatch.setattr("energy_workbench.api.files.LARGEST_FILE", 20)
    assert editor.post(URL, content=TEXT).status_code == 413


@pytest.fixture(params=["files", "service"])
def either(request: pytest.FixtureRequest, home: Settings) -> Iterator[Any]:
    """Either façade, with the right to change things."""
    if request.param == "files":
        yield Workbench.at(home.home)
        return
    with served(home) as url:
        remote = RemoteWorkbench(url, tokens_of(home).editor)
        yield remote
        remote.close()


def test_files_and_frames_are_imported_by_either_facade(either: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT)
    assert either.import_readings(path, dry_run=True)["new"] == 1
    assert either.import_readings(path)["new"] == 1
    frame = pd.DataFrame(
        {"meter": "UNIT-A", "ts": ["2026-10-05T14:30:00"], "energy_active_import": [100], "frequency": 50}
    )
    assert either.import_readings(frame)["new"] == 1
    (row,) = either.readings("UNIT-A", "2026-10-05").rows
    assert row["values"] == {"energy_active_import": 100.0, "frequency": 50.0}
    with pytest.raises(ConflictError, match=r"50\.0 is stored"):
        either.import_readings(frame.assign(frequency=51))
    with pytest.raises(InputError) as caught:
        either.import_readings(frame.assign(meter="NONE"))
    assert caught.value.problems[0].where == "line 2"
    with pytest.raises(NotFoundError):
        either.import_readings(tmp_path / "none.csv")
