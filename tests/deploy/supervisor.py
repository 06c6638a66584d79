"""A stand-in for systemd: it hears what processes say on `NOTIFY_SOCKET`."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from tests.waiting import patience

PATIENCE = 180.0
"""A process on a loaded machine may start slowly [s]."""


class Supervisor:
    """Stands for systemd: hears what is said on a socket, and when."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.heard: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while word := self._socket.recv(65_536):
                self.heard += word.decode().split("\n")
        except OSError:
            return

    def hears(self, word: str, count: int = 1, while_: Callable[[], bool] = lambda: True) -> None:
        """Wait until a word was heard so often; fail at once where nobody is left to say it."""
        end = time.monotonic() + patience(PATIENCE)
        while self.heard.count(word) < count:
            assert while_(), f"who should say {word} has ended"
            assert time.monotonic() < end, f"{word} was not heard {count} times: {self.heard[-5:]}"
            time.sleep(0.02)

    def close(self) -> None:
        self._socket.close()
