"""A workbench that answers from payloads, in the process or over HTTP."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from energy_workbench.contract.results import MeterTable, Overview, Pattern
from energy_workbench.domain.errors import NotFoundError, ServiceError
from energy_workbench.runtime.secret import digest
from tests.figures import payloads

ROLES = {"editor-token-of-the-test": "admin", "viewer-token-of-the-test": "viewer"}
"""Tokens of `tests.browser` that it knows."""


class StandIn:
    """Answers like a façade; `step` moves its numbers, `broken` makes it fail."""

    def __init__(self) -> None:
        self.step = 0
        self.broken: Exception | None = None
        self.asked: list[str] = []
        self.visits: dict[str, dict[str, str]] = {}
        """By digest, of who has come in and not been sent away."""
        self.periods: list[str | None] = []

    def site(self) -> dict[str, str]:
        return {"name": "Pune plant", "timezone": "Asia/Kolkata"}

    def meters(self, q: str | None = None, limit: int | None = None, offset: int = 0) -> MeterTable:
        rows = tuple(row for row in payloads.meters() if q is None or q.casefold() in row["number"].casefold())
        return MeterTable(rows[offset:][:limit], len(rows), "Asia/Kolkata")

    def overview(
        self, period: str = "today", *, meter: str | None = None, most: int | None = None, skip: int = 0
    ) -> Overview:
        if meter == "NOWHERE":
            raise NotFoundError("there is no meter 'NOWHERE'")
        self.asked.append(period)
        if self.broken:
            raise self.broken
        return Overview.from_dict(payloads.overview(period, self.step))

    def over_time(self, meter: str | None = None, period: str | None = None, *, every: str = "1h") -> Pattern:
        self.periods.append(period)
        if meter == "NOWHERE":
            raise NotFoundError("there is no meter 'NOWHERE'")
        return Pattern.from_dict(payloads.pattern("mtr_10", meter or "GRID", "Unit"))


class Service:
    """The same over HTTP, for pages in a browser."""

    def __init__(self, url: str, stand_in: StandIn) -> None:
        self.url, self.stand_in = url, stand_in


@contextmanager
def served(stand_in: StandIn | None = None) -> Iterator[Service]:
    """Run a service on a free port."""
    stand_in = stand_in or StandIn()

    def page(asked: dict[str, str]) -> dict[str, int]:
        return {name: int(asked[name]) for name in ("limit", "offset") if name in asked}

    def overview(asked: dict[str, str]) -> Overview:
        few = {name: int(asked[name]) for name in ("most", "skip") if name in asked}
        return stand_in.overview(asked.get("period", "today"), meter=asked.get("meter"), **few)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {key: values[0] for key, values in parse_qs(address.query).items()}
            self._say(*self._answer(address.path, asked))

        def do_POST(self) -> None:
            role = ROLES.get(self._told()["token"])
            if role is None:
                self._say(401, {})
                return
            secret = secrets.token_hex(8)
            stand_in.visits[digest(secret)] = {"name": role, "role": role}
            self._say(200, {"secret": secret})

        def do_PUT(self) -> None:
            told = self._told()
            asked = {*told["visits"], *told["kernels"].values()}
            self._say(200, {"visits": {key: each for key, each in stand_in.visits.items() if key in asked}})

        def _told(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def _say(self, status: int, answer: Any) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if status == 200 else "application/problem+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, path: str, asked: dict[str, str]) -> tuple[int, Any]:
            try:
                return 200, self._found(path, asked)
            except ServiceError:
                return 503, {}
            except NotFoundError:
                return 404, {"title": NotFoundError.title, "detail": "there is none"}

        def _found(self, path: str, asked: dict[str, str]) -> Any:
            if path.endswith("/site"):
                return stand_in.site()
            if path.endswith("/floor-plan/meters"):
                rows = stand_in.places(asked.get("area"), most=int(asked["most"]))
                return {"items": rows, "total": len(rows)}
            if path.endswith("/meters"):
                return stand_in.meters(q=asked.get("q"), **page(asked)).to_dict()
            if path.endswith("/overview"):
                return overview(asked).to_dict()
            if path.endswith("/floor-plan"):
                raise NotFoundError("there is no floor plan")
            few = {"meter": asked.get("meter"), "each": int(asked["each"]) if "each" in asked else None}
            if path.endswith("/flow"):
                return stand_in.flow(asked.get("period"), **few).to_dict()
            if path.endswith("/balance"):
                return stand_in.balance(asked["period"], **few).to_dict()
            if path.endswith("/balance/over-time"):
                return stand_in.losses(asked["meter"], asked["period"], every=asked["every"]).to_dict()
            if "/meters/" in path:
                return stand_in.meter(path.rpartition("/")[2])
            return stand_in.over_time(asked.get("meter"), asked.get("period")).to_dict()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Service(f"http://127.0.0.1:{server.server_address[1]}", stand_in)
    finally:
        server.shutdown()
        server.server_close()
