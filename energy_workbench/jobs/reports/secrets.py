"""The secrets that a run needs, and that its notebook must not see."""

from __future__ import annotations

import os

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.runtime import secret
from energy_workbench.runtime.settings import Settings


class Secrets:
    """The secrets of a home, taken out of the environment; one that cannot be used fails who needs it."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.installation
        self._password, self._key = "", ""
        self._wrong: WorkbenchError | None = None
        try:
            self._password = secret.taken(settings.installation, secret.SMTP_PASSWORD)
            self._key = secret.taken(settings.installation, secret.WEBHOOK_SECRET)
        except WorkbenchError as error:
            self._wrong = error
            for name in secret.NAMES:
                os.environ.pop(secret.variable(name), None)

    def password(self) -> str:
        """Of the mail server; empty for none."""
        if self._wrong:
            raise self._wrong
        return self._password

    def key(self) -> str:
        """That webhooks are signed with; made where there is none."""
        if self._wrong:
            raise self._wrong
        return self._key or secret.made(self._home, secret.WEBHOOK_SECRET)
