"""The HTML of the page of scheduled reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from energy_workbench.contract.rows.schedules import PlannedRun, RunRow, ScheduleRow
from energy_workbench.widgets.markup import home

SIGNS = {
    "due": ("○", "waits for its turn", "quiet"),
    "waiting": ("◔", "waits for data", "careful"),
    "running": ("▶", "runs", "busy"),
    "retrying": ("↻", "tried again later", "careful"),
    "done": ("✓", "sent", "good"),
    "failed": ("✕", "failed", "bad"),
    "cancelled": ("–", "cancelled", "quiet"),
}
"""State of a run → sign, word and colour: each tells it alone."""


def state(run: RunRow) -> Markup:
    """The state of a run, as sign and word."""
    sign, word, kind = SIGNS[run["state"]]
    if run["state"] == "done" and run["incomplete"]:
        word, kind = "sent incomplete", "careful"
    if run["cancelling"]:
        word = "is being cancelled"
    return Markup('<span class="ew-state ew-is-{}"><i aria-hidden="true">{}</i> {}</span>').format(kind, sign, word)


def line(row: ScheduleRow) -> Markup:
    """A schedule in the list, beside its name: when it runs, next and last run."""
    run = row["run"]
    upcoming = "Paused" if row["paused"] else f"Next {when(row['next_run'])}" if row["next_run"] else "Never again"
    last = Markup("{} <span>{}</span>").format(state(run), run["period"]) if run else Markup("<span>Not run yet</span>")
    return Markup(
        '<span class="ew-when">{}</span><span class="ew-next">{}</span><span class="ew-last">{}</span>'
    ).format(row["described"], upcoming, last)


def details(row: ScheduleRow) -> Markup:
    """The fields of a schedule."""
    people = ", ".join(
        each["address"] + (f" ({each['language']})" if each["language"] != "en" else "") for each in row["recipients"]
    )
    parameters = ", ".join(
        f"{name} {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in row["parameters"].items()
    )
    upcoming = "paused: nothing is planned" if row["paused"] else when(row["next_run"])
    facts = [
        ("Report", f"{row['report']}, {row['period']}{f' ({parameters})' if parameters else ''}"),
        ("When", f"{row['described']} ({row['cron']})"),
        ("Next", upcoming),
        ("Files", ", ".join(name.upper() if name != "xlsx" else "Excel" for name in row["formats"])),
        ("Mail to", people or "nobody"),
        ("Webhook", row["webhook"] or "none"),
        ("When it fails", f"tells {row['owner']}" if row["owner"] else "tells nobody: give it an owner"),
        ("Data", f"waits for {row['completeness_percent']:g} %, {row['wait_hours']:g} h at most"),
    ]
    listed = Markup().join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in facts)
    return Markup('<h2>{}</h2><div class="ew-section"><dl>{}</dl></div>').format(row["name"], listed)


OVERDUE = "It should have begun: is “energy-workbench schedule” running, or is it busy with other reports?"


def progress(run: RunRow | None, overdue: bool = False) -> Markup:
    """Progress of the run that is not over; empty for none."""
    if run is None:
        return Markup()
    share = round(100 * run["progress"])
    note = run["step"] if run["state"] == "running" else run["reason"]
    if run["state"] in ("retrying", "waiting"):
        note = f"{note}; next at {when(run['due_at'])}"
    bar = (
        Markup(
            '<div class="ew-bar-of" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
            'aria-valuenow="{}"><span style="width:{}%"></span></div>'
        ).format(share, share)
        if run["state"] == "running"
        else Markup()
    )
    late = Markup('<p class="ew-careful">⚠ {}</p>').format(OVERDUE) if overdue else Markup()
    head = Markup("{} <b>{}</b>").format(state(run), run["period"])
    return Markup('<div class="ew-run" role="status">{}{}<p>{}</p>{}</div>').format(head, bar, str(note), late)


def history(runs: Sequence[RunRow]) -> Markup:
    """The newest runs, as a table."""
    if not runs:
        return Markup('<p class="ew-hint">It has not run yet.</p>')
    heads = Markup().join(
        Markup('<th scope="col">{}</th>').format(text) for text in ("Planned for", "Period", "Status", "Took", "Why")
    )
    lines = Markup().join(
        Markup("<tr><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>").format(
            when(run["planned_at"]),
            Markup(" <small>by hand</small>") if run["manual"] else "",
            run["period"],
            state(run),
            took(run["seconds"]),
            run["reason"],
        )
        for run in runs
    )
    return Markup('<table class="ew-list ew-runs"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        heads, lines
    )


def preview(described: str, next_runs: Sequence[PlannedRun]) -> Markup:
    """When a form's schedule would run, and of which period."""
    if not described:
        return Markup()
    times = Markup().join(
        Markup("<li>{}{}</li>").format(when(each["at"]), f" — {each['period']}" if each["period"] else "")
        for each in next_runs
    )
    return Markup('<div class="ew-preview"><p><b>{}</b>, such as</p><ul>{}</ul></div>').format(described, times)


def header(site: str) -> Markup:
    """Name of the page and of the site, and the instant of the states."""
    return Markup(
        '<div class="ew-title">{}<h1>Scheduled reports</h1><p><b>{}</b>'
        '<span class="ew-live">as of <span class="ew-asof">…</span></span></p></div>'
    ).format(home(), site)


def when(iso: str | None) -> str:
    """An instant as text; empty for none."""
    return f"{datetime.fromisoformat(iso):%a %d %b %Y, %H:%M}" if iso else ""


def took(seconds: float | None) -> str:
    """A duration as text."""
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
