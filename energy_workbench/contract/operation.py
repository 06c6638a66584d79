"""HTTP verb, path, role and errors of a contract's method, attached to its declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from energy_workbench.domain.errors import ConflictError, WorkbenchError
from energy_workbench.domain.roles import May

Verb = Literal["GET", "POST", "PUT", "DELETE"]
Method = TypeVar("Method", bound=Callable[..., Any])

ATTACHED = "__operation__"
CONTRADICTED = (ConflictError,)
"""What an operation refuses whose change may contradict what is stored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """A call of REST.

    Attributes
    ----------
    verb : str
    path : str
        Below `/api/Energy`; parts in braces are parameters: `/factors/{name}`.
    summary : str
        A line of the reference.
    tag : str
        Its chapter there.
    needs : May
        What its caller must be allowed to do.
    status : int
        Of an answer that is no error.
    of_one : tuple of str, optional
        Path and summary of the same call about one meter or schedule, where the parameter in it is given.
    slow : bool
        It may take long, so it has threads of its own, and ends when its caller leaves.
    paged : bool
        Its rows come in pages over REST, and all that are asked for at once in Python.
    tagged : bool
        Its answer has a `revision`, which is the ETag.
    secrets : bool
        Its answer has addresses that only who may change them sees whole.
    exact : bool
        Members of its body that it does not know are refused, instead of ignored.
    refuses : tuple of type
        Errors that it answers with, beside those that follow from its parameters and from who may ask: what it names
        beside the path may not be there, the change may contradict what is stored.
    everywhere : bool
        It is asked of all sites at once, and needs none named.
    by_hand : bool
        Files, streams and trees: route and far method are written by hand against this very operation.
    """

    verb: Verb
    path: str
    summary: str
    tag: str
    needs: May = May.LOOK
    status: int = 200
    of_one: tuple[str, str] | None = None
    slow: bool = False
    paged: bool = False
    tagged: bool = False
    secrets: bool = False
    exact: bool = False
    refuses: tuple[type[WorkbenchError], ...] = ()
    everywhere: bool = False
    by_hand: bool = False


MADE = Operation(verb="GET", path="", summary="", tag="")
"""Of a question that is made of others, and no call of its own."""


def operation(verb: Verb, path: str, summary: str, *, tag: str, **more: Any) -> Callable[[Method], Method]:
    """Attach an `Operation` to a method, which stays as it is."""

    def attach(method: Method) -> Method:
        setattr(method, ATTACHED, Operation(verb=verb, path=path, summary=summary, tag=tag, **more))
        return method

    return attach


def operations(contract: type) -> Iterator[tuple[str, Callable[..., Any], Operation]]:
    """Name, declaration and operation of each method that a class and those above it declare, in their order."""
    for each in contract.__mro__:
        for name, method in vars(each).items():
            if inspect.isfunction(method) and (found := vars(method).get(ATTACHED)) is not None:
                yield name, method, found


def questions_made(contract: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Name and method of each question that is made of others."""
    for each in contract.__mro__:
        for name, method in vars(each).items():
            if inspect.isfunction(method) and not name.startswith("_") and ATTACHED not in vars(method):
                yield name, method
