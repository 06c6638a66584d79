"""The meter models that can be read: what their profiles say at the top."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import cast

from energy_workbench.contract.rows.setup import ProfileRow
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.registry.profile_ids import profile_files

TOP = ("vendor", "model")


def profile_list(own: Path) -> list[ProfileRow]:
    """Id, vendor and model of every profile, by vendor and model.

    Parameters
    ----------
    own : Path
        Folder of the user's profiles, which win over shipped ones of the same id.
    """
    rows = [_top(path, path.stat().st_mtime_ns) for path in profile_files(own).values()]
    return sorted(
        (cast(ProfileRow, dict(row)) for row in rows),
        key=lambda row: (natural(row["vendor"]), natural(row["model"])),
    )


@lru_cache(maxsize=1024)
def _top(path: Path, _modified: int) -> tuple[tuple[str, str], ...]:
    """The profile's first keys; the registers below, which make the file long, are not read."""
    facts = {"id": path.stem, "vendor": "", "model": path.stem}
    try:
        with path.open(encoding="utf-8") as file:
            facts |= _keys(file)
    except (OSError, UnicodeDecodeError):
        # A file that cannot be read is listed by its name: the collector says what is wrong with it.
        pass
    return tuple(facts.items())


def _keys(lines: Iterable[str]) -> dict[str, str]:
    import yaml

    keys: dict[str, str] = {}
    for line in lines:
        name, colon, _ = line.partition(":")
        if colon and name in TOP:
            try:
                keys[name] = str(yaml.safe_load(line)[name])
            except (yaml.YAMLError, KeyError, TypeError):
                continue
        if len(keys) == len(TOP):
            break
    return keys
