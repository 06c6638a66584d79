"""The context that a report's notebook opens, read from its syntax tree, without executing it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from energy_workbench.services.reports.catalogue import Report

CONTEXTS = ("ReportContext", "Subject")
"""Names of the class; the second one is that of notebooks of earlier versions."""
WAYS = ("open", "of_one")
"""Of a `ReportContext`: of the site or a meter, and of one meter that has to be named."""
PARAMETERS = ("period", "meter")


@dataclass(frozen=True, slots=True)
class Opens:
    """The context that a notebook opens, with its own parameters.

    Attributes
    ----------
    one : bool
        Whether it is about one meter, which has to be named.
    meter : bool
        Whether it looks at the parameter `meter`; it is about the whole site otherwise.
    """

    one: bool
    meter: bool


def opens(report: Report) -> Opens | None:
    """The first `ReportContext` that a notebook opens whatever happens, of the period that it is asked with.

    Returns
    -------
    Opens or None
        None where it opens none, or that cannot be told: it sets its parameters itself, or a cell is not plain Python.
    """
    try:
        cells = [ast.parse(source) for source in report.code()]
    except (SyntaxError, ValueError):
        return None
    names = [node for cell in cells for node in ast.walk(cell) if isinstance(node, ast.Name)]
    stored = [node.id for node in names if isinstance(node.ctx, ast.Store)]
    if any(stored.count(name) > (name in report.parameters) for name in PARAMETERS):
        return None
    return next((opened for cell in cells for node in cell.body if (opened := _opened(node)) is not None), None)


def _opened(node: ast.stmt) -> Opens | None:
    """What a statement at the top of a cell opens."""
    call = getattr(node, "value", None)
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in WAYS):
        return None
    if not (isinstance(call.func.value, ast.Name) and call.func.value.id in CONTEXTS):
        return None
    given = dict(zip(PARAMETERS, call.args, strict=False)) | {each.arg: each.value for each in call.keywords}
    names = {key: value.id if isinstance(value, ast.Name) else None for key, value in given.items()}
    if names.get("period") != "period" or names.get("meter", "meter") != "meter":
        return None
    return Opens(call.func.attr == "of_one", "meter" in names)
