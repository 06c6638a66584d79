"""What happens on a small disk of its own, in a process of its own (see `test_spool_bound`)."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from collector.polling.writer import Writer
from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import LakeError
from energy_workbench.lake import Lake, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.registry import StateStore
from energy_workbench.registry.live_state.heartbeat import Heartbeat
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from tests.lake.helpers import ENERGY, reading, readings


def fails(lake: Lake, spool: Spool, why: str) -> None:
    with pytest.raises(LakeError, match=why):
        lake.commit(spool)
    assert why in spool.state().failing_why


def stuff(disk: Path) -> Path:
    """Take all room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    return filler


def spooled(spool: Spool, first: int, count: int) -> None:
    spool.append([reading(1, step * 10.0, float(step)) for step in range(first, first + count)])


def lake_full(disk: Path, other: Path) -> None:
    lake, spool = Lake(disk / "lake"), Spool(other / "spool.db")
    spooled(spool, 0, 10)
    lake.commit(spool)
    committed = spool.state().committed_us
    filler = stuff(disk)
    spooled(spool, 10, 10)
    fails(lake, spool, "No space left on device")
    since = spool.state().failing_since_us
    spooled(spool, 20, 10)
    fails(lake, spool, "No space left on device")
    assert spool.depth() == 20
    # An attempt that fails is no success in between: since when it has failed stays known.
    assert spool.state().failing_since_us == since
    assert spool.state().committed_us == committed
    for work in (lambda: build(lake, []), lambda: maintain(lake)):
        with pytest.raises(LakeError, match="No space left on device"):
            work()
    assert not list((disk / "lake").glob(".intervals.build.json.*")), "no half of a file is left"
    filler.unlink()
    assert lake.commit(spool) == 20
    assert not spool.state().worrying
    assert [int(row[ENERGY]) for row in readings(lake)] == list(range(30))
    assert build(lake, []).rows


def lake_read_only(disk: Path, other: Path) -> None:
    lake, spool = Lake(disk / "lake"), Spool(other / "spool.db")
    spooled(spool, 0, 10)
    lake.commit(spool)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    spooled(spool, 10, 10)
    fails(lake, spool, "Read-only file system")
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert lake.commit(spool) == 10
    assert [int(row[ENERGY]) for row in readings(lake)] == list(range(20))


def spool_full(disk: Path, other: Path) -> None:
    """Polling goes on in memory, says so, and all of it is spooled once there is room."""
    spool, state = Spool(disk / "spool.db"), StateStore(f"sqlite:///{other / 'state.db'}")
    state.migrate()
    told: list[str] = []
    log = logging.getLogger("full")
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    log.propagate = False

    async def poll() -> None:
        writer = Writer(spool, state, RepeatedFailures(log))
        filler = stuff(disk)
        for step in range(5000):
            writer.put(1, reading(1, step * 10.0, float(step)), Live(values={ENERGY: float(step)}))
        await writer.flush()
        assert writer.waiting == 5000
        assert any("full" in text for text in told), told
        assert state.read()[1].values[ENERGY] == 4999.0
        filler.unlink()
        await writer.flush()
        assert writer.waiting == 0

    asyncio.run(poll())
    assert spool.depth() == 5000


def heartbeat_full(disk: Path, other: Path) -> None:
    """A heartbeat that a full disk refuses is told once, in one line, and once it can be written again."""
    state = StateStore(f"sqlite:///{disk / 'state.db'}")
    state.migrate()
    told: list[logging.LogRecord] = []
    log = logging.getLogger("beats")
    log.setLevel(logging.INFO)
    log.addHandler(handler := logging.Handler())
    handler.emit = told.append  # type: ignore[method-assign]
    log.propagate = False
    heartbeat = Heartbeat(state, "service", RepeatedFailures(log))
    filler = stuff(disk)
    for _ in range(50):
        heartbeat.beat("x" * 5000)
    [record] = told
    assert record.levelno == logging.WARNING
    assert "full" in record.getMessage()
    assert "\n" not in record.getMessage()
    assert not record.exc_info
    filler.unlink()
    heartbeat.beat("well")
    assert [each.getMessage() for each in told[1:]] == ["works again"]
    assert state.processes()["service"][1] == "well"


def not_mended_when_full(disk: Path, other: Path) -> None:
    """A damaged spool on a full disk stays as it is until there is room."""
    path = disk / "spool.db"
    spool = Spool(path)
    spooled(spool, 0, 1000)
    spool.close()
    content = bytearray(path.read_bytes())
    content[:16] = b"no database here"
    path.write_bytes(content)
    filler = stuff(disk)
    with pytest.raises(LakeError, match="cannot be mended"):
        Spool(path)
    assert path.read_bytes() == bytes(content)
    filler.unlink()
    assert Spool(path).depth() == 1000


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    print("ok")
