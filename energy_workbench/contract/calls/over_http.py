"""The contract's methods as HTTP calls."""

from __future__ import annotations

from collections.abc import Callable
from inspect import BoundArguments, getattr_static
from typing import Any, Protocol, TypeVar

from energy_workbench.contract.binding import Binding, Call, File
from energy_workbench.contract.calls.arguments import asking
from energy_workbench.contract.calls.as_declared import by_own, made_of_others
from energy_workbench.contract.operation import operations
from energy_workbench.domain.paging import PAGE, following


class Asks(Protocol):
    """What can send a call, and gives the JSON of its answer, or the file that it is."""

    def _ask(self, call: Call, /) -> Any: ...

    def _fetch(self, call: Call, /) -> File: ...


Remote = TypeVar("Remote", bound=Asks)


def over_http(contract: type) -> Callable[[type[Remote]], type[Remote]]:
    """Give a class each method of a contract; what it has of its own takes plain text, and no more than is declared.

    Of its own is a method of that name, or, where the declaration takes more than that, of the name with an underscore.
    """

    def give(remote: type[Remote]) -> type[Remote]:
        for name, method, operation in operations(contract):
            binding = Binding(method, operation)
            own = getattr_static(remote, f"_{name}", None) or getattr_static(remote, name)
            if own is method:
                make = _fetching if binding.is_file else _page_by_page if operation.paged else _asking
                setattr(remote, name, asking(binding, make(binding)))
            else:
                setattr(remote, name, by_own(binding, own))
        made_of_others(contract, remote)
        return remote

    return give


def _asking(binding: Binding) -> Callable[[Asks, BoundArguments], Any]:
    def answer(wb: Asks, asked: BoundArguments) -> Any:
        return binding.understood(wb._ask(binding.call(asked.arguments)))

    return answer


def _fetching(binding: Binding) -> Callable[[Asks, BoundArguments], File]:
    def answer(wb: Asks, asked: BoundArguments) -> File:
        return wb._fetch(binding.call(asked.arguments))

    return answer


def _page_by_page(binding: Binding) -> Callable[[Asks, BoundArguments], Any]:
    """Rows of a list, in as many pages as they need; a `limit` of None is all of them."""

    def answer(wb: Asks, given: BoundArguments) -> Any:
        asked = given.arguments
        most, at = asked["limit"], asked["offset"]
        rows: list[dict[str, Any]] = []
        while True:
            # Whole pages after the first: rows that come meanwhile push those that are known into the next one.
            room = PAGE if rows or most is None else min(PAGE, most)
            page = wb._ask(binding.call({**asked, "limit": room, "offset": at}))
            rows += following(rows, page["items"])
            at += len(page["items"])
            if len(page["items"]) < room or (most is not None and len(rows) >= most):
                return binding.understood({**page, "items": rows[:most]})

    return answer
