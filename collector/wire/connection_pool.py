"""Connections by gateway, one each, shared by polls and probes, because a serial line has one owner."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from collector.wire.client import GatewayClient


class ConnectionPool:
    """The connections of one process; a connection is closed when the last of its users gives it back.

    Parameters
    ----------
    home : Path, optional
        Where the certificates of a relative path are; the home by default.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._clients: dict[str, GatewayClient] = {}
        self._users: dict[str, int] = {}
        self._ports: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def take(self, url: str) -> GatewayClient:
        """The connection to a gateway, the same one for everybody.

        Raises
        ------
        InputError
            If the address cannot be understood.
        """
        client = GatewayClient(url, home=self._home)
        client = self._clients.setdefault(client.url, client)
        self._users[client.url] = self._users.get(client.url, 0) + 1
        return client

    def give_back(self, client: GatewayClient) -> None:
        """The caller needs it no more."""
        self._users[client.url] -= 1
        if not self._users[client.url]:
            del self._users[client.url], self._clients[client.url]
            client.close()

    def shared(self, client: GatewayClient) -> bool:
        """Whether others than one user have the connection, or another one of the same serial port."""
        return self._users.get(client.url, 0) > 1 or bool(self._same_port(client))

    @asynccontextmanager
    async def lend(self, url: str) -> AsyncIterator[GatewayClient]:
        """A connection for a moment, whose reads wait their turn among the others.

        Polls of the same serial port with other settings wait meanwhile: a user who looks for the right
        baud rate tries some.

        Raises
        ------
        InputError
            If the address cannot be understood.
        """
        client = self.take(url)
        try:
            async with AsyncExitStack() as stack:
                if client.line:
                    # Two that set each other's connection aside would wait for ever.
                    await stack.enter_async_context(self._ports[client.line.port])
                for other in self._same_port(client):
                    await stack.enter_async_context(other.set_aside())
                    stack.callback(client.close)  # before the other one opens the port again
                client.retry_now()
                yield client
        finally:
            self.give_back(client)

    def _same_port(self, client: GatewayClient) -> list[GatewayClient]:
        """Other connections of the same serial port."""
        port = client.line.port if client.line else None
        others = [other for other in self._clients.values() if other is not client]
        return [other for other in others if port and other.line and other.line.port == port]
