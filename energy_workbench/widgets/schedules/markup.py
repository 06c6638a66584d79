"""The HTML of the page of scheduled reports; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

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


def state(run: Mapping[str, Any]) -> str:
    """What a run is, as sign and word."""
    sign, word, kind = SIGNS[run["state"]]
    if run["state"] == "done" and run["incomplete"]:
        word, kind = "sent incomplete", "careful"
    if run["cancelling"]:
        word = "is being cancelled"
    return f'<span class="ew-state ew-is-{kind}"><i aria-hidden="true">{sign}</i> {escape(word)}</span>'


def line(row: Mapping[str, Any]) -> str:
    """What the list says of a schedule beside its name."""
    run = row["run"]
    upcoming = "Paused" if row["paused"] else f"Next {when(row['next_run'])}" if row["next_run"] else "Never again"
    last = f"{state(run)} <span>{escape(run['period'])}</span>" if run else "<span>Not run yet</span>"
    return (
        f'<span class="ew-when">{escape(row["described"])}</span>'
        f'<span class="ew-next">{escape(upcoming)}</span><span class="ew-last">{last}</span>'
    )


def details(row: Mapping[str, Any]) -> str:
    """What a schedule does."""
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
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f'<h2>{escape(row["name"])}</h2><div class="ew-section"><dl>{listed}</dl></div>'


OVERDUE = "It should have begun: is “energy-workbench schedule” running, or is it busy with other reports?"


def progress(run: Mapping[str, Any], overdue: bool = False) -> str:
    """How far the run is that is not over; empty for none."""
    if not run:
        return ""
    share = round(100 * run["progress"])
    note = run["step"] if run["state"] == "running" else run["reason"]
    if run["state"] in ("retrying", "waiting"):
        note = f"{note}; next at {when(run['due_at'])}"
    bar = (
        f'<div class="ew-bar-of" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share}"><span style="width:{share}%"></span></div>'
        if run["state"] == "running"
        else ""
    )
    late = f'<p class="ew-careful">⚠ {escape(OVERDUE)}</p>' if overdue else ""
    head = f"{state(run)} <b>{escape(run['period'])}</b>"
    return f'<div class="ew-run" role="status">{head}{bar}<p>{escape(str(note))}</p>{late}</div>'


def history(runs: Sequence[Mapping[str, Any]]) -> str:
    """The newest runs, as a table."""
    if not runs:
        return '<p class="ew-hint">It has not run yet.</p>'
    heads = "".join(f'<th scope="col">{text}</th>' for text in ("Planned for", "Period", "Status", "Took", "Why"))
    lines = "".join(
        f"<tr><td>{escape(when(run['planned_at']))}{' <small>by hand</small>' if run['manual'] else ''}</td>"
        f"<td>{escape(run['period'])}</td><td>{state(run)}</td><td>{escape(took(run['seconds']))}</td>"
        f"<td>{escape(run['reason'])}</td></tr>"
        for run in runs
    )
    return f'<table class="ew-list ew-runs"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>'


def preview(described: str, next_runs: Sequence[Mapping[str, str]]) -> str:
    """When a form's schedule would run, and of which period."""
    if not described:
        return ""
    times = "".join(
        f"<li>{escape(when(each['at']))}{(' — ' + escape(each['period'])) if each['period'] else ''}</li>"
        for each in next_runs
    )
    return f'<div class="ew-preview"><p><b>{escape(described)}</b>, such as</p><ul>{times}</ul></div>'


def header(site: str) -> str:
    """Name of the page and of the site, and when the states are from."""
    return (
        f'<div class="ew-title"><h1>Scheduled reports</h1><p><b>{escape(site)}</b>'
        '<span class="ew-live">as of <span class="ew-asof">…</span></span></p></div>'
    )


def when(iso: str | None) -> str:
    """An instant as people read it; empty for none."""
    return f"{datetime.fromisoformat(iso):%a %d %b %Y, %H:%M}" if iso else ""


def took(seconds: float | None) -> str:
    """A duration as people read it."""
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
