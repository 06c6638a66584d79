"""All that a workbench answers and changes, whether on the files of a home or over its service."""

from __future__ import annotations

from energy_workbench.contract.condition import ConditionContract
from energy_workbench.contract.devices.contract import DevicesContract
from energy_workbench.contract.energy import EnergyContract
from energy_workbench.contract.files import FilesContract
from energy_workbench.contract.generation import GenerationContract
from energy_workbench.contract.load import LoadContract
from energy_workbench.contract.meter_history import MeterHistoryContract
from energy_workbench.contract.meters import MetersContract
from energy_workbench.contract.readings import ReadingsContract
from energy_workbench.contract.review import ReviewContract
from energy_workbench.contract.schedules import SchedulesContract
from energy_workbench.contract.setup import SetupContract
from energy_workbench.contract.site import SiteContract
from energy_workbench.contract.sites.contract import SitesContract


class WorkbenchContract(
    FilesContract,
    MetersContract,
    MeterHistoryContract,
    ReadingsContract,
    EnergyContract,
    LoadContract,
    GenerationContract,
    ConditionContract,
    ReviewContract,
    SchedulesContract,
    SetupContract,
    DevicesContract,
    SiteContract,
    SitesContract,
):
    """What can be asked and changed; each method says its units, shapes, errors and an example: `wb.energies?`.

    A question is asked of a meter (`meter, period`), or of the plant (`period`, and `meter=` where it can be
    narrowed); all else is given by name. Answers are values with `to_frame()`, `to_dict()`, and mostly `figure()`;
    instants are the site's, energies kWh, power kW, and what is not known is None, never zero.

    **A meter** is its number (`"UNIT-A"`) or id (`"mtr_12"`). A list of them, where one meter is asked for energies,
    readings or demand, is asked one by one: the answer is a mapping `{number: answer}` whose `to_frame()` has all rows.

    **A period** is text (`"2026"`, `"2026-Q4"`, `"2026-10"`, `"2026-W41"`, `"2026-10-05"`, `"2026-10-01/2026-10-15"`,
    `"today"`, `"last 7 days"`, …), a `date` (all of it), a `pandas.Period` of any frequency, or a pair. A date that
    ends a pair belongs to it, as in the text; a `datetime` or `Timestamp` is an instant and does not. `start=` and
    `end=` stand in its place: instants, half open, a date is its first one, and now ends what has no `end`. With an
    offset an instant is what it is; without one it is what the site's clock shows.

    **`every`** is the length of a row: `"15min"`, `"1h"`, `"1d"`, `"1w"`, `"1mo"`, `"1y"`, multiples, pandas' aliases
    for these (`"h"`, `"D"`, `"W"`, `"MS"`, `"YS"`), or a `timedelta`.

    Errors are those of `energy_workbench.domain.errors`: `NotFoundError`, `PeriodError`, `InputError`, … with what is
    wrong and what to do. They are the same on the files of a home and over its service.

    Examples
    --------
    >>> import energy_workbench as ew
    >>> wb = ew.open()
    >>> wb.meters().to_frame()
    >>> wb.consumption("UNIT-A", "last 7 days", every="1h").to_frame(index=True)
    >>> wb.balance("2026-10").figure()
    """
