"""A stand-in for systemd: it hears what processes say on `NOTIFY_SOCKET`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from tests.waiting import eventually

PATIENCE = 180.0
"""A process on a loaded machine may start slowly [s]."""


class Supervisor:
    """Stands for systemd: hears what is said on a socket, and when."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket.bind(self._address)
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

        def heard() -> bool:
            assert while_(), f"who should say {word} has ended"
            return self.heard.count(word) >= count

        eventually(heard, lambda: f"{word}, {count} times: {self.heard[-5:]}", PATIENCE, every=0.02)

    def all_that_came(self) -> int:
        """How many words were said up to now, by who says no more: one of our own comes after them all."""
        own = f"own {len(self.heard)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.sendto(own.encode(), self._address)
        self.hears(own)
        return len([word for word in self.heard if not word.startswith("own ")])

    def close(self) -> None:
        self._socket.close()
