"""Names of the site and its meters, for pickers and titles; refetched each minute."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

FRESH = 60.0
"""Age up to which names are used again [s]."""


@dataclass(frozen=True)
class Names:
    """Names of the site and its meters.

    Attributes
    ----------
    site : str
    zone : str
        IANA time zone of the site.
    meters : dict of str to str
        Number → name, in the order of the tree.
    ids : dict of str to str
        Id → number.
    """

    site: str = ""
    zone: str = "UTC"
    meters: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


class Directory:
    """Keeps the names of a workbench; `look` is called in a thread."""

    def __init__(self, workbench: WorkbenchContract) -> None:
        self._workbench = workbench
        self._until = {"site": 0.0, "meters": 0.0}
        self._names = Names()

    def look(self, *, meters: bool) -> Names:
        """The names, not older than a minute.

        Parameters
        ----------
        meters : bool
            Whether those of the meters are needed too.
        """
        now = time.monotonic()
        known = self._names
        if now >= self._until["site"]:
            site = self._workbench.site()
            known = Names(site["name"], site["timezone"], known.meters, known.ids)
            self._until["site"] = now + FRESH
        if meters and now >= self._until["meters"]:
            rows = self._workbench.meters().rows
            known = Names(
                known.site,
                known.zone,
                {row["number"]: row["name"] for row in rows},
                {row["id"]: row["number"] for row in rows},
            )
            self._until["meters"] = now + FRESH
        self._names = known
        return known
