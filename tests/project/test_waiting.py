"""Tests wait in one way: for a condition, by `eventually` or `until` of tests/waiting.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = ("monotonic", "perf_counter", "time")
FREE = {
    "collector/device.py": "the device is late by as much as its test says",
    "collector/plant/test_server.py": "two requests are to be two packets: nothing tells when the first has left",
    "collector/polling/test_fault_matrix.py": "measures by how much this machine lags",
    "collector/polling/test_poller.py": "a device that answers late",
    "collector/wire/test_client.py": "lets a late answer come",
    "collector/wire/test_serial_line.py": "long enough for somebody else to be read, if they were",
    "crash/test_kill.py": "the moment of death is random",
    "hostile/injector.py": "a gateway that answers late",
    "hostile/test_hostile_gateway.py": "lets answers come that nobody waits for any more",
    "widgets/test_site.py": "a server that has something else to do first",
}
"""Who may sleep, once each, and why."""


def waits(tree: ast.AST) -> Iterator[int]:
    """Lines that sleep, or a loop that looks at a clock; to sleep for 0 s only lets others go on."""
    for node in ast.walk(tree):
        if sleeps(node) or rests(node):
            yield node.lineno
        if isinstance(node, ast.While):
            within = [*ast.walk(node)]
            # A sleep in it is told by itself.
            if any(map(reads_a_clock, within)) and not any(map(sleeps, within)):
                yield node.lineno


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def sleeps(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return called(node) == "sleep" and [each.value for each in node.args if isinstance(each, ast.Constant)] != [0]


def rests(node: ast.AST) -> bool:
    """Whether it waits for an event that nobody else knows."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "wait" and called(node.func.value) == "Event" and bool(node.args or node.keywords)


def reads_a_clock(node: ast.AST) -> bool:
    return called(node) in CLOCKS and isinstance(node, ast.Call) and not node.args


def test_no_test_sleeps_or_counts_seconds_by_itself() -> None:
    found: dict[str, list[int]] = {}
    for path in TESTS.rglob("*.py"):
        if path != TESTS / "waiting.py" and (lines := [*waits(ast.parse(path.read_text("utf-8")))]):
            found[path.relative_to(TESTS).as_posix()] = lines
    fresh = {file: lines for file, lines in found.items() if len(lines) > (file in FREE)}
    assert not fresh, "wait by `eventually` or `until` of tests/waiting.py, or say in FREE why not"
    assert FREE.keys() == found.keys(), "these wait no more"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("time.sleep(0.1)", [1]),
        ("async def f():\n    await sleep(seconds)", [2]),
        ("async def f():\n    await asyncio.sleep(0)", []),
        ("while not done:\n    assert time.monotonic() < end", [1]),
        ("while loop.time() < end:\n    pass", [1]),
        ("threading.Event().wait(0.05)", [1]),
        ("gate.wait(patience(5))\ntext = 'time.sleep(600)'", []),
    ],
)
def test_what_counts_as_waiting_by_oneself(source: str, told: list[int]) -> None:
    assert [*waits(ast.parse(source))] == told
