"""The reports there are and what each can be asked with, for plans that name one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energy_workbench.reports.catalogue import Report

# The catalogue describes notebooks and needs nothing above this layer: of the reports' package it is the one part
# that answers use, and it is loaded when somebody asks for it.


def names(folders: Sequence[Path]) -> list[str]:
    """Names of all reports, those in the given folders beside the product's."""
    from energy_workbench.reports import catalogue

    return catalogue.names(folders)


def find(name: str, folders: Sequence[Path]) -> Report:
    """The report of that name, looked for in the given folders first.

    Raises
    ------
    NotFoundError
        If there is none.
    ReportError
        If its notebook is damaged.
    """
    from energy_workbench.reports import catalogue

    return catalogue.find(name, folders)


def check(report: Report, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of the report: as given, in its type, or its default.

    Raises
    ------
    InputError
        If one is unknown or has another type.
    """
    from energy_workbench.reports import parameters

    return parameters.check(report, given)
