"""HTML of an examination; every value is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from energy_workbench.widgets.setup import marks
from energy_workbench.widgets.setup.marks import Mark, one_line

LISTED = 300
"""Meters that are shown at once."""
VERDICTS = {
    "good": Mark("ok", "Good"),
    "unknown": Mark("inactive", "Unknown"),
    "warning": Mark("warning", "Warning"),
    "problem": Mark("critical", "Problem"),
}
SEE_GATEWAY = "see the gateway"
"""Advice that stands above already."""
KINDS = {
    "no_answer": "no answer",
    "target_silent": "silent behind the gateway",
    "refused": "refused",
    "garbled": "garbled",
    "unreachable": "no connection",
    "internal": "own fault",
}
"""Of errors, as people say."""


def head(found: Mapping[str, Any]) -> str:
    """In one line: how everything is, and over which time was counted."""
    if not found:
        return '<p class="ew-hint" role="status">Looking…</p>'
    if found["live"]:
        counted = f"counted over the last {max(1, round(float(found['seconds']) / 60))} min"
    else:
        counted = "no collector runs, so nothing is counted"
    return f'<p role="status">{pill(found)} <span class="ew-quiet-text">{counted}</span></p>'


def checks(found: Mapping[str, Any]) -> str:
    """The home's own checks; those that are well in one line."""
    rows = list(found.get("checks", ()))
    ill = [row for row in rows if row["verdict"] != "good"]
    well = ", ".join(str(row["name"]) for row in rows if row["verdict"] == "good")
    table = "".join(f"<tr><td>{pill(row)}</td><th>{_cell(row['name'])}</th><td>{_why(row)}</td></tr>" for row in ill)
    list_ = f'<table class="ew-list ew-wrap"><tbody>{table}</tbody></table>' if ill else ""
    return list_ + (f'<p class="ew-hint">Good: {escape(well)}.</p>' if well else "")


def gateways(found: Mapping[str, Any]) -> str:
    """A line a gateway, with what to do."""
    rows = "".join(
        f"<tr><td>{pill(row)}</td><th>{_cell(row['url'])}</th><td>{row['online']} of {row['meters']}</td>"
        f"<td>{_percent(row['success_percent'])}</td><td>{_times(row)}</td><td>{_share(row['utilisation'])}</td>"
        f"<td>{row['missed']:,}</td></tr>{_below(row)}"
        for row in found.get("gateways", ())
    )
    if not rows:
        return '<p class="ew-hint">No meter has a gateway and a profile yet.</p>' if found else ""
    titles = ("", "Gateway", "Answer", "Complete", "Answer in ms", "In use", "Missed")
    return _table(titles, rows)


def meters(rows: Sequence[Mapping[str, Any]], *, ill: bool) -> str:
    """A line a meter, with what to do."""
    if not rows:
        return '<p class="ew-hint">No meter needs anybody.</p>' if ill else ""
    lines = "".join(
        f"<tr><td>{pill(row)}</td><th>{_cell(row['number'])}</th><td>{row['unit_id']}</td>"
        f"<td>{_percent(row['success_percent'])}</td><td>{_times(row)}</td><td>{_errors(row)}</td>"
        f"<td>{_cell(row['breaker'] or '–')}</td></tr>{_below(row)}"
        for row in rows[:LISTED]
    )
    rest = f'<p class="ew-hint">The first {LISTED} of {len(rows):,} are listed.</p>' if len(rows) > LISTED else ""
    return _table(("", "Meter", "Unit", "Complete", "Answer in ms", "Errors", "Breaker"), lines) + rest


def pill(row: Mapping[str, Any]) -> str:
    """The verdict as icon and word."""
    return marks.pill(VERDICTS[row["verdict"]])


def _table(titles: Iterable[str], rows: str) -> str:
    head = "".join(f"<th>{title}</th>" for title in titles)
    return (
        '<div class="ew-scroll"><table class="ew-list ew-doctor-list">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _below(row: Mapping[str, Any]) -> str:
    """What is seen and what to do, under the numbers, where there is something to do."""
    if row["verdict"] == "good" or row["advice"] == SEE_GATEWAY:
        return ""
    return f'<tr class="ew-why"><td colspan="7"><div class="ew-why-text">{_why(row)}</div></td></tr>'


def _why(row: Mapping[str, Any]) -> str:
    advice = f'<span class="ew-do">→ {_cell(row["advice"], 600)}</span>' if row["advice"] else ""
    return f"<span>{_cell(row['text'], 600)}</span>{advice}"


def _errors(row: Mapping[str, Any]) -> str:
    told = [f"{KINDS.get(kind, kind)} {count:,}" for kind, count in row["errors"].items()]
    told += [f"exception {code}: {count:,}" for code, count in row["exceptions"].items()]
    return _cell(", ".join(told) or "–", 200)


def _times(row: Mapping[str, Any]) -> str:
    if row["latency_p50_ms"] is None:
        return "–"
    return (
        f'<span title="half of the answers; 95 of 100">{row["latency_p50_ms"]:.0f} / {row["latency_p95_ms"]:.0f}</span>'
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _cell(value: Any, most: int = 120) -> str:
    return escape(one_line(value, most))
