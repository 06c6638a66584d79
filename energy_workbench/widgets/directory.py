"""Names of the site and its meters, for pickers and titles; refetched each minute."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
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
        IANA time zone of the site; empty while nobody asked: what day it is there is not known.
    meters : dict of str to str
        Number → name, in the order of the tree.
    ids : dict of str to str
        Id → number.
    listed : bool
        Whether the meters were asked for: else nobody knows whether there are any.
    heard : bool
        Whether any of them was ever read.
    """

    site: str = ""
    zone: str = ""
    meters: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    listed: bool = False
    heard: bool = False

    @property
    def empty(self) -> bool:
        """Whether it is known that the site has no meter yet."""
        return self.listed and not self.meters

    @property
    def silent(self) -> bool:
        """Whether it is known that the site has meters, none of which was ever read."""
        return self.listed and bool(self.meters) and not self.heard


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
            known = replace(known, site=site["name"], zone=site["timezone"])
            self._until["site"] = now + FRESH
        if meters and now >= self._until["meters"]:
            rows = self._workbench.meters().rows
            known = replace(
                known,
                meters={row["number"]: row["name"] for row in rows},
                ids={row["id"]: row["number"] for row in rows},
                listed=True,
                heard=any(row["communication"] != "not_connected" for row in rows),
            )
            # The first meter, and the first reading, are waited for.
            self._until["meters"] = now + (0.0 if known.empty or known.silent else FRESH)
        self._names = known
        return known
