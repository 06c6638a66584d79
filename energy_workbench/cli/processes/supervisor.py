"""Processes that are kept running together: what ends is started again, and the others go on.

Lines are shown as honcho shows them. Its own manager ends all when one ends; supervisord and circus write logs to
files, want a configuration beside the Procfile and bring a server of their own. What honcho lacks is this loop.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TextIO

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from energy_workbench.domain.errors import SettingsError, WorkbenchError
from energy_workbench.domain.time import clock
from energy_workbench.runtime.parent_death import end_with
from energy_workbench.services.doctor.supervised import Supervised

LONGEST_PAUSE: Final = 60.0
"""Between two starts of what does not stay [s]."""

WELL: Final = 60.0
"""Who ran for as long begins with the shortest pause again [s]."""

AT_ONCE: Final = 10.0
"""Who ends within, and says that a setting is wrong, will not start a moment later either [s]."""

KILL_WAIT: Final = 10.0
"""From the wish to end to the end [s]."""

LOOK_AGAIN: Final = 1.0
"""How often it is looked what is wanted [s]."""

CODES: Final = {signal.SIGINT: 0, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Signals that end all, and what the supervisor then exits with."""

LONGEST_LINE: Final = 1 << 16


@dataclass
class Kept:
    """One process, and what became of it."""

    name: str
    command: str
    colour: str
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    due: float = 0.0
    failures: int = 0
    rest: bytes = b""
    leaves: float | None = None
    """When it is killed, where it is wanted no more and was asked to end."""
    known: Supervised = field(default_factory=lambda: Supervised("waiting", None, clock.now()))


class Supervisor:
    """Starts commands, shows what they say, and starts again what ends.

    Parameters
    ----------
    wanted : callable
        Gives the commands by name, as a Procfile has them; one program each. It is asked again every second: what is
        new is started, what is gone or another is ended first. What cannot be told changes nothing.
    environment : mapping of str to str
    changed : callable
        Called with what is known of every process whenever that changes.
    """

    def __init__(
        self,
        wanted: Callable[[], Mapping[str, str]],
        environment: Mapping[str, str],
        changed: Callable[[Mapping[str, Supervised]], None],
        out: TextIO = sys.stdout,
    ) -> None:
        self._colours = get_colours()
        commands = dict(wanted())
        self._kept = [Kept(name, command, next(self._colours)) for name, command in commands.items()]
        self._wanted, self._commands, self._untold, self._look_at = wanted, commands, "", time.monotonic() + LOOK_AGAIN
        self._environment, self._changed = dict(environment), changed
        self._printer = Printer(out, width=max(map(len, ["system", *commands])))
        self._selector = selectors.DefaultSelector()
        self._asked: list[signal.Signals] = []
        self._kill_at: float | None = None

    def run(self) -> int:
        """Until a signal ends all; returns the exit code."""
        woken, waking = os.pipe()
        for end in (woken, waking):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for each in CODES:
            signal.signal(each, lambda number, _: self._asked.append(signal.Signals(number)))
        self._selector.register(woken, selectors.EVENT_READ)
        while True:
            self._end_as_asked()
            self._follow()
            self._start_due()
            if self._asked and not any(each.process for each in self._kept):
                return CODES[self._asked[0]]
            for key, _ in self._selector.select(self._pause()):
                if key.data is None:
                    os.read(woken, 4096)
                else:
                    self._read(key.data)
            self._reap()

    def _pause(self) -> float:
        if self._kill_at is not None:
            return max(0.0, self._kill_at - time.monotonic())
        due = [each.due for each in self._kept if each.process is None]
        return max(0.0, min([self._look_at, *due]) - time.monotonic())

    def _follow(self) -> None:
        """End what is wanted no more; once that is gone, what is new is kept too."""
        now = time.monotonic()
        if self._asked or now < self._look_at:
            return
        self._look_at = now + LOOK_AGAIN
        try:
            commands, self._untold = dict(self._wanted()), ""
        except WorkbenchError as error:
            # What runs goes on as it is.
            if str(error) != self._untold:
                self._untold = str(error)
                self._print(f"what should run cannot be told: {error}")
            return
        for each in [each for each in self._kept if commands.get(each.name) != each.command]:
            if each.process is None:
                self._kept.remove(each)
            elif each.leaves is None or now >= each.leaves:
                how = signal.SIGTERM if each.leaves is None else signal.SIGKILL
                each.leaves = now + KILL_WAIT
                self._send(each, how)
        if commands != self._commands and not any(each.leaves for each in self._kept):
            there = {each.name for each in self._kept}
            self._kept += [
                Kept(name, command, next(self._colours)) for name, command in commands.items() if name not in there
            ]
            self._commands = commands
            self._write_down()

    def _start_due(self) -> None:
        for each in self._kept:
            if each.process is None and not self._asked and each.leaves is None and each.due <= time.monotonic():
                self._start(each)

    def _start(self, kept: Kept) -> None:
        own = os.getpid()
        kept.process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {kept.command}"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Who kills the supervisor itself ends all, and leaves nobody behind.
            preexec_fn=lambda: end_with(own, signal.SIGTERM),
        )
        assert kept.process.stdout is not None
        os.set_blocking(kept.process.stdout.fileno(), False)
        self._selector.register(kept.process.stdout, selectors.EVENT_READ, kept)
        kept.began = time.monotonic()
        again = kept.known.ended is not None
        self._tell(kept, f"{'started again' if again else 'started'} (pid={kept.process.pid})")
        self._know(kept, state="running", pid=kept.process.pid, restarts=kept.known.restarts + again)

    def _reap(self) -> None:
        for each in self._kept:
            if each.process is not None and each.process.poll() is not None:
                self._ended(each, each.process)

    def _ended(self, kept: Kept, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        # What it left behind in its group may hold its port, and its end of this pipe.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        while self._read(kept):
            pass
        with suppress(KeyError):
            self._selector.unregister(process.stdout)
        process.stdout.close()
        self._show(kept, kept.rest)
        kept.process, kept.rest, code = None, b"", process.returncode
        ran = time.monotonic() - kept.began
        if self._asked or kept.leaves is not None:
            self._tell(kept, f"stopped (rc={code})")
            return
        kept.failures = 0 if ran >= WELL else kept.failures + 1
        pause = min(LONGEST_PAUSE, 2.0 ** max(0, kept.failures - 1))
        if code == SettingsError.exit_code and ran < AT_ONCE:
            pause = LONGEST_PAUSE
        kept.due = time.monotonic() + pause
        reason = _reason(code)
        said = " (its own words are above)" if code > 0 else ""
        self._tell(
            kept, f"ended after {ran:.0f} s, {reason}{said}: started again in {pause:.0f} s, and the others go on"
        )
        self._know(kept, state="waiting", pid=None, ended=clock.now(), reason=reason)

    def _end_as_asked(self) -> None:
        if not self._asked:
            return
        now = time.monotonic()
        if self._kill_at is None:
            self._print(f"{self._asked[0].name} received")
            self._kill_at = now + KILL_WAIT
            self._signal(signal.SIGTERM)
        elif now >= self._kill_at or len(self._asked) > 1:
            self._kill_at = now + KILL_WAIT
            self._signal(signal.SIGKILL)

    def _signal(self, how: signal.Signals) -> None:
        for each in self._kept:
            self._send(each, how)

    def _send(self, kept: Kept, how: signal.Signals) -> None:
        if kept.process is not None:
            self._tell(kept, f"is sent {how.name}")
            with suppress(ProcessLookupError):
                os.killpg(kept.process.pid, how)

    def _read(self, kept: Kept) -> bool:
        """Show what it said: one part, so that who talks without end holds nobody up; whether there was any."""
        assert kept.process is not None
        assert kept.process.stdout is not None
        try:
            part = os.read(kept.process.stdout.fileno(), LONGEST_LINE)
        except BlockingIOError:
            return False
        if not part:
            with suppress(KeyError):
                self._selector.unregister(kept.process.stdout)
            return False
        *lines, kept.rest = (kept.rest + part).split(b"\n")
        for line in lines:
            self._show(kept, line)
        if len(kept.rest) >= LONGEST_LINE:
            self._show(kept, kept.rest)
            kept.rest = b""
        return True

    def _know(self, kept: Kept, **what: object) -> None:
        kept.known = Supervised(**{**vars(kept.known), "since": clock.now(), **what})
        self._write_down()

    def _write_down(self) -> None:
        # A full disk is no reason to let the plant go.
        with suppress(OSError):
            self._changed({each.name: each.known for each in self._kept})

    def _tell(self, kept: Kept, what: str) -> None:
        self._print(f"{kept.name} {what}")

    def _show(self, kept: Kept, line: bytes) -> None:
        if line:
            self._write(Message("line", line, clock.now().astimezone(), kept.name, kept.colour))

    def _print(self, text: str) -> None:
        self._write(Message("line", text, clock.now().astimezone(), "system", None))

    def _write(self, message: Message) -> None:
        # Nobody may listen any more: a closed terminal, a pipe that ended.
        with suppress(OSError, ValueError):
            self._printer.write(message)


def _reason(code: int) -> str:
    if code < 0:
        return f"killed ({signal.Signals(-code).name})"
    if code == SettingsError.exit_code:
        return f"code {code}: {SettingsError.title.lower()}"
    return f"code {code}"
