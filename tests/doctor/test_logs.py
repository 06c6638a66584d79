"""The log: one line an event, in the format that the settings say, and no secret in it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from energy_workbench.domain.errors import SettingsError
from energy_workbench.runtime import logs, settings

TOKEN = "Zm9vYmFyYmF6cXV4-and-more_of_it"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, set(logs._secrets)
    yield
    root.handlers[:], root.level = before[0], before[1]
    logs._secrets.clear()
    logs._secrets.update(before[2])
    logging.captureWarnings(False)


def started(tmp_path: Path, **given: str) -> settings.Settings:
    found = settings.load(tmp_path, {f"ENERGY_WORKBENCH_{name.upper()}": value for name, value in given.items()})
    logs.start(found)
    return found


def test_an_event_is_one_line_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(tmp_path)
    logging.getLogger("collector").warning("unit 3\ndid not answer", extra={"subject": "meter A", "failures": 3})
    line = capsys.readouterr().err
    assert line.endswith(" warning collector: unit 3\\ndid not answer (subject=meter A, failures=3)\n")
    assert line.count("\n") == 1


def test_an_event_is_one_line_of_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(tmp_path, log_format="json", log_level="debug")
    try:
        raise OSError("disk full")
    except OSError:
        logging.getLogger("lake").debug("a “commit” failed", exc_info=True, extra={"count": 7})
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["level"], event["logger"], event["message"], event["count"]) == (
        "debug",
        "lake",
        "a “commit” failed",
        7,
    )
    assert "disk full" in event["error"]
    assert event["at"].endswith("Z")


def test_below_the_level_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(tmp_path, log_level="warning")
    logging.getLogger("x").info("no news")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("format", ["text", "json"])
@pytest.mark.parametrize(
    "said",
    [
        f"GET /meter-setup?token={TOKEN}&meter=A",
        f"{{'token': '{TOKEN}'}}",
        f"Authorization: Bearer {TOKEN}",
        f"authorization: token {TOKEN}",
        f"postgresql://energy:{TOKEN}@db:5432/energy",
        f"what is {TOKEN} doing here",
    ],
)
def test_no_secret_is_ever_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, format: str) -> None:
    if said.startswith("what"):
        # Nothing betrays it but that the home has it.
        (tmp_path / "editor.token").write_text(TOKEN, "utf-8")
    started(tmp_path, log_format=format)
    try:
        raise ValueError(said)
    except ValueError as error:
        logging.getLogger("x").error("failed: %s", error, exc_info=sys.exc_info())
    line = capsys.readouterr().err
    assert TOKEN not in line
    assert logs.HIDDEN in line


def test_an_address_of_a_gateway_is_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(tmp_path)
    logging.getLogger("x").info("tcp://10.0.0.5:502 and http://[::1]:3000/a?meter=GRID-METER and rtu:///dev/ttyUSB0")
    assert logs.HIDDEN not in capsys.readouterr().err


def test_a_wrong_format_or_level_names_what_would_be_right(tmp_path: Path) -> None:
    for name, value in (("log_format", "xml"), ("log_level", "loud")):
        with pytest.raises(SettingsError, match="is none of"):
            settings.load(tmp_path, {f"ENERGY_WORKBENCH_{name.upper()}": value})
