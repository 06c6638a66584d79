"""Notification of the supervisor: systemd learns that a process is ready, alive, and stops (sd_notify(3)).

Without `NOTIFY_SOCKET` in the environment nothing happens, so every process may call it anywhere.
"""

from __future__ import annotations

import os
import socket
from typing import Final

OFTEN: Final = 5.0
"""How often a process tells that it turns, where nobody asks for more [s]."""


def tell(*words: str) -> bool:
    """Send words such as `READY=1`; whether there was a supervisor to hear them."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(1.0)
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.send("\n".join(words).encode())
    except OSError:
        return False  # a supervisor that went away is no reason to stop
    return True


class Alive:
    """What one process tells: ready at the first turn, alive at each, stopping at the end.

    Call `turn` from the loop whose standstill would make the process useless, and from nowhere else.
    """

    def __init__(self) -> None:
        self._ready, self._status = False, ""

    @property
    def every(self) -> float:
        """How often to call `turn`: at least twice in the time that the supervisor waits for it [s]."""
        try:
            return min(OFTEN, int(os.environ["WATCHDOG_USEC"]) / 3e6)
        except (KeyError, ValueError):
            return OFTEN

    def turn(self, status: str = "") -> None:
        """The loop turned; `status` is one line of what it does, for `systemctl status`."""
        words = ["WATCHDOG=1"] if self._ready else ["READY=1", "WATCHDOG=1"]
        if status and status != self._status:
            words.append(f"STATUS={' '.join(status.split())}")
        self._ready, self._status = True, status
        tell(*words)

    def stopping(self) -> None:
        """It ends on purpose, and may need a while."""
        tell("STOPPING=1")
