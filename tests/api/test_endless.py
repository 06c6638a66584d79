"""A question without end is refused before it is begun, and one that takes long keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.turns import Turns
from energy_workbench.domain.errors import CrowdedError, PeriodError, TooManyError
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.period import Period
from energy_workbench.runtime import cancellation
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.cache import Cache
from energy_workbench.services.workbench import Workbench
from tests.api.conftest import API
from tests.waiting import eventually
from tests.workbench.served import served

AGES = {"from": "0002-01-01", "to": "2026-10-01"}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/generation", AGES),
        ("/balance", AGES),
        ("/balance/over-time", AGES | {"every": "15min"}),
        ("/demand", AGES | {"meter": "MAIN"}),
        ("/meters/MAIN/intervals", AGES),
        ("/consumption/pattern", AGES | {"every": "15min"}),
        ("/consumption/comparison", {"period": "0002-01-01/2026-10-01", "every": "15min"}),
        ("/meters/MAIN/intervals", {"period": "9998-12", "every": "999y"}),
        ("/balance/over-time", {"from": "2000-01-01", "to": "9998-01-01", "every": "999mo"}),
        ("/energies", {"period": "0001"}),
        ("/meters/MAIN/events", {"period": "0001"}),
        ("/findings", {"period": "0001-01-01/9998-12-31"}),
        ("/completeness", {"period": "0001"}),
        ("/overview", {"period": "0001"}),
        ("/meters/MAIN/readings", {"offset": 10**30}),
        ("/meters/MAIN/readings", {"offset": 10**9}),
        ("/meters", {"offset": 10**30}),
        ("/audit", {"offset": 10**30}),
        ("/meters/MAIN/readings", {"limit": 10**30}),
    ],
)
def test_what_has_no_end_is_refused(viewer: TestClient, path: str, params: dict[str, object]) -> None:
    answer = viewer.get(API + path, params=params)  # type: ignore[arg-type]
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("every", ["15min", "1h", "1d", "1w"])
def test_too_many_rows_are_refused_before_one_is_cut(every: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> datetime:
        raise AssertionError("a row was cut")

    monkeypatch.setattr(axis, "local_midnight", cut)
    ages = Period(datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC), "")
    with pytest.raises(PeriodError, match="rows"):
        axis.edges(ages, every, ZoneInfo("Asia/Kolkata"))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Questions about balances take until this is set."""
    go = threading.Event()

    def balance(self: Workbench, *_: object, **__: object) -> None:
        go.wait(240)
        raise CrowdedError("held for long enough")

    monkeypatch.setattr(Workbench, "balance", balance)
    yield go
    go.set()


def test_nothing_waits_behind_questions_that_take_long(home: Settings, held: threading.Event) -> None:
    headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
    with (
        served(home) as url,
        ThreadPoolExecutor(60) as pool,
        httpx.Client(base_url=url + API, headers=headers, trust_env=False, timeout=200) as client,
    ):
        asked = [pool.submit(client.get, "/balance") for _ in range(60)]
        for path in ("/health", "/meters", "/site", "/meters/status-summary", "/sql?text=select 1"):
            assert client.get(path).status_code == 200
        assert not [each for each in asked if each.done()]
        held.set()
        assert {each.result().status_code for each in asked} == {503}


def test_who_leaves_ends_the_question(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def balance(self: Workbench, *_: object, **__: object) -> None:
        try:
            while True:
                self._cache.get("endless", lambda: self.reader.run("SELECT 1"))
                self._cache.get(object(), lambda: self.reader.run("SELECT 1"))
                begun.set()
        finally:
            ended.set()

    monkeypatch.setattr(Workbench, "balance", balance)
    with served(home) as url, closing(HTTPConnection(url.removeprefix("http://"))) as line:
        line.request("GET", f"{API}/balance", headers={"Authorization": f"Bearer {tokens_of(home).viewer}"})
        eventually(begun.is_set, "the question is asked")
        assert not ended.is_set()
        line.close()
        eventually(ended.is_set, "the question is ended")


def test_an_answer_is_made_anew_where_its_maker_left() -> None:
    cache, gone, made = Cache(), threading.Event(), threading.Event()
    waiting, tries = threading.Event(), list[str]()

    def slow() -> str:
        tries.append("maker")
        made.set()
        waiting.wait(240)
        gone.set()
        cancellation.check()
        return "never"

    def maker() -> None:
        with cancellation.work_for(gone), pytest.raises(cancellation.GoneError):
            cache.get("key", slow)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(maker)
        made.wait(240)
        second = pool.submit(cache.get, "key", lambda: "anew")
        waiting.set()
        first.result()
        assert second.result() == "anew"
    assert tries == ["maker"]


def test_callers_take_turns() -> None:
    order: list[str] = []

    async def work(turns: Turns, caller: str, never: asyncio.Future[None]) -> None:
        async with turns.turn(caller, never):
            order.append(caller)
            await asyncio.sleep(0)

    async def run() -> None:
        turns, never = Turns(1, each=50, together=100, patience=60), asyncio.get_running_loop().create_future()
        await asyncio.gather(*(work(turns, caller, never) for caller in "aaaaaaaabbc"))

    asyncio.run(run())
    # The first found it free; from then on each in turn.
    assert "".join(order) == "aabcabaaaaa"


def test_a_place_is_free_for_another_caller() -> None:
    async def run() -> None:
        turns, never = Turns(2, each=2, together=3, patience=0.01), asyncio.get_running_loop().create_future()
        async with AsyncExitStack() as held:
            await held.enter_async_context(turns.turn("many", never))
            with pytest.raises(CrowdedError):
                await held.enter_async_context(turns.turn("many", never))
            await held.enter_async_context(turns.turn("other", never))
        # Whoever gave up left its place.
        async with turns.turn("many", never), turns.turn("other", never):
            pass

    asyncio.run(run())


def test_who_waits_in_great_numbers_is_refused_and_who_left_waits_no_more() -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        turns, left = Turns(2, each=2, together=3, patience=60), loop.create_future()

        async def wait(caller: str) -> None:
            async with turns.turn(caller, left):
                await left

        tasks = [loop.create_task(wait(caller)) for caller in ("many", "many", "many", "other", "other")]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await wait("many")
        with pytest.raises(CrowdedError) as refused:
            await wait("third")
        assert refused.type is CrowdedError
        left.set_result(None)
        await asyncio.gather(*tasks, return_exceptions=True)
        async with turns.turn("many", loop.create_future()):
            pass

    asyncio.run(run())
