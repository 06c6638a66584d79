"""Two people on the pages of a running workbench: what each does is theirs, and ends with their token."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from energy_workbench.api.access.home_tokens import machine_secret, tokens_of
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings
from tests import processes
from tests.browser.conftest import answers
from tests.conftest import free_ports
from tests.waiting import eventually, patience
from tests.workbench.plant import make_home

API = "/api/Energy"
PATIENCE = 120.0


@dataclass
class Works:
    """A running service with its two servers of pages."""

    settings: Settings
    registry: Registry
    tokens: dict[str, str]
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return self.settings.service_url

    def pages(self, name: str) -> str:
        port = self.settings.editor_port if name == "editor" else self.settings.dashboard_port
        return f"http://127.0.0.1:{port}"

    def log(self, name: str) -> str:
        return (self.settings.home / f"{name}.log").read_text("utf-8")

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        command = [sys.executable, "-c", "from energy_workbench.cli.main import main; main()", name]
        with (self.settings.home / f"{name}.log").open("ab") as file:
            self.processes[name] = process = subprocess.Popen(command, env=self.environment, stdout=file, stderr=file)
        address = f"{self.service}{API}/health" if name == "serve" else f"{self.pages(name)}/login"
        try:
            eventually(lambda: process.poll() is not None or answers(address), name, PATIENCE)
            assert process.poll() is None, self.log(name)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(patience(60))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kernels(self, name: str) -> dict[str, int]:
        """By id of its kernel, the processes of a server's kernels."""
        found = {}
        for child in processes.children(self.processes[name].pid):
            if match := re.search(r"kernel-([0-9a-f-]{36})\.json", " ".join(processes.words(child))):
                found[match[1]] = child.pid
        return found

    def secret(self, name: str, kernel: str) -> str:
        """With which a kernel asks the service."""
        known = processes.kernels(self.processes[name].pid)
        return known[self.kernels(name)[kernel]]["ENERGY_WORKBENCH_SERVICE_TOKEN"]

    def rest(self, secret: str, verb: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.request(verb, f"{self.service}{API}{path}", headers=headers, trust_env=False, timeout=60, **more)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """A workbench with four people."""
    home = tmp_path_factory.mktemp("visits") / "home"
    make_home(home)
    names = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT")
    ports = {f"ENERGY_WORKBENCH_{name}": str(port) for name, port in zip(names, free_ports(3), strict=True)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")}
    environment = {**kept, "ENERGY_WORKBENCH_HOME": str(home), **ports}
    settings = settings_room.load(home, environment)
    registry = Registry(settings.registry_url)
    people = {"asha": "editor", "bert": "editor", "vera": "viewer", "olga": "operator"}
    tokens = {name: registry.create_token(name, role) for name, role in people.items()}
    found = Works(settings, registry, tokens, environment)
    with ExitStack() as stack:
        for name in ("serve", "dashboards", "editor"):
            stack.enter_context(found.running(name))
        yield found


@dataclass
class Visit:
    """Somebody's browser, without scripts."""

    works: Works
    server: str
    client: httpx.Client
    kernel: str = ""

    @property
    def cookie(self) -> str:
        return f"ew_session={self.client.cookies['ew_session']}"

    async def connect(self, kernel: str) -> WebSocketClientConnection:
        url = f"{self.works.pages(self.server).replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=s"
        return await websocket_connect(HTTPRequest(url, headers={"Cookie": self.cookie}))

    def alive(self, kernel: str) -> int:
        return self.client.get(f"{self.works.pages(self.server)}/alive/{kernel}").status_code

    def shut(self, kernel: str) -> int:
        headers = {"X-XSRFToken": self.client.cookies.get("_xsrf", "")}
        url = f"{self.works.pages(self.server)}/voila/api/shutdown/{kernel}"
        return self.client.post(url, headers=headers).status_code


@contextmanager
def visiting(works: Works, who: str, server: str, page: str) -> Iterator[Visit]:
    """Open a page by the link that somebody was given, at the service's door."""
    token = works.tokens[who]
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        address = f"{works.service}/{page}?token={token}"
        for _ in range(5):
            answer = client.get(address)
            assert token not in str(answer.headers)
            if answer.status_code != 302:
                break
            address = str(httpx.URL(address).join(answer.headers["location"]))
        assert answer.status_code == 200, answer.text
        assert token not in answer.text
        assert address == f"{works.pages(server)}/{page}"
        (told,) = re.findall(r'id="jupyter-config-data"[^>]*>(.*?)</script>', answer.text, re.DOTALL)
        yield Visit(works, server, client, json.loads(told)["kernelId"])


def rename(works: Works, secret: str, meter: str, name: str) -> httpx.Response:
    return works.rest(secret, "PUT", f"/meters/{meter}", json={"name": name})


def test_what_people_do_on_pages_is_theirs_and_ends_with_their_token(works: Works) -> None:
    with (
        visiting(works, "asha", "editor", "meter-setup") as asha,
        visiting(works, "bert", "editor", "meter-setup") as bert,
    ):
        assert asha.kernel != bert.kernel
        secrets = {"asha": works.secret("editor", asha.kernel), "bert": works.secret("editor", bert.kernel)}
        # Each kernel asks for its visitor.
        for who, meter in (("asha", "UNIT-A"), ("bert", "SOLAR"), ("asha", "MAIN")):
            assert rename(works, secrets[who], meter, f"of {who}").status_code == 200
            assert works.registry.audit()[0].by == who
        # Taking back takes back one's own.
        assert works.rest(secrets["bert"], "POST", "/undo").status_code == 200
        assert (works.registry.audit()[0].by, works.registry.audit()[0].action) == ("bert", "undo")
        assert works.registry.meter("UNIT-A").name == "of asha"
        assert works.registry.meter("SOLAR").name != "of bert"

        async def look() -> None:
            own, other = await asha.connect(asha.kernel), await bert.connect(bert.kernel)
            with pytest.raises(HTTPClientError, match="403"):
                await bert.connect(asha.kernel)
            assert (bert.alive(asha.kernel), bert.shut(asha.kernel)) == (403, 403)
            assert (asha.alive(asha.kernel), bert.alive(bert.kernel)) == (204, 204)
            works.registry.revoke_token("asha")
            # At once for the service, and the connection is closed by the server.
            assert rename(works, secrets["asha"], "UNIT-A", "after").status_code == 401
            while await asyncio.wait_for(own.read_message(), PATIENCE) is not None:
                pass
            assert own.close_code == 4401
            with pytest.raises(HTTPClientError, match="403"):
                await asha.connect(asha.kernel)
            other.close()

        asyncio.run(look())
        eventually(lambda: asha.kernel not in works.kernels("editor"), "the kernel to end", PATIENCE)
        assert asha.alive(asha.kernel) == 403
        assert works.registry.meter("UNIT-A").name == "of asha"
        client = asha.client
        for address in (f"{works.service}/", f"{works.service}{API}/meters", f"{works.pages('editor')}/meter-setup"):
            answer = client.get(address, follow_redirects=True)
            assert answer.status_code == 401 or "/login" in str(answer.url), address
        # They are told why, and their link opens nothing any more.
        for address in (f"{works.service}/", f"{works.pages('editor')}/meter-setup"):
            assert "Your access has ended" in client.get(address, follow_redirects=True).text
        for address in (works.service, works.pages("editor"), works.pages("dashboards")):
            fresh = httpx.get(f"{address}/?token={works.tokens['asha']}", trust_env=False, follow_redirects=True)
            assert fresh.status_code == 401 or "/login" in str(fresh.url)
        assert works.rest(works.tokens["asha"], "GET", "/meters").status_code == 401
        # Nobody else is disturbed.
        assert bert.alive(bert.kernel) == 204
        assert rename(works, secrets["bert"], "SOLAR", "later").status_code == 200


def test_a_kernel_that_waits_may_ask_what_everybody_may_see(works: Works) -> None:
    with visiting(works, "vera", "dashboards", "meter-dashboard") as vera:
        mine = works.secret("dashboards", vera.kernel)
        assert rename(works, mine, "UNIT-A", "x").status_code == 403
        assert works.rest(mine, "GET", "/meters").status_code == 200

        def waiting() -> list[str]:
            return [key for key in works.kernels("dashboards") if key != vera.kernel]

        eventually(lambda: bool(waiting()), "a kernel that waits", PATIENCE)
        secret = works.secret("dashboards", waiting()[0])
        eventually(lambda: works.rest(secret, "GET", "/meters").status_code == 200, "it to be known", PATIENCE)
        assert rename(works, secret, "UNIT-A", "x").status_code == 403
        assert works.rest(secret, "GET", "/undo").status_code == 403
        # A secret names one kernel; it opens no page and begins no visit.
        answer = httpx.get(f"{works.service}/?token={secret}", trust_env=False)
        assert answer.status_code == 401


def test_a_second_link_leaves_the_first_page_its_kernel(works: Works) -> None:
    for first, second in (("dashboards", "dashboards"), ("editor", "dashboards")):
        with visiting(works, "bert", first, "meter-setup" if first == "editor" else "losses") as visit:
            again = visit.client.get(f"{works.pages(second)}/meter?token={works.tokens['bert']}", follow_redirects=True)
            assert again.status_code == 200
            assert visit.alive(visit.kernel) == 204
            # At the service's own door too.
            visit.client.get(f"{works.service}/?token={works.tokens['bert']}", follow_redirects=True)
            assert visit.alive(visit.kernel) == 204
            # Somebody else's token is another visit.
            address = f"{works.pages(second)}/meter?token={works.tokens['vera']}"
            # A busy service may not know yet who comes.
            eventually(lambda: visit.client.get(address, follow_redirects=True).status_code == 200, "it", PATIENCE)  # noqa: B023
            assert visit.alive(visit.kernel) != 204


def test_a_viewer_and_an_operator_do_not_come_to_the_pages_of_editors(works: Works) -> None:
    for who in ("vera", "olga"):
        at_service = httpx.get(
            f"{works.service}/meter-setup?token={works.tokens[who]}", trust_env=False, follow_redirects=True
        )
        assert at_service.status_code == 403 or "/login" in str(at_service.url)
        at_pages = httpx.get(
            f"{works.pages('editor')}/meter-setup?token={works.tokens[who]}", trust_env=False, follow_redirects=True
        )
        assert "/login" in str(at_pages.url)
        assert works.tokens[who] not in str(at_pages.url)


def test_a_service_that_restarts_knows_every_visit_again_and_no_revoked_token(works: Works) -> None:
    own = tokens_of(works.settings).viewer
    with visiting(works, "bert", "editor", "meter-setup") as bert:
        secret = works.secret("editor", bert.kernel)
        works.registry.revoke_token("viewer")
        process = works.processes["serve"]
        process.send_signal(signal.SIGTERM)
        process.wait(patience(60))
        # Meanwhile nobody new comes in, and a page that is asked for opens by itself later.
        address = f"{works.pages('editor')}/meter-setup"
        for _ in range(2):  # while the visit is remembered, and after that
            answer = bert.client.get(address)
            assert answer.status_code == 503
            assert "The service does not answer just now" in answer.text
            assert 'http-equiv="refresh"' in answer.text
            eventually(lambda: bert.alive(bert.kernel) == 503, "the visit to be forgotten", PATIENCE)
        with works.running("serve"):
            eventually(lambda: rename(works, secret, "SOLAR", "again").status_code == 200, "the kernel", PATIENCE)
            assert works.registry.audit()[0].by == "bert"
            assert bert.alive(bert.kernel) == 204
            assert tokens_of(works.settings).viewer == own
            assert works.rest(own, "GET", "/meters").status_code == 401
            assert "was revoked and stays so" in works.log("serve")


def test_no_log_and_no_kernel_has_a_secret(works: Works) -> None:
    for name in ("serve", "dashboards", "editor"):
        for secret in (*works.tokens.values(), *tokens_of(works.settings), machine_secret(works.settings), "ewk_"):
            assert secret not in works.log(name)
    for name in ("dashboards", "editor"):
        for environment in processes.kernels(works.processes[name].pid).values():
            named = {each for each in environment if each.startswith("ENERGY_WORKBENCH")}
            assert named == {"ENERGY_WORKBENCH_URL", "ENERGY_WORKBENCH_SERVICE_TOKEN"}
            for secret in (*tokens_of(works.settings), machine_secret(works.settings)):
                assert not any(secret in value for value in environment.values())
