"""The cards on top of the setup page: how many meters there are, and in which state."""

from __future__ import annotations

from collections import Counter

from energy_workbench.figures.wording.words import amount
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.setup.meter_tree import MeterTree


def cards_of(meters: MeterTree) -> list[Card]:
    """The cards; none where there is no meter that they could count."""
    rows = list(meters.rows.values())
    total = len(rows)
    if not total:
        return []
    status = Counter(row["status"] for row in rows)
    communication = Counter(row["communication"] for row in rows)
    colour = Counter(row["colour"] for row in rows)
    active, inactive = status["active"], status["inactive"]
    online, silent, apart = (communication[name] for name in ("online", "offline", "not_connected"))
    warned = colour["yellow"] + colour["orange"]
    return [
        Card("Total", amount(total), "meters in the tree"),
        Card("Active", amount(active), f"of {total:,}", "green" if active == total else "yellow"),
        Card("Online", amount(online), f"of {total:,}", "green" if online == total else "yellow"),
        Card("Warnings", amount(warned), "yellow or orange", "yellow" if warned else "green"),
        Card("Offline", amount(silent), "no new readings", "red" if silent else "green"),
        Card("Not connected", amount(apart), "no reading ever", "grey" if apart else "green"),
        Card("Inactive", amount(inactive), "out of service", "red" if inactive else "green"),
    ]
