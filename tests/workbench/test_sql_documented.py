"""What docs/sql.md says of the views is what they have, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.lake.user_sql.views import VIEWS
from energy_workbench.services.workbench import Workbench

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text("utf-8")
EXAMPLES = [each for each in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)[0].split(";") if each.strip()]


def documented(view: str) -> list[str]:
    """Columns in the table of a view's section."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (text,) = [each for each in section if each.startswith(view)]
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_every_view_has_its_section() -> None:
    heads = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert sorted(VIEWS) == sorted(name for head in heads[:-1] for name in head.split(", "))


def test_columns_are_those_of_the_page(wb: Workbench) -> None:
    assert sorted(wb.sql("SELECT * FROM intervals LIMIT 1").columns) == sorted(documented("intervals"))
    found = wb.sql("SELECT * FROM readings LIMIT 1").columns
    assert list(found)[:4] == ["meter", "number", "ts", "slot"]
    assert set(documented("readings")) == {"meter", "number", "ts", "slot"}
    assert list(wb.sql("SELECT * FROM readings_long LIMIT 1").columns) == ["meter", "number", "ts", "quantity", "value"]
    assert {"key", "id", "number", "name", "type", "parent_id", "location", "flow"} <= set(
        wb.sql("SELECT * FROM meters LIMIT 1").columns
    )


@pytest.mark.parametrize("query", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_run_and_over_the_service_they_give_the_same(wb: Workbench, far: RemoteWorkbench, query: str) -> None:
    # The page's example of a reading needs a quantity that this plant does not read.
    asked = query.replace("voltage_l1_n", "energy_active_import")
    found = wb.sql(asked)
    assert len(found.columns) >= 2
    pd.testing.assert_frame_equal(far.sql(asked), found, check_dtype=False)


def test_a_month_by_the_sites_clock_is_that_of_the_pattern(wb: Workbench) -> None:
    found = wb.sql(EXAMPLES[1])
    assert found["kw"].tolist() == [row["demand_kw"] for row in wb.pattern("MAIN", "2026-10", by="month")]
