"""Whoever sends a request too slowly to a server of pages loses the connection; an answer may take its time.

And who leaves before it comes is no error.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler

from energy_workbench.cli.processes import lab
from energy_workbench.runtime.settings import Settings
from energy_workbench.widgets.site import connections
from energy_workbench.widgets.site.server import SiteOptions, SiteServer, configure
from tests.callers import connected, rest
from tests.conftest import free_ports
from tests.waiting import eventually, patience

SHORT = 0.3
"""Stands for the seconds that a caller has [s]."""


GO_ON = threading.Event()
"""Never set: who waits for it takes its time."""


class Slow(RequestHandler):
    async def get(self) -> None:
        await asyncio.to_thread(GO_ON.wait, 2 * SHORT)
        self.write("done")

    async def post(self) -> None:
        self.write("taken")


class Left(RequestHandler):
    began, ended = threading.Event(), threading.Event()

    def initialize(self) -> None:
        self.gone = asyncio.Event()

    def on_connection_close(self) -> None:
        self.gone.set()

    async def get(self) -> None:
        self.began.set()
        await self.gone.wait()
        IOLoop.current().call_later(0, self.ended.set)  # after what follows
        await self.finish("done")


@pytest.fixture(params=["pages", "lab"])
def port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Each server with little patience, on a real port; what it serves stands for pages."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "UPLOAD_SECONDS"):
        monkeypatch.setattr(connections, name, SHORT)
    monkeypatch.setattr(connections.bound, "__defaults__", (SHORT,))
    monkeypatch.setattr(SiteServer, "stop", lambda _: None)
    number, loops = free_ports(1)[0], list[IOLoop]()

    async def pages() -> None:
        loops.append(IOLoop.current())

    def serve_pages() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        options = SiteOptions(name="site", notebook=Path("app.ipynb"), pages=(), service="", machine="m", port=number)
        server = SiteServer(config=configure(options))
        server.app = Application([(r"/slow", Slow), (r"/left", Left)])
        # Made when it begins, with kernels that nobody needs here; asked for in a line of the log.
        server.voila_configuration = SimpleNamespace(progressive_rendering=False)
        server.identity_provider = SimpleNamespace(token="")
        server.server_url = "/"
        IOLoop.current().add_callback(pages)
        server.listen()

    def serve_lab() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        server = SimpleNamespace(port=number)
        connections._load_jupyter_server_extension(server)
        server.http_server = HTTPServer(Application([(r"/slow", Slow), (r"/left", Left)]))
        server.http_server.listen(number, "127.0.0.1")
        IOLoop.current().add_callback(pages)
        IOLoop.current().start()

    thread = threading.Thread(target=serve_pages if request.param == "pages" else serve_lab, daemon=True)
    thread.start()
    assert eventually(lambda: loops or not thread.is_alive(), "the server listens", 30) is loops
    yield number
    loops[0].add_callback(loops[0].stop)
    thread.join(patience(30))


@pytest.mark.parametrize("sent", [b"", b"GET /slow HTT", b"GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n"])
def test_a_head_that_does_not_end_ends_the_connection(port: int, sent: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(sent)
        assert rest(connection) == b""


def test_a_drop_now_and_then_does_not_hold_it(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nX-Slow: ")
        connection.settimeout(SHORT / 20)

        def closed() -> bool:
            try:
                connection.sendall(b"a")
                return not connection.recv(4096)
            except TimeoutError:
                return False
            except OSError:
                return True

        eventually(closed, "the server closes", 30)


def test_a_slow_answer_and_the_request_after_it_are_served(port: int) -> None:
    call = b"GET /slow HTTP/1.1\r\nHost: a\r\n%s\r\n"
    with connected(port) as connection:
        connection.sendall(call % b"")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        connection.sendall(call % b"Connection: close\r\n")
        assert rest(connection).endswith(b"done")


def test_a_body_that_stalls_is_given_up(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
        assert rest(connection) == b""


def test_jupyterlab_loads_what_ends_the_waiting(tmp_path: Path) -> None:
    found = lab.config_file(Settings(home=tmp_path)).read_text("utf-8")
    assert f'"{connections.__name__}": true' in found


def test_who_leaves_before_the_answer_is_no_error_in_the_log(port: int, caplog: pytest.LogCaptureFixture) -> None:
    Left.began.clear()
    Left.ended.clear()
    with connected(port) as leaving:
        leaving.sendall(b"GET /left HTTP/1.1\r\nHost: x\r\n\r\n")
        assert Left.began.wait(patience(30)), "who is gone before that is never told of"
    assert Left.ended.wait(patience(30))
    # The loop that answers this has done all that came before.
    with connected(port) as other:
        other.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert other.recv(100).startswith(b"HTTP/1.1 200")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
