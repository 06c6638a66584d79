"""Arguments as people write them, made plain by what a declaration says of each: the same near and far."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from inspect import BoundArguments
from numbers import Integral, Real
from types import NoneType
from typing import Any, Literal, Protocol, get_args, get_origin

from energy_workbench.contract.binding import Binding
from energy_workbench.contract.notes import Between, ByPosition, Each, Existing, Kind, Longest, Parameter, optional
from energy_workbench.contract.results.several import Several
from energy_workbench.domain.errors import InputError, PeriodError
from energy_workbench.domain.paging import window
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.as_written import every_text, instant_text, period_text, shown, span_text
from energy_workbench.domain.time.period import HELP, zone_of

WRITTEN: Mapping[Kind, Callable[[Any], str]] = {
    Kind.PERIOD: period_text,
    Kind.INSTANT: instant_text,
    Kind.EVERY: every_text,
}
NO_METER = "{name}: {given} is no meter: give its number (such as 'UNIT-A') or its id (such as 'mtr_12')"
ONE_METER = "{name}: {given} are several, and this is asked of one meter at a time: ask one after the other"
TYPES: Mapping[Any, tuple[type, str]] = {
    str: (str, "text"),
    int: (Integral, "whole number"),
    float: (Real, "number"),
    bool: (bool, "True or False"),
}


class Plant(Protocol):
    """Knows the site's zone."""

    def site(self) -> Any: ...


def asking(binding: Binding, answer: Callable[[Any, BoundArguments], Any], *beside: str) -> Callable[..., Any]:
    """A method that takes what people write, and asks what takes plain text for each meter that is meant.

    Parameters
    ----------
    answer : callable
        Takes the workbench and the arguments.
    *beside : str
        What it takes by name beside what is declared.
    """

    @functools.wraps(binding.method)
    def ask(self: Any, *args: Any, **named: Any) -> Any:
        own = {name: named.pop(name) for name in beside if name in named}
        asked = taken(binding, self, args, named)
        asked.arguments |= own
        return several(binding, asked, functools.partial(answer, self)) if binding.each else answer(self, asked)

    return ask


def taken(binding: Binding, wb: Plant, args: Sequence[Any], named: Mapping[str, Any]) -> BoundArguments:
    """The arguments of a call, defaults included: periods, instants and resolutions as text, meters in a tuple.

    Raises
    ------
    TypeError
        As the method itself would.
    InputError
        If one is not what it can be; PeriodError of a period, an instant or a resolution.
    """
    bound = _bound(binding, args, named)
    asked = bound.arguments
    for each in binding.parameters:
        asked[each.name] = _plain(asked[each.name], each, strict=binding.operation.verb == "GET")
    start, end = (asked.pop(name, None) for name in binding.edges or ("", ""))
    if start is not None or end is not None:
        (period,) = (each for each in binding.parameters if each.note(Kind) is Kind.PERIOD)
        if asked[period.name] != period.default:
            raise PeriodError("give either a period or `start` and `end`")
        asked[period.name] = span_text(start, end, zone_of(wb.site()["timezone"]), clock.now())
    return bound


def _bound(binding: Binding, args: Sequence[Any], named: Mapping[str, Any]) -> BoundArguments:
    """The arguments by name; one that went by its place in an earlier version is taken, with a warning."""
    former = [each.name for each in binding.parameters if each.note(ByPosition)]
    places = sum(each.kind is not each.KEYWORD_ONLY for each in binding.signature.parameters.values()) - 1
    if former and len(args) == places + len(former):
        say = ", ".join(f"{name}={value!r}" for name, value in zip(former, args[places:], strict=True))
        warnings.warn(f"write {binding.method.__name__}(…, {say})", FutureWarning, stacklevel=4)
        return binding.asked(*args[:places], **dict(zip(former, args[places:], strict=True)), **named)
    return binding.asked(*args, **named)


def several(binding: Binding, asked: BoundArguments, answer: Callable[[BoundArguments], Any]) -> Any:
    """The answer, or where several meters are meant, that of each by its number."""
    name = binding.each
    refs = asked.arguments[name]
    if not isinstance(refs, tuple):
        return answer(asked)
    found = {ref: answer(BoundArguments(asked.signature, {**asked.arguments, name: ref})) for ref in refs}
    return Several({_number(each, ref): each for ref, each in found.items()})


def _number(answer: Any, ref: str) -> str:
    return str(answer.number) if "number" in {each.name for each in fields(answer)} else ref


def _plain(value: Any, each: Parameter, *, strict: bool) -> Any:
    if value is each.default or (value is None and optional(each.type)):
        return value
    if each.note(Each) and not isinstance(value, str):
        return _meters(value, each)
    kind = each.note(Kind)
    written = WRITTEN.get(kind) if kind else None
    if kind is Kind.PERIOD and value == "" and not optional(each.type):
        raise PeriodError(f"cannot read the period '': {HELP}")
    if written and each.many:
        return tuple(one if one is None else written(one) for one in value)
    if written:
        return written(value)
    return _checked(value, each) if strict else value


def _meters(value: Any, each: Parameter) -> tuple[str, ...]:
    refs = () if isinstance(value, Mapping) or not isinstance(value, Iterable) else tuple(dict.fromkeys(value))
    if not refs or not all(isinstance(ref, str) for ref in refs):
        raise InputError(NO_METER.format(name=each.name, given=shown(value)))
    return refs


def _checked(value: Any, each: Parameter) -> Any:
    """A value of a question, of the type that it must have.

    Raises
    ------
    InputError
        If it is of another, or beyond its bounds.
    """
    kind, *more = [
        kind for kind in (get_args(each.type) if optional(each.type) else (each.type,)) if kind is not NoneType
    ]
    if more:
        return value  # of several types: what it is, its reader says
    if get_origin(kind) in (Sequence, list):
        one = isinstance(value, str | Mapping) or not isinstance(value, Iterable)
        return [_of(str, text, each, empty=False) for text in ([value] if one else value)]
    return _of(kind, value, each, empty=each.place != "path")


def _of(kind: Any, value: Any, each: Parameter, *, empty: bool) -> Any:
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        raise InputError(f"{each.name}: {shown(value)} is none of {', '.join(get_args(kind))}")
    types, what = TYPES.get(kind, (object, ""))
    if not isinstance(value, types) or (isinstance(value, bool) and kind is not bool) or (value == "" and not empty):
        if kind is str and each.note(Existing):
            words = ONE_METER if isinstance(value, list | tuple) else NO_METER
            raise InputError(words.format(name=each.name, given=shown(value)))
        raise InputError(f"{each.name}: {shown(value)} is no {what}")
    if each.note(Kind) in (Kind.LIMIT, Kind.OFFSET):
        window(*((value,) if each.note(Kind) is Kind.LIMIT else (1, value)))
    between, longest = each.note(Between), each.note(Longest)
    if between and not between.low <= value <= between.high:
        refused = PeriodError if each.note(Kind) is Kind.DAYS else InputError
        raise refused(f"{each.name}: {value:g} is not within {between.low:g} to {between.high:g}")
    if longest and len(value) > longest.characters:
        raise InputError(f"{each.name}: a text of {len(value):,} characters; at most {longest.characters:,} are taken")
    return value
