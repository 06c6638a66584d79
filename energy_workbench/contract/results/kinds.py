"""Kinds of answer that the type of a method's answer names."""

from __future__ import annotations

from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, Union, get_args, get_origin

from energy_workbench.contract.result import Result
from energy_workbench.contract.results.several import Several


def of_one(answer: Any) -> Any:
    """The type of an answer of one meter, where there is another of several."""
    if get_origin(answer) not in (Union, UnionType):
        return answer
    return Union[tuple(kind for kind in get_args(answer) if get_origin(kind) is not Several)]  # noqa: UP007


def results(hint: Any) -> list[type[Result[Any]]]:
    """The kinds of answer that a type names: one, or several of which it is one."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return list(kinds) if all(isinstance(kind, type) and issubclass(kind, Result) for kind in kinds) else []


def required(kind: type[Result[Any]]) -> set[str]:
    """Members that each payload of a kind of answer has."""
    needed = (each.name for each in fields(kind) if each.default is each.default_factory is MISSING)  # type: ignore[arg-type]
    return {kind.keys.get(name, name) for name in needed}
