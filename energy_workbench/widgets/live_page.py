"""Base of the apps: it hands answers to the model, errors to the boundary, and the age to the browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from energy_workbench.domain.errors import ServiceError, SettingsError
from energy_workbench.widgets.boundary import explain, guarded
from energy_workbench.widgets.browser.location import Location

if TYPE_CHECKING:
    from energy_workbench.client.workbench import RemoteWorkbench


class LivePage:
    """A page with a headless `model` (`take`, `problem`, `as_of`) and a `location` in the browser."""

    model: Any
    location: Location

    def _take(self, answer: Any) -> None:
        guarded(self._report)(self.model.take)(answer)
        self._alive()

    def _fail(self, error: Exception) -> None:
        # While the service is away the page says so once, not at each attempt.
        if not (self.model.problem and isinstance(error, ServiceError)):
            self._report(explain(error))
        self._alive()

    def _alive(self) -> None:
        self.location.alive(self.model.as_of)

    def _report(self, text: str) -> None:
        self.model.problem = text


def service(command: str) -> RemoteWorkbench:
    """The service that the environment names.

    Parameters
    ----------
    command : str
        Of the workbench that starts these pages, for the message.

    Raises
    ------
    SettingsError
        If the environment names none.
    """
    from energy_workbench.client.workbench import RemoteWorkbench

    url = os.environ.get("ENERGY_WORKBENCH_URL")
    if not url:
        raise SettingsError(f"ENERGY_WORKBENCH_URL is not set: start the page with `energy-workbench {command}`")
    return RemoteWorkbench(url)
