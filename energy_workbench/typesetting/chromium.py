"""A headless Chromium driven over its debugging pipe: no port is opened and no driver is needed.

Its sandbox is on, and there is no switch to turn it off: where the machine does not allow it, the error says what to
do. Only root has none, since Chromium knows none for root; that is warned of.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NotRequired

from typing_extensions import TypedDict

from energy_workbench.domain.errors import ReportError

log = logging.getLogger(__name__)

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT = ("chromium-*/chrome-*/chrome", "chromium_headless_shell-*/chrome-*/*headless*shell")

FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--hide-scrollbars",
    # Each page would have another one for its address line, which nobody sees: a process, and a second of each print.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PreloadTopChromeWebUI",
)
COMPLAINTS = "complaints"
"""File of the profile with what Chromium writes to its standard error."""
NO_SANDBOX = re.compile(r"sandbox|zygote|chroot|setuid", re.IGNORECASE)
"""What it speaks of where its sandbox cannot be built."""


def find() -> Path:
    """The Chromium of this machine: one on the path, an installed application, or Playwright's.

    Raises
    ------
    ReportError
        If there is none; it says what to install.
    """
    for name in PROGRAMS:
        if program := shutil.which(name):
            return Path(program)
    for candidate in (*map(Path, APPLICATIONS), *_playwright()):
        if os.access(candidate, os.X_OK):
            return candidate
    raise ReportError(
        "no Chromium was found, which typesets the PDF: install one (apt install chromium, or "
        "playwright install chromium), or ask for --format html"
    )


def _playwright() -> Iterator[Path]:
    """Playwright's downloads, the newest first."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    cache = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    folder = Path(given) if given not in ("", "0") else cache / "ms-playwright"
    for pattern in PLAYWRIGHT:
        yield from sorted(folder.glob(pattern), reverse=True)


class RemoteObject(TypedDict, total=False):
    """A value of a page's script."""

    value: Any
    description: str


class Thrown(TypedDict, total=False):
    """What a script threw."""

    text: str
    exception: RemoteObject


class Frame(TypedDict):
    """A frame of a page."""

    id: str


class FrameTree(TypedDict):
    """The frames of a page."""

    frame: Frame


class Answer(TypedDict, total=False):
    """What the commands that are used here answer; each some of it."""

    targetId: str
    sessionId: str
    frameTree: FrameTree
    data: str
    result: RemoteObject
    exceptionDetails: Thrown


class Refusal(TypedDict, total=False):
    """Why a command was refused."""

    message: str


class Message(TypedDict, total=False):
    """What Chromium says: the answer to a command, by its `id`, or an event of the page of a session."""

    id: int
    result: Answer
    error: Refusal
    method: str
    sessionId: str


class Command(TypedDict):
    """What Chromium is told, about the page of a session or about itself."""

    id: int
    method: str
    params: Mapping[str, object]
    sessionId: NotRequired[str]


class Chromium:
    """A browser process, used as a context manager; a `Tab` is a page of it.

    Parameters
    ----------
    program : Path
    timeout : float
        Longest wait for any single answer [s].
    """

    def __init__(self, program: Path, timeout: float = 60.0) -> None:
        self._program = program
        self._timeout = timeout
        self._buffer = b""
        self._events: list[Message] = []
        self._last = 0

    def __enter__(self) -> Chromium:
        self._profile = tempfile.mkdtemp(prefix="energy-workbench-chromium-")
        try:
            self._start()
            self.send("Browser.getVersion")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(self, "_pid"):
            # The whole group: Chromium's launcher, zygotes and renderers.
            try:
                os.killpg(self._pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.waitpid(self._pid, 0)
            os.close(self._to)
            os.close(self._from)
            del self._pid
        shutil.rmtree(self._profile, ignore_errors=True)

    def _start(self) -> None:
        """Start the process with the two pipes as its descriptors 3 and 4, as `--remote-debugging-pipe` wants."""
        flags = [*FLAGS, f"--user-data-dir={self._profile}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
            _warn_root()
        child_in, self._to = _pipe()
        self._from, child_out = _pipe()
        silence = _above(os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC))
        complaints = _above(os.open(Path(self._profile, COMPLAINTS), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        try:
            self._pid = os.posix_spawn(
                self._program,
                [str(self._program), *flags],
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, child_in, 3),
                    (os.POSIX_SPAWN_DUP2, child_out, 4),
                    *((os.POSIX_SPAWN_DUP2, silence, stream) for stream in (0, 1)),
                    (os.POSIX_SPAWN_DUP2, complaints, 2),
                ],
                setpgroup=0,
            )
        except OSError as error:
            os.close(self._to)
            os.close(self._from)
            raise ReportError(f"{self._program} could not be started: {error.strerror}") from None
        finally:
            for descriptor in (child_in, child_out, silence, complaints):
                os.close(descriptor)

    def open_tab(self) -> Tab:
        """A blank page."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        return Tab(self, target, self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def send(self, method: str, session: str = "", **parameters: object) -> Answer:
        """Send a command of the DevTools protocol and wait for its result.

        Raises
        ------
        ReportError
            If Chromium refuses it, does not answer in time, or has ended.
        """
        self._last += 1
        command: Command = {"id": self._last, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        deadline = time.monotonic() + self._timeout
        payload = json.dumps(command).encode() + b"\0"
        try:
            while payload:
                payload = payload[os.write(self._to, payload) :]
        except BrokenPipeError:
            raise self._ended("at once") from None
        while True:
            answer = self._receive(deadline, method)
            if answer.get("id") == self._last:
                break
            self._events.append(answer)
        if "error" in answer:
            raise ReportError(f"Chromium refused {method}: {answer['error'].get('message')}")
        return answer["result"]

    def wait_for(self, event: str, session: str = "") -> None:
        """Wait for an event of a page; one that came already counts."""
        deadline = time.monotonic() + self._timeout
        while True:
            for index, seen in enumerate(self._events):
                if seen.get("method") == event and seen.get("sessionId", "") == session:
                    del self._events[index]
                    return
            self._events.append(self._receive(deadline, event))

    def forget(self, session: str) -> None:
        """Drop what happened to a page so far."""
        self._events = [seen for seen in self._events if seen.get("sessionId", "") not in ("", session)]

    def _ended(self, when: str) -> ReportError:
        """Why it ended, as far as it said."""
        with suppress(OSError):
            said = Path(self._profile, COMPLAINTS).read_text("utf-8", "replace")
            if NO_SANDBOX.search(said):
                return ReportError(
                    f"{self._program} cannot build its sandbox here: it needs user, pid and net namespaces and chroot "
                    'in them (see "Printing" in docs/operations.md)'
                )
        return ReportError(f"{self._program} ended {when}: start it by hand to see why")

    def _receive(self, deadline: float, what: str) -> Message:
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not self._heard(left):
                raise ReportError(f"Chromium did not answer {what} within {self._timeout:g} s")
            chunk = os.read(self._from, 1 << 20)
            if not chunk:
                raise self._ended(f"before {what}")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        decoded: Message = json.loads(message)
        return decoded

    def _heard(self, seconds: float) -> bool:
        """Whether something came within so long [s]. By `poll`: `select` knows no descriptor above 1,023."""
        waited = select.poll()
        waited.register(self._from, select.POLLIN)
        return bool(waited.poll(1000 * seconds))


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a browser."""

    browser: Chromium
    target: str
    session: str

    def call(self, method: str, **parameters: object) -> Answer:
        """As `Chromium.send`, to this page."""
        return self.browser.send(method, self.session, **parameters)

    def wait_for(self, event: str) -> None:
        """As `Chromium.wait_for`, of this page."""
        self.browser.wait_for(event, self.session)

    def evaluate(self, expression: str, what: str) -> Any:
        """The value of an expression, or of its promise.

        Raises
        ------
        ReportError
            If it throws; `what` begins the message.
        """
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            detail = answer["exceptionDetails"]
            reason = detail.get("exception", {}).get("description") or detail.get("text")
            raise ReportError(f"{what}: {str(reason).splitlines()[0]}")
        return answer["result"].get("value")

    def close(self) -> None:
        """Close it."""
        self.browser.send("Target.closeTarget", targetId=self.target)
        self.browser.forget(self.session)


@cache
def _warn_root() -> None:
    log.warning("Chromium has no sandbox for root: print reports as another user (see docs/operations.md)")


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are out of the way of the child's own."""
    first, last = os.pipe()
    return _above(first), _above(last)


def _above(descriptor: int) -> int:
    """The descriptor, moved above those that the child's own are copied to: one of them would be overwritten."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return high
