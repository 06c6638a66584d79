"""Formulas of meters: read by a grammar, worked out as a linear form of what they name; nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lark import Lark, Token, Tree


class FormulaError(ValueError):
    """Why a text is no formula, and at which character, counted from 1."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason if at is None else f"at character {at}: {reason}")
        self.at = at


LONGEST: Final = 2000
"""Characters of a formula."""
GRAMMAR: Final = r"""
    ?sum: product | sum "+" product -> add | sum "-" product -> subtract
    ?product: factor | product "*" factor -> multiply | product "/" factor -> divide
    ?factor: atom | "-" atom -> negative
    ?atom: NUMBER -> number | METER register? -> meter | "(" sum ")"
    register: "." NAME
    METER: /\[[^\[\]\r\n]+\]/
    NAME: /[a-z][a-z0-9_]*/
    %import common.NUMBER
    %import common.WS
    %ignore WS
"""
REGISTERS: Final = ("import", "export")
"""What may stand behind a meter: the register that is meant where it is not the one that tells what it takes."""
_NAMED: Final = re.compile(r"\[\s*([^\[\]\r\n]+?)\s*\]")
_MOST: Final = 1e6
"""No factor is greater: it would be a slip."""


@dataclass(frozen=True, slots=True)
class Term:
    """One meter's energy in a formula.

    Attributes
    ----------
    meter : str
        As it stands in the brackets: a number or an id.
    register : str
        `import` or `export`; empty: the one that tells what the meter takes, or produces.
    """

    meter: str
    register: str = ""


Linear = Mapping[Term, float]
"""Factor by term [1]."""


@dataclass(frozen=True, slots=True)
class _Value:
    constant: float
    terms: Mapping[Term, float]


def named(text: str) -> list[str]:
    """Meters that a formula names, as they stand in the brackets, each once."""
    return list(dict.fromkeys(_NAMED.findall(text)))


def renamed(text: str, names: Callable[[str], str]) -> str:
    """A formula with what stands in each pair of brackets replaced."""
    return _NAMED.sub(lambda found: f"[{names(found[1])}]", text)


def linear(text: str) -> Linear:
    """The terms of a formula with their factors; what cancels is left out.

    Raises
    ------
    FormulaError
        If it cannot be read, is no linear form of meters, or has a part that is no energy: where, and why.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"longer than {LONGEST:,} characters: it has {len(text):,}")
    tree = _parsed(text)
    values: dict[int, _Value] = {}
    for part in tree.iter_subtrees():  # each after those below it
        if part.data != "register":
            values[id(part)] = _worked_out(part, [values[id(each)] for each in part.children if id(each) in values])
    found = values[id(tree)]
    if found.constant:
        raise FormulaError(f"a number alone ({found.constant:g}) is no energy: every part must have a meter in it")
    if not found.terms:
        raise FormulaError("it names no meter: write its number in brackets, as in [MAIN] - [UNIT-A]")
    terms = {term: factor for term, factor in found.terms.items() if factor}
    if not terms:
        raise FormulaError("it comes to nothing: what it adds it takes away again")
    return terms


@cache
def _parser() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR, start="sum", parser="lalr", propagate_positions=True)


def _parsed(text: str) -> Tree[Token]:
    from lark import Tree
    from lark.exceptions import UnexpectedInput, UnexpectedToken

    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        place = error.pos_in_stream
        ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        if ended or place is None or not 0 <= place < len(text):
            raise FormulaError(
                "it ends too early: is something missing, or a parenthesis not closed?", len(text) + 1
            ) from None
        raise FormulaError(
            f"{text[place : place + 12]!r} cannot stand here: meters in brackets, numbers, + - * / and parentheses can",
            place + 1,
        ) from None
    return tree if isinstance(tree, Tree) else Tree("sum", [tree])


def _worked_out(part: Tree[Token], below: list[_Value]) -> _Value:
    at = (part.meta.column or 1) if not part.meta.empty else 1
    match part.data:
        case "number":
            return _Value(_number(str(part.children[0]), at), {})
        case "meter":
            return _Value(0.0, {_term(part, at): 1.0})
        case "negative":
            return _scaled(below[0], -1.0)
        case "add" | "subtract":
            one, other = below[0], _scaled(below[1], 1.0 if part.data == "add" else -1.0)
            return _Value(one.constant + other.constant, _added((one.terms, other.terms)))
        case "multiply":
            if below[0].terms and below[1].terms:
                raise FormulaError("a meter times a meter is no energy: a formula must be linear", at)
            of, by = below if below[0].terms else below[::-1]
            return _scaled(of, by.constant, at)
    if below[1].terms:
        raise FormulaError("nothing can be divided by a meter: a formula must be linear", at)
    if not below[1].constant:
        raise FormulaError("nothing can be divided by 0", at)
    return _scaled(below[0], 1.0 / below[1].constant, at)


def _number(text: str, at: int) -> float:
    value = float(text)
    if not value <= _MOST:
        raise FormulaError(f"{text} is greater than any factor: {_MOST:,.0f} at most", at)
    return value


def _term(part: Tree[Token], at: int) -> Term:
    children: list[Any] = part.children
    register = str(children[1].children[0]) if len(children) > 1 else ""
    if register and register not in REGISTERS:
        raise FormulaError(f".{register} is not known: {' and '.join(f'.{each}' for each in REGISTERS)} are", at)
    return Term(str(children[0])[1:-1].strip(), register)


def _scaled(value: _Value, by: float, at: int = 1) -> _Value:
    if not abs(by) <= _MOST:
        raise FormulaError(f"a factor of {by:g} is greater than any: {_MOST:,.0f} at most", at)
    return _Value(value.constant * by, {term: factor * by for term, factor in value.terms.items()})


def _added(parts: Iterable[Mapping[Term, float]]) -> dict[Term, float]:
    total: dict[Term, float] = {}
    for terms in parts:
        for term, factor in terms.items():
            total[term] = total.get(term, 0.0) + factor
    return total
