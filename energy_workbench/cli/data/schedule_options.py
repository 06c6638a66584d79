"""The fields of a schedule as options of a command, made of their table."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Annotated, Any, Final

import typer

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields import kinds, schedule_fields
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.schedule_field import ScheduleField

Given = Mapping[str, Any]
"""Fields by their name, those alone that were given."""
SLOT: Final = "given"
"""Parameter of a command that gets them."""


def with_fields(*, new: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options in the place of a command's parameter `given`, which gets what was given of them.

    Parameters
    ----------
    new : bool
        Whether what every schedule has must be given, its name as an argument.
    """
    options = [_option(field, required=new and field.required) for field in schedule_fields.FIELDS if field.option]

    def dress(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(**values: Any) -> None:
            answers = {each.name: values.pop(each.name) for each in options}
            given = {name: _value(name, answer) for name, answer in answers.items() if answer is not None}
            command(**values, **{SLOT: given})

        own = inspect.signature(command, eval_str=True).parameters.values()
        asked = [
            option.replace(kind=Parameter.KEYWORD_ONLY)
            for each in own
            for option in (options if each.name == SLOT else [each])
        ]
        run.__signature__ = inspect.Signature(asked)  # type: ignore[attr-defined]  # of it typer makes the options
        return run

    return dress


def _option(field: ScheduleField, *, required: bool) -> Parameter:
    said = f"{text(field.message('help'))}."
    kind: Any = {kinds.Number: float, kinds.Recipients: list[str], kinds.ReportParameters: list[str]}.get(
        type(field.kind), str
    )
    if required and isinstance(field.kind, kinds.ScheduleName):
        return Parameter(field.name, Parameter.KEYWORD_ONLY, annotation=Annotated[kind, typer.Argument(help=said)])
    option = typer.Option(f"--{field.option}", help=said)
    default = Parameter.empty if required else None
    hint = Annotated[kind, option] if required else Annotated[kind | None, option]
    return Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _value(name: str, answer: Any) -> Any:
    return _pairs(answer) if isinstance(schedule_fields.BY_NAME[name].kind, kinds.ReportParameters) else answer


def _pairs(texts: list[str]) -> dict[str, str]:
    """Parameters written as NAME=VALUE."""
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise InputError(f"--set {wrong[0]!r} is not of the form NAME=VALUE")
    return {name.strip(): value for name, _, value in pairs}
