"""Values that are bound to a user's query: the same near and far, never SQL, and instants stay instants."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import QueryError, TooLargeError
from energy_workbench.domain.fields.query_parameters import as_json, of_json
from energy_workbench.services.workbench import Workbench

SINCE = datetime(2026, 10, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
QUERY = "select count(*)::int as n from intervals where number = {} and start >= {} and start < {}"


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        (QUERY.format("?", "?", "?"), ["UNIT-A", SINCE, SINCE + timedelta(days=1)]),
        (QUERY.format("$1", "$2", "$3"), ("UNIT-A", pd.Timestamp(SINCE), pd.Timestamp(SINCE) + pd.Timedelta("1D"))),
        (QUERY.format("$m", "$a", "$b"), {"m": "UNIT-A", "a": SINCE, "b": (SINCE + timedelta(days=1)).astimezone(UTC)}),
        (QUERY.format("?", "?", "?"), ["UNIT-A", "2026-10-10T00:00:00+05:30", datetime(2026, 10, 10, 18, 30)]),
    ],
)
def test_a_day_is_asked_for_by_its_instants(wb: Workbench, far: RemoteWorkbench, text: str, parameters: Any) -> None:
    for side in (wb, far):
        assert side.sql(text, parameters)["n"].tolist() == [96]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (SINCE, "TIMESTAMP WITH TIME ZONE"),
        (datetime(2026, 10, 10), "TIMESTAMP"),
        (date(2026, 10, 10), "DATE"),
        (Decimal("1.50"), "DECIMAL(3,2)"),
        (1, "INTEGER"),
        (np.int64(7), "INTEGER"),
        (2.5, "DOUBLE"),
        (np.float32(2.5), "DOUBLE"),
        (True, "BOOLEAN"),
        ("a", "VARCHAR"),
        (["a", "b"], "VARCHAR[]"),
        (None, '"NULL"'),
    ],
    ids=repr,
)
def test_values_keep_their_type(wb: Workbench, far: RemoteWorkbench, value: Any, kind: str) -> None:
    for side in (wb, far):
        assert side.sql("select typeof(?) as kind", [value])["kind"].tolist() == [kind]


def test_text_is_never_sql(wb: Workbench, far: RemoteWorkbench) -> None:
    for text in ("UNIT-A' or '1' = '1", "'; drop table meters; --", "$1", "?", '{"timestamp": "2026-10-10"}', "a\x00b"):
        for side in (wb, far):
            assert side.sql(
                "select ? as t, count(*)::int as n from meters where number = ?", [text, text]
            ).values.tolist() == [[text, 0]]


@pytest.mark.parametrize(
    ("text", "parameters", "words"),
    [
        ("select ?, ?", [1], r"\$1, \$2, and 1 are given"),
        ("select ?", [1, 2], r"\$1, and 2 are given"),
        ("select 1", [1], "none, and 1 are given"),
        ("select ?", None, r"\$1, and 0 are given"),
        ("select $a", {"b": 1}, r"\$a, and \$b are given"),
        ("select $a", [1], r"\$a, and 1 are given"),
        ("select ?", {"a": 1}, r"\$1, and \$a are given"),
        ("select ?", "UNIT-A", "a list for"),
        ("select ?", 7, r"7 \(int\)"),
        ("select ?", [object()], r"\(object\)"),
        ("select ?", [b"x"], r"\(bytes\)"),
        ("select ?", [float("nan")], "None where"),
        ("select ?", [{"a": 1}], r"\(dict\)"),
        ("select ?", [pd.NaT], "NaT"),
    ],
)
def test_other_parameters_are_refused_alike(
    wb: Workbench, far: RemoteWorkbench, text: str, parameters: Any, words: str
) -> None:
    said = set()
    for side in (wb, far):
        with pytest.raises(QueryError, match=words) as refused:
            side.sql(text, parameters)
        said.add(str(refused.value))
    assert len(said) == 1


def test_over_rest_parameters_are_json(far: RemoteWorkbench) -> None:
    def asked(parameters: str, text: str = "select ? as one, typeof($1) as kind") -> Any:
        return far._service._http.get("/sql", params={"text": text, "parameters": parameters})

    assert asked(json.dumps(["a"])).json()["rows"] == [["a", "VARCHAR"]]
    assert asked('[{"timestamp": "2026-10-10T00:00:00+05:30"}]').json()["rows"][0][1] == "TIMESTAMP WITH TIME ZONE"
    for wrong in ("", "[", "7", '"a"', "null", "[1, 2]", '[{"timestamp": "soon"}]', '[{"a": 1}]', "[" * 20_000):
        answer = asked(wrong)
        assert answer.status_code == 400, wrong[:40]
        assert answer.json()["title"] == "The query failed"
        assert len(answer.json()["detail"]) < 500


def test_what_fits_into_no_address_is_said(far: RemoteWorkbench) -> None:
    with pytest.raises(TooLargeError, match="ask for less"):
        far.sql("select len(?)", [list(range(100_000))])


@pytest.mark.parametrize(
    "parameters", [[1, "a", None, SINCE, date(2026, 1, 1), Decimal("1.5"), [1, [2]]], {"a": SINCE}]
)
def test_json_gives_them_back(parameters: Any) -> None:
    assert of_json(as_json(parameters)) == parameters
