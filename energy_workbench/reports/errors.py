"""How far the meters of a report can err, by the classes of meter, CT and PT, assumed ones too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from energy_workbench.analytics.uncertainty import expanded
from energy_workbench.core.entities import Meter, MeterType
from energy_workbench.core.ratios import Ratio


def share_of(row: Mapping[str, Any]) -> float:
    """Expanded uncertainty of what a meter measures, as a share of it [1].

    Parameters
    ----------
    row : mapping
        A meter as `wb.meters()` gives it.
    """
    ratio = Ratio(ct_primary=row["ct_primary"], pt_primary=row["pt_primary"])
    classes = {name: row[name] for name in ("accuracy_class", "ct_class", "pt_class")}
    return expanded(Meter(key=0, number="", name="", type=MeterType.OTHER, ratio=ratio, **classes), 1.0)


def together(parts: Iterable[tuple[float | None, float | None]]) -> float:
    """Expanded uncertainty of a sum, in its unit: meters err independently of each other.

    Parameters
    ----------
    parts : iterable of (float or None, float or None)
        Of each meter its share [1] and what it adds; nothing where that is not known.
    """
    return math.hypot(*(share * value for share, value in parts if share is not None and value is not None))
