"""The whole contract, asked of a home and of its twin's service: each answer and each refusal is the same."""

from __future__ import annotations

import functools
import inspect
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader

from collector.control import SOCKET, ask
from energy_workbench.api.access.home_tokens import adopt, tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home
from tests.workbench.served import served
from tests.workbench.test_floor_plan import png

DAY, LATE = "2026-10-10", "2026-10-11T10:00:00+05:30"
PRESS = {
    "number": "PRESS-2", "name": "Press 2", "type": "machine", "parent_id": "UNIT-A", "ct_primary": 100,
    "ct_secondary": 5, "gateway": "tcp://127.0.0.1:9", "unit_id": 5, "profile": "schneider_pm5xxx",
}  # fmt: skip
RATIO = {"valid_from": LATE, "ct_primary": 200, "ct_secondary": 5}
FILES = {"html": "sent.html", "manifest": "sent.manifest.json"}
MANIFEST = {
    "title": "Monthly report, September 2026", "report": "monthly", "site": "Works",
    "parameters": {"period": "2026-09", "meter": ""}, "written_at": "2026-10-01T06:00:02+05:30", "completeness": 0.998,
    "files": {"html": {"name": "sent.html"}, "pdf": {"name": "sent.pdf"}},
}  # fmt: skip
BOARD = {"name": "Board", "report": "monthly", "cron": "0 6 1 * *", "period": "last month", "formats": ["html"]}

REGISTER = {"quantity": "frequency", "address": 70, "type": "float32", "unit": "Hz"}
UNIT = {"unit_id": 9, "number": "PRESS-9", "name": "Press 9", "profile": "own"}

VOLATILE = re.compile(
    r'sch_[0-9a-f]{10}|/[^" ]*/(?:near|far)\b|\d+\.\d+ ?(?:GB|TB|ms|s)\b|"(?:milliseconds|revision_of)": [\d.]+'
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(?:\+[\d:]+|Z)"
)
"""What two homes have each for itself: ids made by chance, folders, room on the disk, the machine's own clock."""


def falling() -> pd.DataFrame:
    """Readings of a counter that falls without a reason: a case to be decided."""
    first = datetime.fromisoformat(LATE)
    counts = [1000.0, 1010.0, 400.0, 410.0, 420.0]
    times = [first + timedelta(minutes=15 * step) for step in range(len(counts))]
    return pd.DataFrame({"meter": "PRESS-2", "ts": times, "energy_active_import": counts})


def scanned(wb: Any) -> Any:
    """A scan that is begun, looked at and ended."""
    begun = wb.scan("tcp://127.0.0.1:9", "1-2")
    assert wb.scan_state(begun["id"])["units"] == "1-2"
    return wb.stop_scan(begun["id"])


def case(wb: Any, *, decided: bool = False) -> str:
    """The case of that counter."""
    (found,) = [row["id"] for row in wb.review(decided=decided) if row["number"] == "PRESS-2"]
    return str(found)


def printed(file: tuple[str, bytes]) -> tuple[str, list[str]]:
    """The name of a PDF, and what is on its pages: its bytes have the time in them."""
    name, content = file
    return name, [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


STORY: list[Callable[[Any], Any]] = [
    lambda wb: wb.site(),
    lambda wb: wb.sites(),
    lambda wb: wb.fleet(DAY),
    lambda wb: wb.fleet("yesterdya"),
    lambda wb: wb.set_site({"name": "Works II"}),
    lambda wb: wb.set_site(billing_day=99),
    lambda wb: wb.site_figures(DAY),
    # What it finds is of this machine, process by process.
    lambda wb: sorted(wb.doctor()),
    lambda wb: wb.meters(),
    lambda wb: wb.meters(type="machine", limit=1),
    lambda wb: wb.hierarchy(),
    lambda wb: wb.status_summary(),
    lambda wb: wb.overview(DAY),
    lambda wb: wb.overview(DAY, meter="MAIN", most=10),
    lambda wb: wb.overview(DAY, meter="NONE", most=10),
    lambda wb: wb.meter("UNIT-A"),
    lambda wb: wb.meter("NONE"),
    # Setting up.
    lambda wb: wb.check_meter(PRESS),
    lambda wb: wb.check_meter({**PRESS, "unit_id": 300}),
    lambda wb: wb.create_meter(PRESS),
    lambda wb: wb.create_meter(PRESS),
    lambda wb: wb.create_meter({"number": "", "type": "unix"}),
    lambda wb: wb.update_meter("PRESS-2", {"name": "Second press"}, 1),
    lambda wb: wb.update_meter("PRESS-2", {"name": "Third press"}, 999),
    lambda wb: wb.set_status("PRESS-2", "maintenance", "oil"),
    lambda wb: wb.meter_statuses("PRESS-2"),
    lambda wb: wb.edit_meters(
        ["PRESS-2"], {"location": "Hall 2"}, where={"below": "MAIN", "type": "unit"}, dry_run=True
    ),
    lambda wb: wb.edit_meters(["PRESS-2", "UNIT-A"], {"location": "Hall 2"}, limits={"nominal_voltage": 415}),
    lambda wb: wb.edit_meters(["PRESS-2", "UNIT-A"], {"parent_id": "PRESS-2"}),
    lambda wb: wb.edit_meters(where={"gateway": "tcp://127.0.0.1:9"}, fields={"poll_seconds": 30}, revision=1),
    lambda wb: wb.edit_meters(where={"colour": "red"}, fields={"poll_seconds": 30}),
    lambda wb: wb.undo(),
    lambda wb: wb.set_status("PRESS-2", "active", valid_from="beginning"),
    lambda wb: wb.add_parent("PRESS-2", {"parent_id": "MAIN", "valid_from": "2026-10-02"}),
    lambda wb: wb.add_parent("PRESS-2", {"parent_id": "PRESS-2"}),
    lambda wb: wb.add_parent("PRESS-2", {"parent_id": None, "valid_from": "2030-01-01"}),
    lambda wb: wb.meter_parents("PRESS-2"),
    lambda wb: wb.delete_parent("PRESS-2", "2026-10-02T00:00:00+05:30"),
    lambda wb: wb.create_meter({"number": "REST", "name": "Rest", "type": "virtual", "formula": "[MAIN] - [UNIT-A]"}),
    lambda wb: wb.add_formula("REST", {"formula": "[MAIN] - 2 * [REST]"}),
    lambda wb: wb.add_formula("REST", {"formula": "[MAIN] * [UNIT-A]"}),
    lambda wb: wb.add_formula("REST", {"formula": "[MAIN] - 2 * [UNIT-A]", "valid_from": "2026-10-05"}),
    lambda wb: wb.meter_formulas("REST"),
    lambda wb: wb.delete_formula("REST", "2026-10-05T00:00:00+05:30"),
    lambda wb: wb.delete_formula("REST", "2026-10-05T00:00:00+05:30"),
    lambda wb: wb.intervals("REST", DAY, every="1h"),
    lambda wb: wb.delete_meter("UNIT-A", "cascade"),
    lambda wb: wb.delete_meter("REST"),
    lambda wb: wb.check_commissioning("UNIT-A", {"energy_active_import": 5.5}),
    lambda wb: wb.check_commissioning("UNIT-A", {"colour": 5}),
    lambda wb: wb.sign_commissioning("UNIT-A", "A. Rao", "first"),
    lambda wb: wb.sign_commissioning("UNIT-A", ""),
    lambda wb: wb.commissioning_sheets("UNIT-A"),
    lambda wb: wb.sign_commissioning("UNIT-A", "A. Rao", commissioned_at="2026-10-01"),
    lambda wb: wb.sign_commissioning("UNIT-A", "A. Rao", commissioned_at="signing"),
    lambda wb: wb.undo(),
    lambda wb: printed(wb.commissioning_pdf("UNIT-A")),
    lambda wb: wb.commissioning_pdf("UNIT-A", 9),
    lambda wb: printed(wb.check_pdf("UNIT-A", {"energy_active_import": 5.5})),
    lambda wb: wb.check_pdf("UNIT-A", {"colour": 5}),
    lambda wb: printed(wb.meter_labels(["UNIT-A"], type="solar", address="https://energy.example.com")),
    lambda wb: wb.meter_labels(["UNIT-A"]),
    lambda wb: wb.meter_labels(q="no such text", address="https://energy.example.com"),
    lambda wb: wb.meters(commissioned=True),
    lambda wb: wb.undo(),
    lambda wb: wb.add_ratio("PRESS-2", RATIO),
    lambda wb: wb.ratio_impact("UNIT-A", None, "2026-10-10T00:00:00+05:30"),
    lambda wb: wb.preview_ratio("UNIT-A", {"ct_primary": 200, "ct_secondary": 5}, replaces="beginning"),
    lambda wb: wb.preview_ratio("UNIT-A", {"ct_primary": 200}),
    lambda wb: wb.edit_ratio("PRESS-2", LATE, {"ct_primary": 300, "ct_secondary": 5}),
    lambda wb: wb.meter_ratios("PRESS-2"),
    lambda wb: wb.delete_ratio("PRESS-2", LATE),
    lambda wb: wb.delete_ratio("PRESS-2", LATE),
    lambda wb: wb.add_exchange("PRESS-2", {"at": "2026-10-01T10:00:00+05:30", "old_serial": "A", "new_serial": "B"}),
    lambda wb: wb.exchanges("PRESS-2"),
    lambda wb: wb.delete_exchange("PRESS-2", "2026-10-01T10:00:00+05:30"),
    lambda wb: wb.preview_exchange("UNIT-A", {"at": LATE, "new_serial": "B", "ratio": RATIO}),
    lambda wb: wb.preview_exchange("UNIT-A", {"at": LATE}, remove=True),
    lambda wb: wb.create_template("Feeder", "UNIT-A"),
    lambda wb: wb.put_template("Pump", {"type": "machine", "location": "Hall 1"}),
    lambda wb: wb.put_template("Pump", {"number": "P-1"}),
    lambda wb: wb.templates(),
    lambda wb: wb.put_mapping("Halle", {"date_order": "dmy", "columns": {"Wann": "ts"}}),
    lambda wb: wb.put_mapping("Halle", {"kind": "kwh"}),
    lambda wb: wb.mappings(),
    lambda wb: wb.delete_mapping("Halle"),
    lambda wb: wb.delete_mapping("Halle"),
    lambda wb: wb.create_meter({"number": "PRESS-3", "name": "Press 3", "parent_id": "UNIT-A"}, template="Feeder"),
    lambda wb: wb.delete_meter("UNIT-A"),
    lambda wb: wb.delete_meter("PRESS-3"),
    lambda wb: wb.meters(deleted=True),
    lambda wb: wb.deleted_meters(),
    lambda wb: wb.restore_preview("PRESS-3"),
    lambda wb: wb.restore_meter("PRESS-3"),
    lambda wb: wb.restore_preview("PRESS-3"),
    lambda wb: wb.undoable(),
    lambda wb: wb.undo(),
    lambda wb: wb.delete_template("Feeder"),
    lambda wb: wb.delete_template("Feeder"),
    lambda wb: wb.gateways(),
    lambda wb: wb.set_gateway("tcp://127.0.0.1:9", {"pause_ms": 20}),
    lambda wb: wb.set_gateway("tcp://127.0.0.1:9", {"colour": 1}),
    lambda wb: wb.probe({"gateway": "tcp://127.0.0.1:9", "unit_id": 1, "profile": "schneider_pm5xxx"}),
    lambda wb: wb.suggest_profiles({"gateway": "tcp://127.0.0.1:9", "unit_id": 1}),
    lambda wb: wb.profiles(),
    lambda wb: scanned(wb)["gateway"],
    lambda wb: wb.scan("tcp://127.0.0.1:9", "0-999"),
    lambda wb: wb.scan("gopher://127.0.0.1:9"),
    lambda wb: wb.scan_state("scn_none"),
    lambda wb: wb.registers("tcp://127.0.0.1:9", 1, 100, 2, function=4),
    lambda wb: wb.registers("tcp://127.0.0.1:9", 1, 65_535, 2),
    lambda wb: wb.save_register("own", REGISTER),
    lambda wb: wb.save_register("own", REGISTER),
    lambda wb: wb.adopt_units({"gateway": "tcp://127.0.0.1:9", "parent": "MAIN", "meters": [UNIT]}),
    lambda wb: wb.adopt_units({"gateway": "tcp://127.0.0.1:9", "parent": "MAIN", "meters": [UNIT]}),
    lambda wb: wb.floor_plan(),
    lambda wb: wb.places(),
    lambda wb: wb.places("0,0,0.5,0.5", most=10),
    lambda wb: wb.places("half of it"),
    lambda wb: wb.set_floor_plan(png(40, 30)),
    lambda wb: wb.floor_plan(),
    lambda wb: wb.remove_floor_plan(),
    lambda wb: wb.export_meters(),
    lambda wb: wb.import_template(),
    lambda wb: wb.import_meters(wb.export_meters().replace(b"Second press", b"Old press"), "meters.csv", False),
    lambda wb: wb.import_meters(b"no table", "meters.xyz"),
    lambda wb: wb.audit(20),
    lambda wb: wb.audit(5, "PRESS-2", period="this year", who="editor", action="meter"),
    lambda wb: wb.audit_summary("PRESS-2", period="this year", action="meter.update"),
    # Readings, and what follows from them.
    lambda wb: wb.record("PRESS-2", [{"ts": LATE, "values": {"energy_active_import": 1000.0}}]),
    lambda wb: wb.record("PRESS-2", [{"ts": LATE, "values": {"energy_active_import": 1001.0}}]),
    lambda wb: wb.import_readings(falling(), dry_run=True),
    lambda wb: wb.import_readings(falling()),
    lambda wb: wb.readings("GRID", limit=7),
    lambda wb: wb.readings("UNIT-A", DAY, ["energy_active_import"], scaled=True),
    lambda wb: wb.sql("select number, ct_primary from meters order by 1"),
    lambda wb: wb.sql("drop table meters"),
    lambda wb: wb.findings("PRESS-2"),
    lambda wb: wb.review(),
    lambda wb: wb.decide(case(wb), "reset", "power failure"),
    lambda wb: wb.review(decided=True),
    lambda wb: wb.withdraw(case(wb, decided=True)),
    lambda wb: wb.withdraw("mtr_7.energy_active_import.1"),
    lambda wb: wb.edit_interval("UNIT-A", LATE, {"energy_import_kwh": 9.5, "reason": "read off"}),
    lambda wb: wb.edited_intervals("UNIT-A"),
    lambda wb: wb.restore_interval("UNIT-A", LATE),
    lambda wb: wb.events("UNIT-A"),
    lambda wb: wb.history(DAY),
    lambda wb: wb.limits("UNIT-A"),
    lambda wb: wb.set_limits({"nominal_voltage": 415}, "UNIT-A"),
    lambda wb: wb.set_limits({"colour": 1}),
    lambda wb: wb.intervals("UNIT-A", DAY),
    lambda wb: wb.consumption("UNIT-A", DAY),
    lambda wb: wb.pattern("UNIT-A", DAY, every="1h"),
    lambda wb: wb.pattern("UNIT-A", DAY, by="hour"),
    lambda wb: wb.over_time("UNIT-A", DAY),
    lambda wb: wb.load_shape("UNIT-A", DAY, by="hour"),
    lambda wb: wb.compare("UNIT-A", DAY, every="1h"),
    lambda wb: wb.demand("UNIT-A", DAY, block="30min"),
    lambda wb: wb.energies(DAY),
    lambda wb: wb.completeness("last 3 days"),
    lambda wb: wb.metering_periods("UNIT-A", "last 3 days"),
    lambda wb: wb.balance(DAY),
    lambda wb: wb.balance(DAY, each=1),
    lambda wb: wb.losses("MAIN", DAY, every="1h"),
    lambda wb: wb.flow(DAY),
    lambda wb: wb.flow(DAY, meter="MAIN", each=1),
    lambda wb: wb.flow("sometimes"),
    lambda wb: wb.sankey(DAY),
    lambda wb: wb.set_factor({"name": "diesel", "value": 2.5, "valid_from": "2026-01-01", "source": "supplier"}),
    lambda wb: wb.factors(),
    lambda wb: wb.generation("2026-10"),
    lambda wb: wb.compare_generation(DAY),
    lambda wb: wb.delete_factor("diesel", "2026-01-01"),
    # Locked months.
    lambda wb: wb.lock_month("2026-09", "closed"),
    lambda wb: wb.lock_month("2026-09"),
    lambda wb: wb.lock_month("September"),
    lambda wb: wb.set_site(country="DE"),
    lambda wb: wb.set_site(country="DE", reason="it never was there"),
    lambda wb: wb.locked_months(),
    lambda wb: wb.unlock_month("2026-09"),
    lambda wb: wb.unlock_month("2026-09", "reopened"),
    # Reports.
    lambda wb: wb.reports(),
    lambda wb: wb.written_reports(),
    lambda wb: wb.written_reports(q="october", meter="UNIT-A", complete=False, limit=1),
    lambda wb: wb.written_reports(schedule="Sent"),
    lambda wb: wb.written_reports(schedule="none"),
    lambda wb: wb.report_file(wb.written_reports().rows[0]["id"], "html"),
    lambda wb: wb.report_file(wb.written_reports().rows[0]["id"], "pdf"),
    lambda wb: wb.report_file("rpt_none", "html"),
    lambda wb: wb.check_schedule(BOARD),
    lambda wb: wb.create_schedule(BOARD),
    lambda wb: wb.create_schedule({"name": "", "report": "none"}),
    lambda wb: wb.schedules(),
    lambda wb: wb.schedule("Board"),
    lambda wb: wb.update_schedule("Board", {"cron": "0 7 1 * *"}),
    lambda wb: wb.run_schedule("Board", "2026-09"),
    lambda wb: wb.test_mail("anna@works.example"),
    lambda wb: wb.runs("Board"),
    lambda wb: wb.run(1),
    lambda wb: wb.run_file(1, "html"),
    lambda wb: wb.run_file(2, "html"),
    lambda wb: wb.cancel_run(2),
    lambda wb: wb.delete_schedule("Board"),
    lambda wb: wb.run(99),
]
"""Each may change what those after it find."""


class Side:
    """One of the two: an answer, or why there is none, as a text.

    Attributes
    ----------
    answered : set of str
        Methods that had an answer.
    """

    def __init__(self, wb: Workbench | RemoteWorkbench) -> None:
        self.wb = wb
        self.asked: list[str] = []
        self.answered: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.wb, name)
        self.asked.append(name)
        # Over REST the token says who makes a change.
        declared, own = (inspect.signature(each).parameters for each in (getattr(WorkbenchContract, name), method))
        return functools.partial(method, by="editor") if "by" in own.keys() - declared.keys() else method

    def tell(self, ask: Callable[[Any], Any]) -> str:
        self.asked.clear()
        try:
            answer = plain(ask(self))
        except WorkbenchError as error:
            answer = f"{type(error).__name__}: {error}"
        else:
            self.answered.update(self.asked)
        return VOLATILE.sub("…", answer)


def plain(answer: Any) -> str:
    """An answer as a text in which everything stands that it says."""
    if hasattr(answer, "to_plotly_json"):
        return str(answer.to_json())
    if isinstance(answer, pd.DataFrame):
        return f"{answer.dtypes.to_dict()} {answer.to_csv()}"
    if hasattr(answer, "to_dict"):
        return type(answer).__name__ + json.dumps(answer.to_dict(), indent=1)
    return json.dumps(answer, indent=1, default=repr)


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Side, Side]]:
    """A home, and over its service one that was its copy."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    near = make_home(tmp_path / "near")
    add_history(near)
    # Tokens are in the journal of changes, whose numbers both have then.
    with closing(Registry(near.registry_url)) as registry, closing(Workbench.at(near.home)) as home:
        adopt(registry, tokens_of(near))
        home.create_schedule({**BOARD, "name": "Sent"})
        home.run_schedule("Sent", "2026-09")
        (run,) = registry.claim_runs("worker", NOW, 1)
        near.reports_path.mkdir()
        (near.reports_path / "sent.html").write_text("<p>A report")
        (near.reports_path / "sent.manifest.json").write_text(json.dumps(MANIFEST))
        registry.let_go_run(run.key, run.holder, state="done", finished_at=NOW, files=FILES)
    far = settings.load(shutil.copytree(near.home, tmp_path / "far"))
    with (
        served(far) as url,
        closing(RemoteWorkbench(url, tokens_of(far).editor)) as remote,
        closing(Workbench.at(near.home)) as home,
    ):
        yield Side(home), Side(remote)
        for each in (near, far):  # who owns the lines ends now, and not when nothing was asked for a while
            ask(each.home / SOCKET, {"do": "leave"}, dict)


def test_a_home_and_a_service_answer_the_whole_contract_alike(sides: tuple[Side, Side]) -> None:
    near, far = sides
    told = [(near.tell(ask), far.tell(ask)) for ask in STORY]
    for here, there in told:
        assert there == here
    names = {name for name, _ in inspect.getmembers(WorkbenchContract, inspect.isfunction) if not name.startswith("_")}
    assert near.answered == far.answered == names
