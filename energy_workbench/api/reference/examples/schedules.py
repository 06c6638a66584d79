"""Examples of scheduled reports and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_REPORT_RUN: JsonObject = {
    "id": 41, "schedule": "sch_9f2c41d07b", "name": "Monthly to the board", "report": "monthly", "period": "2026-10",
    "manual": False, "planned_at": "2026-11-01T06:00:00+05:30", "due_at": "2026-11-01T06:00:00+05:30",
    "state": "done", "started_at": "2026-11-01T06:00:01+05:30", "finished_at": "2026-11-01T06:00:12+05:30",
    "seconds": 11.4, "attempts": 1, "failures": 0, "reason": "", "progress": 0.0, "step": "", "completeness": 0.998,
    "incomplete": False, "delivered": ["folder", "anna@example.com"], "files": ["html", "pdf"], "cancelling": False,
}  # fmt: skip
_SCHEDULE_FIELDS: JsonObject = {
    "name": "Monthly to the board", "report": "monthly", "parameters": {"meter": "UNIT-A"}, "cron": "0 6 1 * *",
    "period": "last month", "formats": ["html", "pdf"],
    "recipients": [{"address": "anna@example.com", "language": "de"}], "webhook": "https://hooks.example.com/energy",
    "owner": "energy@example.com", "completeness_percent": 95.0, "wait_hours": 12.0, "paused": False,
}  # fmt: skip
_SCHEDULE: JsonObject = {
    "id": "sch_9f2c41d07b", **_SCHEDULE_FIELDS, "since": "2026-10-05T10:00:00+05:30",
    "described": "At 06:00 on day 1 of every month", "next_run": "2026-12-01T06:00:00+05:30", "run": _REPORT_RUN,
    "warnings": {}, "revision": 2_918_223_001,
}  # fmt: skip
_REPORT: JsonObject = {
    "name": "monthly",
    "parameters": [{"name": "meter", "type": "str", "default": "", "help": "Number of the meter reported"}],
}
_WRITTEN: JsonObject = {
    "id": "rpt_5b1c0f9a7d22", "title": "Monthly report, October 2026", "report": "monthly", "site": "Works",
    "period": "2026-10", "meter": "", "written_at": "2026-11-01T06:00:02+05:30", "schedule": "Monthly to the board",
    "completeness": 0.998, "incomplete": False, "running": False, "files": ["html", "pdf"],
}  # fmt: skip
_CHECKED: JsonObject = {
    "problems": {"recipients": "'anna' is no mail address, such as anna@example.com"},
    "warnings": {"recipients": "no server takes mail yet: set smtp_host in workbench.toml"},
    "described": "At 06:00 on day 1 of every month",
    "next_runs": [{"at": "2026-12-01T06:00:00+05:30", "period": "2026-11"}],
}

_MAIL_TESTED: JsonObject = {
    "ok": False, "address": "anna@example.com", "server": "mail.example.com:587", "milliseconds": 413,
    "error": "mail.example.com:587 does not accept the login of 'energy': check smtp_user and the password (535)",
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "reports": Shown("The reports there are", listed([_REPORT])),
    "written_reports": Shown("Reports, newest first", {**listed([_WRITTEN]), "timezone": "Asia/Kolkata"}),
    "schedules": Shown("The schedules", listed([_SCHEDULE])),
    "create_schedule": Shown("The schedule", _SCHEDULE, body="Its fields", sends=_SCHEDULE_FIELDS),
    "check_schedule": Shown(
        "What is wrong, by field, and what it would do",
        _CHECKED,
        body="Fields of a form, and the schedule that it changes",
        sends={"fields": _SCHEDULE_FIELDS, "id": None},
    ),
    "schedule": Shown("The schedule", _SCHEDULE),
    "update_schedule": Shown("The schedule", _SCHEDULE, body="Its fields", sends=_SCHEDULE_FIELDS),
    "run_schedule": Shown(
        "The run",
        _REPORT_RUN,
        body="The period, where it is another than the schedule's",
        sends={"period": "2026-09"},
    ),
    "runs": Shown("Runs, newest first", listed([_REPORT_RUN])),
    "run": Shown("The run", _REPORT_RUN),
    "test_mail": Shown(
        "Whether it was taken, else why not",
        _MAIL_TESTED,
        body="Who gets it",
        sends={"address": "anna@example.com"},
    ),
    "cancel_run": Shown("The run", _REPORT_RUN),
}
"""By name of the operation."""
