"""The contract's methods on what answers them: they take what people write, and ask with plain text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import BoundArguments, getattr_static
from typing import Any, TypeVar

from energy_workbench.contract.binding import Binding
from energy_workbench.contract.calls.arguments import asking
from energy_workbench.contract.operation import MADE, operations, questions_made

Near = TypeVar("Near")


def as_declared(contract: type) -> Callable[[type[Near]], type[Near]]:
    """Let each method of a class take what its declaration takes: its own takes plain text."""

    def give(near: type[Near]) -> type[Near]:
        for name, method, operation in operations(contract):
            setattr(near, name, by_own(Binding(method, operation), getattr_static(near, name)))
        made_of_others(contract, near)
        return near

    return give


def made_of_others(contract: type, side: type) -> None:
    """The same for questions that are made of others; and the class says what the contract says."""
    side.__doc__ = "\n\n".join(inspect.cleandoc(each.__doc__ or "") for each in (side, contract))
    for name, method in questions_made(contract):
        setattr(side, name, by_own(Binding(method, MADE), getattr_static(side, name)))


def by_own(binding: Binding, own: Callable[..., Any]) -> Callable[..., Any]:
    """A method that is answered by one that takes plain text, and perhaps more by name than is declared."""

    def answer(wb: Any, asked: BoundArguments) -> Any:
        known = binding.signature.parameters
        more = {name: value for name, value in asked.arguments.items() if name not in known}
        return own(wb, *asked.args[1:], **asked.kwargs, **more)

    declared = binding.signature.parameters
    beside = [each for name, each in inspect.signature(own).parameters.items() if name not in declared]
    method = asking(binding, answer, *(each.name for each in beside))
    loose = [each for each in declared.values() if each.kind is each.VAR_KEYWORD]
    told = [*(each for each in declared.values() if each not in loose), *beside, *loose]
    vars(method).update(answered_by=own, __signature__=binding.signature.replace(parameters=told))
    return method
