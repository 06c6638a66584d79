"""Delivery of mails by SMTP: TLS, one connection for all, and the outcome of each mail."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from energy_workbench.domain.errors import DeliveryError, SettingsError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail.letter import Letter, sender_of

NO_SERVER: Final = "no server takes mail yet: set smtp_host in workbench.toml"
"""What is said wherever mail is wanted and no server is set up."""
WHOLE: Final = 4.0
"""A server that answers, but never comes to an end, is left after this many times `smtp_seconds` [1]."""


def send(
    settings: Settings,
    password: str,
    letters: Sequence[Letter],
    *,
    before: Callable[[str], None] = lambda _: None,
    sent: Callable[[str], None] = lambda _: None,
    refused: Callable[[str, str], None] = lambda _, __: None,
) -> dict[str, DeliveryError]:
    """Hand mails in, one after the other.

    Parameters
    ----------
    password : str
        Of `smtp_user`; empty for none.
    before, sent : callable
        Told the address before a mail is handed in, and once the server has taken it.
    refused : callable
        Told address and reason where the server will never take that mail (5yz to it, not to all).

    Returns
    -------
    dict of str to DeliveryError
        By address, why a mail was not taken; temporary where the server said so (4xx) or nobody answered.

    Raises
    ------
    SettingsError
        If the settings name no server, would send the password in the clear, or name no file of an authority.
    """
    if not settings.smtp_host:
        raise SettingsError(NO_SERVER)
    if password and settings.smtp_security == "none" and not _near(settings.smtp_host):
        raise SettingsError("smtp_security = none would send the password in the clear: use starttls or tls")
    failed: dict[str, DeliveryError] = {}
    left = list(letters)
    try:
        with _connected(settings, password) as (server, patience):
            while left:
                letter = left[0]
                before(letter.address)
                with patience():
                    try:
                        server.send_message(letter.message, sender_of(settings), [letter.address])
                    except smtplib.SMTPServerDisconnected:
                        raise
                    except smtplib.SMTPException as error:
                        failed[letter.address] = reason = explained(settings, error)
                        if not reason.temporary:
                            refused(letter.address, str(reason))
                    else:
                        sent(letter.address)
                left.pop(0)
    except (smtplib.SMTPException, OSError, EOFError) as error:
        for letter in left:
            failed[letter.address] = explained(settings, error)
    return failed


def explained(settings: Settings, error: Exception) -> DeliveryError:
    """What a server or the way to it said, in words, and whether trying again may help."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _refused(where, code, text)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryError(
            f"{where} does not accept the login of {settings.smtp_user!r}: check smtp_user and the password "
            f"({_said(error.smtp_code, error.smtp_error)})",
            temporary=_temporary(error.smtp_code),
        )
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
        # The library says of a server that fell silent that it closed the connection.
        error = error.__context__
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return DeliveryError(f"{where} ended the connection in the middle: {error}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return DeliveryError(f"{where}: {error}: check smtp_security and smtp_port", temporary=False)
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(where, error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return DeliveryError(
            f"{where} shows a certificate that cannot be trusted ({error.verify_message}): name its authority in "
            "smtp_ca_file, or the host as the certificate does",
            temporary=False,
        )
    if isinstance(error, ssl.SSLError):
        # What is no TLS at all will not become any; a handshake that broke off may end well the next time.
        temporary = error.reason != "WRONG_VERSION_NUMBER"
        told = f"{where} speaks no TLS here ({error.reason}): check smtp_security and smtp_port"
        return DeliveryError(told, temporary=temporary)
    if isinstance(error, TimeoutError):
        return DeliveryError(f"{where} did not answer within {settings.smtp_seconds:g} s")
    if isinstance(error, socket.gaierror):
        return DeliveryError(f"there is no host {settings.smtp_host!r} ({error.strerror}): check smtp_host")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return DeliveryError(f"{where} cannot be reached: {reason}")


@contextmanager
def _connected(settings: Settings, password: str) -> Iterator[tuple[smtplib.SMTP, Callable[[], _Patience]]]:
    seconds = settings.smtp_seconds
    trusted = _trusted(settings)
    server = (
        smtplib.SMTP_SSL(timeout=seconds, context=trusted)
        if settings.smtp_security == "tls"
        else smtplib.SMTP(timeout=seconds)
    )
    server._host = settings.smtp_host  # type: ignore[attr-defined]  # the name that the certificate must bear

    def patience() -> _Patience:
        return _Patience(server, WHOLE * seconds)

    try:
        with patience():
            server.connect(settings.smtp_host, settings.smtp_port)
            if settings.smtp_security == "starttls":
                server.starttls(context=trusted)
            if settings.smtp_user and password:
                server.login(settings.smtp_user, password)
        yield server, patience
        with patience():
            server.quit()
    finally:
        server.close()


def _trusted(settings: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.smtp_ca_file or None)
    except OSError as error:  # an ssl.SSLError is one too: what the file holds is no certificate
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError(f"smtp_ca_file {settings.smtp_ca_file} cannot be used: {reason}") from None


class _Patience:
    """Ends a conversation that goes on for too long: each word may be in time, and yet there be no end."""

    def __init__(self, server: smtplib.SMTP, seconds: float) -> None:
        self._server, self._seconds = server, seconds
        self._over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._timer.cancel()
        if error is not None and self._over:
            raise TimeoutError(f"no end after {self._seconds:g} s") from error

    def _end(self) -> None:
        self._over = True
        if (line := self._server.sock) is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def _refused(where: str, code: int, text: bytes | str) -> DeliveryError:
    return DeliveryError(f"{where} refused it: {_said(code, text)}", temporary=_temporary(code))


def _said(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {' '.join(said.split())[:300]}"


def _temporary(code: int) -> bool:
    """RFC 5321, 4.2.1: 4yz may be accepted later, 5yz never."""
    return not 500 <= code < 600


def _near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
