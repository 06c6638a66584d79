"""A real mail server on loopback, that takes, refuses, greylists, hangs, or speaks TLS, as a test wants it."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from tests.conftest import free_ports

USER, PASSWORD = "workbench", "correct horse battery"


@dataclass
class Box:
    """What the server took, and what it answers.

    `refusing` gives the answer to a recipient, each time; `greylisted` those that are told to come later once;
    `asked` has every recipient that it was asked to take a mail for.
    """

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    greylisted: set[str] = field(default_factory=set)
    logins: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def recipients(self) -> list[str]:
        return [address for address, _ in self.taken]

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        if address in self.greylisted:
            self.greylisted.discard(address)
            return "451 4.7.1 Greylisted, come back later"
        if address in self.refusing:
            return self.refusing[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken += [(address, parsed) for address in envelope.rcpt_tos]
        return "250 taken"

    def login(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        name, password = data.login.decode(), data.password.decode()
        self.logins.append((name, password))
        right = (name, password) == (USER, PASSWORD)
        return AuthResult(success=right, handled=right)


@dataclass
class MailServer:
    """Where it listens, its box, and what its certificate is checked with."""

    port: int
    box: Box
    authority: Path

    def settings(self, **more: Any) -> dict[str, Any]:
        """Settings of a home whose mail it takes."""
        return {
            "smtp_host": "localhost",
            "smtp_port": self.port,
            "smtp_ca_file": str(self.authority),
            "smtp_from": "reports@works.example",
            "smtp_seconds": 5.0,
            **more,
        }


@contextmanager
def mail_server(
    folder: Path,
    security: str = "starttls",
    *,
    login: bool = False,
    names: tuple[str, ...] = ("localhost", "127.0.0.1"),
) -> Iterator[MailServer]:
    """Run one: `starttls` and `tls` as the settings name them, `none` without a certificate; `names` are in that."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    box = Box()
    found: dict[str, Any] = {"hostname": "127.0.0.1", "port": free_ports(1)[0], "server_hostname": "localhost"}
    if security == "tls":
        found["ssl_context"] = context
    if security == "starttls":
        found |= {"tls_context": context, "require_starttls": True}
    if login:
        found |= {"authenticator": box.login, "auth_required": True, "auth_require_tls": security == "starttls"}
    controller = Controller(box, **found)
    controller.start()
    try:
        yield MailServer(controller.port, box, folder / "authority.pem")
    finally:
        controller.stop()


@contextmanager
def silent_server(greeting: bytes = b"", drip: bytes = b"") -> Iterator[int]:
    """A port whose server says a greeting and then nothing more, or one `drip` after the other without an end."""
    done = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        listening.settimeout(0.1)
        lines: list[socket.socket] = []
        while not done.is_set():
            try:
                line, _ = listening.accept()
            except TimeoutError:
                pass
            else:
                line.sendall(greeting)
                lines.append(line)
            for line in lines if drip else ():
                try:
                    line.sendall(drip)
                except OSError:
                    continue
        for line in lines:
            line.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        done.set()
        thread.join()
        listening.close()
