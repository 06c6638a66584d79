"""Kernels of pages: each has a secret that names only itself, and belongs to one visit."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from energy_workbench.client.connection import TOKEN_VARIABLE
from energy_workbench.widgets.site.door import Door
from energy_workbench.widgets.site.places import Holder


class PageKernels(AsyncMappingKernelManager):
    """Starts each kernel with a secret of its own, and forgets it when the kernel ends."""

    @property
    def door(self) -> Door:
        """Of the server that these are kernels of."""
        door: Door = self.parent.door
        return door

    async def start_kernel(self, *, kernel_id: str | None = None, **kwargs: Any) -> str:
        """Start one; it may ask the service once that has been told of it."""
        secret, kernel = self.door.begun()
        kwargs["env"] = {**(kwargs.get("env") or os.environ), TOKEN_VARIABLE: secret}
        started: str = await super().start_kernel(kernel_id=kernel_id, **kwargs)
        self.door.kernels[started] = kernel
        return started

    def expects(self, kernel_id: str) -> None:
        """Somebody is about to come to a kernel: it is idle from now on, and not since it got warm."""
        if kernel_id in self:
            self.get_kernel(kernel_id).last_activity = datetime.now(UTC)

    async def shutdown_kernel(self, kernel_id: str, *args: Any, **kwargs: Any) -> Any:
        """End one."""
        self.door.kernels.pop(kernel_id, None)
        return await super().shutdown_kernel(kernel_id, *args, **kwargs)


class Handing:
    """The kernels as a visit sees them while its page is made: the one that it gets is its own from then on."""

    def __init__(self, kernels: Any, holder: Holder) -> None:
        self._kernels, self._holder = kernels, holder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)

    async def get_rendered_notebook(self, *args: Any, **kwargs: Any) -> Any:
        """One that waited."""
        rendered = await self._kernels.get_rendered_notebook(*args, **kwargs)
        await self._give(rendered[2])
        return rendered

    async def start_kernel(self, *args: Any, **kwargs: Any) -> str:
        """A new one."""
        kernel: str = await self._kernels.start_kernel(*args, **kwargs)
        await self._give(kernel)
        return kernel

    async def _give(self, kernel_id: str) -> None:
        self._kernels.expects(kernel_id)
        try:
            await self._kernels.door.give(kernel_id, self._holder)
        except Exception:
            # Nobody has it, and nobody else may get it.
            await self._kernels.shutdown_kernel(kernel_id, now=True)
            raise
