"""Serial lines made of pseudo-terminals: pymodbus's own RTU server, or a device that misbehaves, at the end."""

from __future__ import annotations

import asyncio
import os
import selectors
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.waiting import patience

SILENT = 9
"""Unit id at which nobody answers."""


async def _nobody(*_: object) -> None:
    raise NoSuchIdException("nobody has this unit id")


@contextmanager
def terminal() -> Iterator[tuple[int, str]]:
    """A pseudo-terminal: the near end as a file descriptor, the far end as a device file."""
    near, far = os.openpty()
    try:
        tty.setraw(far)
        yield near, os.ttyname(far)
    finally:
        os.close(far)
        os.close(near)


def pull(near: int) -> None:
    """End the line as when its adapter is pulled; the number stays taken, else `terminal` would close another's."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, near)
    os.close(nothing)


@contextmanager
def carried(one: int, other: int) -> Iterator[None]:
    """Bytes from each to the other, in a thread."""
    stop, stopped = os.pipe()

    def carry() -> None:
        with selectors.DefaultSelector() as selector:
            for end in (one, other, stop):
                selector.register(end, selectors.EVENT_READ)
            while True:
                ready = [key.fd for key, _ in selector.select()]
                if stop in ready:
                    return
                for end in ready:
                    with suppress(OSError):
                        os.write(other if end == one else one, os.read(end, 4096))

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.write(stopped, b".")
        thread.join(10)
        os.close(stop)
        os.close(stopped)


@contextmanager
def line_to(port: int) -> Iterator[str]:
    """A serial port behind which the RTU device of a TCP port answers."""
    with terminal() as (near, path), socket.create_connection(("127.0.0.1", port)) as far, carried(near, far.fileno()):
        yield path


@contextmanager
def line_with_server(units: dict[int, dict[int, int]]) -> Iterator[str]:
    """A serial port behind which pymodbus's RTU server answers for these units, and nobody at `SILENT`.

    Holding registers by address, in one block without gaps.
    """
    with terminal() as (near, path), terminal() as (far, server_path), carried(near, far), _server(units, server_path):
        yield path


@contextmanager
def _server(units: dict[int, dict[int, int]], path: str) -> Iterator[None]:
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        devices = [
            SimDevice(unit, [SimData(min(words), values=[words[a] for a in sorted(words)],
                                     datatype=DataType.REGISTERS)])
            for unit, words in units.items()
        ]  # fmt: skip
        devices.append(SimDevice(SILENT, [SimData(0, values=[0] * 60, datatype=DataType.REGISTERS)], action=_nobody))
        server = ModbusSerialServer(devices, port=path, baudrate=9600, ignore_missing_devices=True)
        await server.serve_forever(background=True)
        ready.set()
        await stop.wait()
        await server.shutdown()
        await asyncio.sleep(0)  # what it was about to answer

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert ready.wait(patience(10))
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def plug(name: Path, path: str) -> None:
    """Give the port this name, as a USB adapter gets it when it is plugged in."""
    name.unlink(missing_ok=True)
    name.symlink_to(path)
