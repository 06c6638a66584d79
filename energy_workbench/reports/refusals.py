"""Why nothing can be reported: said in the same words before a notebook is executed and in it."""

from __future__ import annotations

from typing import Any

from energy_workbench.core.errors import NoDataError


def in_future(period: str) -> NoDataError:
    """Why nothing can be said of a period."""
    return NoDataError(f"the period {period} lies in the future: nothing can be reported of it yet")


def nothing_known(number: str, period: str) -> NoDataError:
    """Why nothing can be said of a meter."""
    return NoDataError(f"there are no data of {number} in {period}: import its history, or ask for another period")


def known(pattern: dict[str, Any]) -> bool:
    """Whether anything is known of a pattern: a producer that stood still is known to have produced nothing."""
    return pattern["total_kwh"] is not None
