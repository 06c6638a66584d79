"""A caller of a server on this machine, by its socket: what it sends, and when, is the test's to say."""

from __future__ import annotations

import socket

from tests.waiting import patience


def connected(port: int) -> socket.socket:
    """A connection that waits for an answer as long as this machine needs."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.settimeout(patience(30))
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that still comes, until the server closes."""
    parts = []
    while part := connection.recv(4096):
        parts.append(part)
    return b"".join(parts)
