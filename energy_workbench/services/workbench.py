"""The façade on the files of a home: one set of answers for Python, REST, dashboards and reports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from energy_workbench.contract.calls.as_declared import as_declared
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.result import LOADERS
from energy_workbench.runtime import settings
from energy_workbench.runtime.paths import AnyPath
from energy_workbench.services.answers.recording import Recording
from energy_workbench.services.answers.sql import SqlAnswers
from energy_workbench.services.answers.written import WrittenAnswers
from energy_workbench.services.commands.commissioning import Commissioning
from energy_workbench.services.commands.deleted import DeletedMeters
from energy_workbench.services.commands.labels import Labels
from energy_workbench.services.commands.locking import Locking
from energy_workbench.services.commands.review import Reviewing
from energy_workbench.services.commands.scheduling import Scheduling
from energy_workbench.services.commands.setup import Setup
from energy_workbench.services.devices.devices import Devices
from energy_workbench.services.files.transfer import Transfer
from energy_workbench.services.sites.answers import SitesAnswers

if TYPE_CHECKING:
    # People ask as the contract says; what answers takes plain text, which `as_declared` makes of that.
    from energy_workbench.services.measured_site import MeasuredSite as Answers
else:
    from energy_workbench.services.answers.every import Answers


@LOADERS.append
def _load_figures() -> None:
    from energy_workbench.figures import result_figures

    result_figures.fill()


@as_declared(WorkbenchContract)
class Workbench(
    Answers, Recording, SqlAnswers, WrittenAnswers,
    Setup, Labels, Devices, Commissioning, DeletedMeters, Reviewing, Locking, Scheduling, Transfer, SitesAnswers,
    WorkbenchContract,
):  # fmt: skip
    """A workbench on the files of a home; safe for threads.

    Parameters
    ----------
    settings : Settings
        Where registry, state, spool and lake are. Nothing is opened before it is asked for.
    """

    @classmethod
    def at(cls, home: AnyPath | None = None, site: str | None = None) -> Workbench:
        """The workbench of a site of a home; of that which the environment names by default.

        Parameters
        ----------
        home : path, optional
        site : str, optional
            Slug or name; the only one by default.

        Raises
        ------
        HomeError
            If the home was not initialised, or by a newer version.
        SiteError
            If there are several sites and none is named.
        NotFoundError
            If there is no such site.
        """
        if not site and home is None:
            site = os.environ.get(f"{settings.PREFIX}SITE")
        if not site:
            workbench = cls(settings.load(home))
            workbench.registry.check()
            return workbench
        first = cls(settings.load_base(home))
        first.registry.check()
        found = first.installation.find(site)
        if found is not first:
            first.close()
        return cls(found.settings)

    def __repr__(self) -> str:
        site = f", {self.settings.site!r}" if self.settings.site else ""
        return f"Workbench.at({str(self.settings.installation)!r}{site})"
