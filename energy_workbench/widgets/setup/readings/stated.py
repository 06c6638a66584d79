"""What may be stated of a readings file: labels and options of the page, and refusals in their words."""

from __future__ import annotations

import re

WORDS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "kind": (
        "Values of energy are",
        [
            ("As the file says", ""), ("A counter's", "counter"), ("Energy of each interval", "interval"),
            ("Power", "power"),
        ],
    ),
    "date_order": (
        "Dates",
        [("As the file shows", ""), ("Day first", "dmy"), ("Month first", "mdy"), ("Year first", "ymd")],
    ),
    "decimal": ("Decimal sign", [("As the file shows", ""), ("Point", "."), ("Comma", ",")]),
    "stamps": ("A time is where its interval", [("As the file shows", ""), ("Begins", "start"), ("Ends", "end")]),
    "interval": (
        "Each interval has",
        [
            ("As the times show", ""), ("5 minutes", "5min"), ("10 minutes", "10min"), ("15 minutes", "15min"),
            ("30 minutes", "30min"), ("An hour", "1h"), ("A day", "1d"), ("A month", "1mo"),
        ],
    ),
}  # fmt: skip
"""What is one of a few, with its label and options."""
TYPED = {
    "timezone": ("Time zone of the file", "The site's, such as Europe/Berlin"),
    "meter": ("Meter, where the file names none", "Number"),
}
"""What is typed, with its label and what stands in the empty field."""
TICKED = {"in_order": "Repeated hour is in order"}
MEANINGS = [
    ("As proposed", ""), ("Meter", "meter"), ("Time", "ts"), ("Date", "date"), ("Time of day", "time"), ("End", "end"),
    ("Left out", "-"), ("Import [kWh]", "energy_active_import"), ("Import [MWh]", "energy_active_import MWh"),
    ("Import [Wh]", "energy_active_import Wh"), ("Export [kWh]", "energy_active_export"),
    ("Reactive [kvarh]", "energy_reactive_import"), ("Apparent [kVAh]", "energy_apparent_import"),
    ("Power [kW]", "active_power_total"), ("Power [W]", "active_power_total W"), ("Frequency [Hz]", "frequency"),
]  # fmt: skip
"""What people may say that a column is."""

LABELS = {name: label for name, (label, *_) in {**WORDS, **TYPED}.items()} | TICKED
_OPTION = re.compile(r"--(?P<name>[a-z]+(?:-[a-z]+)*)(?: (?P<value>[A-Z]+\b|[.,](?!\S)|\w+))?")


def in_fields(text: str) -> str:
    """A reason that names options of the command line, in the words of the page's fields."""

    def named(found: re.Match[str]) -> str:
        name, value = found["name"].replace("-", "_"), found["value"] or ""
        if name not in LABELS:
            return f"the command line's {found[0]}"
        options = {word: shown for shown, word in WORDS[name][1]} if name in WORDS else {}
        if value and value in options:
            return f"“{LABELS[name]}” as “{options[value]}”"
        return f"“{LABELS[name]}”" if value.isupper() or not value else f"“{LABELS[name]}” {value}"

    return _OPTION.sub(named, text)
