"""Example tariffs, one of each structure: they show how it is written, and are no country's truth."""

from __future__ import annotations

from importlib.resources import files

from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff
from energy_workbench.domain.tariffs.tariff import Tariff


def names() -> list[str]:
    """Names of the examples' files, without ending."""
    found = (each.name for each in files(__name__).iterdir())
    return sorted(each.removesuffix(".yaml") for each in found if each.endswith(".yaml"))


def text(name: str) -> str:
    """An example as it is written.

    Raises
    ------
    FileNotFoundError
        If there is none of that name.
    """
    return (files(__name__) / f"{name}.yaml").read_text("utf-8")


def example(name: str) -> Tariff:
    """An example.

    Raises
    ------
    FileNotFoundError
        If there is none of that name.
    """
    return read_tariff(text(name), f"{name}.yaml")
