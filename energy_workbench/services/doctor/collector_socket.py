"""Asking the running collector, which alone knows the wire: a line of JSON to its socket, a line back."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.fields.plain import Row
from energy_workbench.runtime.settings import Settings

SOCKET = "collector.sock"
"""Where the running collector listens, in the home."""
MOST_BYTES = 50_000_000
"""Of an answer; one of ten thousand meters is a tenth of it."""
_LONGEST_NAME = 100
"""A socket's address holds little more [bytes]."""


def ask_collector(settings: Settings, request: Row, seconds: float) -> Row | None:
    """The running collector's answer to a request.

    Parameters
    ----------
    seconds : float
        Longest wait for it [s].

    Returns
    -------
    mapping or None
        None where no collector listens.

    Raises
    ------
    ServiceError
        If one listens but does not answer in time, or not what can be understood.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        try:
            with _short(settings.home / SOCKET) as name:
                line.connect(name)
        except OSError:
            return None
        try:
            line.sendall(json.dumps(dict(request)).encode() + b"\n")
            answer = json.loads(_received(line, time.monotonic() + seconds))
        except TimeoutError:
            raise ServiceError(f"the collector did not answer in {seconds:g} s: see its log") from None
        except OSError as error:
            raise ServiceError(f"the collector went away ({error.strerror or error}): see its log") from None
        except ValueError:
            answer = None
    if not isinstance(answer, dict):
        raise ServiceError("the collector's answer cannot be understood: is it of the same version? Start it again")
    return answer


def _received(line: socket.socket, end: float) -> bytes:
    parts = bytearray()
    while not parts.endswith(b"\n") and len(parts) < MOST_BYTES:
        line.settimeout(max(end - time.monotonic(), 0.01))
        part = line.recv(1 << 20)
        if not part:
            break
        parts += part
    return bytes(parts)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the socket that fits into its address, however deep the home lies."""
    if len(os.fsencode(path)) <= _LONGEST_NAME:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
