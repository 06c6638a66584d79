"""Calls of a webhook: signed, limited in time, and refusals told apart."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from energy_workbench.domain.errors import DeliveryError
from energy_workbench.reports.delivery import webhook
from tests.conftest import free_ports
from tests.schedules.mail_server import silent_server


class Hook:
    """A system that is told of reports; it answers with `status`."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.url = ""


@contextmanager
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.statuses.pop(0) if found.statuses else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/energy"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_who_is_called_can_tell_who_speaks_and_that_nothing_was_changed():
    with hook() as called:
        webhook.post(called.url, "shared secret", {"event": "report.sent", "period": "2026-10", "name": "Münze"})
    ((headers, body),) = called.calls
    signed = headers["x-energy-workbench-timestamp"].encode() + b"." + body
    expected = "sha256=" + hmac.new(b"shared secret", signed, hashlib.sha256).hexdigest()
    assert headers["x-energy-workbench-signature"] == expected
    assert json.loads(body)["name"] == "Münze"


@pytest.mark.parametrize(("status", "temporary"), [(500, True), (503, True), (429, True), (404, False), (302, False)])
def test_a_refusal_says_whether_trying_again_makes_sense(status: int, temporary: bool):
    with hook() as called:
        called.statuses = [status]
        with pytest.raises(DeliveryError, match=str(status)) as refused:
            webhook.post(called.url, "secret", {})
    assert refused.value.temporary is temporary


def test_one_that_hangs_is_left_in_time():
    with silent_server() as port, pytest.raises(DeliveryError, match="did not answer") as refused:
        webhook.post(f"http://127.0.0.1:{port}/", "secret", {}, seconds=0.3)
    assert refused.value.temporary


def test_an_answer_without_an_end_is_no_reason_to_wait():
    with silent_server(b"HTTP/1.1 200 OK\r\n\r\n", b"x") as port:
        webhook.post(f"http://127.0.0.1:{port}/", "secret", {}, seconds=2)


def test_nobody_there_is_told_without_the_address_which_may_be_a_secret():
    port = free_ports(1)[0]
    with pytest.raises(DeliveryError, match="cannot be reached") as refused:
        webhook.post(f"http://127.0.0.1:{port}/hooks/T0P-S3CRET", "secret", {})
    assert "S3CRET" not in str(refused.value)
