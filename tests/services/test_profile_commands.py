"""`energy-workbench profiles`: what a user sees of profiles, and of a meter's."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.profile.store import SHIPPED, load
from energy_workbench.cli.data.profiles import app
from tests.collector.device import running
from tests.collector.meters import device_of
from tests.waiting import patience

LOVATO = (SHIPPED / "lovato_dmg.yaml").read_text("utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(tmp_path))
    (tmp_path / "profiles").mkdir()
    return tmp_path


@pytest.fixture
def meter() -> Iterator[str]:
    """A meter whose words are the other way round, on loopback."""
    started, stop = threading.Event(), threading.Event()
    device = device_of(load("eastron_sdm630:little"), holes=True)

    async def serve() -> None:
        async with running(device):
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(patience(30))
    yield device.url
    stop.set()
    thread.join(30)


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output if done.exception is None or done.exit_code else str(done.exception)


def test_profiles_are_listed_with_where_they_are_from(home: Path) -> None:
    (home / "profiles" / "lovato_dmg.yaml").write_text(LOVATO, "utf-8")
    (home / "profiles" / "broken.yaml").write_text("id: broken\n", "utf-8")
    code, text = run("list")
    assert code == 0
    assert "eastron_sdm630" in text
    assert "own, instead of the shipped one" in text
    assert "line 1: registers: is missing" in text
    rows = {row["id"]: row for row in json.loads(run("list", "--json")[1])}
    assert len(rows) == 38
    assert (rows["lovato_dmg"]["source"], rows["eastron_sdm630"]["source"]) == ("own", "shipped")
    assert rows["eastron_sdm630"]["sources"]
    assert rows["broken"]["error"]


def test_a_profile_is_shown_register_by_register(home: Path) -> None:
    code, text = run("show", "sunspec_203")
    assert code == 0
    assert "× 10^[22]" in text
    assert "a poll: 1 requests" in text
    found = json.loads(run("show", "elmeasure_lg:big", "--json")[1])
    assert found["word_order"] == "big"
    assert {row["word_order"] for row in found["registers"]} == {"big"}


def test_a_file_is_checked_and_every_problem_is_told_with_its_line(home: Path) -> None:
    good = home / "lovato_dmg.yaml"
    good.write_text(LOVATO, "utf-8")
    code, text = run("check", str(good))
    assert code == 0
    assert "a possible meter" in text
    assert "bytes on a serial line" in text
    lines = LOVATO.splitlines()
    at = next(n for n, line in enumerate(lines) if "quantity: frequency" in line)
    lines[at] = lines[at].replace("unit: Hz", "unit: V")
    good.write_text("\n".join(["modell: x", *lines]), "utf-8")
    code, text = run("check", str(good))
    assert code == 5
    assert "line 1: modell: there is no such key in a profile; did you mean model?" in text
    assert f"line {at + 2}: unit 'V': cannot become 'Hz'" in text
    assert "2 to mend" in text


def test_a_file_that_is_not_there_is_told(home: Path) -> None:
    code, text = run("check", str(home / "none.yaml"))
    assert code == 5
    assert "No such file" in text


def test_the_profile_of_a_meter_is_found_out(home: Path, meter: str) -> None:
    code, text = run("probe", meter, "1")
    assert code == 0, text
    assert "1. eastron_sdm630:little  certain" in text
    assert "+ line voltages are √3 times phase voltages" in text
    assert "frequency" in text


def test_a_meter_that_is_not_there_ends_with_what_to_try(home: Path) -> None:
    code, text = run("probe", "tcp://127.0.0.1:1", "1")
    assert code == 12
    assert "no connection: check" in text
