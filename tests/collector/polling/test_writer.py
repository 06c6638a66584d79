"""Readings wait in memory while the spool cannot be written, within a bound, and what matters most stays."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from collector.polling import writer as writer_room
from collector.polling.writer import Writer
from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import LakeError
from energy_workbench.lake import Spool
from energy_workbench.registry import StateStore
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from tests.lake.helpers import ENERGY, reading


def test_memory_is_bounded_and_keeps_a_reading_a_quarter_of_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_room, "MOST_WAITING", 400)
    spool, state = Spool(tmp_path / "spool.db"), StateStore(f"sqlite:///{tmp_path / 'state.db'}")
    state.migrate()

    def refuse(*_: object, **__: object) -> None:
        raise LakeError("the disk is gone")

    async def poll() -> Writer:
        writer = Writer(spool, state, RepeatedFailures(logging.getLogger("test")))
        with monkeypatch.context() as gone:
            gone.setattr(spool, "add", refuse)
            for step in range(2000):
                writer.put(1, reading(1, step * 10.0, float(step)), Live())
                assert writer.waiting <= 400
            await writer.flush()
        await writer.flush()
        return writer

    done = asyncio.run(poll())
    assert done.waiting == 0
    values = [int(row.values[ENERGY] or 0) for _, row in spool.pending()]
    assert values == sorted(set(values))
    assert {value // 90 for value in values} == set(range(2000 // 90 + 1))
    assert values[:2] == [0, 90]
    assert values[-1] == 1999
    assert done.dropped + len(values) == 2000


def test_an_error_that_nobody_thought_of_loses_no_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, state = Spool(tmp_path / "spool.db"), StateStore(f"sqlite:///{tmp_path / 'state.db'}")
    state.migrate()

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    async def poll() -> None:
        writer = Writer(spool, state, RepeatedFailures(logging.getLogger("test")))
        for step in range(5):
            writer.put(1, reading(1, step * 10.0, float(step)), Live())
        with monkeypatch.context() as broken:
            broken.setattr(spool, "add", fail)
            with pytest.raises(MemoryError):
                await writer.flush()
        assert writer.waiting == 5
        await writer.flush()
        assert spool.depth() == 5

    asyncio.run(poll())


def test_people_are_warned_while_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool, state = Spool(tmp_path / "spool.db", 200_000), StateStore(f"sqlite:///{tmp_path / 'state.db'}")
    state.migrate()
    monkeypatch.setattr(writer_room, "LOOK_SECONDS", 0.0)

    async def poll() -> None:
        writer = Writer(spool, state, RepeatedFailures(logging.getLogger("test")))
        step = 0
        while spool.state().share < 0.6:
            for _ in range(100):
                writer.put(1, reading(1, step * 10.0, float(step)), Live())
                step += 1
            await writer.flush()

    with caplog.at_level(logging.WARNING):
        asyncio.run(poll())
    assert any("of the spool's bound" in record.getMessage() for record in caplog.records)
    assert spool.state().spared == 0
