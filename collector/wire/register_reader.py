"""Whatever reads registers of the units of one gateway: a client, or a session over one."""

from __future__ import annotations

from typing import Protocol

from collector.wire.read_request import ReadRequest


class RegisterReader(Protocol):
    """What a meter's reads need of its gateway; as in `GatewayClient`."""

    paced: bool
    """Whether the pauses that meters ask for are kept."""

    @property
    def url(self) -> str:
        """The gateway's address."""

    @property
    def took(self) -> float:
        """How long the last read took [s]."""

    @property
    def framed_by_id(self) -> bool:
        """Whether a late answer is told from a fresh one."""

    async def read(
        self, request: ReadRequest, unit: int, *, base: int = 0, timeout: float | None = None, pause: float = 0.0
    ) -> list[int]:
        """The words of one read.

        Raises
        ------
        WireError
            If they do not come.
        """
