"""Devices on libmodbus, built from `peer.c`, each in a process of its own."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.collector.serial_bus import carried, terminal

Words = Mapping[tuple[int, int], int]
"""By function code and address."""


def missing() -> str:
    """What this machine lacks to build it, in words; empty where it lacks nothing."""
    lacks = [tool for tool in ("gcc", "pkg-config") if shutil.which(tool) is None]
    if not lacks and subprocess.run(["pkg-config", "--exists", "libmodbus"], check=False).returncode:
        lacks = ["libmodbus-dev"]
    if not lacks:
        return ""
    return f"not tested against libmodbus: no {' and no '.join(lacks)} (apt install gcc pkg-config libmodbus-dev)"


def build(folder: Path) -> Path:
    """The program."""
    source, program = Path(__file__).with_name("peer.c"), folder / "peer"
    asked = ["pkg-config", "--cflags", "--libs", "libmodbus"]
    flags = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    subprocess.run(["gcc", "-O2", "-Wall", "-o", program, source, *shlex.split(flags)], check=True)
    return program


@contextmanager
def _process(program: Path, words: Words, *arguments: object) -> Iterator[int]:
    with subprocess.Popen(
        [program, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "LC_ALL": "C"},
    ) as process:  # fmt: skip
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            lines = [f"{code} {address} {word}\n" for (code, address), word in words.items()]
            process.stdin.write("".join(lines) + ".\n")
            process.stdin.flush()
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def tcp(program: Path, words: Words) -> Iterator[str]:
    """Every unit of a Modbus TCP gateway."""
    with _process(program, words, "tcp", 0) as port:
        yield f"tcp://127.0.0.1:{port}"


@contextmanager
def rtu(program: Path, words: Words) -> Iterator[str]:
    """Unit 1 of a serial line."""
    with (
        terminal() as (near, path),
        terminal() as (far, device),
        carried(near, far),
        _process(program, words, "rtu", device, 1),
    ):
        yield f"rtu://{path}?baudrate=9600"
