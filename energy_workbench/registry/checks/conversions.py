"""From what a form, a call or a file gives to a typed value, or a ValueError that says what would be one."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from energy_workbench.domain.accuracy_classes import AccuracyClass, accuracy_class
from energy_workbench.domain.dated_values import allocation_keys
from energy_workbench.domain.dated_values.metering_periods import spelled, stated
from energy_workbench.domain.entities import RESERVED
from energy_workbench.domain.fields.kinds import (
    Accuracy,
    AllocationKey,
    Day,
    Formula,
    Gateway,
    Kind,
    MeteringPeriod,
    MeterNumber,
    Moment,
    Number,
    ProfileId,
    Text,
    Whole,
    Words,
    YesNo,
)
from energy_workbench.domain.fields.network_address import trouble
from energy_workbench.domain.formulas.expression import LONGEST, linear
from energy_workbench.registry.checks.addresses import gateway_address, host_of

Convert = Callable[[Any], Any]
_SPACES: Final = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_JOINERS: Final = "\u200c\u200d"
"""Zero-width (non-)joiner: Hindi and other scripts are not written right without them, nor are many emoji."""


def converter(kind: Kind) -> Convert:
    """What converts a value of that kind.

    Raises
    ------
    TypeError
        If such a value is none by itself: another meter is looked for among those that there are.
    """
    match kind:
        case MeterNumber():
            return number
        case ProfileId():
            return profile
        case Gateway():
            return gateway
        case Formula():
            return formula
        case Moment():
            return moment
        case MeteringPeriod():
            return metering_period
        case AllocationKey():
            return allocation_key
        case Text(longest):
            return text_of(longest)
        case Number(low, high, above):
            return real(low, high, above=above)
        case Whole(lowest, highest):
            return whole(lowest, highest)
        case Words(of):
            return choice(of)
        case Day():
            return day
        case YesNo():
            return yes_no
        case Accuracy(known):
            return one_of(known)
    raise TypeError(f"a value of {kind} is not converted by itself")


def text_of(longest: int, *, joiners: bool = True) -> Convert:
    """A text in one line, of printable characters."""

    def convert(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("a text is needed")
        # Office programs write other spaces than the one on the keyboard; nobody means them.
        text = _SPACES.sub(" ", unicodedata.normalize("NFC", str(value))).strip()
        if len(text) > longest:
            raise ValueError(f"longer than {longest} characters: it has {len(text)}")
        for character in text:
            if not character.isprintable() and not (joiners and character in _JOINERS):
                raise ValueError(f"it holds {_named(character)}, which cannot be printed")
        if text and not text.strip(_JOINERS):
            raise ValueError("it shows nothing")
        return text

    return convert


def _named(character: str) -> str:
    if character in "\n\r\v\f\u2028\u2029":
        return "a line break"
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def number(value: Any) -> str:
    """The number of a meter."""
    # Without joiners: two numbers that look the same must be the same.
    text: str = text_of(64, joiners=False)(value)
    if re.fullmatch(r"mtr_[0-9]+", text, re.IGNORECASE):
        raise ValueError("it looks like an id (mtr_…): choose another number")
    if text.casefold() in RESERVED:
        raise ValueError("addresses of the service have this word for something else: choose another number")
    return text


def profile(value: Any) -> str:
    """The id of a profile, with the order of words or bytes that the meter has where that is another (`…:little`)."""
    text: str = text_of(64)(value)
    # A profile's id becomes the name of a file.
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(:(big|little|abcd|cdab|badc|dcba))?", text):
        raise ValueError(
            "the id of a profile is letters, digits, - and _, such as schneider_pm5xxx; :big or :little may follow, or "
            ":abcd, :cdab, :badc, :dcba, the order of words and bytes"
        )
    return text


def metering_period(value: Any) -> str:
    """A metering period, or several with the days from which they hold."""
    return spelled(stated(text_of(300)(value)))


def allocation_key(value: Any) -> str:
    """A key, or several with the days from which they hold."""
    return allocation_keys.spelled(allocation_keys.stated(text_of(300)(value)))


def real(low: float, high: float, *, above: bool = False) -> Convert:
    """A finite number within bounds; with `above`, the lower one is left out."""

    def convert(value: Any) -> float:
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            comma = isinstance(value, str) and re.fullmatch(r"\s*[0-9]+,[0-9]+\s*", value)
            raise ValueError("a number with a decimal point is needed" if comma else "a number is needed")
        if not low <= number <= high or (above and number == low):
            raise ValueError(f"above {low:g} and at most {high:,.10g} is possible" if above else f"{low:g} to {high:g}")
        return number

    return convert


def whole(low: int, high: int) -> Convert:
    """A whole number within bounds."""

    def convert(value: Any) -> int:
        number = real(low, high)(value)
        if number != int(number):
            raise ValueError(f"a whole number is needed, {low} to {high}")
        return int(number)

    return convert


def choice(kind: type[StrEnum]) -> Convert:
    """One of some words."""

    def convert(value: Any) -> StrEnum:
        try:
            return kind(str(value).strip().lower())
        except ValueError:
            raise ValueError(f"one of {', '.join(kind)}") from None

    return convert


def one_of(known: Mapping[str, float]) -> Convert:
    """One of some classes of accuracy."""

    def convert(value: Any) -> AccuracyClass:
        return accuracy_class(value, known)

    return convert


def day(value: Any) -> str:
    """A day of the calendar, as ISO text."""
    # A cell of Excel that holds a day comes with its midnight.
    written = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?: 00:00:00)?", str(value).strip(), re.ASCII)
    try:
        if written:
            return date.fromisoformat(written[1]).isoformat()
    except ValueError:
        pass  # No month has that day.
    raise ValueError("a day is needed, as in 2026-10-05")


def formula(value: Any) -> str:
    """A linear form of meters, as it is written."""
    text: str = text_of(LONGEST)(value)
    linear(text)
    return text


def moment(value: Any) -> str:
    """A day of the calendar or an instant, as ISO text."""
    text = str(value).strip()
    try:
        return day(text)
    except ValueError:
        pass  # More than a day.
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text, re.ASCII):
            return datetime.fromisoformat(text).isoformat()
    except ValueError:
        pass  # No clock shows that.
    raise ValueError("a day or an instant is needed, as in 2026-10-05 or 2026-10-05T14:30:00+05:30")


def yes_no(value: Any) -> bool:
    """Yes or no, in the usual ways."""
    word = str(value).strip().lower()
    if word in ("true", "yes", "1", "y"):
        return True
    if word in ("false", "no", "0", "n"):
        return False
    raise ValueError("yes or no")


def gateway(value: Any) -> str:
    """The address of a gateway; one that machines give themselves is none, for it does not last.

    Raises
    ------
    ValueError
        If it is none.
    """
    address = gateway_address(text_of(300)(value))
    if reason := trouble(host_of(address)):
        raise ValueError(f"{reason}; give the gateway an address of its own")
    return address
