"""The kernels of the pages' servers, and whose visit each belongs to: told by those servers, never by a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.roles import Role, Token
from energy_workbench.registry import Registry
from energy_workbench.runtime.secret import KERNEL, digest

WAITING: Final = Token(name="pages", role=Role.VIEWER, created_at=datetime(1970, 1, 1, tzinfo=UTC))
"""A kernel that waits for its visitor: it may ask what everybody may see."""
STARTING: Final = 15.0
"""For how long after its start the service may not have heard of every kernel that runs [s]."""
SILENT: Final = 60.0
"""A server that has told nothing for this long is gone, and its kernels with it [s]."""


class Kernels:
    """Who each kernel asks for.

    A kernel has a secret that names only itself. Its server says whose visit it belongs to, and says everything anew
    every few seconds, so that a service that was started again knows it soon.
    """

    def __init__(self) -> None:
        self._of: dict[str, tuple[float, dict[str, str | None]]] = {}
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def told(self, server: str, kernels: Mapping[str, str | None]) -> None:
        """Take from a server all kernels that it has: the digest of each one's secret → of its visit's, if any."""
        now = time.monotonic()
        with self._lock:
            self._of[server] = now, dict(kernels)
            for other in [name for name, (heard, _) in self._of.items() if now - heard > SILENT]:
                del self._of[other]

    def holder(self, registry: Registry, secret: str) -> Token | None:
        """For whom a kernel asks; None where it is unknown, or its visit is over.

        Raises
        ------
        ServiceError
            If the service has just started, and the kernel's server may not have told of it yet.
        """
        own = digest(secret)
        with self._lock:
            found = next((kernels for _, kernels in self._of.values() if own in kernels), None)
            visit = found[own] if found else None
        if found is None:
            if time.monotonic() - self._began < STARTING:
                raise ServiceError("the service has just started and does not know this page yet: it will in a moment")
            return None
        return registry.visitor(visit) if visit else WAITING


def is_kernel(secret: str) -> bool:
    """Whether it looks like the secret of a kernel."""
    return secret.startswith(KERNEL)
