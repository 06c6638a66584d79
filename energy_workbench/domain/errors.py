"""One tree of errors. A message says what is wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energy_workbench.domain.locks.locked_months import LockedChange


def brief(message: str) -> str:
    """A message in which nothing that somebody gave is so long that the reason is not found behind it."""
    return _LONG.sub(lambda given: f"{given[0][:SHOWN]}…", message)


SHOWN = 60
"""Characters of it that are shown."""
_LONG = re.compile(r"\S{400,}")


class WorkbenchError(Exception):
    """Root of every error the workbench raises on purpose.

    The command line prints its message as one line and exits with `exit_code`; the service
    answers with `http_status` and the class's `title`.
    """

    title = "Something went wrong"
    exit_code = 1
    http_status = 500

    def __str__(self) -> str:
        return brief(super().__str__())


class HomeError(WorkbenchError):
    """The home folder is missing, unwritable, full, or of another version."""

    title = "The home folder cannot be used"
    exit_code = 3


class BusyError(WorkbenchError):
    """A port or a lock is held by another process."""

    title = "Something is in use already"
    exit_code = 4
    http_status = 503


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes
    ----------
    where : str
        The line, row, field or path, as the user knows it (`"line 7"`, `"unit_id"`).
    field : str
        Name of the column or field, empty where the whole input is meant.
    value : str
        What was found there, shortened to be shown.
    reason : str
        Why that cannot be accepted, and what would be.
    """

    where: str
    field: str
    value: str
    reason: str

    def __post_init__(self) -> None:
        for name in ("value", "reason"):
            object.__setattr__(self, name, brief(getattr(self, name)))

    def __str__(self) -> str:
        name = f" {self.field}" if self.field else ""
        value = f" {self.value!r}" if self.value else ""
        return f"{self.where}:{name}{value}: {self.reason}" if name or value else f"{self.where}: {self.reason}"


class SettingsError(WorkbenchError):
    """A setting is unknown, has a wrong type or is out of its bounds.

    `problems` lists every setting that is refused, where several are looked at together.
    """

    title = "A setting is wrong"
    exit_code = 2

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([message, *map(str, self.problems)]))


def printable(text: str, longest: int = 60) -> str:
    """A text that somebody gave, shortened and without what would steer a terminal."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


class InputError(WorkbenchError):
    """What came from outside (a file, a form, a call, the wire) cannot be accepted.

    `problems` lists every single thing that is wrong, so that all can be mended at once.
    """

    title = "The input is not valid"
    exit_code = 5
    http_status = 422

    def __init__(self, message: str, problems: list[Problem] | None = None) -> None:
        self.message = brief(message)
        self.problems = problems or []
        super().__init__("\n".join([message, *map(str, self.problems)]))


class TooLargeError(InputError):
    """More bytes than are taken at once."""

    http_status = 413


class PeriodError(InputError):
    """A period or an instant cannot be understood, or does not exist in the site's zone."""

    title = "The period is not valid"


class NotFoundError(WorkbenchError):
    """A meter, report, file or token of that name does not exist."""

    title = "Not found"
    exit_code = 6
    http_status = 404


class SiteError(WorkbenchError):
    """There are several sites, and nobody says which is meant."""

    title = "No site is named"
    exit_code = 2
    http_status = 400


class ConflictError(WorkbenchError):
    """The change contradicts what is stored (a number in use, a cycle, a newer revision).

    Where somebody else was faster, `stored` is the object as it is now and `wanted` the same with the
    refused change in it, both as plain fields, so that a user can be shown the two side by side.
    """

    title = "The change conflicts with what is stored"
    exit_code = 7
    http_status = 409

    def __init__(
        self, message: str, *, stored: Mapping[str, Any] | None = None, wanted: Mapping[str, Any] | None = None
    ) -> None:
        self.stored = stored
        self.wanted = wanted
        super().__init__(message)

    @property
    def differences(self) -> list[str]:
        """Names of the fields in which the two versions differ."""
        stored, wanted = self.stored or {}, self.wanted or {}
        return [name for name, value in wanted.items() if stored.get(name) != value]


class LockedMonthError(ConflictError):
    """The change alters numbers of a month that is locked, and no reason was given.

    `change` has the months, and the reports that were sent and would differ.
    """

    title = "The month is locked"

    def __init__(self, change: LockedChange) -> None:
        self.change = change
        super().__init__(f"{change.told()}. Give a reason to change it all the same.")


class CrowdedError(WorkbenchError):
    """So much is asked at once that this question must wait longer than makes sense: ask again later.

    `retry_seconds` says when (the service's `Retry-After`).
    """

    title = "Too much is asked at once"
    exit_code = 9
    http_status = 503
    retry_seconds = 10


class TooManyError(CrowdedError):
    """One caller asks more at once than one may."""

    title = "Too many questions at once"
    http_status = 429


class AccessError(WorkbenchError):
    """No token, an unknown token, or a role that may not do this."""

    title = "Access denied"
    exit_code = 8
    http_status = 403


class UnknownCallerError(AccessError):
    """No token, or one that is not known."""

    http_status = 401


class ServiceError(WorkbenchError):
    """The service could not be reached, or answered with an error of its own."""

    title = "The service did not answer"
    exit_code = 9
    http_status = 502


class LakeError(WorkbenchError):
    """The lake or the spool could not be read or written."""

    title = "The stored readings cannot be reached"
    exit_code = 10


class QueryError(InputError):
    """A query that a user wrote is not accepted or failed."""

    title = "The query failed"
    http_status = 400


class ReportError(WorkbenchError):
    """A report could not be produced."""

    title = "The report failed"
    exit_code = 11


class NoDataError(ReportError):
    """There is nothing to be reported: the period lies in the future, or nothing is known of it."""

    title = "There is nothing to report"
    http_status = 422


class DeliveryError(WorkbenchError):
    """A report could not be delivered: a mail or a webhook was refused, or nobody answered.

    `temporary` says whether trying again later may help.
    """

    title = "The report could not be delivered"
    exit_code = 12
    http_status = 502

    def __init__(self, message: str, *, temporary: bool = True) -> None:
        self.temporary = temporary
        super().__init__(message)


class ProfileError(InputError):
    """A meter profile file does not describe a possible meter."""

    title = "The meter profile is not valid"


def kinds() -> tuple[type[WorkbenchError], ...]:
    """The kinds that callers are told: each error with a title of its own."""
    errors = (each for each in globals().values() if isinstance(each, type) and issubclass(each, WorkbenchError))
    return tuple(each for each in errors if "title" in vars(each))
