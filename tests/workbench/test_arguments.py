"""Arguments of questions as people write them: understood, or refused, alike on a home and over its service."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.operation import MADE, operations, questions_made
from energy_workbench.contract.results.several import Several
from energy_workbench.domain.errors import InputError, NotFoundError, PeriodError, WorkbenchError
from energy_workbench.services.workbench import Workbench
from tests.examples import examples
from tests.workbench.plant import NOW

KOLKATA = timezone(timedelta(hours=5, minutes=30))
NEEDED = {"meter": "UNIT-A", "period": "2026-10-10", "case": "mtr_7.energy_active_import.1", "schedule": "Board",
          "id": "rpt_1", "run": 1, "kind": "html", "text": "select 1", "by": "hour",
          "gateway": "tcp://127.0.0.1:1", "unit_id": 1, "first": 0, "count": 1}  # fmt: skip
"""Arguments without which a question is none."""

QUESTIONS = {
    name: Binding(method, operation)
    for name, method, operation in operations(WorkbenchContract)
    if operation.verb == "GET"
} | {name: Binding(method, MADE) for name, method in questions_made(WorkbenchContract)}
ASKED = [
    (name, parameter)
    for name, binding in QUESTIONS.items()
    for parameter in (*(each.name for each in binding.parameters), *binding.edges)
]

WRONG: list[Any] = [
    (1, 2), ("UNIT-A", 7), [], ["2026-10", "2026-11", "2026-12"], {"a": 1}, None, 7.5, -3, b"UNIT-A", float("nan"),
    pd.NaT,
    datetime(2026, 10, 10), object, "sometimes", "", "2026-Q5", "x" * 30_000, pd.Period("2026-10", "M"),
]  # fmt: skip
"""For most parameters; what one of them takes, both sides take."""


EACH = 5 * examples(1)
"""How many each parameter is tried with: all are tried over a few parameters, and each with all in `make soak`."""


def of_turn(values: list[Any], turn: int) -> list[Any]:
    """Some of the values, others with each turn."""
    return [values[(turn * EACH + nth) % len(values)] for nth in range(min(EACH, len(values)))]


def told(ask: Callable[..., Any], args: list[Any], asked: dict[str, Any]) -> str:
    """Whether there is an answer, or else which error with which text."""
    try:
        ask(*args, **asked)
    except WorkbenchError as error:
        return f"{type(error).__name__}: {error}"
    return "an answer"


def given(name: str, parameter: str, value: Any) -> tuple[list[Any], dict[str, Any]]:
    """A question with that value of a parameter, and with what it needs beside it."""
    needed = {
        each.name: NEEDED[each.name]
        for each in inspect.signature(getattr(WorkbenchContract, name)).parameters.values()
        if each.default is each.empty and each.name in NEEDED
    }
    if parameter == "end":
        needed["start"] = "2026-10-10"
    if any(each.many and each.name == parameter for each in QUESTIONS[name].parameters):
        return [*needed.values(), value], {}
    return [], {**needed, parameter: value}


@pytest.mark.parametrize(("name", "parameter"), ASKED, ids=[f"{name}-{parameter}" for name, parameter in ASKED])
def test_a_wrong_argument_is_refused_alike_near_and_far(
    wb: Workbench, far: RemoteWorkbench, name: str, parameter: str
) -> None:
    for value in of_turn(WRONG, ASKED.index((name, parameter))):
        args, asked = given(name, parameter, value)
        here, there = (told(getattr(side, name), args, asked) for side in (wb, far))
        # What is right with it, only an editor is told.
        assert there == here or there.startswith("AccessError"), f"{name}({parameter}={value!r})"


@pytest.mark.parametrize(("name", "parameter"), ASKED, ids=[f"{name}-{parameter}" for name, parameter in ASKED])
def test_what_is_of_no_possible_type_is_never_taken(
    wb: Workbench, far: RemoteWorkbench, name: str, parameter: str
) -> None:
    for value in (object, {1: object()}, [object()]):
        args, asked = given(name, parameter, value)
        for side in (wb, far):
            with pytest.raises(InputError, match=r"\(type\)|\(dict\)|\(list\)|\(object\)"):
                getattr(side, name)(*args, **asked)


ONE_DAY: list[Any] = [
    "2026-10-10",
    date(2026, 10, 10),
    pd.Period("2026-10-10", "D"),
    pd.Period("2026-10-10 12:00", "D"),
    (date(2026, 10, 10), date(2026, 10, 10)),
    ["2026-10-10", "2026-10-10"],
    (datetime(2026, 10, 10), datetime(2026, 10, 11)),
    (pd.Timestamp("2026-10-10"), pd.Timestamp("2026-10-11")),
    (pd.Timestamp("2026-10-10", tz="Asia/Kolkata"), pd.Timestamp("2026-10-11", tz="Asia/Kolkata")),
    [datetime(2026, 10, 9, 18, 30, tzinfo=UTC), datetime(2026, 10, 11, tzinfo=KOLKATA)],
    ("2026-10-10", datetime(2026, 10, 11)),
    (datetime(2026, 10, 10), date(2026, 10, 10)),
]


@pytest.mark.parametrize("period", ONE_DAY, ids=repr)
def test_a_day_is_the_same_day_however_it_is_written(wb: Workbench, far: RemoteWorkbench, period: Any) -> None:
    for side in (wb, far):
        found = side.intervals("UNIT-A", period, every="1h")
        assert (found.start, found.end) == ("2026-10-10T00:00:00+05:30", "2026-10-11T00:00:00+05:30")
        assert found.total == 24


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026q3", "2026-07-01", "2026-10-01"),
        (pd.Period("2026Q4"), "2026-10-01", "2027-01-01"),
        (pd.Period("2026", "Y"), "2026-01-01", "2027-01-01"),
        (pd.Period("2026-10", "M"), "2026-10-01", "2026-11-01"),
        (pd.Period("2026-10-10", "W"), "2026-10-05", "2026-10-12"),
        (pd.Period("2026-10-10", "W-WED"), "2026-10-08", "2026-10-15"),
        (pd.Period("2026-10-10", "3D"), "2026-10-10", "2026-10-13"),
        ((date(2026, 10, 1), date(2026, 10, 15)), "2026-10-01", "2026-10-16"),
        ("2026-10-01/2026-10-15", "2026-10-01", "2026-10-16"),
        ((datetime(2026, 10, 1), datetime(2026, 10, 15)), "2026-10-01", "2026-10-15"),
    ],
    ids=repr,
)
def test_a_period_has_its_edges(wb: Workbench, far: RemoteWorkbench, period: Any, start: str, end: str) -> None:
    for side in (wb, far):
        found = side.balance(period)
        assert (found.start, found.end) == (f"{start}T00:00:00+05:30", f"{end}T00:00:00+05:30")


def test_a_period_may_be_shorter_than_a_day(wb: Workbench, far: RemoteWorkbench) -> None:
    for side in (wb, far):
        found = side.intervals("UNIT-A", pd.Period("2026-10-10 13:00", "h"))
        assert [row["start"][11:16] for row in found.rows] == ["13:00", "13:15", "13:30", "13:45"]
        assert side.intervals("UNIT-A", pd.Period("2026-10-10 13:15", "15min")).total == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-10-10", "2026-10-11"),
        (date(2026, 10, 10), date(2026, 10, 11)),
        (datetime(2026, 10, 10), "2026-10-11"),
        (pd.Timestamp("2026-10-09T18:30Z"), datetime(2026, 10, 11, tzinfo=KOLKATA)),
        ("2026-10-10T00:00", "2026-10-10T18:30:00+00:00"),
    ],
    ids=repr,
)
def test_start_and_end_are_instants_in_place_of_the_period(
    wb: Workbench, far: RemoteWorkbench, start: Any, end: Any
) -> None:
    for side in (wb, far):
        assert side.consumption("UNIT-A", start=start, end=end, every="1h") == wb.consumption("UNIT-A", "2026-10-10")
        assert side.flow(start=start, end=end).links == wb.flow("2026-10-10").links
        assert len(side.readings("UNIT-A", start=start, end=end)) == 96
        with pytest.raises(PeriodError, match="either a period or `start` and `end`"):
            side.consumption("UNIT-A", "2026-10", start=start, end=end)
        with pytest.raises(PeriodError, match="needs a `start`"):
            side.consumption("UNIT-A", end=end)
        with pytest.raises(PeriodError, match="ends before it starts"):
            side.consumption("UNIT-A", start=end, end=start)
        with pytest.raises(PeriodError, match="not part of it"):
            side.consumption("UNIT-A", start=start, end=start)


def test_what_has_no_end_ends_now(wb: Workbench, far: RemoteWorkbench) -> None:
    for side in (wb, far):
        assert side.intervals("UNIT-A", start="2026-10-12").end == NOW.astimezone(KOLKATA).isoformat()


def test_the_client_sends_no_bare_date(far: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    send = far._service.send
    monkeypatch.setattr(far._service, "send", lambda *args, **more: (asked.append(more), send(*args, **more))[1])
    far.intervals("UNIT-A", start=date(2026, 10, 10), end=date(2026, 10, 11))
    assert asked[-1]["period"] == "2026-10-09T18:30:00+00:00/2026-10-10T18:30:00+00:00"


@pytest.mark.parametrize(
    ("every", "rows"),
    [
        ("15min", 192), ("15T", 192), ("30min", 96), ("h", 48), ("H", 48), ("2h", 24), ("D", 2), ("1d", 2), ("W", 2),
        ("MS", 1), ("ME", 1), ("YS", 1), (timedelta(hours=1), 48), (pd.Timedelta("15min"), 192), (timedelta(days=1), 2),
        (pd.offsets.Hour(), 48), (pd.offsets.MonthBegin(), 1), (pd.offsets.Week(weekday=6), 2),
    ],
    ids=repr,
)  # fmt: skip
def test_a_length_of_a_row_may_be_pandas_own(wb: Workbench, far: RemoteWorkbench, every: Any, rows: int) -> None:
    span = "2026-10-04/2026-10-05"
    for side in (wb, far):
        assert side.consumption("UNIT-A", span, every=every).total == rows
    assert wb.consumption("UNIT-A", span, every=every) == far.consumption("UNIT-A", span, every=every)


def test_a_block_of_demand_may_be_pandas_own(wb: Workbench, far: RemoteWorkbench) -> None:
    for side in (wb, far):
        assert side.demand("UNIT-A", "2026-10-10", block="30T").block_minutes == 30  # type: ignore[union-attr]
        assert side.demand("UNIT-A", "2026-10-10", block="h").block_minutes == 60


def test_numbers_of_numpy_are_numbers(wb: Workbench, far: RemoteWorkbench) -> None:
    for side in (wb, far):
        assert len(side.readings("UNIT-A", "2026-10-10", limit=np.int64(3))) == 3
        assert side.balance("2026-10-10", threshold_percent=np.float64(4)).rows


def test_a_single_quantity_needs_no_list(wb: Workbench, far: RemoteWorkbench) -> None:
    for side in (wb, far):
        assert side.readings("UNIT-A", "2026-10-10", "active_power_total").quantities == ("active_power_total",)


SEVERAL = [name for name, binding in QUESTIONS.items() if binding.each]


@pytest.mark.parametrize("name", SEVERAL)
def test_several_meters_are_asked_one_by_one(wb: Workbench, far: RemoteWorkbench, name: str) -> None:
    single = {ref: getattr(wb, name)(**given(name, "meter", ref)[1]) for ref in ("MAIN", "UNIT-A")}
    for side in (wb, far):
        for meters in (
            ["MAIN", "UNIT-A"],
            ("MAIN", "UNIT-A"),
            pd.Series(["MAIN", "UNIT-A"]),
            dict.fromkeys(single).keys(),
        ):
            found = getattr(side, name)(**given(name, "meter", meters)[1])
            assert isinstance(found, Several)
            assert dict(found) == single
        frame = found.to_frame()
        assert len(frame) == sum(len(answer.to_frame()) for answer in single.values())
        assert set(frame[frame.columns[0]]) == set(single)
        assert found.to_dict() == {number: answer.to_dict() for number, answer in single.items()}
        assert "MAIN" in repr(found)
        assert "UNIT-A" in found._repr_html_()
        with pytest.raises(NotFoundError, match="NONE"):
            getattr(side, name)(**given(name, "meter", ["MAIN", "NONE"])[1])


def test_several_meters_are_what_people_would_ask_for() -> None:
    assert set(SEVERAL) == {"intervals", "consumption", "energies", "pattern", "compare", "demand", "readings"}


def test_ids_become_numbers_and_times_an_index(wb: Workbench, far: RemoteWorkbench) -> None:
    known = wb.meter("UNIT-A")["id"]
    for side in (wb, far):
        found = side.consumption([known, "main"], "2026-10-10", every="1d")
        assert list(found) == ["UNIT-A", "MAIN"]
        frame = found.to_frame(index=True)
        assert list(frame.index.names) == ["number", "start"]
        assert frame.loc["UNIT-A", "energy_import_kwh"].sum() == pytest.approx(2880.0)
        assert side.energies("2026-10-10", meter=["UNIT-A", "DG"]).to_frame()["asked"].tolist() == ["UNIT-A"] * 2 + [
            "DG"
        ]


@pytest.mark.parametrize("name", ["balance", "losses", "events", "findings", "history", "meter", "limits"])
def test_where_several_make_no_sense_it_is_said(wb: Workbench, far: RemoteWorkbench, name: str) -> None:
    for side in (wb, far):
        with pytest.raises(InputError, match="one meter at a time"):
            getattr(side, name)(**given(name, "meter", ["MAIN", "UNIT-A"])[1])


LISTS = {
    "readings": ["meter", "period", "quantities"],
    "audit": ["limit", "meter"],
    "audit_summary": ["meter"],
}
"""What they take by place beside that, as ever."""


def parameters(name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(WorkbenchContract, name)).parameters.values())[1:]


@pytest.mark.parametrize("name", [name for name, each in QUESTIONS.items() if each.edges])
def test_questions_have_one_order_of_arguments(name: str) -> None:
    """A meter, a period, and all else by name; of the plant a period, and a meter by name."""
    by_place = [each.name for each in parameters(name) if each.kind is not each.KEYWORD_ONLY]
    if name in LISTS:
        assert by_place == LISTS[name]
    else:
        assert by_place in (["meter", "period"], ["period"])
    assert [each.name for each in parameters(name)][-2:] == ["start", "end"]


@pytest.mark.parametrize("name", ["balance", "energies", "history"])
def test_a_meter_by_its_place_is_taken_with_a_warning(wb: Workbench, far: RemoteWorkbench, name: str) -> None:
    for side in (wb, far):
        with pytest.warns(FutureWarning, match=r"write \w+\(…, meter='MAIN'\)") as warned:
            found = getattr(side, name)("2026-10-10", "MAIN")
        assert warned[0].filename == __file__
        assert found == getattr(side, name)("2026-10-10", meter="MAIN")
        with pytest.raises(TypeError):
            getattr(side, name)("2026-10-10", "MAIN", 7)


DOCUMENTED = ["meters", "sql", *(name for name, binding in QUESTIONS.items() if binding.edges)]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_help_says_what_comes_what_may_go_wrong_and_how_it_is_asked(
    wb: Workbench, far: RemoteWorkbench, name: str
) -> None:
    for side in (wb, far):
        text = inspect.getdoc(getattr(side, name)) or ""
        assert "Returns\n-------" in text
        assert "Raises\n------" in text
        examples = re.findall(r"^>>> (.*)$", text, re.MULTILINE)
        assert examples
        for example in examples:
            assert f"wb.{name}(" in example
            assert eval(example, {"wb": side}) is not None


def test_help_of_a_workbench_says_how_it_is_asked(wb: Workbench, far: RemoteWorkbench) -> None:
    for side in (wb, far):
        text = inspect.getdoc(type(side)) or ""
        for word in ("2026-Q4", "pandas.Period", "`start=`", "kWh", "NotFoundError", ">>> wb.meters()"):
            assert word in text
