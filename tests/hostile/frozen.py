"""A gateway that is a process of its own, so that it can be stopped in the middle of anything, and go on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collector.profile.store import load
from tests.collector.device import Device, running
from tests.collector.polling.test_meter_reader import words_of

PROFILE = "eastron_sdm72dm_v1"
SERVES = "from tests.hostile.frozen import main; import sys; main(int(sys.argv[1]), sys.argv[2] == 'rtutcp')"


@dataclass
class Gateway:
    """Its address, and its process."""

    url: str
    process: subprocess.Popen[str]

    def freeze(self) -> None:
        """It keeps its port and its connections, and does nothing."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self) -> None:
        """It goes on, with whatever came meanwhile."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def gateway(units: int, scheme: str = "tcp") -> Iterator[Gateway]:
    """One with so many meters, unit ids from 1 on."""
    command = [sys.executable, "-c", SERVES, str(units), scheme]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout
            yield Gateway(f"{scheme}://127.0.0.1:{int(process.stdout.readline())}", process)
        finally:
            process.kill()


def main(units: int, rtu: bool) -> None:
    """Serve until killed."""

    async def serve() -> None:
        async with running(Device({n + 1: words_of(load(PROFILE)) for n in range(units)}, rtu=rtu)) as device:
            print(device.port, flush=True)
            await asyncio.Event().wait()

    asyncio.run(serve())
