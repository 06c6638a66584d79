"""A rule of health is declared once: what is made of it says the same, and a rule with its measure is enough."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import energy_workbench

PACKAGE = Path(energy_workbench.__file__).parent
RULE = """        Rule(
            name="warm_cabinet",
            label="Warm cabinet",
            unit="°C",
            meaning="The temperature in the cabinet.",
            source="the maker's data sheet",
            default=Limit(45.0, 60.0, 2.0, 0.0),
            most=200.0,
        ),
    )
}
\"\"\"By name, in the order"""
MEASURE = """    found.update(_loads(values, rating))
    warmth = values.get("cabinet_temperature")
    if warmth is not None:
        found["warm_cabinet"] = Measure(warmth, lambda: f"cabinet at {warmth:.0f} °C")
"""
FOLLOWED = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path

import energy_workbench as ew
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.widgets.setup.limits import markup
from scripts import document_fields

found = settings.load(Path(sys.argv[1]))
registry = Registry(found.registry_url)
registry.migrate(timezone="Asia/Kolkata", site_name="Toy")
StateStore(found.state_url).migrate()
registry.create_meter({"number": "M1", "name": "Mill", "type": "machine"}, by="test")
registry.close()
now = datetime.now(UTC).isoformat()
token = {"Authorization": f"Bearer {tokens_of(found).editor}"}
with TestClient(create_app(found), base_url="http://127.0.0.1", headers=token) as rest:
    ask = lambda path: rest.get("/api/Energy" + path).json()
    reading = {"ts": now, "values": {"cabinet_temperature": 71.0}}
    stored = rest.post("/api/Energy/meters/M1/readings", json=reading).status_code
    row = ask("/meters/M1")
    answer = {
        "package": ew.__file__,
        "stored": stored,
        "row": [row["health"], row["health_reason"], row["colour"]],
        "summary": ask("/meters/status-summary")["health"],
        "events": [each["reason"] for each in ask("/meters/M1/events")["items"]],
        "rules": [each["name"] for each in ask("/limits")["rules"]],
        "default": ask("/limits")["limits"]["warm_cabinet_warning"],
        "panel": str(markup.table(ask("/limits"))),
        "refused": rest.put("/api/Energy/limits", json={"warm_cabinet_warning": 300}).json()["problems"],
        "changed": rest.put("/api/Energy/meters/M1/limits", json={"warm_cabinet_critical": "off"}).json()["own"],
        "fields": list(rest.get("/openapi.json").json()["components"]["schemas"]["LimitFields"]["properties"]),
        "docs": document_fields.HEALTH.lines(),
    }
wb = ew.open(found.home)
answer["python"] = wb.limits()["limits"]["warm_cabinet_critical"]
wb.close()
print(json.dumps(answer))
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the package does that got a rule and its measure."""
    folder = tmp_path_factory.mktemp("recipe")
    copy = folder / "source" / "energy_workbench"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for beside in ("collector", "scripts"):
        shutil.copytree(PACKAGE.parent / beside, copy.parent / beside, ignore=shutil.ignore_patterns("__pycache__"))
    for file, line, more in (
        ("limits.py", '    )\n}\n"""By name, in the order', RULE),
        ("measures.py", "    found.update(_loads(values, rating))\n", MEASURE),
    ):
        path = copy / "domain/health" / file
        source = path.read_text("utf-8")
        assert source.count(line) == 1
        path.write_text(source.replace(line, more), "utf-8")
    (folder / "home").mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", FOLLOWED, str(folder / "home")],
        env={"PYTHONPATH": str(copy.parent), "PATH": "", "HOME": str(folder)},
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert Path(answer["package"]).parent == copy
    return answer


def test_a_new_rule_judges_readings(followed: dict[str, Any]) -> None:
    assert followed["stored"] == 201
    assert followed["row"] == ["critical", "cabinet at 71 °C (limit 60 °C)", "orange"]
    assert followed["events"][0] == "cabinet at 71 °C (limit 60 °C)"


def test_a_new_rule_counts_in_the_status_of_the_site(followed: dict[str, Any]) -> None:
    assert followed["summary"] == {"good": 0, "warning": 0, "critical": 1, "unknown": 0}


def test_a_new_rule_has_its_limits_over_rest_and_in_python(followed: dict[str, Any]) -> None:
    assert followed["rules"][-1] == "warm_cabinet"
    assert (followed["default"], followed["python"]) == (45.0, 60.0)
    assert followed["changed"] == {"warm_cabinet_critical": None}
    assert [each["field"] for each in followed["refused"]] == ["warm_cabinet_warning"]
    assert {f"warm_cabinet_{part}" for part in ("warning", "critical", "hysteresis", "seconds")} <= set(
        followed["fields"]
    )


def test_a_new_rule_stands_on_the_setup_page_and_in_the_documentation(followed: dict[str, Any]) -> None:
    assert "<th>Warm cabinet</th>" in followed["panel"]
    assert followed["docs"].splitlines()[-1] == (
        "| `warm_cabinet` | The temperature in the cabinet. | above 45 °C | above 60 °C | 2 °C | 0 s "
        "| the maker's data sheet |"
    )
