"""What a Sankey draws as one, and the addresses that look inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from energy_workbench.analytics.condensing.folding import group_of
from energy_workbench.figures.flows.sankey import drawn_nodes
from energy_workbench.figures.schema import Figure

Opened = tuple[str, dict[str, str]]
"""What something is called that is drawn as one, and the query of the address that shows it."""


def drawn_as_one(
    figure: Figure, numbers: Mapping[str, str], focus: str, page: Callable[[str], int], own: Mapping[str, str]
) -> list[Opened]:
    """What a Sankey draws as one.

    Parameters
    ----------
    numbers : mapping of str to str
        By id of a meter its number.
    focus : str
        Id of the meter whose part of the tree is in view; empty for all.
    page : callable
        How many of the largest below that are one where a group of it (`others`, `larger`) is looked into.
    own : mapping of str to str
        The page's own choices, as its address has them.
    """
    kept = {name: value for name, value in own.items() if name != "skip"}
    found: list[Opened] = []
    for key, text in drawn_nodes(figure).items():
        group = group_of(key)
        if group is None or group[1] not in numbers:
            continue
        kind, parent = group
        skip = page(kind) if parent == focus else 0
        query = {"meter": numbers[parent], **kept, **({"skip": str(skip)} if skip else {})}
        found.append((f"{text.partition('  ')[0]} of {numbers[parent]}", query))
    return found


def turned_page(kind: str, skip: int, shown: int) -> int:
    """How many of the largest are one, once somebody looks into the others, or the larger ones, of so many shown."""
    return max(0, skip - max(1, shown)) if kind == "larger" else skip + max(1, shown)
