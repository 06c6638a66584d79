"""A report as a mail to one person: key figures and small charts in the body, the files attached."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from markupsafe import Markup

from energy_workbench.domain.schedules import Recipient, Run, Schedule
from energy_workbench.reports.delivery.language import words
from energy_workbench.reports.rendering.mail import compose
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail.letter import Letter, begun

FOOT: Final = "color:#566573;font-family:Arial,Helvetica,sans-serif;font-size:12px;max-width:600px;margin:12px auto 0"
LARGEST: Final = 10_000_000
"""Bytes of attachments that mail servers commonly take."""


def report_letter(
    settings: Settings, schedule: Schedule, run: Run, recipient: Recipient, manifest: Path, site: str
) -> Letter:
    """The mail of a report, in the recipient's language.

    Parameters
    ----------
    manifest : Path
        Of the report; its files are beside it.
    site : str
        Name of the plant: it is the sender's name.

    Raises
    ------
    NotFoundError
        If a file of the report is not there.
    ReportError
        If the manifest is none.
    """
    said = words(recipient.language)
    mail = compose(manifest, phrases=said)
    attached = [path for path in mail.attachments if path.suffix.lstrip(".") in schedule.formats]
    too_large = sum(path.stat().st_size for path in attached) > LARGEST
    notes = [said["missing"]] if run.incomplete else []
    if too_large:
        notes.append(f"{said['too_large']} {', '.join(path.name for path in attached)}")
    notes.append(f"{said['sent_by']} {schedule.name}")
    subject = mail.subject
    if run.incomplete and not mail.incomplete:
        subject = f"{subject} ({said['incomplete']})"
    message = begun(settings, site, subject, recipient.address, f"{run.key}/{run.period}/{run.occasion}")
    message.set_content("\n\n".join([mail.text.rstrip(), *notes]) + "\n")
    foot = Markup().join(Markup('<p style="{}">{}</p>').format(FOOT, note) for note in notes)
    message.add_alternative(str(_with_foot(mail.html, foot)), subtype="html")
    body = message.get_payload()[1]  # type: ignore[index]
    for name, content in mail.images.items():
        body.add_related(content, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")  # type: ignore[union-attr]
    for path in [] if too_large else attached:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(path.read_bytes(), main, sub, filename=path.name)
    message["Content-Language"] = recipient.language  # last: setting the content takes such headers away
    return Letter(recipient.address, message)


def _with_foot(html: Markup, foot: Markup) -> Markup:
    head, end, rest = html.rpartition(Markup("</body>"))
    return head + foot + end + rest if end else html + foot
