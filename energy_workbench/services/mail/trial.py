"""A test mail: whether the mail server takes one, and in words what failed where it does not."""

from __future__ import annotations

import secrets
import time

from energy_workbench.contract.rows.schedules import MailTested
from energy_workbench.domain.errors import DeliveryError, InputError, Problem, SettingsError
from energy_workbench.domain.fields.mail_address import mail_address
from energy_workbench.runtime import secret
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail import smtp
from energy_workbench.services.mail.letter import plain_letter

SUBJECT = "Test mail of the energy workbench"
TEXT = """This is a test: reports of {site} that are sent by themselves come this way.

Nothing has to be done.
"""


def send_test_mail(settings: Settings, site: str, address: str) -> MailTested:
    """Hand a test mail to the server of the settings, as reports are handed to it.

    Raises
    ------
    InputError
        If the address is none.
    """
    try:
        to = mail_address(address.strip())
    except ValueError as error:
        problem = Problem("mail", "address", address[:60], str(error))
        raise InputError("the test mail cannot be sent", [problem]) from None
    begun = time.monotonic()
    why = _refusal(settings, site, to)
    return {
        "ok": not why,
        "address": to,
        "server": f"{settings.smtp_host}:{settings.smtp_port}" if settings.smtp_host else "",
        "error": why,
        "milliseconds": round(1000 * (time.monotonic() - begun)),
    }


def _refusal(settings: Settings, site: str, to: str) -> str:
    """Why it was not taken; empty where it was."""
    letter = plain_letter(settings, site, to, SUBJECT, TEXT.format(site=site), f"test/{secrets.token_hex(8)}")
    try:
        password = secret.read(settings.installation, secret.SMTP_PASSWORD)
        refused: dict[str, DeliveryError] = smtp.send(settings, password, [letter])
    except SettingsError as error:
        return str(error)
    told = "; ".join(map(str, refused.values()))
    if told and settings.smtp_user and not password:
        told += f" (no password is known here: put it into the file {secret.SMTP_PASSWORD} of the home)"
    return told
