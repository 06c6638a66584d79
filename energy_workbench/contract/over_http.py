"""The contract's methods as HTTP calls."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import getattr_static
from typing import Any, Protocol, TypeVar

from energy_workbench.contract.binding import Binding, Call, File
from energy_workbench.contract.operation import operations
from energy_workbench.domain.paging import PAGE, following, window


class Asks(Protocol):
    """What can send a call, and gives the JSON of its answer, or the file that it is."""

    def _ask(self, call: Call, /) -> Any: ...

    def _fetch(self, call: Call, /) -> File: ...


Remote = TypeVar("Remote", bound=Asks)


def over_http(contract: type) -> Callable[[type[Remote]], type[Remote]]:
    """Give a class each method of a contract that it does not have of its own."""

    def give(remote: type[Remote]) -> type[Remote]:
        for name, method, operation in operations(contract):
            if getattr_static(remote, name) is method:
                binding = Binding(method, operation)
                make = _fetching if binding.is_file else _page_by_page if operation.paged else _asking
                setattr(remote, name, make(binding))
        return remote

    return give


def _asking(binding: Binding) -> Callable[..., Any]:
    @functools.wraps(binding.method)
    def ask(self: Asks, *args: Any, **named: Any) -> Any:
        return binding.understood(self._ask(binding.call(binding.asked(*args, **named).arguments)))

    return ask


def _fetching(binding: Binding) -> Callable[..., Any]:
    @functools.wraps(binding.method)
    def fetch(self: Asks, *args: Any, **named: Any) -> File:
        return self._fetch(binding.call(binding.asked(*args, **named).arguments))

    return fetch


def _page_by_page(binding: Binding) -> Callable[..., Any]:
    """Rows of a list, in as many pages as they need; a `limit` of None is all of them."""

    @functools.wraps(binding.method)
    def ask(self: Asks, *args: Any, **named: Any) -> Any:
        asked = binding.asked(*args, **named).arguments
        most, at = asked["limit"], asked["offset"]
        if most is not None:
            window(most, at)
        rows: list[dict[str, Any]] = []
        while True:
            # Whole pages after the first: rows that come meanwhile push those that are known into the next one.
            room = PAGE if rows or most is None else min(PAGE, most)
            page = self._ask(binding.call({**asked, "limit": room, "offset": at}))
            rows += following(rows, page["items"])
            at += len(page["items"])
            if len(page["items"]) < room or (most is not None and len(rows) >= most):
                return binding.understood({**page, "items": rows[:most]})

    return ask
