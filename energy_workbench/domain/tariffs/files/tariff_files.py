"""Tariffs of a file of either form: the workbench's YAML, or OpenEI's JSON."""

from __future__ import annotations

import json

from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff
from energy_workbench.domain.tariffs.files.urdb import read_urdb
from energy_workbench.domain.tariffs.tariff import Tariff


def read_tariffs(text: str, name: str = "tariff") -> list[Tariff]:
    """The tariffs of a text, whichever form it has: JSON without `versions` is OpenEI's.

    Raises
    ------
    InputError
        If one of them cannot be used: nothing is read by halves.
    """
    return read_urdb(text, name) if _is_urdb(text, name) else [read_tariff(text, name)]


def _is_urdb(text: str, name: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        # A mapping of YAML may be written in braces too.
        return name.endswith(".json")
    return not (isinstance(found, dict) and "versions" in found)
