"""Decimal and thousands signs of a file, proven by its numbers; and the numbers by them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from energy_workbench.lake.imports.shapes.unclear import UnclearError

_SPACES: Final = re.compile("[ \u00a0\u2009\u202f'’]")
_SIGNED: Final = re.compile(r"[+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d{1,3})?")
_PLAIN: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


class Signs(NamedTuple):
    """What separates the decimals and, where any do, the thousands."""

    decimal: str
    thousands: str


def signs(cells: Iterable[tuple[int, str, str]], name: str, *, stated: str | None, pointed: bool) -> Signs:
    """The signs of a file's numbers.

    Parameters
    ----------
    cells : iterable of (int, str, str)
        Line, heading and text of each cell that holds a number.
    stated : str or None
        The decimal sign, where somebody stated it.
    pointed : bool
        Whether a point alone is a decimal sign unless something says otherwise: where a comma separates the cells.

    Raises
    ------
    UnclearError
        If `1.234` may be one or a thousand.
    """
    if stated:
        return Signs(stated, "," if stated == "." else ".")
    decimal: dict[str, tuple[int, str, str]] = {}
    thousands: dict[str, tuple[int, str, str]] = {}
    open_: dict[str, tuple[int, str, str]] = {}
    for line, heading, text in cells:
        bare = _SPACES.sub("", text).lstrip("+-")
        marks = [mark for mark in bare if mark in ".,"]
        if not marks or not _SIGNED.fullmatch(bare):
            continue
        at = (line, heading, text)
        last, (whole, _, rest) = marks[-1], bare.rpartition(marks[-1])
        if len(set(marks)) == 2:
            decimal.setdefault(last, at)
            thousands.setdefault(marks[0], at)
        elif len(marks) > 1:
            thousands.setdefault(last, at)
        elif len(rest) != 3 or len(whole) > 3 or whole in ("", "0"):
            decimal.setdefault(last, at)
        else:
            open_.setdefault(last, at)
    if len(decimal) == 2 or set(decimal) & set(thousands):
        (line, heading, text), other = (
            max(decimal.values()), min(decimal.values())
        ) if len(decimal) == 2 else (next(iter(decimal.values())), next(iter(thousands.values())))  # fmt: skip
        reason = f"has other signs than {other[2]!r} in line {other[0]}: write one decimal sign in the whole file"
        raise UnclearError(name, f"line {line}", heading, text, reason)
    if not decimal and thousands:
        return Signs("," if "." in thousands else ".", next(iter(thousands)))
    if not decimal:
        if "," in open_ or (open_ and not pointed):
            line, heading, text = next(iter(open_.values()))
            raise UnclearError(
                name, f"line {line}", heading, text,
                "may be a thousand and more or a decimal, and no other number tells: state --decimal . or --decimal ,",
            )  # fmt: skip
        return Signs(".", "")
    sign = next(iter(decimal))
    group = "," if sign == "." else "."
    if group in open_ and group not in thousands:
        line, heading, text = open_[group]
        reason = (
            f"is no number with the decimal sign {sign!r} of line {decimal[sign][0]}: state --decimal {sign} or {group}"
        )
        raise UnclearError(name, f"line {line}", heading, text, reason)
    return Signs(sign, group if group in thousands else "")


def number(text: str, of: Signs) -> float | None:
    """A cell as a number; None where it is none."""
    bare = _SPACES.sub("", text)
    if of.thousands and of.thousands in bare:
        whole, mark, rest = bare.partition(of.decimal)
        groups = whole.lstrip("+-").split(of.thousands)
        if not all(len(group) == 3 for group in groups[1:]) or not 1 <= len(groups[0]) <= 3 or of.thousands in rest:
            return None
        bare = whole.replace(of.thousands, "") + mark + rest
    if of.decimal == ",":
        if "." in bare:
            return None
        bare = bare.replace(",", ".")
    return float(bare) if _PLAIN.fullmatch(bare) else None
