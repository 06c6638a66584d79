"""The fields of a schedule, each declared once: what stores, asks for, sends and shows them is made of this table.

A new one is a line here, an attribute of `Schedule`, and a migration.
"""

from __future__ import annotations

from typing import Final

from energy_workbench.domain.fields import kinds
from energy_workbench.domain.fields.schedule_field import Group, ScheduleField
from energy_workbench.domain.schedules import FORMATS, LANGUAGES

FIELDS: Final[tuple[ScheduleField, ...]] = (
    ScheduleField(
        "name", kinds.ScheduleName(), "Name", help="What people call it", option="name", group=Group.WHAT,
        hint="What people call it; the folder of its files bears it",
    ),
    ScheduleField(
        "report", kinds.ReportName(), "Report", help="Name of the report, such as monthly", option="report",
        group=Group.WHAT,
    ),
    ScheduleField(
        "cron", kinds.Cron(), "When",
        help="When, in the site's zone: minute hour day month weekday: '0 6 1 * *'", option="cron", group=Group.WHEN,
        hint="As in cron, in the site's zone: 30 5 * * 1-5", proposed="0 6 1 * *",
        choices={
            "0 6 1 * *": "On the 1st of the month, 06:00",
            "0 6 * * 1": "Every Monday, 06:00",
            "0 6 * * *": "Every day, 06:00",
            "0 6 * * 1-5": "On workdays, 06:00",
        },
        otherwise="Minute hour day month weekday",
    ),
    ScheduleField(
        "period", kinds.PeriodRule(), "Period",
        help="What is reported, as of then: 'last month', yesterday, 'last week'", option="period", group=Group.WHAT,
        hint="As of then: last month, yesterday, …",
        suggests=("last month", "last week", "yesterday", "this month", "last 7 days", "last year"),
    ),
    ScheduleField(
        "formats", kinds.Several(FORMATS), "Files",
        help=f"{', '.join(FORMATS)}, or several: {','.join(FORMATS[:2])}", option="format", group=Group.WHAT,
        choices={
            "html,pdf": "HTML and PDF",
            "pdf": "PDF",
            "pdf,xlsx": "PDF and Excel",
            "html,pdf,xlsx": "HTML, PDF and Excel",
            "html": "HTML",
            "xlsx": "Excel",
        },
    ),
    ScheduleField(
        "recipients", kinds.Recipients(tuple(LANGUAGES), most=50), "Mail to",
        help="Who gets it by mail, with the language: anna@example.com:de", option="to", group=Group.WHOM,
        hint="Addresses, separated by commas, each with its language: "
        f"anna@example.com de ({', '.join(LANGUAGES)})",
    ),
    ScheduleField(
        "webhook", kinds.WebAddress(), "Webhook", help="Address that is told of it; '' for none", option="webhook",
        group=Group.WHOM, hint="Told by a signed POST; empty for none",
    ),
    ScheduleField(
        "owner", kinds.Addressee(), "When it fails, tell",
        help="Who is told when it fails: a mail address or a webhook; '' for nobody", option="owner",
        group=Group.WHOM, hint="A mail address or a webhook; empty for nobody",
    ),
    ScheduleField(
        "completeness_percent", kinds.Number(0, 100), "Data that must be there", "%",
        help="How much of the data must be there [%]", option="completeness", group=Group.WHEN,
        hint="With less, it waits",
    ),
    ScheduleField(
        "wait_hours", kinds.Number(0, 14 * 24), "Waits for them at most", "h",
        help="How long it waits for them; then it is sent incomplete [h]", option="wait-hours", group=Group.WHEN,
        hint="Then it is sent, marked incomplete",
    ),
    ScheduleField("paused", kinds.YesNo(), "Paused", help="Whether nothing is planned until it is resumed"),
    ScheduleField(
        "parameters", kinds.ReportParameters(), "Parameters",
        help="A parameter of the report, as NAME=VALUE: meter=UNIT-A", option="set",
    ),
)  # fmt: skip
"""In the order of the command line and of the reference."""
BY_NAME: Final = {each.name: each for each in FIELDS}
GROUPED: Final = {group: tuple(each for each in FIELDS if each.group is group) for group in Group}
"""Those of the form."""
REQUIRED: Final = tuple(each.name for each in FIELDS if each.required)
MESSAGES: Final = {name: words for each in FIELDS for name, words in each.messages()}
"""Texts of the table by their ids."""
