"""The façade on the files of a home: one set of answers for Python, REST, dashboards and reports."""

from __future__ import annotations

from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.result import LOADERS
from energy_workbench.runtime import settings
from energy_workbench.runtime.paths import AnyPath
from energy_workbench.services.answers.condition import ConditionAnswers
from energy_workbench.services.answers.energy import EnergyAnswers
from energy_workbench.services.answers.generation import GenerationAnswers
from energy_workbench.services.answers.losses import LossAnswers
from energy_workbench.services.answers.meters import MeterAnswers
from energy_workbench.services.answers.readings import ReadingAnswers
from energy_workbench.services.answers.site import SiteAnswers
from energy_workbench.services.answers.written import WrittenAnswers
from energy_workbench.services.commands.deleted import DeletedMeters
from energy_workbench.services.commands.review import Reviewing
from energy_workbench.services.commands.scheduling import Scheduling
from energy_workbench.services.commands.setup import Setup
from energy_workbench.services.files.transfer import Transfer


@LOADERS.append
def _load_figures() -> None:
    from energy_workbench.figures import result_figures

    result_figures.fill()


class Workbench(
    MeterAnswers, ReadingAnswers, EnergyAnswers, LossAnswers, GenerationAnswers, SiteAnswers, ConditionAnswers,
    WrittenAnswers, Setup, DeletedMeters, Reviewing, Scheduling, Transfer, WorkbenchContract,
):  # fmt: skip
    """A workbench on the files of a home; safe for threads.

    Parameters
    ----------
    settings : Settings
        Where registry, state, spool and lake are. Nothing is opened before it is asked for.
    """

    @classmethod
    def at(cls, home: AnyPath | None = None) -> Workbench:
        """The workbench of a home; of that which the environment names by default.

        Raises
        ------
        HomeError
            If the home was not initialised, or by a newer version.
        """
        workbench = cls(settings.load(home))
        workbench.registry.check()
        return workbench

    def __repr__(self) -> str:
        return f"Workbench.at({str(self.settings.home)!r})"
