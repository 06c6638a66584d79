"""Delivering a report to the folder, to people and to a webhook; to each once, however often it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energy_workbench.domain.errors import DeliveryError, SettingsError
from energy_workbench.domain.schedules import Schedule
from energy_workbench.jobs.reports.webhook_event import event
from energy_workbench.reports.delivery import index, webhook
from energy_workbench.reports.delivery.letter import report_letter
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail import smtp

if TYPE_CHECKING:
    from energy_workbench.jobs.reports.lease import Lease
    from energy_workbench.jobs.reports.secrets import Secrets
    from energy_workbench.services.workbench import Workbench

FOLDER = "folder"
"""Who a report is delivered to, beside people and webhooks."""


def deliver(
    settings: Settings, wb: Workbench, schedule: Schedule, lease: Lease, secrets: Secrets
) -> dict[str, DeliveryError]:
    """Deliver what has not been delivered yet, but to none who has refused it for good.

    Returns
    -------
    dict of str to DeliveryError
        By address, why it was not; those of earlier attempts too, where they are final.

    Raises
    ------
    HomeError
        If the folder cannot be written.
    """
    site, slug = wb.site()["name"], wb.site()["site"]
    manifest = settings.reports_path / lease.run.files["manifest"]

    def delivered(to: str) -> None:
        lease.sure(delivered=(*lease.run.delivered, to))

    def refused(to: str, reason: str) -> None:
        lease.sure(refused={**lease.run.refused, to: reason})

    def before(to: str) -> None:
        lease.tell(lease.progress, f"Mailing {to}")
        lease.sure()

    def open_to(to: str) -> bool:
        return to not in lease.run.delivered and to not in lease.run.refused

    if open_to(FOLDER):
        index.write(settings.reports_path, site, wb.zone)
        delivered(FOLDER)
    failed: dict[str, DeliveryError] = {}
    people = [each for each in schedule.recipients if open_to(each.address)]
    if people:
        letters = [report_letter(settings, schedule, lease.run, each, manifest, site) for each in people]
        try:
            failed |= smtp.send(settings, secrets.password(), letters, before=before, sent=delivered, refused=refused)
        except SettingsError as error:
            # No pause mends that; the webhook is told all the same.
            failed |= {each.address: DeliveryError(str(error), temporary=False) for each in people}
    if schedule.webhook and open_to(schedule.webhook):
        lease.tell(lease.progress, "Calling the webhook")
        lease.sure()
        try:
            webhook.post(
                schedule.webhook, secrets.key(), event("report.sent", slug, schedule.name, lease.run, manifest)
            )
            delivered(schedule.webhook)
        except DeliveryError as error:
            failed[schedule.webhook] = error
            if not error.temporary:
                refused(schedule.webhook, str(error))
        except SettingsError as error:
            failed[schedule.webhook] = DeliveryError(str(error), temporary=False)
    wanted = {schedule.webhook, *(each.address for each in schedule.recipients)}
    final = {to: DeliveryError(reason, temporary=False) for to, reason in lease.run.refused.items() if to in wanted}
    return {_shown(to, schedule): error for to, error in (failed | final).items()}


def _shown(to: str, schedule: Schedule) -> str:
    """Who is meant, in words: the address of a webhook may hold a secret."""
    return "webhook" if to == schedule.webhook else to
