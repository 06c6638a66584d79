"""Values that are bound to a user's query, as JSON and back: text cannot become SQL, and an instant stays one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from energy_workbench.domain.errors import QueryError
from energy_workbench.domain.time.as_written import shown

Value: TypeAlias = str | int | float | bool | date | Decimal | Sequence[object] | None
Parameters: TypeAlias = Sequence[Value] | Mapping[str, Value]
"""Values of `?` and `$1` in their order, or of each `$name`."""

TYPED: Final[Mapping[str, Callable[[str], Value]]] = {
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
}
"""Kinds for which JSON has no word: an object with that one member, `{"timestamp": "2026-10-05T00:00:00+05:30"}`."""

EITHER: Final = "parameters are a list for ? and $1, or an object for $name"


def as_json(parameters: Parameters | None) -> str | None:
    """Parameters as JSON text; None where there are none.

    Raises
    ------
    QueryError
        If they are neither a list nor a mapping, or a value is none that a query can take.
    """
    if parameters is None:
        return None
    if isinstance(parameters, str | bytes) or not isinstance(parameters, Sequence | Mapping):
        raise QueryError(f"{EITHER}, and not {shown(parameters)}")
    if isinstance(parameters, Mapping):
        return json.dumps({str(name): _told(value) for name, value in parameters.items()})
    return json.dumps([_told(value) for value in parameters])


def of_json(text: str | None) -> Parameters | None:
    """Parameters out of their JSON text.

    Raises
    ------
    QueryError
        If it is no JSON, neither list nor object, or a typed value is none.
    """
    if text is None:
        return None
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"the parameters are no JSON: {error}") from None
    if isinstance(given, dict):
        return {name: _meant(value) for name, value in given.items()}
    if isinstance(given, list):
        return [_meant(value) for value in given]
    raise QueryError(f"{EITHER}, and not {shown(given)}")


def check(parameters: Parameters | None, wanted: set[str]) -> None:
    """Whether these are the parameters of a query.

    Parameters
    ----------
    wanted : set of str
        Names of its parameters; `1`, `2`, … are those by place.

    Raises
    ------
    QueryError
        If there are more, fewer or others.
    """
    given = parameters if isinstance(parameters, Mapping) else map(str, range(1, len(parameters or ()) + 1))
    if wanted != set(given):
        names = ", ".join(f"${name}" for name in sorted(wanted)) or "none"
        told = f"{len(parameters or ())} are given"
        if isinstance(parameters, Mapping):
            told = f"{', '.join(f'${name}' for name in sorted(parameters)) or 'none'} are given"
        raise QueryError(f"the parameters of the query are {names}, and {told}: {EITHER}")


def _told(value: Any) -> Any:
    value = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        raise QueryError(f"{value} is no number: give None where a value is not known")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return {"timestamp": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [_told(each) for each in value]
    raise QueryError(
        f"{shown(value)} is no value for a query: give text, a number, a datetime, a date or a list of them"
    )


def _meant(value: Any) -> Value:
    if isinstance(value, list):
        return [_meant(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, text),) = value.items()
        if kind in TYPED and isinstance(text, str):
            try:
                return TYPED[kind](text)
            except (ValueError, ArithmeticError):
                pass
    raise QueryError(f"{shown(value)} is no value: an object has one of {', '.join(TYPED)}, as ISO text or digits")
