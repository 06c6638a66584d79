"""The setup page as an app: what a browser says, what runs beside the event loop, and what a kernel holds."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from energy_workbench.domain.errors import ConflictError, ServiceError
from energy_workbench.widgets.background import Background
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.editor import Editor
from tests.waiting import patience, until
from tests.widgets.setup_stand_in import SetupStandIn
from tests.widgets.test_app import here


class Opened:
    """An app whose messages to the browser are kept."""

    def __init__(self, stand_in: SetupStandIn) -> None:
        self.app = Editor(stand_in)
        self.sent: list[dict[str, Any]] = []
        self.app.location.send = lambda content, buffers=None: self.sent.append(content)  # type: ignore[method-assign]

    def says(self, content: Any) -> None:
        self.app.location._on_message(None, content, [])


def run(scenario: Callable[[Opened, SetupStandIn], Any]) -> None:
    async def inside() -> None:
        stand_in = SetupStandIn()
        opened = Opened(stand_in)
        try:
            await scenario(opened, stand_in)
        finally:
            opened.app.poller.heard(False)
            opened.app.poller.poke()
            await until(lambda: not opened.app.poller.running)

    asyncio.run(inside())


def test_the_first_word_of_a_browser_brings_the_tree() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        assert opened.app.view.tree.tree.nodes == ()
        opened.says(here("?meter=UNIT-B"))
        await until(lambda: opened.app.model.details.row.get("number") == "UNIT-B")
        assert "Pune works" in opened.app.view.title.value
        assert [message["url"] for message in opened.sent if message["kind"] == "go"] == [
            "/meter-dashboard?meter=UNIT-B"
        ]
        await until(lambda: any(message["kind"] == "alive" for message in opened.sent))

    run(scenario)


def test_a_form_is_filled_in_and_saved_while_the_page_goes_on() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.model.meters.rows))
        view = opened.app.view
        view.add.click()
        assert opened.sent[-1] == {"kind": "focus", "selector": ".ew-form input", "entering": True}
        form = view.form
        form.inputs["number"].value = "M-1"
        form.inputs["unit_id"].value = "300"
        await until(lambda: "must be" in form.notes["unit_id"].value)
        assert "ew-invalid" in form.inputs["unit_id"]._dom_classes
        form.inputs["unit_id"].value = "5"
        form.inputs["name"].value = "Press"
        await until(lambda: "ew-invalid" not in form.inputs["unit_id"]._dom_classes)
        form.save.click()
        await until(lambda: opened.app.model.details.row.get("number") == "M-1")
        assert "M-1 was added" in view.notice.value
        assert "ew-hidden" in form.widget._dom_classes

    run(scenario)


def test_fast_typing_is_checked_once() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.model.meters.rows))
        opened.app.view.add.click()
        await until(lambda: len([call for call in stand_in.calls if call[0] == "check"]) == 1)
        for length in range(1, 8):
            opened.app.view.form.inputs["number"].value = "MACHINE"[:length]
        await until(lambda: len([call for call in stand_in.calls if call[0] == "check"]) == 2)
        assert stand_in.calls[-1][1]["number"] == "MACHINE"

    run(scenario)


def test_a_refused_action_is_told_in_the_banner() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.model.meters.rows))
        opened.app.model.undo.undo()
        await until(lambda: "could be undone" in opened.app.view.problem.value)

    run(scenario)


def test_the_keyboard_never_lands_on_the_button_that_deletes() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.model.meters.rows))
        opened.app.model.question_about("delete")
        assert "ew-do-refuse" in opened.sent[-1]["selector"]
        assert "ew-do-confirm" not in opened.sent[-1]["selector"]

    run(scenario)


def test_a_service_that_is_away_is_said_and_the_tree_stays() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        opened.says(here())
        await until(lambda: bool(opened.app.model.meters.rows))
        stand_in.broken = ServiceError("away")
        opened.app.poller.poke()
        await until(lambda: "does not answer" in opened.app.view.problem.value)
        assert len(opened.app.view.tree.tree.nodes) == 1
        stand_in.broken = None
        opened.app.poller.poke()
        await until(lambda: opened.app.view.problem.value == "")

    run(scenario)


def background(scenario: Callable[[Background, list[str]], Any]) -> None:
    async def inside() -> None:
        reported: list[str] = []
        await scenario(Background(reported.append), reported)

    asyncio.run(inside())


def test_of_two_questions_of_one_kind_only_the_later_is_answered() -> None:
    async def scenario(doer: Background, reported: list[str]) -> None:
        gate, taken = threading.Event(), []
        doer.do(lambda: gate.wait(patience(5)) and "old", taken.append, key="k")
        await asyncio.sleep(0)
        doer.do(lambda: "new", taken.append, key="k")
        doer.do(lambda: "other", taken.append, key="else")
        await until(lambda: len(taken) == 2)
        gate.set()
        await until(lambda: not doer._tasks)
        assert sorted(taken) == ["new", "other"]

    background(scenario)


def test_an_error_goes_to_who_asked_or_to_the_boundary() -> None:
    async def scenario(doer: Background, reported: list[str]) -> None:
        failed: list[Exception] = []

        def refuse() -> None:
            raise ConflictError("taken")

        doer.do(refuse, lambda _: None, failed.append)
        doer.do(refuse, lambda _: None)
        await until(lambda: not doer._tasks)
        assert [str(error) for error in failed] == ["taken"]
        assert reported == ["taken"]

    background(scenario)


def test_an_error_in_taking_an_answer_is_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(doer: Background, reported: list[str]) -> None:
        doer.do(lambda: 1, lambda number: [][number])  # type: ignore[arg-type,return-value,index]
        await until(lambda: not doer._tasks)
        assert "under" in reported[0]
        assert "IndexError" in caplog.text

    background(scenario)


def uploads() -> tuple[Files, list[tuple[str, bytes]], list[str]]:
    files, taken, refused = Files(), [], []
    files.on_file(lambda name, content: taken.append((name, content)))
    files.on_refused(refused.append)
    return files, taken, refused


def test_a_file_arrives_in_pieces() -> None:
    files, taken, _ = uploads()
    files._on_message(None, {"kind": "begin", "name": "a.csv", "size": 5}, [])
    files._on_message(None, {"kind": "piece"}, [memoryview(b"abc")])
    assert taken == []
    files._on_message(None, {"kind": "piece"}, [memoryview(b"de")])
    assert taken == [("a.csv", b"abcde")]


def test_a_file_of_200_mb_is_refused_before_it_is_sent() -> None:
    files, taken, refused = uploads()
    files._on_message(None, {"kind": "begin", "name": "a.csv", "size": 200_000_000}, [])
    files._on_message(None, {"kind": "piece"}, [b"x"])
    assert refused == ["a.csv has 200 MB, and 50 MB are the most: cut it into several files"]
    assert taken == []


@pytest.mark.parametrize(
    "content",
    [
        None,
        3,
        {},
        {"kind": "begin"},
        {"kind": "begin", "name": 1, "size": 1},
        {"kind": "begin", "name": "a", "size": -1},
    ],
)
def test_a_message_of_another_shape_is_no_file(content: Any) -> None:
    files, taken, refused = uploads()
    files._on_message(None, content, [])
    files._on_message(None, {"kind": "piece"}, [b"x"])
    assert taken == refused == []


def test_more_than_was_announced_is_dropped() -> None:
    files, taken, _ = uploads()
    files._on_message(None, {"kind": "begin", "name": "a", "size": 2}, [])
    files._on_message(None, {"kind": "piece"}, [b"xxx"])
    files._on_message(None, {"kind": "piece"}, [b""])
    assert taken == []


def test_a_kernel_of_the_page_loads_nothing_heavy() -> None:
    heavy = {"pandas", "plotly", "duckdb", "deltalake", "pyarrow", "numpy", "sqlalchemy", "fastapi", "voila"}
    code = (
        "import os, sys; os.environ['ENERGY_WORKBENCH_URL'] = 'http://127.0.0.1:1';"
        "from energy_workbench.widgets import editor; editor.build();"
        f"print(sorted({heavy!r} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_what_is_refused_is_brought_into_view() -> None:
    async def scenario(opened: Opened, stand_in: SetupStandIn) -> None:
        opened.says(here("?meter=UNIT-A"))
        await until(lambda: opened.app.model.details.row.get("number") == "UNIT-A")
        form = opened.app.model.form
        opened.app.model.begin_edit()
        await until(lambda: form.kind == "edit")
        form.set("location", "Mine")
        stand_in.edited_elsewhere("UNIT-A", location="Theirs")
        form.save()
        await until(lambda: bool(form.conflict))
        assert {"kind": "reveal", "selector": ".ew-versions"} in opened.sent
        form.take_theirs()
        form.set("number", "")
        form.save()
        await until(lambda: "marked" in form.failure)
        assert opened.sent[-1]["kind"] == "focus"
        assert ".ew-invalid" in opened.sent[-1]["selector"]
        opened.app.model.back()
        assert opened.sent[-1] == {"kind": "focus", "selector": ".ew-right button", "lost": True}

    run(scenario)
