"""A loss and its uncertainty as text, rounded by the uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from energy_workbench.domain.lost import CERTAIN, error_together, percent_error
from energy_workbench.domain.rounding import rounded
from energy_workbench.figures.wording.words import UNKNOWN

Row = Mapping[str, Any]


def loss(row: Row, *, size: bool = False) -> str:
    """The loss of a node, without its sign where `size`: `870 kWh`."""
    value = row["loss_kwh"]
    if value is None:
        return UNKNOWN
    return f"{rounded(abs(value) if size else value, row['uncertainty_kwh'])} kWh"


def doubt(row: Row) -> str:
    """The uncertainty of a loss: `± 160 kWh`."""
    value = row["uncertainty_kwh"]
    return UNKNOWN if value is None else f"± {rounded(value, value)} kWh"


def share(row: Row, *, size: bool = False) -> str:
    """The loss in per cent of the node's supply: `8.9 %`."""
    value = row["loss_percent"]
    if value is None:
        return UNKNOWN
    return f"{rounded(abs(value) if size else value, percent_error(row), 2)} %"


def share_doubt(row: Row) -> str:
    """The uncertainty of a loss in per cent of the supply: `± 1.6 %`; empty where it is not known."""
    error = percent_error(row)
    return "" if error is None else f"± {rounded(error, error, 2)} %"


def together(rows: Iterable[Row], lost: Row) -> tuple[str, str]:
    """The losses of several nodes, and the certain ones among them, as `lost_together` sums them."""
    nodes = list(rows)
    whole, sure = (
        UNKNOWN if lost[name] is None else f"{rounded(lost[name], error_together(part))} kWh"
        for name, part in (
            ("loss_kwh", nodes),
            ("certain_kwh", [row for row in nodes if row["verdict"] in CERTAIN]),
        )
    )
    return whole, sure
