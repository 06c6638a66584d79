"""HTML of an examination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

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


def head(found: Mapping[str, Any]) -> Markup:
    """In one line: how everything is, and over which time was counted."""
    if not found:
        return Markup('<p class="ew-hint" role="status">Looking…</p>')
    if found["live"]:
        counted = f"counted over the last {max(1, round(float(found['seconds']) / 60))} min"
    else:
        counted = "no collector runs, so nothing is counted"
    return Markup('<p role="status">{} <span class="ew-quiet-text">{}</span></p>').format(pill(found), counted)


def checks(found: Mapping[str, Any]) -> Markup:
    """The home's own checks; those that are well in one line."""
    rows = list(found.get("checks", ()))
    ill = [row for row in rows if row["verdict"] != "good"]
    well = ", ".join(str(row["name"]) for row in rows if row["verdict"] == "good")
    table = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td></tr>").format(pill(row), one_line(row["name"]), _why(row))
        for row in ill
    )
    list_ = Markup('<table class="ew-list ew-wrap"><tbody>{}</tbody></table>').format(table) if ill else Markup()
    return list_ + (Markup('<p class="ew-hint">Good: {}.</p>').format(well) if well else "")


def gateways(found: Mapping[str, Any]) -> Markup:
    """A line a gateway, with what to do."""
    rows = Markup().join(
        Markup(
            "<tr><td>{}</td><th>{}</th><td>{} of {}</td><td>{}</td><td>{}</td><td>{}</td><td>{:,}</td></tr>{}"
        ).format(
            pill(row),
            one_line(row["url"]),
            row["online"],
            row["meters"],
            _percent(row["success_percent"]),
            _times(row),
            _share(row["utilisation"]),
            row["missed"],
            _below(row),
        )
        for row in found.get("gateways", ())
    )
    if not rows:
        return Markup('<p class="ew-hint">No meter has a gateway and a profile yet.</p>') if found else Markup()
    titles = ("", "Gateway", "Answer", "Complete", "Answer in ms", "In use", "Missed")
    return _table(titles, rows)


def meters(rows: Sequence[Mapping[str, Any]], *, ill: bool) -> Markup:
    """A line a meter, with what to do."""
    if not rows:
        return Markup('<p class="ew-hint">No meter needs anybody.</p>') if ill else Markup()
    lines = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>{}").format(
            pill(row),
            one_line(row["number"]),
            row["unit_id"],
            _percent(row["success_percent"]),
            _times(row),
            _errors(row),
            one_line(row["breaker"] or "–"),
            _below(row),
        )
        for row in rows[:LISTED]
    )
    table = _table(("", "Meter", "Unit", "Complete", "Answer in ms", "Errors", "Breaker"), lines)
    if len(rows) <= LISTED:
        return table
    return table + Markup('<p class="ew-hint">The first {} of {:,} are listed.</p>').format(LISTED, len(rows))


def pill(row: Mapping[str, Any]) -> Markup:
    """The verdict as icon and word."""
    return marks.pill(VERDICTS[row["verdict"]])


def _table(titles: Iterable[str], rows: Markup) -> Markup:
    head = Markup().join(Markup("<th>{}</th>").format(title) for title in titles)
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-doctor-list">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(head, rows)


def _below(row: Mapping[str, Any]) -> Markup:
    """What is seen and what to do, under the numbers, where there is something to do."""
    if row["verdict"] == "good" or row["advice"] == SEE_GATEWAY:
        return Markup()
    return Markup('<tr class="ew-why"><td colspan="7"><div class="ew-why-text">{}</div></td></tr>').format(_why(row))


def _why(row: Mapping[str, Any]) -> Markup:
    advice = (
        Markup('<span class="ew-do">→ {}</span>').format(one_line(row["advice"], 600)) if row["advice"] else Markup()
    )
    return Markup("<span>{}</span>{}").format(one_line(row["text"], 600), advice)


def _errors(row: Mapping[str, Any]) -> str:
    told = [f"{KINDS.get(kind, kind)} {count:,}" for kind, count in row["errors"].items()]
    told += [f"exception {code}: {count:,}" for code, count in row["exceptions"].items()]
    return one_line(", ".join(told) or "–", 200)


def _times(row: Mapping[str, Any]) -> Markup:
    if row["latency_p50_ms"] is None:
        return Markup("–")
    return Markup('<span title="half of the answers; 95 of 100">{:.0f} / {:.0f}</span>').format(
        row["latency_p50_ms"], row["latency_p95_ms"]
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
