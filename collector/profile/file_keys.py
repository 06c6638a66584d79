"""The keys of a profile's file, each with the check of its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from collector.profile.power_factor import ENCODINGS
from collector.profile.wire_types import TYPES

Check = Callable[[Any], str | None]
"""Gives what is wrong with a value, or None."""

CONFIDENCES = ("two-sources", "one-source", "memory")


def text(value: Any) -> str | None:
    return None if isinstance(value, str) else "must be text"


def filled(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be a text that is not empty"


def identifier(value: Any) -> str | None:
    fits = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,50}", value)
    return None if fits else "must be letters, digits, - and _, as in schneider_pm5xxx"


def texts(value: Any) -> str | None:
    return None if isinstance(value, list) and all(isinstance(v, str) for v in value) else "must be a list of texts"


def some_texts(value: Any) -> str | None:
    return texts(value) or (None if value else "must not be empty")


def flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def whole(low: int, high: int) -> Check:
    def check(value: Any) -> str | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fits else f"must be a whole number from {low} to {high}"

    return check


def number(value: Any) -> str | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value != 0 and abs(value) < 1e12
    return None if fits else "must be a number other than 0"


def above_zero(value: Any) -> str | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1e20
    return None if fits else "must be a number above 0"


def one_of(*choices: Any) -> Check:
    def check(value: Any) -> str | None:
        # `1` and `True` are equal in Python and not in a file.
        fits = any(value == choice and type(value) is type(choice) for choice in choices)
        return None if fits else f"must be one of {', '.join(map(str, choices))}"

    return check


def expected(value: Any) -> str | None:
    """A number, a range of numbers as text (`1648-1653`), or a text."""
    if isinstance(value, str):
        return filled(value)
    return whole(0, 2**64 - 1)(value)


ADDRESS = whole(0, 65_535)
PROFILE_KEYS: dict[str, Check] = {
    "id": identifier,
    "vendor": filled,
    "model": filled,
    "kind": one_of("meter", "genset", "inverter"),
    "covers": texts,
    "confidence": one_of(*CONFIDENCES),
    "sources": some_texts,
    "notes": texts,
    "function_code": one_of(3, 4),
    "word_order": one_of("big", "little"),
    "byte_order": one_of("big", "little"),
    "max_block": whole(1, 125),
    "bridge_gaps": flag,
    "page": whole(1, 65_536),
    "sunspec_model": whole(1, 65_534),
    "primary_values": one_of(True, False, "config"),
    "pf_encoding": one_of(*ENCODINGS),
    "pause_ms": whole(0, 10_000),
    "timeout_ms": whole(1, 60_000),
    "poll": some_texts,
    "not_available": lambda _: None,
    "derived": lambda _: None,
    "positional": texts,
    "identify": lambda _: None,
    "registers": lambda _: None,
}
PROFILE_REQUIRED = ("id", "vendor", "model", "confidence", "sources", "registers")
REGISTER_KEYS: dict[str, Check] = {
    "quantity": text,
    "address": ADDRESS,
    "type": one_of(*TYPES),
    "unit": text,
    "scale": number,
    "function_code": one_of(3, 4),
    "word_order": one_of("big", "little"),
    "byte_order": one_of("big", "little"),
    "optional": flag,
    "pf": flag,
    "scale_register": ADDRESS,
    "digits": whole(1, 19),
    "modulus": above_zero,
    "confidence": one_of(*CONFIDENCES),
    "note": text,
}
REGISTER_REQUIRED = ("quantity", "address", "type", "unit")
IDENTITY_KEYS: dict[str, Check] = {
    "address": ADDRESS,
    "type": one_of("string", *TYPES),
    "words": whole(1, 125),
    "function_code": one_of(3, 4),
    "byte_order": one_of("big", "little"),
    "meaning": filled,
    "value": expected,
}
IDENTITY_REQUIRED = ("address", "type", "meaning")
NESTED = ("registers", "identify", "derived", "not_available")
"""Keys whose values are read node by node, for the lines of what is in them."""
