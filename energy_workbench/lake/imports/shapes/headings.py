"""What the heading of a column says: meter, time or a quantity, with its unit and what kind of energy it is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from energy_workbench.domain.fields.readings_mapping import factor
from energy_workbench.domain.quantities import QUANTITIES

_METER: Final = frozenset(
    [
        "meter",
        "meter number",
        "meter no",
        "meter id",
        "meter name",
        "meternumber",
        "meterid",
        "metername",
        "device",
        "device name",
        "nmi",
        "mpan",
        "mpan core",
        "mprn",
        "lclid",
        "pod",
        "cups",
        "zähler",
        "zaehler",
        "zählernummer",
        "zählpunkt",
        "zaehlpunkt",
        "messlokation",
        "messstelle",
        "melo",
        "malo",
        "compteur",
        "pdl",
        "prm",
        "usage point",
        "household",
        "customer id",
        "feeder",
    ]
)
_WHEN: Final = frozenset(
    [
        "ts",
        "timestamp",
        "time stamp",
        "datetime",
        "date time",
        "date & time",
        "date and time",
        "date/time",
        "local time",
        "reading time",
        "read time",
        "reading date",
        "read date",
        "tstp",
        "zeitstempel",
        "zeitpunkt",
        "datum/uhrzeit",
        "datum uhrzeit",
        "datum und uhrzeit",
        "datum/zeit",
        "horodate",
        "fecha y hora",
        "timestamp local",
        "date_time",
    ]
)
_START: Final = frozenset(
    [
        "start",
        "interval start",
        "from",
        "von",
        "ab",
        "beginn",
        "begin",
        "start date",
        "startdate",
        "period start",
        "start datetime",
        "start date time",
        "interval start date/time",
        "read start",
    ]
)
_END: Final = frozenset(
    [
        "end",
        "interval end",
        "to",
        "bis",
        "ende",
        "end date",
        "enddate",
        "period end",
        "end datetime",
        "end date time",
        "interval end date/time",
    ]
)
_DATE: Final = frozenset(["date", "datum", "day", "tag", "fecha", "usage date", "interval date"])
_CLOCK: Final = frozenset(
    ["time", "uhrzeit", "zeit", "hora", "heure", "start time", "startzeit", "von uhrzeit", "time of day", "hour"]
)
_END_CLOCK: Final = frozenset(["end time", "endzeit", "bis uhrzeit", "endtime"])

UNITS: Final = {
    unit.casefold(): unit
    for unit in [
        "W",
        "kW",
        "MW",
        "var",
        "kvar",
        "VA",
        "kVA",
        "Wh",
        "kWh",
        "MWh",
        "GWh",
        "varh",
        "kvarh",
        "VAh",
        "kVAh",
        "V",
        "A",
        "Hz",
        "%",
        "°C",
        "L",
        "h",
    ]
} | {"kvarh": "kvarh", "kw/h": "kWh", "kw h": "kWh", "kw-h": "kWh", "kilowatt hours": "kWh"}
_HALF_HOURLY: Final = re.compile(r"\(?\bkwh\s*/\s*(hh|half hour|interval)\b\)?", re.IGNORECASE)
"""Energy of each interval, as UK data say it: `energy(kWh/hh)`."""
_BRACKETS: Final = re.compile(r"[\[(]([^\])]*)[\])]")
_EXPORT: Final = re.compile(
    r"\b(export\w*|received|feed[- ]?in|fed[- ]in|einspeis\w*|rücklieferung|reverse|return\w*|injection|generat\w*|"
    r"2\.8\.\d)\b|a-(?=\W|$)",
    re.IGNORECASE,
)
_COUNTER: Final = re.compile(
    r"\b(register|counter|index|z[äa]e?hlerst[äa]e?nd\w*|stand|reading|cumulative|meter reading|[12]\.8\.\d|delivered|"
    r"received|total(is|iz)\w*)\b",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(
    r"\b(usage|consumption|consumed|verbrauch\w*|interval|lastgang|bezug je|per (half )?hour|hh)\b|kwh/hh",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    r"\b(max\w*|min\w*|demand|peak|avg|average|l[123]|phase|tariff|t[12]|rate [12]|net|netto|cost|price|amount|"
    r"quality)\b",
    re.IGNORECASE,
)
_BY_FAMILY: Final = {
    "kWh": ("energy_active_import", "energy_active_export"),
    "kvarh": ("energy_reactive_import", "energy_reactive_export"),
    "kVAh": ("energy_apparent_import", "energy_apparent_export"),
    "kW": ("active_power_total", "active_power_export_total"),
    "kvar": ("reactive_power_total", None),
    "kVA": ("apparent_power_total", None),
    "Hz": ("frequency", None),
}


class Value(NamedTuple):
    """What a column of values is by its heading.

    Attributes
    ----------
    quantity : str
    factor : float
        To the workbench's unit.
    kind : str or None
        "counter" or "interval" where the words say it; None where energy may be either.
    """

    quantity: str
    factor: float
    kind: str | None


def plain(heading: str) -> str:
    """A heading as it is compared: without brackets, case and ornaments."""
    return re.sub(r"\s+", " ", _BRACKETS.sub(" ", heading).replace("_", " ")).strip(" :.*#").casefold()


def role(heading: str) -> str | None:
    """Meter or time, of a heading: a role of a mapping; None for others."""
    words = plain(heading)
    for names, what in (
        (_METER, "meter"), (_WHEN, "ts"), (_START, "start"), (_END, "end"), (_DATE, "date"), (_CLOCK, "time"),
        (_END_CLOCK, "end_time"),
    ):  # fmt: skip
        if words in names:
            return what
    return None


def unit_of(heading: str) -> tuple[str, str]:
    """A heading without its unit, and the unit; empty where it says none."""
    if _HALF_HOURLY.search(heading):
        return _HALF_HOURLY.sub(" usage ", heading).strip(), "kWh"
    for match in _BRACKETS.finditer(heading):
        if unit := UNITS.get(match[1].strip().casefold()):
            return (heading[: match.start()] + heading[match.end() :]).strip(), unit
    words = re.split(r"[\s,_/]+", heading.strip())
    if len(words) > 1 and (unit := UNITS.get(words[-1].casefold())):
        return heading.strip()[: -len(words[-1])].strip(" ,_/-"), unit
    return heading.strip(), ""


def value(heading: str, unit: str) -> Value | None:
    """What a column is by its heading and unit; None where the words do not tell."""
    named = heading.strip().casefold().replace(" ", "_")
    if named in QUANTITIES or heading.strip() in QUANTITIES:
        own = QUANTITIES[named]
        by = factor(own.unit, unit) if unit else 1.0
        return Value(own.name, by, None) if by is not None else None
    if not unit or _OTHER.search(heading):
        return None
    for family, (forward, back) in _BY_FAMILY.items():
        by = factor(family, unit)
        if by is None:
            continue
        exported = bool(_EXPORT.search(heading))
        name = back if exported else forward
        if name is None or name not in QUANTITIES:
            return None
        kind = "interval" if _AMOUNT.search(heading) else "counter" if _COUNTER.search(heading) else None
        return Value(name, by, kind)
    return None


_OF_ENERGY: Final = re.compile(
    r"energ|power|import|export|usage|consum|leistung|verbrauch|deliver|receiv|wirk|bezug", re.IGNORECASE
)


def is_named(meter: str, what: str) -> bool:
    """Whether the parts of a heading look like the name of a meter before a quantity, though nobody knows the meter."""
    return (
        bool(re.search(r"[^\W\d]", meter))
        and not _OF_ENERGY.search(meter)
        and bool(_OF_ENERGY.match(_first_word(what)))
    )


def _first_word(what: str) -> str:
    return re.sub(r"^(active|reactive|apparent|total|real|sum)\s+", "", what.strip(), flags=re.IGNORECASE)


def apart(heading: str, *, spaces: bool) -> list[tuple[str, str]]:
    """A heading of a meter's name and a quantity in the ways in which it may be cut, with `spaces` also at a blank."""
    marks = r"\s*(?:[.:|/\\]|\s-\s|\s)\s*" if spaces else r"\s*(?:[.:|/\\]|\s-\s)\s*"
    cuts = [(heading[: m.start()].strip(), heading[m.end() :].strip()) for m in re.finditer(marks, heading)]
    return [(meter, what) for meter, what in cuts if meter and what]
