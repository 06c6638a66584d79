"""HTTP statuses of the problems that an operation may answer with, derived from its declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus

from energy_workbench.api.access import hosts
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.notes import Existing, Kind, Parameter
from energy_workbench.contract.operation import Operation
from energy_workbench.domain.errors import (
    AccessError,
    ConflictError,
    CrowdedError,
    InputError,
    LockedMonthError,
    NotFoundError,
    SiteError,
    TooLargeError,
    TooManyError,
    UnknownCallerError,
    WorkbenchError,
)
from energy_workbench.domain.roles import May

ELSEWHERE = {int(HTTPStatus.MISDIRECTED_REQUEST): hosts.REFUSED}
"""Of every call, also of one that needs no token: it came by a name which is not the service's."""


def refusals(binding: Binding, path: str, *, sends: bool) -> Mapping[int, str]:
    """Status → title of each problem that an operation may answer with.

    Parameters
    ----------
    binding : Binding
    path : str
        Its own, or that of the same about one meter or schedule.
    sends : bool
        Whether it has a body.
    """
    # What is written by hand says of its parameters itself what can be wrong with them.
    known = () if binding.operation.by_hand else binding.parameters
    parameters = [each for each in known if each.place != "path" or f"{{{each.wire}}}" in path]
    kinds = {kind.http_status: kind.title for kind in _kinds(binding.operation, path, parameters, sends)}
    if any(each.place == "revision" for each in parameters):
        kinds[HTTPStatus.PRECONDITION_FAILED] = ConflictError.title
    if sends:
        kinds[HTTPStatus.REQUEST_TIMEOUT] = HTTPStatus.REQUEST_TIMEOUT.phrase
    return dict(sorted((kinds | ELSEWHERE).items()))


def _kinds(
    operation: Operation, path: str, parameters: Sequence[Parameter], sends: bool
) -> Iterator[type[WorkbenchError]]:
    yield WorkbenchError
    yield UnknownCallerError
    if not operation.everywhere:
        # None of several sites is named, there is no such one, or the caller is nothing there.
        yield from (SiteError, NotFoundError, AccessError)
    # A browser that has a cookie changes nothing for a page of another address.
    if operation.needs is not May.LOOK or operation.verb != "GET":
        yield AccessError
    if sends or any(map(_can_be_wrong, parameters)):
        yield InputError
    if any(each.place == "reason" for each in parameters):
        yield LockedMonthError
    if "{" in path or any(each.note(Existing) for each in parameters):
        yield NotFoundError
    if sends:
        yield TooLargeError
    if operation.slow:
        yield TooManyError
        yield CrowdedError
    yield from operation.refuses


def _can_be_wrong(each: Parameter) -> bool:
    """Whether a parameter is more than a text of which one is there or not."""
    return each.place != "path" or each.type is int or each.note(Kind) is Kind.INSTANT
