"""Arguments of a method ↔ path, query and body of its call: bound by its signature, on either side."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import NoneType, SimpleNamespace
from typing import Any, get_origin, get_type_hints
from urllib.parse import quote

from energy_workbench.contract.notes import (
    BEGINNING,
    As,
    Each,
    Kind,
    Named,
    Parameter,
    Place,
    on_the_wire,
    optional,
    plain,
)
from energy_workbench.contract.operation import Operation
from energy_workbench.contract.result import Result
from energy_workbench.contract.results.kinds import of_one, required, results
from energy_workbench.domain.locks.locked_months import LockedChange, heard, stated

File = tuple[str, bytes]
"""An answer that is a file: its name and content."""


@dataclass(frozen=True, slots=True)
class Call:
    """What goes over the wire."""

    verb: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    revision: int | None = None


class Binding:
    """A method with its operation.

    Parameters
    ----------
    method : function
        The declaration, with `self`.
    operation : Operation
    """

    def __init__(self, method: Callable[..., Any], operation: Operation) -> None:
        self.method = method
        self.operation = operation
        self.signature = inspect.signature(method)

    @cached_property
    def _loose(self) -> str:
        """The parameter that takes members of the body by any name."""
        return next((name for name, given in self.signature.parameters.items() if given.kind is given.VAR_KEYWORD), "")

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the method, without `self` and without what holds any name."""
        paths = (self.operation.path, *(self.operation.of_one or ())[:1])
        in_path = {name for path in paths for name in re.findall(r"{(\w+)}", path)}
        found = []
        for name, given in list(self.signature.parameters.items())[1:]:
            if given.kind is given.VAR_KEYWORD:
                continue
            kind, notes = plain(self._hint(name))
            if Kind.EDGE in notes:
                continue  # in the place of the period
            kind = on_the_wire(kind, notes)
            wire = next((note.wire for note in notes if isinstance(note, Named)), name)
            as_noted = next((note for note in notes if isinstance(note, As)), None)
            place: Place = as_noted.name.lower() if as_noted else "path" if wire in in_path else "query"  # type: ignore[assignment]
            found.append(Parameter(name, wire, place, kind, given.default, notes, given.kind is given.VAR_POSITIONAL))
        return tuple(found)

    @cached_property
    def edges(self) -> tuple[str, ...]:
        """Parameters that stand in the place of the period."""
        known = {"self", self._loose, *(each.name for each in self.parameters)}
        return tuple(name for name in self.signature.parameters if name not in known)

    @cached_property
    def each(self) -> str:
        """The parameter that may name several meters, each of which is asked."""
        return next((each.name for each in self.parameters if each.note(Each)), "")

    @cached_property
    def answer(self) -> Any:
        """The type of what it returns, of one meter."""
        return of_one(plain(self._hint("return"))[0])

    def _hint(self, name: str) -> Any:
        """The type of a parameter or of the answer; that of another may be of a room that is not imported here."""
        alone = SimpleNamespace(__annotations__={name: self.method.__annotations__[name]})
        try:
            return get_type_hints(alone, vars(sys.modules[self.method.__module__]), include_extras=True)[name]
        except NameError:
            return Any

    @property
    def is_file(self) -> bool:
        """Whether its answer is a file with a name."""
        return bool(self.answer == File)

    def asked(self, *args: Any, **named: Any) -> inspect.BoundArguments:
        """Each parameter's value, defaults included.

        Raises
        ------
        TypeError
            As the method itself would.
        """
        bound = self.signature.bind(None, *args, **named)
        bound.apply_defaults()
        return bound

    def call(self, asked: Mapping[str, Any]) -> Call:
        """What these values of the parameters become."""
        path, query, body, revision = self.operation.path, {}, None, None
        for each in self.parameters:
            value = asked[each.name]
            if each.place == "path" and self.operation.of_one and value is not None:
                path = self.operation.of_one[0]
            if each.place == "path":
                said = BEGINNING if value is None else str(value)
                path = path.replace(f"{{{each.wire}}}", quote(said, safe=""))
            elif each.place == "revision":
                revision = value
            elif each.place == "reason":
                query[each.wire] = value or stated().reason or None
            elif each.place == "body":
                body = {**(value or {}), **asked.get(self._loose, {})}
            elif each.place == "member":
                body = {**(body or {}), **({} if value is None and each.default is None else {each.wire: value})}
            elif each.many:
                query[each.wire] = [BEGINNING if one is None else one for one in value] or None
            else:
                query[each.wire] = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        return Call(self.operation.verb, path, query, body, revision)

    @property
    def may_alter(self) -> bool:
        """Whether it may alter numbers of a locked month, and asks for a reason then."""
        return any(each.place == "reason" for each in self.parameters)

    def understood(self, payload: Any) -> Any:
        """The answer that a payload stands for; of locked months it warns, where that has no room for them."""
        if isinstance(payload, dict) and (told := payload.get("locked_change")):
            heard(LockedChange.of(told), room=self.answer is not NoneType and get_origin(self.answer) is not list)
        if self.answer is NoneType:
            return None
        if kinds := results(self.answer):
            kind = next(kind for kind in kinds if len(kinds) == 1 or required(kind) <= payload.keys())
            return kind.from_dict(payload)
        if get_origin(self.answer) is list:
            return list(payload["items"])
        return payload[self.method.__name__] if optional(self.answer) else payload

    def payload(self, answer: Any) -> Any:
        """What an answer becomes; the other way round of `understood`."""
        if isinstance(answer, Result):
            return answer.to_dict()
        if get_origin(self.answer) is list:
            return {"items": list(answer), "total": len(answer)}
        return {self.method.__name__: answer} if optional(self.answer) else answer
