"""The notice to a schedule's owner that a run of it failed, by mail or webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.schedules import Run
from energy_workbench.jobs.reports.webhook_event import event
from energy_workbench.reports.delivery import webhook
from energy_workbench.runtime.redaction import hidden
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail import smtp
from energy_workbench.services.mail.letter import plain_letter

if TYPE_CHECKING:
    from energy_workbench.jobs.reports.secrets import Secrets
    from energy_workbench.services.workbench import Workbench

TEXT = """The report {name} ({report}, {period}) was not sent as planned.

Why: {reason}
Planned for: {planned:%d %b %Y %H:%M} ({zone})
Delivered to: {delivered}

What to do: mend the cause, then send it with

    energy-workbench schedules run "{name}" --period {period}

or with "Send now" on the page Schedules. Its history is there too.
"""


def tell_owner(settings: Settings, wb: Workbench, run: Run, secrets: Secrets) -> bool:
    """Tell by mail or webhook, as the schedule says; False where nobody wants to know.

    Raises
    ------
    DeliveryError
        If that fails as well.
    SettingsError
        If the settings do not allow it.
    """
    try:
        owner = wb.registry.schedule(run.schedule).owner
    except NotFoundError:
        return False
    if not owner:
        return False
    if owner.startswith(("http:", "https:")):
        webhook.post(owner, secrets.key(), event("report.failed", wb.site()["site"], run.name, run))
        return True
    text = TEXT.format(
        name=run.name,
        report=run.report,
        period=run.period,
        reason=run.reason,
        planned=run.planned_at.astimezone(wb.zone),
        zone=wb.zone.key,
        delivered=", ".join(map(hidden, run.delivered)) or "nobody",
    )
    site = wb.site()["name"]
    letter = plain_letter(
        settings, site, owner, f"Not sent: {run.name}, {run.period}", text, f"failed/{run.key}/{run.finished_at}"
    )
    for error in smtp.send(settings, secrets.password(), [letter]).values():
        raise error
    return True
