"""Limits of health as REST and forms show them."""

from __future__ import annotations

from collections.abc import Mapping

from energy_workbench.contract.rows.condition import Limits
from energy_workbench.domain.health.limits import RULES, resolved


def limit_rows(stored: Mapping[int | None, Mapping[str, float | None]], meter: int | None) -> Limits:
    """The limits of a meter, by its key, or of the site (None).

    Parameters
    ----------
    stored : mapping
        What was set, by key of the meter; None is the site.
    """
    own, site = dict(stored.get(meter, {})), stored.get(None, {})
    return {
        "limits": dict(resolved(own if meter is None else site, None if meter is None else own).fields),
        "own": own,
        "defaults": dict(resolved({} if meter is None else site).fields),
        "rules": [
            {
                "name": rule.name,
                "label": rule.label,
                "unit": rule.unit,
                "low": rule.low,
                "meaning": rule.meaning,
                "source": rule.source,
            }
            for rule in RULES.values()
        ],
    }
