"""All that a workbench answers and changes, whether on the files of a home or over its service."""

from __future__ import annotations

from energy_workbench.contract.condition import ConditionContract
from energy_workbench.contract.energy import EnergyContract
from energy_workbench.contract.files import FilesContract
from energy_workbench.contract.generation import GenerationContract
from energy_workbench.contract.meter_history import MeterHistoryContract
from energy_workbench.contract.meters import MetersContract
from energy_workbench.contract.readings import ReadingsContract
from energy_workbench.contract.review import ReviewContract
from energy_workbench.contract.schedules import SchedulesContract
from energy_workbench.contract.setup import SetupContract
from energy_workbench.contract.site import SiteContract


class WorkbenchContract(
    FilesContract,
    MetersContract,
    MeterHistoryContract,
    ReadingsContract,
    EnergyContract,
    GenerationContract,
    ConditionContract,
    ReviewContract,
    SchedulesContract,
    SetupContract,
    SiteContract,
):
    """The whole contract: each method is a call of REST, but for those that are made of others."""
