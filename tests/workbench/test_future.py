"""A period that lies in the future: every answer about it says so, here and over REST."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import adopt, tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.contract.result import OfPeriod
from energy_workbench.domain.errors import NoDataError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.reports.publish import publish
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home
from tests.workbench.served import served

NOTE = "This period lies in the future: it begins on 1 October 2027, so nothing is known of it yet"
ASKED: list[Callable[[Any, str], Any]] = [
    lambda wb, period: wb.intervals("UNIT-A", period),
    lambda wb, period: wb.over_time(None, period),
    lambda wb, period: wb.load_shape(None, period, by="hour"),
    lambda wb, period: wb.compare(None, period),
    lambda wb, period: wb.demand(None, period),
    lambda wb, period: wb.energies(period),
    lambda wb, period: wb.completeness(period),
    lambda wb, period: wb.readings("UNIT-A", period),
    lambda wb, period: wb.balance(period),
    lambda wb, period: wb.losses("MAIN", period),
    lambda wb, period: wb.flow(period),
    lambda wb, period: wb.overview(period),
    lambda wb, period: wb.generation(period),
    lambda wb, period: wb.compare_generation(period),
]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, RemoteWorkbench]]:
    """A home, and the same over its service."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIXED_NOW, NOW.isoformat())
        home = make_home(tmp_path_factory.mktemp("future") / "home")
        with closing(Workbench.at(home.home)) as wb:
            adopt(wb.registry, tokens_of(home))
            with served(home) as url, closing(RemoteWorkbench(url, tokens_of(home).viewer)) as far:
                yield wb, far


def test_no_answer_of_a_period_is_forgotten(sides: tuple[Workbench, RemoteWorkbench]) -> None:
    answered = {type(ask(sides[0], "2027-10")) for ask in ASKED}
    assert answered == {
        kind for kind in OfPeriod.__subclasses__() if kind.__module__.startswith("energy_workbench.con")
    }


@pytest.mark.parametrize("ask", ASKED)
def test_an_answer_says_that_its_period_lies_in_the_future(
    sides: tuple[Workbench, RemoteWorkbench], ask: Callable[[Any, str], Any]
) -> None:
    for wb in sides:
        ahead = ask(wb, "2027-10")
        assert ahead.note == ahead.to_dict()["note"] == NOTE
        assert NOTE in repr(ahead)
        assert NOTE in ahead._repr_html_()
        assert "note" not in ask(wb, "2026-10").to_dict()


@pytest.mark.parametrize("path", ["meters/UNIT-A/readings", "meters/UNIT-A/events", "findings", "audit"])
def test_a_list_over_rest_says_it_beside_its_items(sides: tuple[Workbench, RemoteWorkbench], path: str) -> None:
    with TestClient(create_app(sides[0].settings), base_url="http://localhost") as client:
        client.headers["Authorization"] = f"Bearer {tokens_of(sides[0].settings).viewer}"
        ahead = client.get(f"/api/Energy/{path}", params={"period": "2027-10"}).json()
        assert (ahead["items"], ahead["total"], ahead["note"]) == ([], 0, NOTE)
        for asked in ({"from": "2026-10-01"}, {}):
            assert "note" not in client.get(f"/api/Energy/{path}", params=asked).json()


def test_no_meter_is_blamed_for_what_has_not_been(sides: tuple[Workbench, RemoteWorkbench]) -> None:
    wb, _ = sides
    assert wb.overview("2027-10").cards["energy_reason"] == NOTE
    assert wb.generation("2027-10").unknown == ()
    assert wb.overview("yesterday").cards["energy_reason"] not in ("", NOTE)
    assert wb.generation("yesterday").unknown


def test_a_report_of_it_is_refused_in_the_same_words(sides: tuple[Workbench, RemoteWorkbench], tmp_path: Path) -> None:
    with pytest.raises(NoDataError, match="lies in the future"):
        publish(sides[0].settings, "monthly", {"period": "2027-10"}, out=tmp_path)
