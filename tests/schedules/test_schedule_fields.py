"""A field of a schedule is declared once: what is made of the table says the same, and a new line is enough."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import energy_workbench
from energy_workbench.contract.rows.schedules import ScheduleRow
from energy_workbench.domain.fields import kinds, schedule_fields
from energy_workbench.domain.fields.schedule_field import ScheduleField
from energy_workbench.domain.schedules import Recipient, Schedule
from energy_workbench.registry.storage import schema
from energy_workbench.services.commands.schedule_draft import READ_ONLY
from energy_workbench.services.commands.schedule_values import converter
from energy_workbench.widgets.schedules import fields as form
from scripts import document_fields

PACKAGE = Path(energy_workbench.__file__).parent
SCHEDULE = Schedule(
    id="sch_1", name="Night", report="daily", cron="0 6 * * *", since=datetime(2026, 1, 1, tzinfo=UTC),
    recipients=(Recipient(address="a@works.example"), Recipient(address="b@works.example", language="hi")),
)  # fmt: skip
CONVERTED = [
    field for field in schedule_fields.FIELDS if not isinstance(field.kind, kinds.ReportParameters | kinds.ReportName)
]
"""Those whose value is one by itself: whether there is a report of that name, only its home knows."""


def test_what_a_row_shows_is_a_field_or_what_a_change_leaves_aside() -> None:
    assert ScheduleRow.__annotations__.keys() == schedule_fields.BY_NAME.keys() | READ_ONLY


def test_what_is_stored_is_a_field_or_counted_by_the_workbench() -> None:
    assert set(schema.schedules.c.keys()) == schedule_fields.BY_NAME.keys() | {"id", "folded", "since"}


@pytest.mark.parametrize("field", CONVERTED, ids=lambda each: each.name)
def test_a_field_is_read_back_as_it_is_stored_sent_and_shown_in_the_form(field: ScheduleField) -> None:
    value, plain = getattr(SCHEDULE, field.name), field.plain(SCHEDULE)
    assert field.typed(json.loads(json.dumps(plain))) == value
    assert converter(field.kind)(plain) == value
    assert converter(field.kind)(form.written(field.kind, plain)) == value


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("completeness_percent", "101", "0 to 100"),
        ("completeness_percent", "much", "a number is needed"),
        ("wait_hours", 337, "0 to 336"),
        ("wait_hours", True, "a number is needed"),
        ("formats", "html,docx", "'docx' is none of html, pdf, xlsx"),
        ("formats", [], "choose of html, pdf, xlsx"),
        ("recipients", "anna", "no mail address"),
        ("recipients", "anna@works.example fr", "the language 'fr' is none of en, de, hi"),
        ("recipients", 7, "a list is needed"),
        ("recipients", [f"a{each}@works.example" for each in range(51)], "at most 50 recipients"),
        ("webhook", "ftp://works.example", "https://"),
        ("webhook", "https://me:secret@works.example", "holds a password"),
        ("owner", "http://", "https://"),
        ("owner", "nobody", "no mail address"),
        ("name", "sch_12", "looks like an id"),
        ("name", None, "a text is needed"),
        ("cron", "61 * * * *", "minute"),
        ("period", " ", "is needed, such as last month"),
        ("paused", "perhaps", "yes or no"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(name: str, value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        converter(schedule_fields.BY_NAME[name].kind)(value)


def test_the_form_asks_once_for_what_has_a_group() -> None:
    asked = {field.name for field in schedule_fields.FIELDS if field.group}
    assert form.FIELDS.keys() - asked == {"meter", form.TIMES}
    assert asked <= form.FIELDS.keys()
    assert all(each.label for each in form.FIELDS.values())


def test_the_page_has_the_table_as_it_is_declared() -> None:
    page = document_fields.SCHEDULES.page.read_text("utf-8")
    assert document_fields.SCHEDULES.written(page) == page, "python -m scripts.document_fields writes it"


# --- the recipe: a stranger's field -----------------------------------------------------------------------------------

TABLE = """    ScheduleField(
        "subject", kinds.Text(40), "Subject", help="What the mail is called", since=9999, option="subject",
        group=Group.WHOM, hint="Empty: its report's name",
    ),
    ScheduleField(
        "most_pages", kinds.Number(1, 500), "Pages at most", "pages", "How long it may be [pages]", since=9999,
        option="most-pages", group=Group.WHAT,
    ),
"""
ATTRIBUTES = """    subject: str = ""
    most_pages: float = 50.0
"""
MIGRATION = '''"""What a mail is called, and how long its report may be."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("schedules", sa.Column("subject", sa.String(40), nullable=False, server_default=""))
    op.add_column("schedules", sa.Column("most_pages", sa.Float, nullable=False, server_default="50.0"))
'''
FOLLOWED = """
import json, sys
from pathlib import Path

import energy_workbench as ew
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.cli.data import schedules
from energy_workbench.registry import Registry, StateStore
from energy_workbench.registry.storage import schema
from energy_workbench.runtime import settings
from energy_workbench.widgets.schedules import fields

home = Path(sys.argv[1])
found = settings.load(home)
registry = Registry(found.registry_url)
registry.migrate(timezone="Asia/Kolkata", site_name="Toy")
StateStore(found.state_url).migrate()
with registry.database.read() as connection:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    differs = compare_metadata(context, schema.metadata)
registry.close()

def call(*arguments):
    return CliRunner().invoke(schedules.app, [*arguments, "--home", str(home)], catch_exceptions=False)

call("add", "Night", "--report", "daily", "--cron", "0 6 * * *", "--period", "yesterday", "--subject", "Day by day")
call("edit", "Night", "--most-pages", "7")
token = {"Authorization": f"Bearer {tokens_of(found).editor}"}
with TestClient(create_app(found), base_url="http://127.0.0.1", headers=token) as rest:
    asked = rest.get("/api/Energy/schedules/Night").json()
    refused = rest.put("/api/Energy/schedules/Night", json={"subject": "x" * 41, "most_pages": 0})
    answers = fields.texts(asked) | {"most_pages": "8"}
    changed = rest.put("/api/Energy/schedules/Night", json=fields.sent(answers)).json()
    document = rest.get("/openapi.json").json()
    body = document["paths"]["/api/Energy/schedules"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    sent = document["components"]["schemas"][body["$ref"].rpartition("/")[2]] if "$ref" in body else body

print(json.dumps({
    "package": ew.__file__,
    "differs": [str(each) for each in differs],
    "row": [asked["subject"], asked["most_pages"]],
    "refused": {each["field"]: each["reason"] for each in refused.json()["problems"]},
    "form": {each.name: [each.label, each.hint, each.default] for each in fields.FIELDS.values()},
    "changed": changed["most_pages"],
    "sent": sent["properties"]["most_pages"],
    "audit": ew.open(home).audit(limit=1),
}, default=str))
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the package does that got two lines in the table, two attributes and a migration."""
    folder = tmp_path_factory.mktemp("recipe")
    copy = folder / "source" / "energy_workbench"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for beside in ("collector", "notebooks"):
        (copy.parent / beside).symlink_to(PACKAGE.parent / beside)
    table = copy / "domain/fields/schedule_fields.py"
    end = ")  # fmt: skip\n"
    table.write_text(table.read_text("utf-8").replace(end, TABLE + end, 1), "utf-8")
    entity = copy / "domain/schedules.py"
    last = "    paused: bool = False\n"
    source = entity.read_text("utf-8")
    assert source.count(last) == 1
    entity.write_text(source.replace(last, last + ATTRIBUTES), "utf-8")
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


def test_a_new_field_is_stored_as_its_migration_says(followed: dict[str, Any]) -> None:
    assert followed["differs"] == []


def test_a_new_field_is_an_option_of_the_command_line_and_in_rows(followed: dict[str, Any]) -> None:
    assert followed["row"] == ["Day by day", 7.0]


def test_a_new_field_is_refused_with_the_reason_of_its_kind(followed: dict[str, Any]) -> None:
    assert followed["refused"] == {
        "subject": "longer than 40 characters: it has 41",
        "most_pages": "1 to 500",
    }


def test_a_new_field_is_asked_for_in_the_form(followed: dict[str, Any]) -> None:
    assert followed["form"]["subject"] == ["Subject", "Empty: its report's name", ""]
    assert followed["form"]["most_pages"] == ["Pages at most [pages]", "", "50"]
    assert followed["changed"] == 8.0


def test_a_new_field_is_in_the_reference_with_its_bounds(followed: dict[str, Any]) -> None:
    sent = followed["sent"]
    assert (sent["minimum"], sent["maximum"], sent["x-unit"], sent["title"]) == (1, 500, "pages", "Pages at most")


def test_a_change_of_a_new_field_is_audited(followed: dict[str, Any]) -> None:
    assert "most_pages" in json.dumps(followed["audit"])
