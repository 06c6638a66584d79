"""The whole box as the guide deploys it: every process under a supervisor, behind nginx, at one origin with TLS."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import trustme
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import EDITOR, VIEWER
from tests.chromium import ARGUMENTS
from tests.conftest import free_ports
from tests.deploy.supervisor import PATIENCE, Supervisor
from tests.deploy.test_units import ROOT, procfile, tool
from tests.waiting import eventually, patience

PORTS = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT", "LAB_PORT", "METRICS_PORT")
MODULES = {
    "energy-plant": "collector.plant.cli",
    "energy-collector": "collector.cli",
    "energy-workbench": "energy_workbench.cli.main",
}
NAMES = tuple(procfile())
WATCHDOG_US = "1500000"


@dataclass
class Box:
    """Running processes by name, and what their supervisor heard of each."""

    url: str
    processes: dict[str, subprocess.Popen[bytes]]
    supervisors: dict[str, Supervisor]
    ports: dict[str, int]
    folder: Path

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")


def called(command: str) -> list[str]:
    program, *arguments = command.split()
    return [sys.executable, "-c", f"from {MODULES[program]} import main; main()", *arguments]


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(patience(60))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """Everything of the Procfile with the demo plant, started together as systemd does."""
    folder = tmp_path_factory.mktemp("box")
    first, *_, proxy = free_ports(len(PORTS) + 9)
    ports = {name: first + at for at, name in enumerate(PORTS)}
    url = f"https://127.0.0.1:{proxy}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(folder / "home"),
        "ENERGY_WORKBENCH_PLANT_PORT": str(first + len(PORTS)),
        "ENERGY_WORKBENCH_PUBLIC_URL": url,
        "ENERGY_WORKBENCH_TOKEN": EDITOR,
        "ENERGY_WORKBENCH_VIEWER_TOKEN": VIEWER,
        **{f"ENERGY_WORKBENCH_{name}": str(port) for name, port in ports.items()},
    }
    for command in ("energy-workbench init", "energy-plant prepare --days 1"):
        subprocess.run(called(command), env=environment, check=True, capture_output=True)
    with ExitStack() as stack:
        supervisors, processes = {}, {}
        for name, command in procfile().items():
            address = str(folder / f"{name}.notify")
            supervisors[name] = Supervisor(address)
            stack.callback(supervisors[name].close)
            told = {**environment, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": WATCHDOG_US}
            processes[name] = stack.enter_context(running(called(command), told, folder / f"{name}.log"))
        nginx = proxied(folder, proxy, ports)
        processes["nginx"] = stack.enter_context(running(nginx, environment, folder / "nginx.log"))
        yield Box(url, processes, supervisors, ports, folder)


def proxied(folder: Path, port: int, ports: dict[str, int]) -> list[str]:
    """The command of an nginx with the shipped configuration, its places and ports exchanged for ours."""
    nginx = tool("nginx")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "cert.pem", append=True)
    text = (ROOT / "deploy" / "nginx" / "energy-workbench.conf").read_text("utf-8")
    moved = {
        "listen [::]:443 ssl;": "",
        "listen [::]:80;": "",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen 80;": f"listen unix:{folder}/plain.sock;",
        "/etc/ssl/certs/energy.example.com.pem": f"{folder}/cert.pem",
        "/etc/ssl/private/energy.example.com.key": f"{folder}/key.pem",
        "/var/log/nginx/energy-workbench.log": f"{folder}/access.log",
        "127.0.0.1:3000": f"127.0.0.1:{ports['PORT']}",
        "127.0.0.1:8866": f"127.0.0.1:{ports['DASHBOARD_PORT']}",
        "127.0.0.1:8867": f"127.0.0.1:{ports['EDITOR_PORT']}",
        "127.0.0.1:8888": f"127.0.0.1:{ports['LAB_PORT']}",
    }
    for theirs, ours in moved.items():
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    paths = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{paths}\n{text}\n}}\n"
    if os.geteuid() == 0:
        whole = f"user root;\n{whole}"
    (folder / "nginx.conf").write_text(whole, "utf-8")
    return [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def answered(url: str, token: str = "") -> tuple[int, str]:
    """Status and final address of what a browser without scripts gets."""
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor()
    )
    try:
        with opener.open(f"{url}?token={token}" if token else url, timeout=patience(60)) as answer:
            return answer.status, answer.url
    except urllib.error.HTTPError as error:
        return error.code, error.url
    except OSError:
        return 0, ""


@pytest.mark.parametrize("name", NAMES)
def test_each_process_says_that_it_is_ready_and_turns(box: Box, name: str) -> None:
    supervisor, process = box.supervisors[name], box.processes[name]
    supervisor.hears("READY=1", while_=lambda: process.poll() is None)
    port = {"service": "PORT", "dashboards": "DASHBOARD_PORT", "editor": "EDITOR_PORT", "lab": "LAB_PORT"}.get(name)
    if port:
        with socket.create_connection(("127.0.0.1", box.ports[port]), timeout=patience(30)):
            pass  # ready means that it takes connections
    supervisor.hears("WATCHDOG=1", 3, while_=lambda: process.poll() is None)
    assert supervisor.heard.count("READY=1") == 1
    assert any(word.startswith("STATUS=") for word in supervisor.heard)


def test_every_server_is_a_path_of_one_origin_and_a_token_opens_each(box: Box) -> None:
    for name in ("service", "dashboards", "editor", "lab"):
        box.supervisors[name].hears("READY=1")

    def healthy() -> bool:
        assert box.processes["nginx"].poll() is None, box.log("nginx")
        return answered(f"{box.url}/api/Energy/health")[0] == 200

    eventually(healthy, lambda: f"health: {box.log('nginx')}", PATIENCE)
    lab = (box.folder / "home" / "lab.token").read_text("utf-8")
    assert answered(f"{box.url}/meter-dashboard", VIEWER) == (200, f"{box.url}/dashboards/meter-dashboard")
    assert answered(f"{box.url}/meter-setup", EDITOR) == (200, f"{box.url}/editor/meter-setup")
    assert answered(f"{box.url}/lab/lab", lab)[0] == 200
    assert answered(f"{box.url}/dashboards/meter-dashboard", "nobody-has-this")[1].startswith(
        f"{box.url}/dashboards/login"
    )
    logged = (box.folder / "access.log").read_text("utf-8")
    assert not [token for token in (EDITOR, VIEWER, lab) if token in logged]


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/", EDITOR), ("/", "nobody-has-this"), ("/nothing", EDITOR), ("/api/Energy/meters", ""), ("/docs", EDITOR),
        ("/dashboards/meter-dashboard", VIEWER), ("/dashboards/login", ""), ("/dashboards/nothing", VIEWER),
        ("/dashboards/alive/0-0", ""), ("/editor/meter-setup", EDITOR), ("/editor/meter-setup", VIEWER),
        ("/editor/login", ""),
    ],
)  # fmt: skip
def test_every_answer_behind_the_proxy_says_once_what_a_page_may_do(box: Box, path: str, token: str) -> None:
    for name in ("service", "dashboards", "editor"):
        box.supervisors[name].hears("READY=1")
    eventually(lambda: answered(f"{box.url}/api/Energy/health")[0] == 200, "the proxy")
    headers = headers_of(f"{box.url}{path}", token)
    for name in ("content-security-policy", "cross-origin-opener-policy", "x-content-type-options", "referrer-policy"):
        assert len(headers.get(name, [])) == 1, (name, headers)
    assert headers["cross-origin-opener-policy"] == ["same-origin"]
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"][0].split(";"))
    assert policy["default-src"] in ("'self'", "'none'")
    # The service's own pages post and lead to the servers beside it, which are paths of the same origin.
    addresses = [word for text in policy.values() for word in text.split() if "*" in word or "//" in word]
    assert [word for word in addresses if not word.startswith(f"{box.url}/")] == []
    assert headers["strict-transport-security"] == ["max-age=31536000"]


def headers_of(url: str, token: str) -> dict[str, list[str]]:
    """Headers of the answer, after redirects, as a browser gets them: each with all of its values."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl._create_unverified_context()), urllib.request.HTTPCookieProcessor()
    )
    try:
        with opener.open(f"{url}?token={token}" if token else url, timeout=patience(60)) as answer:
            found = answer.headers
    except urllib.error.HTTPError as error:
        found = error.headers
    return {name.lower(): found.get_all(name) for name in found}


def test_caddy_as_shipped_takes_no_header_away_and_leads_each_path_where_nginx_does() -> None:
    caddy = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text("utf-8")
    nginx = (ROOT / "deploy" / "nginx" / "energy-workbench.conf").read_text("utf-8")
    lines = [line.split() for line in caddy.splitlines() if line.strip() and not line.strip().startswith("#")]
    # Of headers it sets one that is none of ours; `-NAME`, `?NAME` or `header_down` would change what servers say.
    assert [words[1:] for words in lines if words[0] == "header"] == [
        ["Strict-Transport-Security", '"max-age=31536000"']
    ]
    assert "header_down" not in caddy
    assert "header_up" not in caddy
    led = {
        words[1].rstrip("*") if len(words) == 3 else "/": words[-1] for words in lines if words[0] == "reverse_proxy"
    }
    assert led == dict(re.findall(r"location (\S+) \{[^}]*proxy_pass http://([^;]+);", nginx))
    # What hides or sets headers in nginx is that one too.
    assert re.findall(r"^\s*(?:add_header|proxy_hide_header|more_\w+)\s+(\S+)", nginx, re.MULTILINE) == [
        "Strict-Transport-Security"
    ]
    assert caddy.count("{") == caddy.count("}")


@pytest.mark.browser
def test_the_pages_live_behind_the_proxy(box: Box, chromium: str) -> None:
    for name in ("service", "dashboards", "editor"):
        box.supervisors[name].hears("READY=1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, ignore_https_errors=True)
        page = context.new_page()
        page.set_default_timeout(patience(PATIENCE) * 1000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{box.url}/?token={EDITOR}")
        page.get_by_role("link", name="Meter setup").click()
        expect(page.locator(".ew-card").first).to_contain_text("92", timeout=patience(PATIENCE) * 1000)
        page.wait_for_url(lambda url: url.startswith(f"{box.url}/editor/meter-setup"))
        page.locator(".ew-do-doctor").click()
        expect(page.locator(".ew-doctor-gateways table")).to_be_visible(timeout=patience(PATIENCE) * 1000)
        expect(page.locator(".ew-doctor-gateways .ew-mark")).to_have_count(8, timeout=patience(PATIENCE) * 1000)
        expect(page.locator(".ew-doctor")).to_contain_text("12 of 12")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366
        page.get_by_label("Shown meters").select_option("All meters")
        expect(page.locator(".ew-doctor-meters tbody tr th")).to_have_count(92, timeout=patience(PATIENCE) * 1000)
        page.goto(f"{box.url}/meter-dashboard")
        expect(page.locator(".ew-card").first).to_be_visible(timeout=patience(PATIENCE) * 1000)
        page.wait_for_url(lambda url: url.startswith(f"{box.url}/dashboards/meter-dashboard"))
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert cookies["ew_session"]["secure"], cookies
        assert cookies["ew_session"]["httpOnly"]
        assert not [cookie for cookie in cookies.values() if EDITOR in cookie["value"]]
        assert not [url for url in asked[1:] if EDITOR in url]
        outside = [url for url in asked if not url.startswith((box.url, "blob:", "data:"))]
        assert outside == []
        browser.close()


def test_a_loop_that_stands_still_is_silent_and_one_that_ends_says_so(box: Box) -> None:
    supervisor, process = box.supervisors["collector"], box.processes["collector"]
    supervisor.hears("WATCHDOG=1", 2)
    os.kill(process.pid, signal.SIGSTOP)
    eventually(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, "a loop that stands")
    before = supervisor.all_that_came()
    # While others say twice that they turn.
    other = box.supervisors["schedule"]
    other.hears("WATCHDOG=1", other.heard.count("WATCHDOG=1") + 2)
    assert supervisor.all_that_came() == before
    os.kill(process.pid, signal.SIGCONT)
    supervisor.hears("WATCHDOG=1", supervisor.heard.count("WATCHDOG=1") + 1)
    for name in NAMES:
        box.processes[name].terminate()
    for name in NAMES:
        box.supervisors[name].hears("STOPPING=1")
