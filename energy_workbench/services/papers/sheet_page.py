"""A commissioning sheet as a page for the printer: what was found, who signed it and when, and all versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.contract.rows.commissioning import CheckRow, SheetRow
from energy_workbench.domain.quantities import QUANTITIES, Kind
from energy_workbench.services.papers.press import framed, style
from energy_workbench.typesetting.css import css_string
from energy_workbench.typesetting.printing import PAPERS

NONE: Final = "–"
VERDICTS: Final = {"ok": ("✓", "right"), "wrong": ("✕", "wrong"), "cannot_tell": ("?", "cannot be told")}
"""Mark and word of a verdict."""
ALL_IN_ALL: Final = {
    "ok": "All that could be told is right.",
    "wrong": "Something is wrong.",
    "cannot_tell": "Nothing could be told.",
}
PARTS: Final = (
    ("Connection and profile", {"connection": "Connection", "profile": "Profile"}),
    ("Phases and CTs", {"phases": "Phase"}),
    ("CT and PT", {"ct": "Ratio", "pt": "Ratio"}),
    ("Display", {"display": ""}),
)
"""Parts of the sheet: their heading, and the checks in it, as a line begins."""
UNTOLD: Final = {
    "Connection and profile": "Was not looked at.",
    "Phases and CTs": "Cannot be told: the meter gave no values.",
    "CT and PT": "The meter has no registers of its own for them, or these were not read.",
    "Display": "Nobody read the display.",
}
"""What stands in a part without a line."""


def sheet_page(
    sheet: SheetRow, sheets: Sequence[SheetRow], *, site: str, zone: ZoneInfo, now: datetime, paper: str
) -> str:
    """The page that is printed.

    Parameters
    ----------
    sheet : SheetRow
        Its `version` is 0 where nobody signed it.
    sheets : sequence of SheetRow
        All that were signed, the newest first.
    site : str
        What the site is called.
    now : datetime
        When it is printed.
    paper : {"a4", "letter"}
    """
    signed = bool(sheet["version"])
    called = f"Sheet {sheet['version']}" if signed else "Not signed"
    title = f"Commissioning sheet of {sheet['number']}"
    body = Markup().join(
        (
            Markup('<p class="stamp{}">{}</p>').format("" if signed else " unsigned", called),
            Markup('<p class="site">{}</p><h1>Commissioning sheet</h1>').format(site),
            Markup('<p class="subject"><b>{}</b> · {}</p>').format(sheet["number"], sheet["name"] or NONE),
            _verdict(sheet["verdict"]),
            _meter(sheet, zone),
            *(_part(heading, called, sheet) for heading, called in PARTS),
            _values(sheet["values"]),
            _signature(sheet, zone),
            _versions(sheet, sheets, zone),
            Markup('<p class="note">Printed {}. Times are those of {}.</p>').format(_at(now, zone), zone.key),
        )
    )
    foot = css_string(f"{title} · {called.lower()} · {site}")
    css = style("sheet").replace('"%FOOT%"', foot).replace("%PAPER%", PAPERS[paper])
    return framed(title, css, body)


def _verdict(verdict: str) -> Markup:
    return Markup('<p class="verdict {}"><span class="mark">{}</span> {}</p>').format(
        verdict, VERDICTS[verdict][0], ALL_IN_ALL[verdict]
    )


def _meter(sheet: SheetRow, zone: ZoneInfo) -> Markup:
    ratios = {"CT": sheet["ct_ratio"], "PT": sheet["pt_ratio"]}
    rows = {
        "Number": sheet["number"], "Name": sheet["name"], "Serial number": sheet["serial"],
        "Gateway": sheet["gateway"], "Unit": sheet["unit_id"], "Profile": sheet["profile"],
        **{name: ratio or "none" for name, ratio in ratios.items()},
        "In service since": _day(sheet["commissioned_at"], zone) or "not stated",
        "Checked": _at(sheet["checked_at"], zone),
    }  # fmt: skip
    return Markup("<h2>Meter, as it was configured</h2>{}").format(_pairs(rows.items()))


def _pairs(rows: Iterable[tuple[str, str]], kind: str = "") -> Markup:
    lines = Markup().join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value or NONE) for name, value in rows
    )
    return Markup('<dl class="{}">{}</dl>').format(kind, lines)


def _part(heading: str, called: Mapping[str, str], sheet: SheetRow) -> Markup:
    rows = [row for row in sheet["checks"] if row["check"] in called]
    shown = heading == "Display" and sheet["display"]
    table = Markup().join(_check(row, called[row["check"]]) for row in rows)
    return Markup("<h2>{}</h2>{}{}{}").format(
        heading,
        _display(sheet["display"]) if shown else "",
        Markup("<table><tbody>{}</tbody></table>").format(table) if rows else "",
        "" if rows or shown else Markup('<p class="note">{}</p>').format(UNTOLD[heading]),
    )


def _check(row: CheckRow, called: str) -> Markup:
    mark, word = VERDICTS[row["verdict"]]
    what = f"{called} {row['of']}".strip() or NONE
    return Markup(
        '<tr class="{}"><td class="what">{}</td><td class="said"><span class="mark">{}</span> {}</td><td>{}</td></tr>'
    ).format(row["verdict"], what, mark, word, row["text"])


def _display(shown: Mapping[str, float]) -> Markup:
    rows = (
        (f"On the display: {QUANTITIES[name].label.lower()}", _measured(name, value)) for name, value in shown.items()
    )
    return _pairs(rows, "values")


def _values(values: Mapping[str, float]) -> Markup:
    known = [(QUANTITIES[name].label, _measured(name, value)) for name, value in values.items() if name in QUANTITIES]
    if not known:
        return Markup('<h2>Values</h2><p class="note">None were read.</p>')
    return Markup("<h2>Values, multiplied by CT and PT where the workbench applies them</h2>{}").format(
        _pairs(known, "values")
    )


def _measured(name: str, value: float) -> str:
    """A value and its unit: counters with all of their digits, others with six."""
    known = QUANTITIES[name]
    counts = known.kind in (Kind.COUNTER, Kind.INFO) or abs(value) >= 1e6
    text = f"{value:,.10g}" if counts else f"{value:,.6g}"
    return f"{text} {'' if known.unit == '1' else known.unit}".strip().replace("-", "\N{MINUS SIGN}", 1)


def _signature(sheet: SheetRow, zone: ZoneInfo) -> Markup:
    remarks = Markup("<h2>Remarks</h2><p>{}</p>").format(sheet["remarks"] or NONE)
    if sheet["version"]:
        rows = {"Signed by": sheet["signed_by"], "Signed": _at(sheet["signed_at"], zone), "Sent as": sheet["by"]}
        stated = Markup("<h2>Signed</h2>{}").format(_pairs(rows.items()))
    else:
        said = "Nobody signed this: it is what the meter said when it was read."
        stated = Markup('<h2>To be signed</h2><p class="note">{}</p>').format(said)
    lines = Markup().join(Markup("<span>{}</span>").format(each) for each in ("Name", "Date", "Signature"))
    return Markup('{}<section class="sign">{}<div class="lines">{}</div></section>').format(
        remarks if sheet["version"] else "", stated, lines
    )


def _versions(sheet: SheetRow, sheets: Sequence[SheetRow], zone: ZoneInfo) -> Markup:
    if not sheets:
        return Markup('<h2>Versions</h2><p class="note">No sheet of this meter was signed yet.</p>')
    heads = Markup().join(Markup("<th>{}</th>").format(each) for each in ("Sheet", "Signed", "By", "Found", "Remarks"))
    rows = Markup().join(
        Markup('<tr class="{}"><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>').format(
            "this" if row["version"] == sheet["version"] else "",
            row["version"],
            _at(row["signed_at"], zone),
            row["signed_by"],
            VERDICTS[row["verdict"]][1],
            row["remarks"] or NONE,
        )
        for row in sheets
    )
    return Markup("<h2>Versions</h2><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(heads, rows)


def _at(value: datetime | str, zone: ZoneInfo) -> str:
    """An instant by the site's clock, to the minute: `14 Oct 2026, 11:15`."""
    local = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _day(text: str, zone: ZoneInfo) -> str:
    """A day, or an instant, as the meter's field has it; any other text as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.day} {at:%b %Y}" if len(text) == len("2026-10-05") else _at(at, zone)
