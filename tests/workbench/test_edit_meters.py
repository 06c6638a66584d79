"""Many meters changed together: as the preview says, all of them or none, one change, undone in one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from energy_workbench.api.access.home_tokens import adopt, tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.cli.data import meters as commands
from energy_workbench.domain.errors import ConflictError, InputError, LockedMonthError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home

OLD, NEW = "tcp://10.0.0.1:502", "tcp://10.0.0.9:502"
MACHINES = [f"PUMP-{n}" for n in range(1, 5)]


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A plant with four pumps below UNIT-A that are read at one gateway."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    with closing(Workbench.at(make_home(tmp_path / "home").home)) as found:
        for unit, number in enumerate(MACHINES, 1):
            found.create_meter(
                {
                    "number": number, "name": number.title(), "type": "machine", "parent_id": "UNIT-A", "gateway": OLD,
                    "unit_id": unit, "profile": "schneider_pm5xxx",
                }
            )  # fmt: skip
        yield found


def rows(wb: Workbench, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in wb.meters(below="UNIT-A", q="PUMP").rows]  # type: ignore[literal-required]


def test_what_the_preview_says_is_done_and_nothing_before(wb: Workbench) -> None:
    fields = {"gateway": "tcp://10.0.0.9", "poll_seconds": 30, "accuracy_class": "0.5S", "location": "Pump house"}
    ask: dict[str, Any] = {"where": {"below": "UNIT-A", "gateway": OLD}, "fields": fields}
    before = rows(wb, "gateway", "revision")
    seen = wb.edit_meters(**ask, limits={"nominal_voltage": 415}, dry_run=True)
    assert rows(wb, "gateway", "revision") == before
    assert (seen["total"], seen["changed"], seen["unchanged"], seen["refused"]) == (4, 4, 0, 0)
    assert [row["number"] for row in seen["meters"]] == MACHINES
    assert seen["meters"][0]["fields"] == {
        "gateway": [OLD, NEW], "poll_seconds": [10.0, 30.0], "accuracy_class": [None, "0.5S"],
        "location": ["", "Pump house"],
    }  # fmt: skip
    assert seen["meters"][0]["limits"] == {"nominal_voltage": [None, 415.0]}
    done = wb.edit_meters(**ask, limits={"nominal_voltage": 415}, revision=seen["revision"])
    assert done["meters"] == seen["meters"]
    assert rows(wb, "gateway", "poll_seconds", "accuracy_class") == [(NEW, 30.0, "0.5S")] * 4
    assert wb.limits("PUMP-3")["own"] == {"nominal_voltage": 415.0}


def test_it_is_one_change_with_its_meters_and_one_undo_takes_all_of_it_back(wb: Workbench) -> None:
    before = rows(wb, "status", "poll_seconds")
    wb.edit_meters(MACHINES, {"status": "maintenance", "status_reason": "overhaul"}, limits={"nominal_voltage": 400})
    entries = wb.audit(20)
    made = [row for row in entries if row["change"] == entries[0]["change"]]
    assert {row["number"] for row in made} == set(MACHINES)
    assert {row["action"] for row in made} == {"meter.update", "limits.update"}
    assert rows(wb, "status") == [("maintenance",)] * 4
    wb.undo()
    assert rows(wb, "status", "poll_seconds") == before
    assert wb.limits("PUMP-1")["own"] == {}
    assert wb.registry.audit_differences() == []


def test_where_one_is_refused_none_is_changed_and_each_is_named_with_the_reason(wb: Workbench) -> None:
    ask: dict[str, Any] = {"meters": ["UNIT-A", *MACHINES[1:]], "fields": {"parent_id": "PUMP-1", "location": "Hall 9"}}
    seen = wb.edit_meters(**ask, dry_run=True)
    refused = {row["number"]: row["refused"] for row in seen["meters"] if row["refused"]}
    assert refused.keys() == {"UNIT-A"}
    assert (seen["refused"], seen["changed"]) == (1, 3)
    assert "cannot be below itself" in refused["UNIT-A"][0]["reason"]
    with pytest.raises(InputError, match=r"nothing was changed") as raised:
        wb.edit_meters(**ask)
    assert {problem.where for problem in raised.value.problems} == refused.keys()
    assert rows(wb, "location") == [("",)] * 4


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"poll_seconds": -1}, "0.1 to 86400"),
        ({"profile": "schneider_pm5x"}, "there is no profile of that id"),
        ({"accuracy_class": "fine"}, "0.5S"),
        ({"unit_id": 9}, "is read from the same gateway and unit id already"),
        ({"gateway": "tpc://10.0.0.9"}, "did you mean tcp://10.0.0.9"),
        ({"parent": "NONE"}, "there is no such meter"),
        ({"name": ""}, "must not be empty"),
    ],
)
def test_a_bad_value_is_refused_for_each_meter_that_would_get_it(
    wb: Workbench, fields: dict[str, Any], reason: str
) -> None:
    seen = wb.edit_meters(MACHINES, fields, dry_run=True)
    refused = [row for row in seen["meters"] if row["refused"]]
    assert seen["refused"] == len(refused) >= 3
    assert all(reason in row["refused"][0]["reason"] for row in refused)
    with pytest.raises(InputError, match="PUMP-2"):
        wb.edit_meters(MACHINES, fields)


def test_bad_limits_are_refused_for_the_meter_that_they_contradict(wb: Workbench) -> None:
    seen = wb.edit_meters(["PUMP-1"], limits={"nominal_voltage": -5}, dry_run=True)
    assert seen["meters"][0]["refused"][0]["field"] == "nominal_voltage"
    with pytest.raises(InputError, match="PUMP-1"):
        wb.edit_meters(["PUMP-1"], limits={"colour": 1})


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({"meters": [], "fields": {"poll_seconds": 5}}, "no meter is chosen"),
        ({"where": {}, "fields": {"poll_seconds": 5}}, "no meter is chosen"),
        ({"where": {"colour": "red"}, "fields": {"poll_seconds": 5}}, "is not known here"),
        ({"where": {"type": 5}, "fields": {"poll_seconds": 5}}, "must be a text"),
        ({"where": {"type": "reactor"}, "fields": {"poll_seconds": 5}}, "must be one of"),
        ({"where": {"gateway": "what?"}, "fields": {"poll_seconds": 5}}, "gateway"),
        ({"meters": ["PUMP-1"]}, "nothing is to be changed"),
        ({"meters": ["PUMP-1"], "fields": {"number": "X"}}, "each meter has its own"),
        ({"meters": ["PUMP-1"], "fields": {"health": "good"}}, "there is no such field"),
        ({"meters": ["PUMP-1"], "fields": {"parent": "MAIN", "parent_id": "GRID"}}, "give parent or parent_id"),
    ],
)
def test_a_call_that_says_too_little_or_nonsense_is_refused(wb: Workbench, ask: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        wb.edit_meters(**ask)


def test_meters_that_are_not_there_are_named(wb: Workbench) -> None:
    with pytest.raises(NotFoundError, match="NONE"):
        wb.edit_meters(["PUMP-1", "NONE"], {"poll_seconds": 5})
    with pytest.raises(NotFoundError, match="no meter is as `where` says"):
        wb.edit_meters(where={"type": "solar", "below": "UNIT-A"}, fields={"poll_seconds": 5})


def test_a_preview_that_is_out_of_date_is_refused(wb: Workbench) -> None:
    seen = wb.edit_meters(MACHINES, {"poll_seconds": 5}, dry_run=True)
    wb.update_meter("PUMP-4", {"location": "elsewhere"})
    with pytest.raises(ConflictError, match="has been changed meanwhile"):
        wb.edit_meters(MACHINES, {"poll_seconds": 5}, revision=seen["revision"])
    assert rows(wb, "poll_seconds") == [(10.0,)] * 4


def test_a_locked_month_names_the_meters_and_takes_a_reason(wb: Workbench) -> None:
    wb.lock_month("2026-09")
    ask: dict[str, Any] = {"meters": MACHINES, "fields": {"type": "utility", "poll_seconds": 20}}
    seen = wb.edit_meters(**ask, dry_run=True)
    assert seen["locked_change"]["months"] == ["2026-09"]
    assert [row["locked_months"] for row in seen["meters"]] == [["2026-09"]] * 4
    with pytest.raises(LockedMonthError, match=r"numbers of PUMP-1, PUMP-2, PUMP-3, PUMP-4 would be others"):
        wb.edit_meters(**ask)
    assert rows(wb, "type") == [("machine",)] * 4
    done = wb.edit_meters(**ask, reason="they are pumps of the utility")
    assert done["locked_change"]["reason"] == "they are pumps of the utility"
    assert rows(wb, "type") == [("utility",)] * 4
    # What alters no number of a locked month needs no reason.
    assert "locked_change" not in wb.edit_meters(MACHINES, {"poll_seconds": 25})


def test_filters_mean_the_meters_that_people_would_name(wb: Workbench) -> None:
    def found(**asked: Any) -> list[str]:
        return [row["number"] for row in wb.meters(**asked).rows]

    assert found(gateway="tcp://10.0.0.1") == MACHINES
    assert found(gateway="none") == ["GRID", "MAIN", "DG", "SOLAR", "UNIT-A", "UNIT-A-MACHINE-01"]
    assert found(profile="schneider_pm5xxx", q="pump-2") == ["PUMP-2"]
    assert found(profile="none", below="UNIT-A") == ["UNIT-A-MACHINE-01"]
    assert found(below="GRID", type="unit") == ["UNIT-A"]
    assert found(communication="not_connected", below="UNIT-A") == ["UNIT-A-MACHINE-01"]
    with pytest.raises(NotFoundError):
        found(below="NONE")


def test_rest_takes_the_same_by_its_body_and_answers_with_an_etag(wb: Workbench) -> None:
    adopt(wb.registry, tokens_of(wb.settings))
    with TestClient(create_app(wb.settings), base_url="http://127.0.0.1:3000") as client:
        client.headers["Authorization"] = f"Bearer {tokens_of(wb.settings).editor}"
        body = {"meters": MACHINES[:2], "fields": {"poll_seconds": 15}}
        seen = client.post("/api/Energy/meters/bulk?dry_run=true", json=body)
        assert seen.status_code == 200
        assert seen.json()["changed"] == 2
        assert seen.headers["etag"] == f'"{seen.json()["revision"]}"'
        assert rows(wb, "poll_seconds") == [(10.0,)] * 4
        stale = client.post("/api/Energy/meters/bulk", json=body, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        done = client.post("/api/Energy/meters/bulk", json=body, headers={"If-Match": seen.headers["etag"]})
        assert done.status_code == 200
        odd = client.post("/api/Energy/meters/bulk", json={**body, "meters": ["PUMP-1", 7], "colour": 1})
        assert odd.status_code == 422
        assert {each["field"] for each in odd.json()["problems"]} == {"meters", "colour"}
        bad = client.post("/api/Energy/meters/bulk", json={**body, "fields": {"poll_seconds": "often"}})
        assert bad.status_code == 422
        assert [each["where"] for each in bad.json()["problems"]] == MACHINES[:2]
        client.headers["Authorization"] = f"Bearer {tokens_of(wb.settings).viewer}"
        assert client.post("/api/Energy/meters/bulk?dry_run=true", json=body).status_code == 403
    assert rows(wb, "poll_seconds") == [(15.0,), (15.0,), (10.0,), (10.0,)]


def test_the_command_line_shows_each_before_and_after(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(wb.settings.home))
    assert settings.load().home == wb.settings.home
    ask = ["edit", "--below", "UNIT-A", "--text", "pump", "--set", "poll_seconds=30", "--limit", "nominal_voltage=415"]
    seen = CliRunner().invoke(commands.app, [*ask, "--dry-run"], catch_exceptions=False)
    assert "PUMP-1: poll_seconds 10.0 → 30.0; nominal_voltage — → 415.0" in seen.output
    assert "4 meters: 4 changed, 0 as they were, 0 refused; nothing was written (dry run)" in seen.output
    assert rows(wb, "poll_seconds") == [(10.0,)] * 4
    done = CliRunner().invoke(commands.app, ask, catch_exceptions=False)
    assert done.exit_code == 0
    assert rows(wb, "poll_seconds") == [(30.0,)] * 4
    refused = CliRunner().invoke(commands.app, ["edit", "PUMP-1", "--set", "unit_id=2", "--dry-run"])
    assert refused.exit_code == 1
    assert "refused: unit_id 2" in refused.output


def test_a_thousand_meters_cost_no_query_each(wb: Workbench) -> None:
    """The statements that a change takes do not grow with the meters that it changes."""
    from sqlalchemy import event

    lines = ["number,name,type,parent,gateway,unit_id,profile"]
    lines += [f"M-{n},M {n},machine,MAIN,tcp://10.1.{n // 200}.1:502,{n % 200 + 1},eastron_sdm630" for n in range(1000)]
    wb.import_meters("\n".join(lines).encode(), "meters.csv", dry_run=False)
    wb.lock_month("2026-09")
    counted: list[int] = []
    with wb.registry.database.read() as connection:
        engine = connection.engine
    for many in (10, 1000):
        counted.append(0)

        def count(*_: Any) -> None:
            counted[-1] += 1

        event.listen(engine, "before_cursor_execute", count)
        wb.edit_meters([f"M-{n}" for n in range(many)], {"poll_seconds": 20 + many / 100, "location": f"Hall {many}"})
        event.remove(engine, "before_cursor_execute", count)
    assert counted[1] == counted[0]
    wb.undo()
    assert {row["location"] for row in wb.meters(q="M-", limit=None).rows if row["number"] == "M-999"} == {""}
