"""HTML of an examination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from energy_workbench.contract.rows.condition import Check, Doctor, GatewayCheck, MeterPolled
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup import marks
from energy_workbench.widgets.setup.marks import Mark

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


def head(examination: Doctor | None) -> Markup:
    """In one line: the verdict of the whole, and the time over which polls were counted."""
    if examination is None:
        return Markup('<p class="ew-hint" role="status">Looking…</p>')
    if examination["live"]:
        counted = f"counted over the last {max(1, round((examination['seconds'] or 0.0) / 60))} min"
    else:
        counted = "no collector runs, so nothing is counted"
    return Markup('<p role="status">{} <span class="ew-quiet-text">{}</span></p>').format(
        pill(examination["verdict"]), counted
    )


def checks(rows: Sequence[Check]) -> Markup:
    """The checks of the home; those that are good in one line."""
    ill = [row for row in rows if row["verdict"] != "good"]
    well = ", ".join(str(row["name"]) for row in rows if row["verdict"] == "good")
    table = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td></tr>").format(
            pill(row["verdict"]), one_line(row["name"]), _why(row)
        )
        for row in ill
    )
    list_ = Markup('<table class="ew-list ew-wrap"><tbody>{}</tbody></table>').format(table) if ill else Markup()
    return list_ + (Markup('<p class="ew-hint">Good: {}.</p>').format(well) if well else "")


def gateways(rows: Sequence[GatewayCheck]) -> Markup:
    """A line a gateway, with its advice."""
    lines = Markup().join(
        Markup(
            "<tr><td>{}</td><th>{}</th><td>{} of {}</td><td>{}</td><td>{}</td><td>{}</td><td>{:,}</td></tr>{}"
        ).format(
            pill(row["verdict"]),
            one_line(row["url"]),
            row["online"],
            row["meters"],
            _percent(row["success_percent"]),
            _times(row),
            _share(row["utilisation"]),
            row["missed"],
            _below(row),
        )
        for row in rows
    )
    if not rows:
        return Markup('<p class="ew-hint">No meter has a gateway and a profile yet.</p>')
    titles = ("", "Gateway", "Answer", "Complete", "Answer in ms", "In use", "Missed")
    return _table(titles, lines)


def meters(rows: Sequence[MeterPolled], *, ill: bool) -> Markup:
    """A line a meter, with its advice."""
    if not rows:
        return Markup('<p class="ew-hint">No meter needs anybody.</p>') if ill else Markup()
    lines = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>{}").format(
            pill(row["verdict"]),
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


def pill(verdict: str) -> Markup:
    """The verdict as icon and word."""
    return marks.pill(VERDICTS[verdict])


def _table(titles: Iterable[str], rows: Markup) -> Markup:
    head = Markup().join(Markup("<th>{}</th>").format(title) for title in titles)
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-doctor-list">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(head, rows)


def _below(row: GatewayCheck | MeterPolled) -> Markup:
    """Reason and advice, under the numbers, where there is some."""
    if row["verdict"] == "good" or row["advice"] == SEE_GATEWAY:
        return Markup()
    return Markup('<tr class="ew-why"><td colspan="7"><div class="ew-why-text">{}</div></td></tr>').format(_why(row))


def _why(row: Check | GatewayCheck | MeterPolled) -> Markup:
    advice = (
        Markup('<span class="ew-do">→ {}</span>').format(one_line(row["advice"], 600)) if row["advice"] else Markup()
    )
    return Markup("<span>{}</span>{}").format(one_line(row["text"], 600), advice)


def _errors(row: MeterPolled) -> str:
    told = [f"{KINDS.get(kind, kind)} {count:,}" for kind, count in row["errors"].items()]
    told += [f"exception {code}: {count:,}" for code, count in row["exceptions"].items()]
    return one_line(", ".join(told) or "–", 200)


def _times(row: GatewayCheck | MeterPolled) -> Markup:
    if row["latency_p50_ms"] is None:
        return Markup("–")
    return Markup('<span title="half of the answers; 95 of 100">{:.0f} / {:.0f}</span>').format(
        row["latency_p50_ms"], row["latency_p95_ms"]
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
