"""Classes of accuracy that standards know, as people write them: a number, or one with letters as in `0.5S`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

AccuracyClass = float | str
"""A class: its number where it is one, so that who sends and reads numbers goes on; else its text, as in `0.5S`."""

METER: Final[Mapping[str, float]] = {
    "0.1": 0.1, "0.1S": 0.1, "0.2": 0.2, "0.2S": 0.2, "0.5": 0.5, "0.5S": 0.5, "1": 1.0, "2": 2.0,
}  # fmt: skip
"""Meters of active energy: IEC 62053-21:2020 (0.5, 1, 2), IEC 62053-22:2020 (0.1 S, 0.2 S, 0.5 S), ANSI C12.20 (0.1,
0.2, 0.5). Limit at full load [%]."""

CURRENT: Final[Mapping[str, float]] = {
    "0.1": 0.1, "0.2": 0.2, "0.2S": 0.2, "0.5": 0.5, "0.5S": 0.5, "1": 1.0, "3": 3.0, "5": 5.0,
    "5P": 1.0, "5PR": 1.0, "10P": 3.0, "10PR": 3.0, "0.15": 0.15, "0.15S": 0.15, "0.3": 0.3, "0.6": 0.6, "1.2": 1.2,
}  # fmt: skip
"""Current transformers: IEC 61869-2:2012, 5.6.201.2 (measuring), 5.6.202.2 and .3 (protective: P, PR); IEEE C57.13
(0.3, 0.6, 1.2) and C57.13.6 (0.15, 0.15S). Limit of the ratio error at the rated current [%]."""

VOLTAGE: Final[Mapping[str, float]] = {
    "0.1": 0.1, "0.2": 0.2, "0.5": 0.5, "1": 1.0, "3": 3.0, "3P": 3.0, "6P": 6.0,
    "0.15": 0.15, "0.3": 0.3, "0.6": 0.6, "1.2": 1.2,
}  # fmt: skip
"""Voltage transformers: IEC 61869-3:2011, tables 301 (measuring) and 302 (protective: 3P, 6P); IEEE C57.13 (0.3, 0.6,
1.2) and C57.13.6 (0.15). Limit of the ratio error at the rated voltage [%]."""

FIELDS: Final[Mapping[str, Mapping[str, float]]] = {"accuracy_class": METER, "ct_class": CURRENT, "pt_class": VOLTAGE}
"""Fields of a meter that are classes, and the classes of each."""

LARGEST: Final = 20.0
"""Largest number that is a limit by itself [%]."""

_WRITTEN: Final = re.compile(
    r"(?:(?:CLASS|CL|KL)\.?)?(?P<number>[0-9]*\.?[0-9]+)(?P<letters>S|PR|P)?(?P<factor>(?:FS)?[0-9]+)?"
)
_EUROPEAN: Final = {"A": "2", "B": "1", "C": "0.5"}
"""Classes of EN 50470-3 and the IEC class whose limits are theirs at full load."""


def accuracy_class(written: object, known: Mapping[str, float]) -> AccuracyClass:
    """A class as it is kept, from what a form, a call or a file says.

    `0.5 s`, `cl. 0.5S` and `0.5S` are the same; the factors of `5P20` and `0.5FS5` are no part of the class. A number
    that is no standard's class, as on an old meter (2.5), is the limit itself [%], at any load.

    Parameters
    ----------
    written : str or number
    known : mapping
        `METER`, `CURRENT` or `VOLTAGE`.

    Raises
    ------
    ValueError
        If none of them is meant; it names them.
    """
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise ValueError(f"a class is needed: {', '.join(known)}")
    text = re.sub(r"\s+", "", class_name(written)).upper()
    if re.search(r"[0-9],[0-9]", text):
        raise ValueError("a number with a decimal point is needed")
    found = _WRITTEN.fullmatch(text)
    name = f"{float(found['number']):g}{found['letters'] or ''}" if found and _factor(found) else ""
    own_limit = bool(name) and name[-1].isdigit() and 0 < float(name) <= LARGEST
    if name not in known and not own_limit:
        hint = f"; {text} of EN 50470-3 is stated as {_EUROPEAN[text]}" if text in _EUROPEAN and "2" in known else ""
        raise ValueError(
            f"no standard has that class; those known are {', '.join(known)}{hint}. "
            f"A number is a limit of error above 0 to {LARGEST:g} %"
        )
    return name if name[-1].isalpha() else float(name)


def _factor(written: re.Match[str]) -> bool:
    """Whether a number may follow: an accuracy limit factor of a protective class, a security factor of another."""
    factor, protective = written["factor"] or "", (written["letters"] or "").startswith("P")
    return not factor or factor.startswith("FS") is not protective


def class_name(of: AccuracyClass) -> str:
    """A class as the tables name it: `0.5`, `1`, `0.5S`."""
    return f"{of:g}" if isinstance(of, int | float) else of.strip().upper()


def percent(of: AccuracyClass, known: Mapping[str, float]) -> float:
    """Limit of error of a class at full load [%]; a number that is no standard's is its own limit."""
    return known[class_name(of)] if class_name(of) in known else float(of)
