"""A mail that is ready to be sent, and the heads that all mails of a site have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from energy_workbench.domain.time import clock
from energy_workbench.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is ready to be sent.

    Attributes
    ----------
    address : str
        Of who gets it.
    message : EmailMessage
    """

    address: str
    message: EmailMessage


def plain_letter(settings: Settings, site: str, address: str, subject: str, text: str, key: str) -> Letter:
    """A mail of text alone.

    Parameters
    ----------
    site : str
        Name of the plant: it is the sender's name.
    key : str
        What it is about: the same to the same person is the same mail.
    """
    message = begun(settings, site, subject, address, key)
    message.set_content(text)
    return Letter(address, message)


def sender_of(settings: Settings) -> str:
    """The sender's address: the setting, else who logs in, else the host's own."""
    if settings.smtp_from:
        return settings.smtp_from
    if "@" in settings.smtp_user:
        return settings.smtp_user
    return f"energy-workbench@{settings.smtp_host or 'localhost'}"


def begun(settings: Settings, site: str, subject: str, to: str, key: str) -> EmailMessage:
    """A mail that has its heads, and nothing in it yet."""
    message = EmailMessage()
    sender = sender_of(settings)
    message["From"] = Address(display_name=_one_line(site)[:80], addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _one_line(subject)[:250]
    message["Date"] = format_datetime(clock.now())
    # The same report to the same person is the same mail, however often it is handed in: readers show it once.
    digest = hashlib.sha256(f"{key}/{to}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
