"""Users' SQL harms nobody: it crashes, hangs and hoards in a process of its own, and nothing waits behind it."""

from __future__ import annotations

import math
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest
from fastapi.testclient import TestClient

from energy_workbench.api import sql
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.lake.user_sql import host, views
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API
from tests.waiting import eventually, patience
from tests.workbench.served import served

# Nothing is gathered: a query that wants memory ends by itself.
SLEEPS = "select sleep_ms(1000000000)"
"""Without end and without work: no limit of memory or of the processor ends it."""
ENDLESS = "select count(*) from range(1000000000000000) t(a) where a % 7 = 9"

CRASHES = [
    "select * from pandas_scan(NULL)",
    "select json_structure(repeat('[', 100000) || repeat(']', 100000))",
]
HOARDS = [
    "select printf('%1000000000d', 1)",
    "select format('{:>1000000000}', 1)",
    "select repeat('x', 2000000000)",
    "select list_sort(range(100000000))",
    "select repeat('x', 1000000) from range(100000)",
    "select string_agg(repeat('x', 1000), '') from range(10000000)",
    "select json_transform('[]', repeat('[', 10000) || '\"INT\"' || repeat(']', 10000))",
]
HANGS = [
    ENDLESS,
    "select lpad('x', 2000000000, 'y')",
    "select sleep_ms(100000000)",
    "select levenshtein(repeat('x', 1000000), repeat('y', 1000000))",
    "with recursive t as (select 1 a union all select a + 1 from t) select count(*) from t",
    "select list(a.range) from range(1000000000000) a group by a.range % 2",
]
REFUSED = [
    "select * from arrow_scan(NULL, NULL, NULL)",
    "select * from range(1000000000000)",
    "select " + "[" * 4000 + "1" + "]" * 4000,
    "select " + "+".join("1" * 9000),
    "select '290000-01-01'::timestamp",
    "select * from test_all_types()",
    "select range(20000000)",
    "select * from duckdb_secrets()",
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/proc/self/environ')",
    "select * from parquet_metadata('/etc/passwd')",
    "select * from glob('/*')",
    "select getenv('PATH')",
    "copy (select 1) to '/tmp/x'",
    "attach ':memory:' as other",
    "install httpfs",
    "load httpfs",
    "pragma enable_progress_bar",
    "set threads = 1",
    "call force_checkpoint()",
    "select 1; select 2",
    "--",
]
ODD = [
    "select [1e308 * 10, 'nan'::double]",
    "select {'a': [1e308 * 10]}",
    "select " + "(" * 5000 + "1" + ")" * 5000,
    "select map([1], [2]), interval '1000000 years', '\\xAA'::blob, uuid(), 'a'::enum('a', 'b'), 1::bit, 1::hugeint",
    "select '2026-10-01 00:00:00.123456789'::timestamp_ns",
    "select * from meters",
]


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[TestClient]:
    """A caller who may look, of a service that must live through all of this."""
    home = settings.load(shutil.copytree(template, tmp_path_factory.mktemp("sql") / "home"))
    with TestClient(create_app(home), base_url="http://127.0.0.1:3000") as client:
        client.headers["Authorization"] = f"Bearer {tokens_of(home).viewer}"
        yield client


def running() -> list[psutil.Process]:
    """Queries that run now."""
    process = host.shared()._process
    return psutil.Process(process.pid).children() if process is not None and process.poll() is None else []


@pytest.mark.parametrize("text", [*CRASHES, *HOARDS, *REFUSED], ids=lambda text: text[:40])
def test_what_no_query_may_do_is_a_400_and_the_service_lives_on(viewer: TestClient, text: str) -> None:
    answer = viewer.get(f"{API}/sql", params={"text": text})
    assert answer.status_code == 400
    assert answer.json()["title"] == "The query failed"
    assert viewer.get(f"{API}/sql", params={"text": "select 1 as one"}).json()["rows"] == [[1]]


@pytest.mark.parametrize("text", HANGS, ids=lambda text: text[:40])
def test_what_takes_too_long_is_ended_whatever_it_does(
    viewer: TestClient, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer.get(f"{API}/sql", params={"text": "select 1"})
    monkeypatch.setattr(host, "SECONDS", 0.5)
    answer = viewer.get(f"{API}/sql", params={"text": text})
    # Some want all memory before that.
    assert answer.status_code == 400
    eventually(lambda: not running(), "the query is ended")


@pytest.mark.parametrize("text", ODD, ids=lambda text: text[:40])
def test_odd_values_are_answered(viewer: TestClient, text: str) -> None:
    answer = viewer.get(f"{API}/sql", params={"text": text})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"]


def test_a_query_has_few_threads_on_every_machine(viewer: TestClient) -> None:
    """Each takes of the address space that it may have: were it one a core, nothing would be answered on many."""
    text = "select current_setting('threads')::int"
    assert viewer.get(f"{API}/sql", params={"text": text}).json()["rows"] == [[views.THREADS]]
    assert views.THREADS <= 4


def test_a_crash_says_that_it_was_one(viewer: TestClient) -> None:
    assert "crashed" in viewer.get(f"{API}/sql", params={"text": CRASHES[0]}).json()["detail"]


def test_the_process_knows_no_secret(viewer: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_TOKEN", "this-is-a-secret")
    host.shared().stop()
    viewer.get(f"{API}/sql", params={"text": "select 1"})
    process = host.shared()._process
    assert process is not None
    known = psutil.Process(process.pid).environ()
    assert not [name for name, value in known.items() if "TOKEN" in name or "secret" in value]


def test_a_query_has_no_more_memory_than_it_may(viewer: TestClient) -> None:
    """Three gigabytes as lists, of which DuckDB itself counts little."""
    answer = viewer.get(f"{API}/sql", params={"text": "select length(printf('%3000000000d', 1))"})
    assert answer.status_code == 400


@pytest.fixture
def url(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A running service, of which no query ends because of a clock."""
    monkeypatch.setattr(host, "SECONDS", math.inf)
    monkeypatch.setattr(sql, "PATIENCE", math.inf)
    with served(home) as address:
        yield address


@pytest.fixture
def flood(home: Settings, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Future[httpx.Response]]]:
    """45 queries without end of one caller."""
    headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
    client = httpx.Client(base_url=f"{url}{API}", headers=headers, trust_env=False, timeout=None)
    with client, ThreadPoolExecutor(45) as pool:
        asked = [pool.submit(client.get, "/sql", params={"text": SLEEPS}) for _ in range(45)]
        eventually(running, "a query runs")
        yield asked
        monkeypatch.setattr(host, "SECONDS", 0.0)
        host.shared().stop()


def test_nothing_waits_behind_queries(home: Settings, url: str, flood: list[Future[httpx.Response]]) -> None:
    registry = Registry(home.registry_url)
    with httpx.Client(base_url=url, trust_env=False, timeout=patience(120)) as client:
        for token, name in ((tokens_of(home).viewer, "viewer"), (registry.create_token("other", "viewer"), "other")):
            headers = {"Authorization": f"Bearer {token}"}
            for path in ("/health", "/meters", "/overview", "/site"):
                assert client.get(API + path, headers=headers).status_code == 200, (name, path)
            assert client.get("/", cookies={"ew_session": registry.begin_session(token) or ""}).status_code == 200
        # Another caller's query comes in between.
        assert client.get(f"{API}/sql", params={"text": "select 1 as one"}, headers=headers).json()["rows"] == [[1]]
    registry.close()
    assert not [each for each in flood if each.done()]


def test_who_leaves_ends_the_query(home: Settings, url: str) -> None:
    with closing(HTTPConnection(url.removeprefix("http://"))) as line:
        given = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
        line.request("GET", f"{API}/sql?text={quote(SLEEPS)}", headers=given)
        eventually(running, "the query runs")
    eventually(lambda: not running(), "the query is ended")


def test_too_many_are_told_when_to_come_again(home: Settings, url: str, flood: list[Future[httpx.Response]]) -> None:
    headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
    late: list[httpx.Response] = []

    def ask() -> None:
        answer = httpx.get(f"{url}{API}/sql", params={"text": SLEEPS}, headers=headers, trust_env=False, timeout=None)
        late.append(answer)

    for _ in range(20):
        threading.Thread(target=ask, daemon=True).start()
    eventually(lambda: late, "an answer to who came too late")
    assert late[0].status_code == 429
    assert int(late[0].headers["Retry-After"]) > 0
    assert late[0].headers["content-type"].startswith("application/problem+json")
