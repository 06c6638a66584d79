"""Tariffs in the workbench's YAML: read with every fault's line and key, and written."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import yaml

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.charges.kinds import KINDS
from energy_workbench.domain.tariffs.files.node_reader import NodeReader, RefusedError
from energy_workbench.domain.tariffs.tariff import Tariff

LARGEST: Final = 8_000_000
"""Characters of a file: a year of quarter-hourly prices has less."""


def read_tariff(text: str, name: str = "tariff") -> Tariff:
    """The tariff of a text.

    Parameters
    ----------
    name : str
        Of its file, for messages.

    Raises
    ------
    InputError
        If anything of it cannot be used: `problems` has each with line and key, and nothing is read by halves.
    """
    if len(text) > LARGEST:
        raise InputError(f"{name} has more than {LARGEST:,} characters, which no tariff has")
    reader = NodeReader(name, {Charge: _kind})
    node = reader.root(text)
    if node is not None:
        try:
            return reader.made(Tariff, node)
        except RefusedError:
            pass
    raise InputError(f"{name} is no tariff that can be used", reader.problems)


def _kind(word: str) -> type[Charge]:
    if word not in KINDS:
        near = difflib.get_close_matches(word, KINDS, n=1)
        raise ValueError(
            f"is no kind of charge; {f'did you mean {near[0]}?' if near else 'there are ' + ', '.join(KINDS)}"
        )
    return KINDS[word]


def write_tariff(tariff: Tariff) -> str:
    """A tariff as text, which `read_tariff` gives back; what is as by default is left out."""
    return yaml.dump(_plain(tariff), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


Plain = str | bool | int | list["Plain"] | dict[str, "Plain"] | Decimal | None


def _plain(value: object) -> Plain:
    text = getattr(value, "text", None)
    if callable(text) and (written := text()) is not None:
        # A rate without blocks is written as the number that it is.
        return Decimal(written) if hasattr(value, "flat") else str(written)
    if items := getattr(value, "ITEMS", None):
        return _plain(getattr(value, items))
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        head: dict[str, Plain] = {"kind": value.kind} if isinstance(value, Charge) else {}
        return head | {each.name: _plain(getattr(value, each.name)) for each in _stated(value)}
    if value is None or isinstance(value, str | bool | int | Decimal):
        return value
    raise TypeError(f"{type(value).__name__} is no part of a tariff")


def _stated(value: object) -> list[dataclasses.Field[object]]:
    """Fields that are not as by default, in their order: a charge's name first."""
    assert dataclasses.is_dataclass(value)
    fields = [each for each in dataclasses.fields(value) if not _default(each, getattr(value, each.name))]
    return sorted(fields, key=lambda each: each.name != "name") if isinstance(value, Charge | Tariff) else fields


def _default(field: dataclasses.Field[object], value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(field.default == value)
    return field.default_factory is not dataclasses.MISSING and field.default_factory() == value


class _Dumper(yaml.SafeDumper):
    """Every scalar as it is written here: the reader goes by what a key means, not by what YAML takes a scalar for."""


def _scalar(dumper: yaml.SafeDumper, value: str | int | Decimal) -> yaml.ScalarNode:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value).lower() if isinstance(value, bool) else str(value)
    quoted = text.strip() != text or text.lower() in ("", "null", "~")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


def _sequence(dumper: yaml.SafeDumper, value: list[Plain]) -> yaml.SequenceNode:
    words = all(not isinstance(each, list | dict) for each in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=words)


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Plain]) -> yaml.MappingNode:
    words = len(value) < 4 and all(_short(each) for each in value.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=words and "kind" not in value)


def _short(value: Plain) -> bool:
    if isinstance(value, list):
        return len(value) < 6 and all(isinstance(each, str | int | Decimal) for each in value)
    return not isinstance(value, dict) and len(str(value)) < 40


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_representer(Decimal, _scalar)
_Dumper.add_representer(str, _scalar)
_Dumper.add_representer(int, _scalar)
_Dumper.add_representer(bool, _scalar)
_Dumper.add_representer(list, _sequence)
_Dumper.add_representer(dict, _mapping)
