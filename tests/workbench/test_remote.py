"""Over the service, the same questions have the same answers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import AccessError, InputError, NotFoundError, PeriodError, QueryError, ServiceError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench


def test_every_answer_is_the_very_same(wb: Workbench, far: RemoteWorkbench) -> None:
    assert far.site() == wb.site()
    assert far.meters() == wb.meters()
    assert far.meters(type="machine") == wb.meters(type="machine")
    assert far.meter("UNIT-A") == wb.meter("UNIT-A")
    assert far.hierarchy() == wb.hierarchy()
    assert far.status_summary() == wb.status_summary()
    assert far.consumption("UNIT-A", "2026-10-10") == wb.consumption("UNIT-A", "2026-10-10")
    assert far.pattern("UNIT-A", "2026-10-10", every="1d") == wb.pattern("UNIT-A", "2026-10-10", every="1d")
    assert far.pattern() == wb.pattern()
    assert far.balance("2026-10-10") == wb.balance("2026-10-10")
    assert far.flow("2026-10-10") == wb.flow("2026-10-10")
    assert far.flow() == wb.flow()
    assert far.overview("2026-10-10") == wb.overview("2026-10-10")
    assert far.readings("GRID", limit=5) == wb.readings("GRID", limit=5)
    for query in (
        "select number, ct_primary from meters order by 1",
        "select start, start::date as day, start::timestamp as local, demand_kw from intervals order by all limit 9",
    ):
        assert far.sql(query).equals(wb.sql(query))


def test_long_answers_come_in_pages_without_loss(
    wb: Workbench, far: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy_workbench.client.workbench.PAGE", 4)
    assert far.meters() == wb.meters()
    assert [meter["number"] for meter in far.meters(limit=5)] == [meter["number"] for meter in wb.meters(limit=5)]
    span = "2026-10-10T00:00/2026-10-10T03:15"
    assert far.readings("GRID", span) == wb.readings("GRID", span)
    assert far.readings("GRID", span, limit=6) == wb.readings("GRID", span, limit=6)
    assert far.readings("GRID", "2020") == wb.readings("GRID", "2020")


def test_readings_come_in_pages_of_time(wb: Workbench, far: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call leaves out a million rows at most, and each costs those before it again: pages go on from an instant."""
    asked: list[dict[str, Any]] = []
    get = far._service.get

    def heard(path: str, **params: Any) -> Any:
        asked.append(params)
        return get(path, **params)

    monkeypatch.setattr(far._service, "get", heard)
    monkeypatch.setattr("energy_workbench.client.workbench.PAGE", 5)
    span = "2026-10-10T00:00/2026-10-10T12:00"
    assert far.readings("GRID", span, ["energy_active_import"]) == wb.readings("GRID", span, ["energy_active_import"])
    assert len(asked) > 5
    assert not [each for each in asked if each.get("offset")]
    assert len({each["after"] for each in asked}) == len(asked)


def test_a_page_begins_after_an_instant(wb: Workbench) -> None:
    span = "2026-10-10"
    rows = wb.readings("GRID", span).rows
    assert wb.readings("GRID", span, after=rows[3]["ts"]).rows == rows[4:]
    assert wb.readings("GRID", span, after="2020-01-01").rows == rows
    assert wb.readings("GRID", span, after=rows[-1]["ts"]).rows == ()
    assert wb.readings("GRID", span, after="2026-12-01").rows == ()
    with pytest.raises(InputError, match="period"):
        wb.readings("GRID", after="2026-10-10")


def test_errors_are_those_of_the_tree(far: RemoteWorkbench, url: str) -> None:
    with pytest.raises(NotFoundError, match="NONE"):
        far.meter("NONE")
    with pytest.raises(PeriodError, match="sometimes") as caught:
        far.flow("sometimes")
    assert "today" in str(caught.value)
    with pytest.raises(QueryError):
        far.sql("drop table meters")
    with pytest.raises(AccessError, match="token"):
        RemoteWorkbench(url, token="wrong").site()
    with pytest.raises(ServiceError, match="energy-workbench up"):
        RemoteWorkbench("http://127.0.0.1:9").site()


def test_a_kernel_that_asks_the_service_loads_no_engine(url: str, plant_home: Settings) -> None:
    code = (
        "import sys, energy_workbench as ew\n"
        f"print(ew.open({url!r}).overview('2026-10-10').cards['energy_kwh'])\n"
        "heavy = {'pandas', 'numpy', 'duckdb', 'deltalake', 'pyarrow', 'sqlalchemy', 'plotly', 'fastapi'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {"ENERGY_WORKBENCH_SERVICE_TOKEN": tokens_of(plant_home).viewer, "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[1] == "[]"
    assert float(done.stdout.split("\n")[0]) == pytest.approx(3120.0)


def test_a_token_of_the_environment_is_used(url: str, plant_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_SERVICE_TOKEN", tokens_of(plant_home).viewer)
    assert RemoteWorkbench(url).site()["name"] == "Works"
