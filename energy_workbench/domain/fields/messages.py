"""Words of labels and help by their message id; pages and commands name the id, never the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.domain.fields import meter_fields, schedule_fields

SETTINGS: Final[Mapping[str, str]] = {
    "setting.database_url.label": "Database of the registry",
    "setting.database_url.help": "Any SQLAlchemy URL; empty: SQLite in the home",
    "setting.lake.label": "Lake",
    "setting.lake.help": "Folder or URL of the readings and intervals; empty: `lake` in the home",
    "setting.timezone.label": "Time zone",
    "setting.timezone.help": "Zone of a site that is new, at `init`; the zone kept with the site wins later",
    "setting.host.label": "Address of the servers",
    "setting.host.help": "Address that every server binds to",
    "setting.port.label": "Port of the service",
    "setting.port.help": "REST and the front page",
    "setting.dashboard_port.label": "Port of the viewers' pages",
    "setting.dashboard_port.help": "Voilà for viewers",
    "setting.editor_port.label": "Port of the editors' pages",
    "setting.editor_port.help": "Voilà for editors",
    "setting.lab_port.label": "Port of JupyterLab",
    "setting.lab_port.help": "JupyterLab for analysts",
    "setting.metrics_port.label": "Port of the metrics",
    "setting.metrics_port.help": "The collector's, for Prometheus",
    "setting.plant_port.label": "First port of the demo plant",
    "setting.plant_port.help": "First port of the demo plant; each of its eight gateways takes the next",
    "setting.public_url.label": "Public address",
    "setting.public_url.help": (
        "Where a proxy serves everything as one origin, such as https://energy.example.com; "
        "empty: each server at its own port"
    ),
    "setting.host_names.label": "Further names of the machine",
    "setting.host_names.help": (
        "By which browsers reach the service without a proxy, such as energy.local, meters; "
        "addresses, localhost and the machine's own name are known"
    ),
    "setting.token.label": "Editor's token",
    "setting.token.help": "Empty: made at the first start and kept in the home",
    "setting.viewer_token.label": "Viewer's token",
    "setting.viewer_token.help": "Empty: made at the first start and kept in the home",
    "setting.commit_seconds.label": "Between commits",
    "setting.commit_seconds.help": "How often spooled readings go to the lake",
    "setting.spool_max_mb.label": "Bound of the spool",
    "setting.spool_max_mb.help": (
        "Most readings that wait while the lake cannot be reached: a week and more of 92 meters read every 10 s"
    ),
    "setting.build_seconds.label": "Between builds",
    "setting.build_seconds.help": "How often intervals are brought up to date",
    "setting.history_days.label": "History of communication",
    "setting.history_days.help": "How long changes of communication and health are kept",
    "setting.kernels.label": "Kernels",
    "setting.kernels.help": "Most kernels a Voilà server may run: one for each open page",
    "setting.loss_threshold_percent.label": "Threshold of losses",
    "setting.loss_threshold_percent.help": (
        "A node whose loss is above it, and above its uncertainty, is a hotspot; of the supply"
    ),
    "setting.billing_day.label": "Billing day",
    "setting.billing_day.help": "Day of the month on which a billing month begins; a shorter month's last day",
    "setting.shifts.label": "Shifts",
    "setting.shifts.help": "Name and begin of each shift of the site, on a quarter of an hour",
    "setting.paper.label": "Paper",
    "setting.paper.help": "Paper of reports",
    "setting.reports_at_once.label": "Reports at once",
    "setting.reports_at_once.help": "Most scheduled reports that are written at the same time",
    "setting.smtp_host.label": "Mail server",
    "setting.smtp_host.help": "Server that takes the mail; empty: no mail is sent",
    "setting.smtp_port.label": "Port of the mail server",
    "setting.smtp_port.help": "Its port: mostly 587 with starttls, 465 with tls",
    "setting.smtp_security.label": "Security of mail",
    "setting.smtp_security.help": (
        "TLS from the second word on, from the first, or never: that only for a server on this machine"
    ),
    "setting.smtp_user.label": "Mail user",
    "setting.smtp_user.help": "Who logs in there; empty: nobody. The password is no setting",
    "setting.smtp_from.label": "Sender",
    "setting.smtp_from.help": "Address that mail is sent from; empty: the mail user's",
    "setting.smtp_ca_file.label": "Certificates of the mail server",
    "setting.smtp_ca_file.help": "File that the server's certificate is checked with; empty: those of the machine",
    "setting.smtp_seconds.label": "Patience with the mail server",
    "setting.smtp_seconds.help": "Longest wait for a word of the mail server",
    "setting.log_format.label": "Format of the log",
    "setting.log_format.help": "A line an event for people, or a line of JSON for programs",
    "setting.log_level.label": "Level of the log",
    "setting.log_level.help": "The least that is logged",
}
"""Of the settings."""

ENGLISH: Final[Mapping[str, str]] = {**SETTINGS, **meter_fields.MESSAGES, **schedule_fields.MESSAGES}
"""Every message, each of which is named by a declaration."""


def text(id: str) -> str:
    """Words of a message.

    Raises
    ------
    KeyError
        If there is no such message: a test holds that every id a declaration names is here.
    """
    return ENGLISH[id]
