"""Error boundary of the pages: a reader sees a short message with an id, the log has the traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from energy_workbench.domain.errors import (
    AccessError,
    ConflictError,
    InputError,
    NotFoundError,
    ServiceError,
    WorkbenchError,
)

log = logging.getLogger("energy_workbench.pages")


def explain(error: BaseException) -> str:
    """The message for a reader of a page; anything unexpected is logged with the id that the message names."""
    if isinstance(error, ServiceError):
        return "The service does not answer just now. The page shows the last known values and tries again by itself."
    if isinstance(error, AccessError):
        return "Access was refused: open the link that you were given again, or ask for a new one."
    if isinstance(error, (ConflictError, InputError, NotFoundError)):
        return str(error)
    number = secrets.token_hex(3)
    log.error("problem %s", number, exc_info=error)
    what = "This could not be shown" if isinstance(error, WorkbenchError) else "Something went wrong"
    return f"{what}. The log has the details under {number}."


def explain_change(error: BaseException) -> str:
    """The message for a reader whose change failed."""
    if isinstance(error, ServiceError):
        return "The service does not answer: it may or may not have taken the change. Look before you try again."
    return explain(error)


def guarded(report: Callable[[str], None]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator of a handler: errors in it are reported instead of lost."""

    def wrap(handler: Callable[..., None]) -> Callable[..., None]:
        @wraps(handler)
        def inside(*args: Any, **kwargs: Any) -> None:
            try:
                handler(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 -- the boundary
                report(explain(error))

        return inside

    return wrap
