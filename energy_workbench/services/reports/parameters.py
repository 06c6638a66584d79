"""Validation of a report's parameters, before a kernel is started for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.services.reports.catalogue import Parameter, ParameterValue, Report

NOUNS: dict[type, str] = {
    str: "text",
    int: "whole number, such as 10",
    float: "number, such as 0.5",
    bool: "yes or no (true, false)",
}
"""What a value has to be, in words."""
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def check(report: Report, given: Mapping[str, Any]) -> dict[str, ParameterValue]:
    """Every parameter of the report: as given, in its type, or its default.

    Parameters
    ----------
    given : mapping
        Values in their type, or as text from a command line.

    Raises
    ------
    InputError
        If a parameter is unknown or a value has another type; all such are listed at once.
    """
    values = {name: parameter.default for name, parameter in report.parameters.items()}
    problems: list[Problem] = []
    for name, value in given.items():
        if (parameter := report.parameters.get(name)) is None:
            reason = f"the report {report.name} has no such parameter; it has {', '.join(report.parameters)}"
            problems.append(Problem("parameters", name, _short(value), reason))
            continue
        try:
            values[name] = _convert(parameter, value)
        except ValueError:
            problems.append(Problem("parameters", name, _short(value), f"is no {NOUNS[parameter.type]}"))
    if problems:
        raise InputError(f"the report {report.name} cannot be asked like this", problems)
    return values


def _convert(parameter: Parameter, value: Any) -> ParameterValue:
    kind = parameter.type
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return cast(ParameterValue, value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        raise ValueError(value)
    if kind is bool:
        if value.lower() not in WORDS:
            raise ValueError(value)
        return WORDS[value.lower()]
    return kind(value.strip())


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
