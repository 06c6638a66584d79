"""The routes of a contract: each of its operations, as FastAPI takes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from types import NoneType
from typing import Annotated, Any, TypedDict, TypeVar, get_args, get_origin

from fastapi import APIRouter, Path, Query, Request, Response

from energy_workbench.api.access.session import (
    Admin,
    Caller,
    Editor,
    First,
    Home,
    Known,
    Operator,
    Roles,
    Shown,
)
from energy_workbench.api.answers import Json, attachment
from energy_workbench.api.asked import Asked, Body, Part, Seen, SeenFirst, instant, note_of
from energy_workbench.api.room import apart
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.notes import Between, Kind, Longest, Parameter, Words, optional
from energy_workbench.contract.operation import ATTACHED, Operation, operations
from energy_workbench.contract.rows.locked import LockedChangeRow
from energy_workbench.contract.rows.payload import JsonObject, JsonValue
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.domain.paging import LEFT_OUT, PAGE
from energy_workbench.domain.roles import May
from energy_workbench.services.rows.locks import change_row

Answer = TypeVar("Answer", bound=Callable[..., Any])

CALLERS = {May.LOOK: Caller, May.NOTE: Operator, May.CHANGE: Editor, May.GOVERN: Admin}
EVERY = "Length of a row: `15min`, `30min`, `1h`, `1d`, `1w`, `1mo`, `1y`; days are the site's."
ROWS = 100
"""Rows of a list where Python gives all and nobody says how many."""
BODY = inspect.Parameter("_body", inspect.Parameter.KEYWORD_ONLY, annotation=Body)
DEFAULT = object()
"""A value that was not given."""
TEXT, NUMBER, OBJECT = "must be a text", "must be a number", "must be an object"
TEXTS = "must be a list of texts"


def by_hand(router: APIRouter, declared: Callable[..., Any], **more: Any) -> Callable[[Answer], Answer]:
    """A decorator: a route that is written by hand answers an operation."""
    operation: Operation = vars(declared)[ATTACHED]
    return router.api_route(
        operation.path,
        methods=[operation.verb],
        tags=[operation.tag],
        summary=operation.summary,
        status_code=operation.status,
        **more,
    )


def routes(contract: type, answers: type) -> APIRouter:
    """A router of all that a class declares, but for what is written by hand.

    Parameters
    ----------
    contract : type
    answers : type
        What answers it: whether a method takes who makes the change, `by`, or where the caller is what, `roles`, is its
        own affair.
    """
    router = APIRouter()
    for name, method, operation in operations(contract):
        if not operation.by_hand:
            binding = Binding(method, operation)
            own = inspect.signature(getattr(answers, name)).parameters.keys() - binding.signature.parameters.keys()
            _add(router, operation.path, operation.summary, binding, own=own, of_one=False)
            if operation.of_one:
                _add(router, *operation.of_one, binding, own=own, of_one=True)
    return router


def _add(router: APIRouter, path: str, summary: str, binding: Binding, *, own: Collection[str], of_one: bool) -> None:
    operation = binding.operation
    answer = endpoint(path, binding, own=own)
    answer.__name__ = binding.method.__name__ + ("_of_one" if of_one else "")
    router.add_api_route(
        path,
        apart(answer) if operation.slow else answer,
        methods=[operation.verb],
        tags=[operation.tag],
        summary=summary,
        status_code=operation.status,
        response_class=Response if binding.is_file or binding.answer is NoneType else Json,
    )


def endpoint(path: str, binding: Binding, *, own: Collection[str] = ()) -> Callable[..., Response]:
    """What answers one operation: the workbench's method of that name.

    Parameters
    ----------
    path : str
    binding : Binding
    own : collection of str
        What the method takes beside its declaration: who makes a change, `by`, and the caller's `roles` at each site.
    """
    operation = binding.operation
    there = [each for each in binding.parameters if each.place != "path" or f"{{{each.wire}}}" in path]
    members = [each for each in there if each.place == "member"]
    whole = [each.name for each in there if each.place == "body"]

    def answer(
        _home: Any, _: Any, _asking: Any = None, _shown: Any = None, _body: Any = None, _roles: Any = None, **given: Any
    ) -> Response:
        asked = {each.name: _meant(given[each.name], each) for each in there if each.name in given}
        asked |= dict.fromkeys(whole, _body) | (_members(_body, members, exact=operation.exact) if members else {})
        reason = taken_reason(asked, there, whole)
        # What was not given is what the method takes then.
        call = arranged(asked, binding)
        who = {name: value for name, value in (("by", _), ("roles", _roles)) if name in own}
        with because(reason) as stated:
            found = getattr(_home, binding.method.__name__)(*call.args[1:], **call.kwargs, **who)
        told: dict[str, LockedChangeRow | str] = {}
        if stated.change:
            told["locked_change"] = change_row(stated.change, _home.zone)
        if binding.is_file:
            return attachment(*found)
        if binding.answer is NoneType:
            # Where it altered a locked month there is something to tell.
            return Json(told) if told else Response(status_code=operation.status)
        payload = binding.payload(_shown(found) if _shown else found)
        if get_origin(binding.answer) is list:
            spans = (given.get(each.name) for each in there if each.note(Kind) is Kind.PERIOD)
            told |= next((note_of(span, _home.zone) for span in spans), {})
        payload = {**payload, **told} if told else payload
        response = Json(payload, status_code=operation.status)
        if operation.tagged:
            response.headers["ETag"] = f'"{payload["revision"]}"'
            if operation.status == 201 and "{" not in path:
                response.headers["Location"] = f"{_asking.url.path}/{payload['id']}"
        return response

    kind = inspect.Parameter.KEYWORD_ONLY
    fixed: dict[str, Any] = {"_home": Home, "_": CALLERS[operation.needs]}
    if operation.everywhere:
        fixed = {"_home": First, "_": Known}
    fixed |= {"_roles": Roles} if "roles" in own else {}
    fixed |= ({"_shown": Shown} if operation.secrets else {}) | ({"_asking": Request} if operation.tagged else {})
    parameters = [inspect.Parameter(key, kind, annotation=note) for key, note in fixed.items()]
    parameters += [
        inspect.Parameter(each.name, kind, annotation=annotation(each, path), default=default(each))
        for each in there
        if each.place not in ("body", "member")
    ]
    answer.__signature__ = inspect.Signature([*parameters, *([BODY] if whole or members else [])])  # type: ignore[attr-defined]
    answer.__doc__ = (inspect.getdoc(binding.method) or "").partition("\n\n")[0]
    return answer


def taken_reason(asked: dict[str, Any], there: Sequence[Parameter], whole: Sequence[str]) -> str | None:
    """Why a change is made, taken out of what was asked: of the address, else a member of a body that has fields."""
    reason = None
    for each in there:
        if each.place == "reason":
            reason = asked.pop(each.name, None)
            for name in whole:
                if isinstance(body := asked[name], dict) and "reason" in body:
                    asked[name] = {key: value for key, value in body.items() if key != "reason"}
                    reason = reason or body["reason"]
    if reason is not None and not isinstance(reason, str):
        raise InputError("the body cannot be taken", [Problem("body", "reason", str(reason)[:60], TEXT)])
    return reason


def arranged(asked: Mapping[str, Any], binding: Binding) -> inspect.BoundArguments:
    """Values as the method takes them, in its order; its first is itself."""
    known = [name for name in binding.signature.parameters if asked.get(name, DEFAULT) is not DEFAULT]
    given = {each.name: tuple(asked[each.name] or ()) for each in binding.parameters if each.many}
    return inspect.BoundArguments(binding.signature, {"self": None, **{name: asked[name] for name in known}, **given})


def annotation(each: Parameter, path: str) -> Any:
    """How FastAPI finds a parameter in a request."""
    kind = each.note(Kind)
    if kind is Kind.PERIOD:
        return Asked
    if each.place == "revision":
        return Seen if path.startswith("/meters/{id}") else SeenFirst
    if each.place == "path":
        part = () if each.type is int else (Part,)
        told = Path(alias=each.wire, description=each.help, **bounds(each), json_schema_extra=words(each))
        return Annotated[(int if each.type is int else str, told, *part)]
    if kind is Kind.LIMIT:
        return Annotated[int, Query(ge=1, le=PAGE, description="Most rows of the answer.")]
    if kind is Kind.OFFSET:
        return Annotated[int, Query(ge=0, le=LEFT_OUT, description="Rows left out at the beginning.")]
    said = each.help or (EVERY if kind is Kind.EVERY else "")
    given = list[str] | None if each.many or _is_list(each.type) else each.type
    return Annotated[given, Query(alias=each.wire, description=said, **bounds(each), json_schema_extra=words(each))]


class Bounds(TypedDict, total=False):
    """Bounds of a parameter, as FastAPI takes them."""

    ge: float
    le: float
    max_length: int


def bounds(each: Parameter) -> Bounds:
    """What a parameter may be at most and at least."""
    between, longest = each.note(Between), each.note(Longest)
    found: Bounds = {"ge": between.low, "le": between.high} if between else {}
    if longest:
        found["max_length"] = longest.characters
    return found


def words(each: Parameter) -> dict[str, list[str]]:
    """The words that a parameter is one of, as the reference says it; its refusal is the method's own."""
    told = each.note(Words)
    return {"enum": list(told.words)} if told else {}


def default(each: Parameter) -> Any:
    """What a parameter is where a request does not have it."""
    if each.note(Kind) is Kind.PERIOD or each.place in ("path", "revision"):
        return inspect.Parameter.empty
    if each.note(Kind) is Kind.LIMIT:
        return ROWS if each.default is None else each.default
    return None if each.many else each.default


def _is_list(hint: Any) -> bool:
    kinds = [get_origin(kind) for kind in (hint, *get_args(hint))]
    return any(isinstance(kind, type) and issubclass(kind, Sequence) for kind in kinds)


def _meant(value: Any, each: Parameter) -> Any:
    """A value of a request as the method takes it."""
    kind = each.note(Kind)
    if kind is Kind.PERIOD and value is None:
        return DEFAULT
    if kind is Kind.INSTANT and value is not None:
        return [instant(one) for one in value] if each.many else instant(value)
    if not each.many and isinstance(value, list):
        return [name.strip() for group in value for name in group.split(",") if name.strip()]
    return value


def _members(body: JsonObject, members: Sequence[Parameter], *, exact: bool) -> dict[str, JsonValue]:
    """The members of a body.

    Raises
    ------
    InputError
        With each that lacks, is of another kind, or, where they must be exact, is not known.
    """
    problems: list[Problem] = []
    found: dict[str, JsonValue] = {}
    for each in members:
        if each.wire not in body:
            if each.default is inspect.Parameter.empty:
                problems.append(Problem("body", each.wire, "", "is required"))
            continue
        value = body[each.wire]
        if reason := unfit(value, each):
            problems.append(Problem("body", each.wire, "" if value is None else str(value)[:60], reason))
        else:
            found[each.name] = value
    known = [each.wire for each in members]
    if exact:
        problems += [
            Problem("body", name, str(body[name])[:60], f"is not known here: {', '.join(known)}")
            for name in body.keys() - set(known)
        ]
    if problems:
        raise InputError(f"the body cannot be taken: it is an object of {', '.join(known)}", problems)
    return found


def unfit(value: Any, each: Parameter) -> str:
    """Why a member is of another kind than its parameter; empty where it fits."""
    if value is None and optional(each.type):
        return ""
    kinds = [kind for kind in (get_args(each.type) if optional(each.type) else (each.type,)) if kind is not NoneType]
    (kind,) = {get_origin(kind) or kind for kind in kinds}
    if kind is str:
        return "" if isinstance(value, str) else TEXT
    if kind in (int, float):
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else NUMBER
    if kind is list:
        return "" if isinstance(value, list) and all(isinstance(one, str) for one in value) else TEXTS
    return "" if isinstance(value, dict) else OBJECT
