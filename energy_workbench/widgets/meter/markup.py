"""HTML of the page of one meter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from energy_workbench.contract.rows.condition import EventRow, FindingRow
from energy_workbench.domain.health.finding_words import finding_title
from energy_workbench.domain.intervals.quality import WORDS
from energy_workbench.domain.pages import LOSSES, METER, PATTERNS, VIEWED
from energy_workbench.domain.quantities import QUANTITIES, Kind
from energy_workbench.figures.pattern import PLURALS
from energy_workbench.figures.wording.words import ICONS, STATE_COLOURS, UNKNOWN, moment, percent, spoken
from energy_workbench.widgets.markup import heading
from energy_workbench.widgets.meter.sections import MeterInTree, NewestValues, QualityCounts, Relative

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
"""Quantities by phase: label, unit, quantities of three phases, of the neutral, of all."""

APPLIED = {"workbench": "applied by the workbench", "meter": "applied by the meter itself"}


def head(meter: MeterInTree) -> Markup:
    """The meter: path in the tree, master data, states with their reasons, transformers, links to other pages."""
    above = Markup().join(Markup("{} <i>›</i> ").format(_go(METER.name, each["number"])) for each in meter["path"])
    facts = [meter["type"], meter["flow"], meter["location"], meter["profile"]]
    if meter["rated_kw"]:
        facts.append(f"rated {meter['rated_kw']:g} kW")
    at = quote(meter["number"], safe="")
    onward = [
        Markup('<a class="ew-go ew-to" href="{}?meter={}">{}</a>').format(page.name, at, page.title)
        for page in (PATTERNS, LOSSES)
        if page in VIEWED
    ]
    return Markup(
        '<p class="ew-path">{}<b>{}</b></p>'
        '<div class="ew-who"><h2>{}</h2>'
        "<p>{}</p><span>{}</span></div>"
        '<div class="ew-states">{}</div>'
        '<p class="ew-ratio">{}</p>{}'
    ).format(
        above,
        meter["number"],
        meter["name"] or meter["number"],
        " · ".join(fact for fact in facts if fact),
        Markup().join(onward),
        _states(meter),
        _ratio(meter),
        _below(meter["children"]),
    )


def _go(page: str, number: str, icon: str = "") -> Markup:
    text = Markup("{} {}").format(icon, number).strip()
    return Markup('<a class="ew-go" href="{}?meter={}">{}</a>').format(page, quote(number, safe=""), text)


def _states(meter: MeterInTree) -> Markup:
    states = (
        ("Status", meter["status"], meter["status_reason"], None),
        ("Health", meter["health"], meter["health_reason"], meter.get("health_since")),
        ("Communication", meter["communication"], meter["error"], None),
    )
    spans = []
    for label, word, reason, at in states:
        since = f", since {moment(at)}" if at else ""
        told = reason or (since and word != "good")
        said = Markup(" <small>{}{}</small>").format(reason, since) if told else Markup()
        spans.append(Markup("<span><em>{}</em>{}{}</span>").format(label, _state(word), said))
    return Markup().join(spans)


def _ratio(meter: MeterInTree) -> Markup:
    parts = [
        Markup("{} <b>{}</b>").format(kind, ratio)
        for kind, ratio in (("CT", meter["ct_ratio"]), ("PT", meter["pt_ratio"]))
        if ratio
    ]
    if not parts:
        return Markup("No transformer (1:1)")
    return Markup("{}, {}").format(
        Markup(" · ").join(parts), APPLIED.get(meter["ratio_applied_by"], meter["ratio_applied_by"])
    )


def _below(children: Sequence[Relative]) -> Markup:
    if not children:
        return Markup()
    named = Markup(" ").join(
        _go(METER.name, each["number"], ICONS.get(each["colour"], "")) for each in children[:BELOW]
    )
    more = f" and {len(children) - BELOW} more" if len(children) > BELOW else ""
    return Markup('<p class="ew-below">Below it: {}{}</p>').format(named, more)


ONLY_COUNTERS = "The latest reading has counters only: power, voltage and current are not known of this meter."


def live(now: NewestValues) -> Markup:
    """The newest values by phase."""
    if not now.ts:
        return Markup('<p class="ew-more">There are no readings yet.</p>')
    values = now.values
    rows = []
    for words, unit, phases, neutral, whole in ROWS:
        cells = [values.get(name) for name in (*phases, neutral, whole)]
        phase_values = [value for value in cells[:3] if value is not None]
        if unit in ("V", "A") and cells[-1] is None and len(phase_values) == 3:
            cells[-1] = sum(phase_values) / 3
        if any(value is not None for value in cells):
            text = Markup().join(Markup("<td>{}</td>").format(number(value)) for value in cells)
            rows.append(
                Markup("<tr><th>{}{}</th>{}</tr>").format(
                    words, Markup(" <small>{}</small>").format(unit) if unit else "", text
                )
            )
    heads = Markup().join(Markup("<th>{}</th>").format(name) for name in ("", "L1", "L2", "L3", "N", "Total, mean"))
    look = "ew-phases ew-stale" if now.stale else "ew-phases"
    if not values:
        return Markup('<p class="ew-more">The latest reading has no values.</p>')
    table = Markup('<table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        look, heads, Markup().join(rows)
    )
    shown = Markup("{}{}").format(table if rows else "", _more(values))
    return shown or Markup('<p class="ew-more">{}</p>').format(ONLY_COUNTERS)


def live_heading(now: NewestValues | None) -> Markup:
    """Title of the newest values, with their age; the browser counts on."""
    if now is None or not now.ts:
        return heading("Values now")
    at = datetime.fromisoformat(now.ts)
    words = "⚠ out of date: " if now.stale else ""
    return heading("Values now", "") + Markup(
        '<p>{}{:%a %d %b %H:%M:%S}, <span class="ew-age"></span> · primary</p>'
    ).format(words, at)


def _more(values: Mapping[str, float]) -> Markup:
    """Other gauges, such as fuel and temperatures."""
    tabled = {name for _, _, phases, neutral, whole in ROWS for name in (*phases, neutral, whole)}
    gauges = [
        Markup("<span>{} <b>{}</b> {}</span>").format(QUANTITIES[name].label, _plain(name, value), _unit(name))
        for name, value in values.items()
        if name not in tabled and name in QUANTITIES and QUANTITIES[name].kind in (Kind.GAUGE, Kind.DEMAND)
    ]
    return Markup('<p class="ew-gauges">{}</p>').format(Markup().join(gauges)) if gauges else Markup()


def counters(now: NewestValues) -> Markup:
    """The newest values of counters."""
    rows = Markup().join(
        Markup("<tr><th>{}</th><td>{}</td><td>{}</td></tr>").format(
            QUANTITIES[name].label, _plain(name, value, 2), _unit(name)
        )
        for name, value in now.values.items()
        if name in QUANTITIES and QUANTITIES[name].kind is Kind.COUNTER and value is not None
    )
    return (
        Markup("<table><tbody>{}</tbody></table>").format(rows)
        if rows
        else Markup('<p class="ew-more">This meter reports no counters.</p>')
    )


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
    return "" if unit == "1" else unit


MARKS = {
    "actual": ("green", "✓"),
    "from_power": ("green", "∿"),
    "estimated": ("yellow", "◌"),
    "edited": ("orange", "✎"),
    "missing": ("red", "✕"),
}


def quality(counts: QualityCounts) -> Markup:
    """Shares of the qualities of a period's buckets, as a strip with its legend."""
    total = counts.total
    if not total:
        return Markup()
    kinds = [(kind, counts.buckets[kind], *MARKS[kind]) for kind in MARKS if counts.buckets[kind]]
    strip = Markup().join(
        Markup('<i class="ew-{}" style="flex:{}"></i>').format(colour, count) for _, count, colour, _ in kinds
    )
    said = " · ".join(f"{icon} {WORDS[kind]} {percent(count / total, 1)}" for kind, count, _, icon in kinds)
    every = PLURALS.get(counts.every, counts.every)
    return Markup(
        '<div class="ew-strip" role="img" aria-label="{}">{}</div>'
        "<p>Quality of {:,} {}: {} · {} of the time measured{}</p>"
    ).format(said, strip, total, every, said, percent(counts.completeness, 1), _read_every(counts.periods))


READ = {"15min": "15 min", "30min": "30 min", "1h": "hour", "1d": "day", "1mo": "month"}


def _read_every(periods: Sequence[tuple[str, bool]]) -> str:
    """How often the register is read, where that goes not without saying."""
    if all(period == "15min" and not stated for period, stated in periods):
        return ""
    told = [f"{READ[period]} ({'stated' if stated else 'by its readings'})" for period, stated in periods]
    return f" · read every {', then '.join(told)}"


def findings(listed: Sequence[FindingRow]) -> Markup:
    """Findings about its data, the newest first."""
    if not listed:
        return Markup('<p class="ew-calm">✓ No findings in this period.</p>')
    rows = Markup().join(
        Markup("<tr><td>{}</td><th>{}</th><td>{}</td></tr>").format(
            moment(row["from"]), finding_title(row["name"]), row["text"]
        )
        for row in listed[:SHOWN]
    )
    return _listed(("When", "Finding", "What"), rows, len(listed))


def events(listed: Sequence[EventRow]) -> Markup:
    """Changes of communication and health, the newest first."""
    if not listed:
        return Markup('<p class="ew-calm">✓ Neither health nor communication changed in this period.</p>')
    rows = Markup().join(
        Markup("<tr><td>{}</td><th>{}: {}</th><td>{} <small>before: {}</small></td></tr>").format(
            moment(row["at"]), str(row["of"]), _state(row["to"]), row["reason"] or "", str(row["from"] or UNKNOWN)
        )
        for row in listed[:SHOWN]
    )
    return _listed(("When", "Change", "Why"), rows, len(listed))


def _state(word: str) -> Markup:
    colour = STATE_COLOURS.get(word, "yellow")
    return Markup('<span class="ew-pill ew-{}">{} {}</span>').format(
        colour, ICONS.get(colour) or "✓", spoken(str(word))
    )


def _listed(heads: Sequence[str], rows: Markup, count: int) -> Markup:
    head = Markup().join(Markup("<th>{}</th>").format(name) for name in heads)
    more = Markup('<p class="ew-more">and {} more in this period</p>').format(count - SHOWN)
    return Markup('<table class="ew-list"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}').format(
        head, rows, more if count > SHOWN else ""
    )
