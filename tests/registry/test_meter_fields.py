"""A field of a meter is declared once: what is made of the table says the same, and a new line is enough."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

import energy_workbench
from energy_workbench.analytics.live import describe
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.kinds import Accuracy, Day, MeterRef
from energy_workbench.domain.fields.meter_field import MeterField, Stored
from energy_workbench.registry.checks.conversions import converter, day
from energy_workbench.registry.checks.fields import PARENT, READ_ONLY, draft
from energy_workbench.registry.migrate import FOLDER
from energy_workbench.registry.storage import schema
from energy_workbench.services.rows.meters import meter_view
from energy_workbench.widgets.setup.form import fields as form
from scripts import document_fields

PACKAGE = Path(energy_workbench.__file__).parent
HELD = {Stored.METER: schema.meters, Stored.RATIO: schema.ratios, Stored.PLACEMENT: schema.placements}
METER = Meter(key=1, number="M", name="M", type=MeterType.MACHINE, created_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_what_a_row_shows_is_a_field_or_what_a_change_leaves_aside() -> None:
    row = describe(METER, None, ZoneInfo("Asia/Kolkata"))
    fields = {each.name for each in meter_fields.FIELDS if each.stored is not Stored.PLACEMENT}
    assert fields <= row.keys()
    assert row.keys() - fields - set(PARENT) <= READ_ONLY
    assert fields <= set(meter_view([row]).column_names)


@pytest.mark.parametrize("field", meter_fields.FIELDS, ids=lambda each: each.name)
def test_a_field_is_what_its_kind_says_wherever_it_stands(field: MeterField) -> None:
    column = HELD[field.stored].c[field.held_as]
    assert column.nullable is (field.default is None)
    if isinstance(field.kind, MeterRef):
        with pytest.raises(TypeError):
            converter(field.kind)
        return
    if not field.required:
        text = str(field.of(METER))
        assert field.default in (None, "") or converter(field.kind)(text) == field.default
        drafted, problems = draft(METER, {field.name: ""}, "M")
        assert not problems
        assert drafted is not None
        # Without one, a machine's flow is a consumer's: by its type, and by default.
        assert field.of(drafted) == field.of(METER)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Columns by table, of a registry as a migration leaves it."""
    folder = tmp_path_factory.mktemp("steps")

    def columns(since: int) -> dict[str, set[str]]:
        engine = create_engine(f"sqlite:///{folder / f'{since}.db'}")
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, f"{since:04d}")
            tables = {
                table.name: {each["name"] for each in inspect(connection).get_columns(table.name)}
                for table in HELD.values()
            }
        engine.dispose()
        return tables

    return {since: columns(since) for since in {each.since for each in meter_fields.FIELDS}}


def test_a_field_is_there_since_the_migration_that_it_names(before: dict[int, dict[str, set[str]]]) -> None:
    for field in meter_fields.FIELDS:
        assert field.held_as in before[field.since][HELD[field.stored].name], field.name


def test_the_form_asks_once_for_what_has_a_group() -> None:
    assert set(form.FIELDS) == {each.name for each in meter_fields.FIELDS if each.group}
    assert all(each.label for each in form.FIELDS.values())


def test_classes_are_those_of_the_standards() -> None:
    from energy_workbench.domain.accuracy_classes import FIELDS

    assert {e.name: e.kind.known for e in meter_fields.FIELDS if isinstance(e.kind, Accuracy)} == FIELDS


def test_the_page_has_the_table_as_it_is_declared() -> None:
    page = document_fields.METERS.page.read_text("utf-8")
    assert document_fields.METERS.written(page) == page, "python -m scripts.document_fields writes it"


@pytest.mark.parametrize("value", ["31.01.2026", "2026-02-30", "20260131", "soon", True, 20260131.5])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="2026-10-05"):
        converter(Day())(value)


def test_a_day_is_kept_as_iso_text() -> None:
    assert day(" 2026-01-31 ") == day("2026-01-31 00:00:00") == "2026-01-31"


# --- the recipe: a stranger's attribute -------------------------------------------------------------------------------

TABLE = """    MeterField(
        "meter_room", kinds.Text(40), "Room", help="Room in which the meter hangs", since=9999, group=Group.DEVICE,
        hint="As on its door", detail=Detail(Section.BASIC),
    ),
    MeterField(
        "inspected_at", kinds.Day(), "Inspected", help="Day on which it was looked at", since=9999,
        group=Group.DEVICE, detail=Detail(Section.BASIC),
    ),
"""
ATTRIBUTES = """    meter_room: str = ""
    inspected_at: str | None = None
"""
MIGRATION = '''"""Where a meter hangs, and when it was looked at."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("meters", sa.Column("meter_room", sa.String(40), nullable=False, server_default=""))
    op.add_column("meters", sa.Column("inspected_at", sa.String(10)))
'''
FOLLOWED = """
import json, sys
from pathlib import Path

import energy_workbench as ew
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.runtime import settings
from energy_workbench.registry import Registry, StateStore; from energy_workbench.registry.storage import schema
from energy_workbench.widgets.setup.details import markup
from energy_workbench.widgets.setup.form import fields

home = Path(sys.argv[1])
found = settings.load(home)
registry = Registry(found.registry_url)
registry.migrate(timezone="Asia/Kolkata", site_name="Toy")
StateStore(found.state_url).migrate()
with registry.database.read() as connection:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    differs = compare_metadata(context, schema.metadata)
registry.close()

file = b"number,name,type,meter_room,inspected_at\\nM1,Mill,machine,Room 7,2026-01-31\\nM2,Saw,machine,,\\n"
wb = ew.open(home)
wb.import_meters(file, "meters.csv", dry_run=False)
exported, template = ([line.split(",") for line in content.decode().splitlines()] for content in
                      (wb.export_meters(), wb.import_template()))
sql = [list(row.values()) for row in wb.sql_table(
    "SELECT number, meter_room, inspected_at FROM meters ORDER BY number").to_pylist()]
frame = list(wb.meters().to_frame().columns)

token = {"Authorization": f"Bearer {tokens_of(found).editor}"}
with TestClient(create_app(found), base_url="http://127.0.0.1", headers=token) as rest:
    asked = rest.get("/api/Energy/meters/M1").json()
    refused = rest.put("/api/Energy/meters/M1", json={"inspected_at": "soon", "meter_room": "x" * 41})
    answers = fields.texts(asked, "") | {"meter_room": "Room 8"}
    changed = rest.put("/api/Energy/meters/M1", json=fields.sent(answers) | {"parent": None}).json()

print(json.dumps({
    "package": ew.__file__,
    "differs": [str(each) for each in differs],
    "header": exported[0],
    "exported": exported[1][-2:],
    "template": template[0],
    "sql": sql,
    "frame": frame,
    "row": [asked["meter_room"], asked["inspected_at"]],
    "refused": {each["field"]: each["reason"] for each in refused.json()["problems"]},
    "form": [[each.label, each.hint] for each in fields.FIELDS.values()],
    "changed": changed["meter_room"],
    "details": markup.basic(changed),
}, default=str))
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the package does that got a line in the table, two attributes and a migration."""
    folder = tmp_path_factory.mktemp("recipe")
    copy = folder / "source" / "energy_workbench"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy.parent / "collector").symlink_to(PACKAGE.parent / "collector")
    table = copy / "domain/fields/meter_fields.py"
    end = ")  # fmt: skip\n"
    table.write_text(table.read_text("utf-8").replace(end, TABLE + end, 1), "utf-8")
    entities = copy / "domain/entities.py"
    last = "    formula_by_id: str | None = None\n"
    source = entities.read_text("utf-8")
    assert source.count(last) == 1
    entities.write_text(source.replace(last, last + ATTRIBUTES), "utf-8")
    head = max(path.name[1:5] for path in (copy / "registry/migrations/versions").glob("r*.py"))
    (copy / "registry/migrations/versions/r9999_toy.py").write_text(MIGRATION.format(head=head), "utf-8")
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


def test_a_new_attribute_is_stored_as_its_migration_says(followed: dict[str, Any]) -> None:
    assert followed["differs"] == []


def test_a_new_attribute_is_a_column_of_the_file_after_those_that_there_were(followed: dict[str, Any]) -> None:
    columns = [each.name for each in meter_fields.COLUMNS]
    assert followed["header"] == followed["template"] == [*columns, "meter_room", "inspected_at"]
    assert followed["exported"] == ["Room 7", "2026-01-31"]


def test_a_new_attribute_is_in_rows_frames_and_sql(followed: dict[str, Any]) -> None:
    assert followed["row"] == ["Room 7", "2026-01-31"]
    assert {"meter_room", "inspected_at"} <= set(followed["frame"])
    assert followed["sql"] == [["M1", "Room 7", "2026-01-31"], ["M2", "", None]]


def test_a_new_attribute_is_refused_with_the_reason_of_its_kind(followed: dict[str, Any]) -> None:
    assert followed["refused"]["meter_room"] == "longer than 40 characters: it has 41"
    assert followed["refused"]["inspected_at"] == "a day is needed, as in 2026-10-05"


def test_a_new_attribute_is_asked_for_in_the_form_and_shown_in_the_details(followed: dict[str, Any]) -> None:
    assert ["Room", "As on its door"] in followed["form"]
    assert followed["changed"] == "Room 8"
    assert "<dt>Room</dt><dd>Room 8</dd>" in followed["details"]
    assert "<dt>Inspected</dt><dd>2026-01-31</dd>" in followed["details"]
