"""Whoever sends a request too slowly loses the connection; whoever waits for an answer does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Request

from energy_workbench.api import answers, connections
from tests.callers import connected, rest
from tests.waiting import eventually

SHORT = 0.3
"""Stands for the seconds that a caller has [s]."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A service with little patience, on a real port."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr(answers, "STALLED_SECONDS", SHORT)
    app, go_on = FastAPI(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        go_on.wait(2 * SHORT)
        return "done"

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await answers.raw_body(request, 1000))

    server = uvicorn.Server(uvicorn.Config(app, port=0, http=connections.TimedProtocol, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield eventually(
            lambda: server.started and server.servers[0].sockets[0].getsockname()[1], "the service listens", 30
        )
    finally:
        go_on.set()
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("sent", [b"", b"GET /slow HTT", b"GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n"])
def test_a_head_that_does_not_end_ends_the_connection(port: int, sent: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(sent)
        assert rest(connection).startswith(b"HTTP/1.1 408 ")


def test_a_drop_now_and_then_does_not_hold_it(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nX-Slow: ")
        connection.settimeout(SHORT / 20)

        def closed() -> bool:
            try:
                connection.sendall(b"a")
                connection.recv(4096)
            except TimeoutError:
                return False
            except OSError:
                pass
            return True

        eventually(closed, "the service closes", 30)


def test_a_slow_answer_and_the_request_after_it_are_served(port: int) -> None:
    call = b"GET /slow HTTP/1.1\r\nHost: a\r\n%s\r\n"
    with connected(port) as connection:
        connection.sendall(call % b"")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        connection.sendall(call % b"Connection: close\r\n")
        assert b'"done"' in rest(connection)


def test_a_body_that_stalls_is_given_up(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
        assert rest(connection).startswith(b"HTTP/1.1 408 ")
