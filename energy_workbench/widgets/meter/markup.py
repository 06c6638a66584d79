"""HTML of the page of one meter; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from energy_workbench.core.finding_words import finding_title
from energy_workbench.core.pages import LOSSES, METER, PATTERNS, VIEWED
from energy_workbench.core.quantities import QUANTITIES, Kind
from energy_workbench.figures.pattern import SPANS
from energy_workbench.figures.words import ICONS, STATE_COLOURS, UNKNOWN, moment, percent, spoken
from energy_workbench.widgets.markup import heading

BELOW = 12
"""Meters right below that are named."""

SHOWN = 20
"""Findings or events that are listed."""

P, LINES = ("l1", "l2", "l3"), ("l1_l2", "l2_l3", "l3_l1")
ROWS: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    ("Voltage to neutral", "V", tuple(f"voltage_{p}_n" for p in P), "", "voltage_ln_avg"),
    ("Voltage L1-L2, L2-L3, L3-L1", "V", tuple(f"voltage_{p}" for p in LINES), "", "voltage_ll_avg"),
    ("Current", "A", tuple(f"current_{p}" for p in P), "current_n", "current_avg"),
    ("Active power", "kW", tuple(f"active_power_{p}" for p in P), "", "active_power_total"),
    ("Reactive power", "kvar", tuple(f"reactive_power_{p}" for p in P), "", "reactive_power_total"),
    ("Apparent power", "kVA", tuple(f"apparent_power_{p}" for p in P), "", "apparent_power_total"),
    ("Power factor", "", tuple(f"power_factor_{p}" for p in P), "", "power_factor_total"),
    ("THD of voltage", "%", tuple(f"thd_voltage_{p}" for p in P), "", "thd_voltage_avg"),
    ("THD of voltage between phases", "%", tuple(f"thd_voltage_{p}" for p in LINES), "", ""),
    ("THD of current", "%", tuple(f"thd_current_{p}" for p in P), "", "thd_current_avg"),
    ("Frequency", "Hz", ("", "", ""), "", "frequency"),
)
"""What is measured by phase: words, unit, quantities of three phases, of the neutral, of all."""

APPLIED = {"workbench": "applied by the workbench", "meter": "applied by the meter itself"}


def head(meter: Mapping[str, Any]) -> str:
    """Who the meter is: its place in the tree, its states with their reasons, its transformers, ways on."""
    if not meter:
        return ""
    above = "".join(f"{_go(METER.name, each['number'])} <i>›</i> " for each in meter["path"])
    facts = [meter["type"], meter["flow"], meter["location"], meter["profile"]]
    if meter["rated_kw"]:
        facts.append(f"rated {meter['rated_kw']:g} kW")
    at = quote(meter["number"], safe="")
    onward = [
        f'<a class="ew-go ew-to" href="{page.name}?meter={at}">{escape(page.title)}</a>'
        for page in (PATTERNS, LOSSES)
        if page in VIEWED
    ]
    return (
        f'<p class="ew-path">{above}<b>{escape(meter["number"])}</b></p>'
        f'<div class="ew-who"><h2>{escape(meter["name"] or meter["number"])}</h2>'
        f"<p>{escape(' · '.join(fact for fact in facts if fact))}</p><span>{''.join(onward)}</span></div>"
        f'<div class="ew-states">{_states(meter)}</div>'
        f'<p class="ew-ratio">{_ratio(meter)}</p>{_below(meter["children"])}'
    )


def _go(page: str, number: str, icon: str = "") -> str:
    text = f"{icon} {escape(number)}".strip()
    return f'<a class="ew-go" href="{page}?meter={quote(number, safe="")}">{text}</a>'


def _states(meter: Mapping[str, Any]) -> str:
    found = []
    for key in ("status", "health", "communication"):
        word = str(meter[key])
        reason = meter.get(f"{key}_reason") or (meter["error"] if key == "communication" else "") or ""
        since = f", since {moment(meter['health_since'])}" if key == "health" and meter.get("health_since") else ""
        said = f" <small>{escape(str(reason))}{escape(since)}</small>" if reason or (since and word != "good") else ""
        found.append(f"<span><em>{key.capitalize()}</em>{_state(word)}{said}</span>")
    return "".join(found)


def _ratio(meter: Mapping[str, Any]) -> str:
    parts = [
        f"{kind} <b>{escape(meter[key])}</b>" for kind, key in (("CT", "ct_ratio"), ("PT", "pt_ratio")) if meter[key]
    ]
    if not parts:
        return "No transformer (1:1)"
    return f"{' · '.join(parts)}, {APPLIED.get(meter['ratio_applied_by'], escape(meter['ratio_applied_by']))}"


def _below(children: Sequence[Mapping[str, Any]]) -> str:
    if not children:
        return ""
    named = " ".join(_go(METER.name, each["number"], ICONS.get(each["colour"], "")) for each in children[:BELOW])
    more = f" and {len(children) - BELOW} more" if len(children) > BELOW else ""
    return f'<p class="ew-below">Below it: {named}{more}</p>'


def live(now: Mapping[str, Any]) -> str:
    """The newest values by phase."""
    if not now or not now["ts"]:
        return '<p class="ew-more">No reading has come yet.</p>'
    values = now["values"]
    rows = []
    for words, unit, phases, neutral, whole in ROWS:
        cells = [values.get(name) for name in (*phases, neutral, whole)]
        if unit in ("V", "A") and cells[-1] is None and None not in cells[:3]:
            cells[-1] = sum(cells[:3]) / 3
        if any(value is not None for value in cells):
            text = "".join(f"<td>{number(value)}</td>" for value in cells)
            rows.append(f"<tr><th>{words}{f' <small>{unit}</small>' if unit else ''}</th>{text}</tr>")
    heads = "".join(f"<th>{name}</th>" for name in ("", "L1", "L2", "L3", "N", "Total, mean"))
    look = "ew-phases ew-stale" if now["stale"] else "ew-phases"
    if not values:
        return '<p class="ew-more">The newest reading has no value.</p>'
    table = f'<table class="{look}"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return f"{table if rows else ''}{_more(values)}"


def live_heading(now: Mapping[str, Any]) -> str:
    """Title of the values now, with how old they are; the browser counts on."""
    if not now or not now["ts"]:
        return heading("Values now")
    at = datetime.fromisoformat(now["ts"])
    words = "⚠ too old to be now: " if now["stale"] else ""
    return heading("Values now", "") + f'<p>{words}{at:%a %d %b %H:%M:%S}, <span class="ew-age"></span> · primary</p>'


def _more(values: Mapping[str, float]) -> str:
    """Other gauges, such as fuel and temperatures."""
    tabled = {name for _, _, phases, neutral, whole in ROWS for name in (*phases, neutral, whole)}
    found = [
        f"<span>{escape(QUANTITIES[name].label)} <b>{_plain(name, value)}</b> {_unit(name)}</span>"
        for name, value in values.items()
        if name not in tabled and name in QUANTITIES and QUANTITIES[name].kind in (Kind.GAUGE, Kind.DEMAND)
    ]
    return f'<p class="ew-gauges">{"".join(found)}</p>' if found else ""


def counters(now: Mapping[str, Any]) -> str:
    """Registers that count."""
    rows = "".join(
        f"<tr><th>{escape(QUANTITIES[name].label)}</th><td>{_plain(name, value, 2)}</td><td>{_unit(name)}</td></tr>"
        for name, value in (now.get("values") or {}).items()
        if name in QUANTITIES and QUANTITIES[name].kind is Kind.COUNTER and value is not None
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else '<p class="ew-more">This meter tells no counter.</p>'


def number(value: float | None) -> str:
    """A value with as many digits as an instrument shows."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    size = abs(value)
    digits = 0 if size >= 10_000 else 1 if size >= 100 else 2 if size >= 10 else 3
    return f"{value:,.{digits}f}"


def _plain(name: str, value: float, digits: int | None = None) -> str:
    """A value of a gauge or counter; a number without a unit is a count or a code."""
    if not QUANTITIES[name].unit and value == int(value):
        return f"{int(value):,}"
    return number(value) if digits is None else f"{value:,.{digits}f}"


def _unit(name: str) -> str:
    unit = QUANTITIES[name].unit
    return "" if unit == "1" else escape(unit)


MARKS = {"actual": ("green", "✓"), "estimated": ("yellow", "◌"), "edited": ("orange", "✎"), "missing": ("red", "✕")}


def quality(found: Mapping[str, Any]) -> str:
    """How well the period is known, as a strip with its legend."""
    total = found.get("total")
    if not total:
        return ""
    kinds = [(kind, found[kind], *MARKS[kind]) for kind in MARKS if found[kind]]
    strip = "".join(f'<i class="ew-{colour}" style="flex:{count}"></i>' for _, count, colour, _ in kinds)
    said = " · ".join(f"{icon} {kind} {percent(count / total, 1)}" for kind, count, _, icon in kinds)
    every = SPANS.get(found["every"], found["every"])
    return (
        f'<div class="ew-strip" role="img" aria-label="{escape(said)}">{strip}</div>'
        f"<p>Quality of {total} × {every}: {said} · {percent(found['completeness'], 1)} of the time measured</p>"
    )


def findings(log: Mapping[str, Any]) -> str:
    """What is wrong with its data, the newest first."""
    found = log.get("findings") or ()
    if not found:
        return '<p class="ew-calm">✓ Nothing was found in this time.</p>'
    rows = "".join(
        f"<tr><td>{escape(moment(row['from']))}</td><th>{escape(finding_title(row['name']))}</th><td>{escape(row['text'])}</td></tr>"
        for row in found[:SHOWN]
    )
    return _listed(("When", "Finding", "What"), rows, len(found))


def events(log: Mapping[str, Any]) -> str:
    """Changes of communication and health, the newest first."""
    found = log.get("events") or ()
    if not found:
        return '<p class="ew-calm">✓ Neither health nor communication changed in this time.</p>'
    rows = "".join(
        f"<tr><td>{escape(moment(row['at']))}</td><th>{escape(str(row['of']))}: {_state(row['to'])}</th>"
        f"<td>{escape(row['reason'] or '')} <small>before: {escape(str(row['from'] or UNKNOWN))}</small></td></tr>"
        for row in found[:SHOWN]
    )
    return _listed(("When", "Change", "Why"), rows, len(found))


def _state(word: str) -> str:
    colour = STATE_COLOURS.get(word, "yellow")
    return f'<span class="ew-pill ew-{colour}">{ICONS.get(colour) or "✓"} {escape(spoken(str(word)))}</span>'


def _listed(heads: Sequence[str], rows: str, count: int) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    more = f'<p class="ew-more">and {count - SHOWN} more in this time</p>' if count > SHOWN else ""
    return f'<table class="ew-list"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}'
