"""The setup page as an engineer meets it: Voilà, a real kernel, the real service, real Modbus TCP, a real Chromium."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, WebSocketRoute, expect

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.registry import Registry
from tests.browser.conftest import EDITOR, VIEWER, Visit, answers, leave
from tests.browser.edges import each_size, nothing_over
from tests.browser.watched import BUTTONS, Watched
from tests.conftest import free_ports
from tests.processes import kernels
from tests.waiting import eventually, patience

pytestmark = pytest.mark.browser
SEED = "UNIT-A-MACHINE-15"
"""The guide's UNIT-A-MACHINE-05 exists in the demo plant already."""
SHOWN_BY = {
    ".ew-do-status": ".ew-ask:visible .ew-do-confirm",
    ".ew-do-edit": ".ew-form .ew-do-save",
    ".ew-do-add": ".ew-form .ew-do-save",
    ".ew-do-bulk": ".ew-files",
    ".ew-do-readings": ".ew-readings h2",
    ".ew-do-templates": ".ew-templates h2",
    ".ew-do-gateways": ".ew-gateways table",
    ".ew-do-scan": ".ew-scan .ew-do-scan-start",
    ".ew-do-registers": ".ew-registers .ew-do-read-registers",
    ".ew-do-doctor": ".ew-doctor-gateways table",
    ".ew-do-limits": ".ew-limits table",
    ".ew-do-review": ".ew-review .ew-calm",
    ".ew-do-deleted": ".ew-deleted h2",
}
"""What appears where a button was pressed."""


@dataclass
class Setup:
    """A running setup page with its service and plant."""

    url: str
    plant: int
    workbench: RemoteWorkbench
    editor: subprocess.Popen[bytes]
    environment: dict[str, str]

    def open(self, page: Page, meter: str = "UNIT-A") -> None:
        page.goto(f"{self.url}/meter-setup?token={EDITOR}&meter={meter}")
        expect(page.locator(".ew-meter h2")).to_contain_text(meter, timeout=patience(60) * 1000)


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        running = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(patience(20))
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def called(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", f"from {module} import main; main()", *arguments]


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    """Plant, service and setup page on free ports; nothing polls, so that only people change the meters."""
    folder = tmp_path_factory.mktemp("setup")
    service, editor, *_ = free_ports(2)
    plant = free_ports(8)[0]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(folder / "home"),
        "ENERGY_WORKBENCH_PORT": str(service),
        "ENERGY_WORKBENCH_EDITOR_PORT": str(editor),
        "ENERGY_WORKBENCH_PLANT_PORT": str(plant),
        "ENERGY_WORKBENCH_TOKEN": EDITOR,
        "ENERGY_WORKBENCH_VIEWER_TOKEN": VIEWER,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    for command in (
        called("energy_workbench.cli.main", "init"),
        called("collector.plant.cli", "prepare", "--days", "1"),
    ):
        subprocess.run(command, env=environment, check=True, capture_output=True)
    with ExitStack() as stack:
        for name, command in (
            ("plant", called("collector.plant.cli", "serve")),
            ("service", called("energy_workbench.cli.main", "serve")),
        ):
            stack.enter_context(process(command, environment, folder / f"{name}.log"))
        running = stack.enter_context(
            process(called("energy_workbench.cli.main", "editor"), environment, folder / "editor.log")
        )
        url = f"http://127.0.0.1:{editor}"
        eventually(lambda: answers(f"http://127.0.0.1:{service}/api/Energy/health"), "the service")
        eventually(lambda: running.poll() is not None or answers(url + "/login"), "the setup page")
        assert running.poll() is None, (folder / "editor.log").read_text("utf-8")
        yield Setup(url, plant, RemoteWorkbench(f"http://127.0.0.1:{service}", EDITOR), running, environment)


def field(page: Page, label: str) -> Locator:
    return page.locator(".ew-form").get_by_label(label, exact=True)


def line(page: Page, number: str) -> Locator:
    """A meter's line of the tree."""
    return page.locator(".ew-tree .jstree-anchor", has_text=re.compile(rf"^\s*{re.escape(number)}[\s,]")).first


def drag(page: Page, source: Locator, target: Locator) -> None:
    """As a hand does it: the mouse passes over what lies between, and takes hold again where the line slipped.

    A line that is drawn anew between the press and the first move is not carried: statuses change at any time.
    """
    target.hover()
    carried = page.locator(".ew-carried")

    def taken() -> bool:
        page.mouse.up()
        source.hover()
        page.mouse.down()
        box = source.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2, steps=4)
        return carried.count() == 1

    eventually(taken, "the line in the hand")
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=8)
    target.hover()
    page.mouse.up()
    expect(carried).to_have_count(0)


def said(page: Page, text: str) -> None:
    expect(page.locator(".ew-done")).to_contain_text(text, timeout=patience(20) * 1000)


def test_the_page_shows_the_tree_and_one_meter_from_its_own_address_only(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page)
    expect(page.locator(".ew-card")).to_have_count(7)
    expect(page.locator(".ew-card").first).to_contain_text("92")
    page.wait_for_url(lambda url: "token" not in url)
    page.wait_for_url(lambda url: url.endswith("?meter=UNIT-A"))
    expect(page.locator(".ew-legend span")).to_have_count(9)
    outside = [url for url in visit.addresses if not url.startswith((setup.url, "blob:", "data:"))]
    assert outside == []
    assert visit.errors == []


def test_the_seed_example_is_added_moved_broken_mended_deleted_and_brought_back(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page)
    page.click(".ew-do-add")
    expect(field(page, "Parent meter")).to_have_value("UNIT-A")
    expect(field(page, "Meter number")).to_be_focused()
    # Break it: every problem stands beside its field while one types.
    field(page, "Meter number").fill("UNIT-A-MACHINE-01")
    expect(page.locator(".ew-field-number .ew-note")).to_contain_text("in use")
    field(page, "Modbus address (unit id)").fill("300")
    expect(page.locator(".ew-field-unit_id .ew-note:visible")).to_contain_text("255")
    field(page, "CT primary [A]").fill("0")
    expect(page.locator(".ew-field-ct_primary .ew-wrong")).to_be_visible()
    page.click(".ew-do-save")
    expect(page.locator(".ew-form .ew-failure")).to_contain_text("marked")
    # Mend it.
    field(page, "Meter number").fill(SEED)
    field(page, "Meter name").fill("CNC Machine 05")
    field(page, "CT primary [A]").fill("100")
    field(page, "CT secondary [A]").fill("5")
    field(page, "PT primary [V]").fill("415")
    field(page, "PT secondary [V]").fill("110")
    field(page, "Ratio applied by").select_option("Workbench: the meter reports secondary values")
    expect(page.locator(".ew-form .ew-example")).to_contain_text("84 A")
    field(page, "Gateway").fill("192.168.1.105")
    field(page, "Modbus address (unit id)").fill("5")
    page.click(".ew-do-save")
    said(page, f"{SEED} was added")
    stored = setup.workbench.meter(SEED)
    assert (stored["ct_ratio"], stored["pt_ratio"], stored["unit_id"]) == ("100/5", "415/110", 5)
    assert stored["gateway"] == "tcp://192.168.1.105:502"
    expect(page.locator(".ew-section:visible", has_text="Transformers").first).to_contain_text("100/5")
    expect(line(page, SEED)).to_be_visible()
    # Move it.
    page.click(".ew-do-move")
    picker = page.get_by_label("New parent (empty: top of the tree)")
    expect(picker).to_be_focused()
    picker.fill("UNIT-B")
    page.click(".ew-do-confirm")
    said(page, "moved below UNIT-B")
    expect(page.locator(".ew-trail")).to_contain_text("PMD › UNIT-B")
    # Its status, with a reason.
    page.click(".ew-do-status")
    page.locator(".ew-ask:visible").get_by_label("Status").select_option("Maintenance")
    page.click(".ew-do-confirm")
    expect(page.locator(".ew-ask:visible .ew-wrong")).to_contain_text("reason", ignore_case=True)
    page.locator(".ew-ask:visible").get_by_label("Reason").fill("new bearings")
    page.click(".ew-do-confirm")
    said(page, "maintenance")
    expect(page.locator(".ew-mark-offline")).to_be_visible()
    # Delete it, undo that, delete it again, restore it.
    page.click(".ew-do-delete")
    page.click(".ew-do-confirm")
    said(page, f"{SEED} was deleted")
    with pytest.raises(NotFoundError):
        setup.workbench.meter(SEED)
    # What is chosen next must be the meter as it came back: the page knows by then that it was gone.
    expect(page.locator(".ew-meter h2")).not_to_contain_text(SEED, timeout=patience(20) * 1000)
    page.click(".ew-do-undo")
    said(page, "Undone")
    assert setup.workbench.meter(SEED)["status"] == "maintenance"
    page.get_by_label("Search").fill(SEED)
    line(page, SEED).click()
    expect(page.locator(".ew-meter h2")).to_contain_text(SEED)
    page.click(".ew-do-delete")
    page.click(".ew-do-confirm")
    said(page, f"{SEED} was deleted")
    page.click(".ew-do-deleted")
    page.locator(".ew-deleted option").nth(1).wait_for(state="attached")
    page.locator(".ew-deleted select").select_option(index=1)
    expect(page.locator(".ew-deleted .ew-ask dl")).to_contain_text("Would hang")
    page.click(".ew-do-restore")
    said(page, f"{SEED} is back")
    setup.workbench.delete_meter(SEED)
    assert visit.errors == []


def test_the_connection_test_reads_the_meter_or_says_what_to_try(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "GRID")
    page.click(".ew-do-edit")
    expect(field(page, "Meter number")).to_have_value("GRID")
    page.click(".ew-do-test")
    expect(page.locator(".ew-answer.ew-good")).to_contain_text("answered", timeout=patience(30) * 1000)
    expect(page.locator(".ew-numbers")).to_contain_text("Frequency")
    page.click(".ew-do-find")
    first = page.locator(".ew-do-take").first
    expect(first).to_have_text("✓ janitza_umg96rm", timeout=patience(60) * 1000)
    expect(page.locator(".ew-fitting").first).to_contain_text("frequency")
    field(page, "Gateway").fill(f"127.0.0.1:{free_ports(1)[0]}")
    for gateway, unit, profile, told in (
        (f"127.0.0.1:{free_ports(1)[0]}", "1", "", "port"),
        (f"127.0.0.1:{setup.plant + 1}", "77", "", "unit id"),
        (f"127.0.0.1:{setup.plant + 1}", "1", "Eastron SDM630", "wrong profile?"),
        ("", "1", "", "Gateway is needed"),
    ):
        field(page, "Gateway").fill(gateway)
        field(page, "Modbus address (unit id)").fill(unit)
        if profile:
            choices = field(page, "Profile (meter model)")
            choices.select_option(label=choices.locator("option", has_text=profile).first.inner_text())
        page.click(".ew-do-test")
        expect(page.locator(".ew-group > .ew-probed .ew-bad")).to_contain_text(told, timeout=patience(30) * 1000)
        expect(page.locator(".ew-do-test")).to_have_text("Test connection")
    # What was answered is in view, above the buttons that stay.
    in_view(page, ".ew-group > .ew-probed .ew-bad")
    assert visit.errors == []


def in_view(page: Page, selector: str) -> None:
    """Wait until it stands above the buttons that stay at the bottom."""
    page.wait_for_function(
        """selector => document.querySelector(selector).getBoundingClientRect().bottom
        <= document.querySelector('.ew-sticky').getBoundingClientRect().top""",
        arg=selector,
    )


def test_a_gateway_is_given_a_timeout_that_is_checked_stored_and_undone(setup: Setup, visit: Visit) -> None:
    page, panel = visit.page, visit.page.locator(".ew-gateways")
    setup.open(page)
    page.get_by_role("button", name="Gateways", exact=True).click()
    url = setup.workbench.gateways()[0]["url"]
    expect(panel.locator("table")).to_contain_text(url)
    panel.get_by_label("Options of").select_option(url)
    timeout = panel.get_by_label("Timeout [ms]")
    timeout.fill("5")
    expect(panel.get_by_role("alert")).to_contain_text("10 to 60000 ms")
    expect(panel.get_by_role("button", name="Save options")).to_be_disabled()
    timeout.fill("750")
    panel.get_by_role("button", name="Save options").click()
    said(page, f"Gateway {url} was changed")
    # The address has a port of chance, which may hold the same figures.
    waits = panel.locator("tr", has_text=url).locator("td").nth(2)
    expect(waits).to_have_text("750")
    assert setup.workbench.gateways()[0]["options"] == {"timeout_ms": 750}
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    page.get_by_role("button", name="Undo", exact=True).click()
    said(page, f"gateway {url} changed")
    expect(waits).to_contain_text("the meter profile's")
    assert setup.workbench.gateways()[0]["options"] == {}
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert visit.errors == []


def test_a_meter_is_given_a_limit_of_its_own_that_is_checked_stored_and_undone(setup: Setup, visit: Visit) -> None:
    page, panel = visit.page, visit.page.locator(".ew-limits")
    setup.open(page)
    page.get_by_role("button", name="Limits…", exact=True).click()
    expect(panel.locator("h2")).to_contain_text("UNIT-A", timeout=patience(20) * 1000)
    voltage = panel.locator("tr", has_text="Voltage deviation")
    expect(voltage).to_contain_text("above 10 %", timeout=patience(20) * 1000)
    panel.get_by_label("Change").select_option(label="Voltage deviation")
    panel.get_by_label("Warning from [%]").fill("16")
    panel.get_by_role("button", name="Save limits").click()
    expect(panel.get_by_role("alert")).to_contain_text(
        "must not be below the warning's 16 %", timeout=patience(20) * 1000
    )
    panel.get_by_label("Warning from [%]").fill("8")
    panel.get_by_role("button", name="Save limits").click()
    said(page, "Limits of UNIT-A were changed")
    expect(voltage).to_contain_text("above 8 % ✎", timeout=patience(20) * 1000)
    assert setup.workbench.limits("UNIT-A")["own"] == {"voltage_warning": 8.0}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Undo", exact=True).click()
    said(page, "limits of UNIT-A changed")
    expect(voltage).to_contain_text("above 10 %", timeout=patience(20) * 1000)
    assert setup.workbench.limits("UNIT-A")["own"] == {}
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert visit.errors == []


def test_a_step_of_a_counter_is_decided_and_the_decision_taken_back(setup: Setup, visit: Visit, tmp_path: Path) -> None:
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=12)
    lines = ["meter,ts,quantity,value"]
    for k in range(33):
        value = (9000 if k < 16 else 3000) + 5 * k
        lines.append(f"STEP-1,{(begin + timedelta(minutes=15 * k)).isoformat()},energy_active_import,{value}")
    file = tmp_path / "readings.csv"
    file.write_text("\n".join(lines), "utf-8")
    setup.workbench.create_meter({"number": "STEP-1", "name": "Steps", "type": "machine"})
    setup.workbench.import_readings(file)
    build = called("energy_workbench.cli.main", "intervals", "build")
    subprocess.run(build, env=setup.environment, check=True, capture_output=True)
    page = visit.page
    setup.open(page)
    page.click(".ew-do-review")
    panel = page.locator(".ew-review")
    expect(panel.locator("tbody tr")).to_contain_text(["STEP-1"])
    panel.get_by_label("Look at").select_option(index=1)
    expect(panel.locator(".ew-ask:visible")).to_contain_text("9,075 kWh")
    panel.get_by_label("It was").select_option(label="Exchange: another device took over")
    panel.get_by_label("Old device ended at [kWh]").fill("9000")
    panel.get_by_label("New device began at [kWh]").fill("3079")
    panel.get_by_label("Reason").fill("job 12")
    page.click(".ew-do-save-decision")
    expect(panel.locator(".ew-field-closing .ew-wrong")).to_contain_text("below the last reading")
    panel.get_by_label("Old device ended at [kWh]").fill("9077")
    page.click(".ew-do-save-decision")
    said(page, "The step of STEP-1 was decided: exchange")
    expect(panel.locator(".ew-calm")).to_be_visible()
    panel.get_by_label("Shown steps").select_option(label="Decided")
    expect(panel.locator("tbody tr")).to_contain_text(["job 12"])
    (decided,) = setup.workbench.review(decided=True)
    assert (decided["number"], decided["decision"]["closing"]) == ("STEP-1", 9077.0)
    panel.get_by_label("Look at").select_option(index=1)
    page.click(".ew-do-withdraw")
    said(page, "taken back")
    assert setup.workbench.review(decided=True) == []
    page.click(".ew-do-undo")
    said(page, "Undone")
    setup.workbench.delete_meter("STEP-1")
    assert visit.errors == []


def test_a_file_of_readings_is_looked_at_stated_and_imported(setup: Setup, visit: Visit) -> None:
    setup.workbench.create_meter({"number": "HALL-1", "name": "Hall 1", "type": "machine"})
    begin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
    rows = [f"{begin + timedelta(minutes=15 * k):%Y-%m-%d %H:%M};{k % 7},5;0" for k in range(96)]
    page = visit.page
    setup.open(page)
    page.click(".ew-do-readings")
    panel = page.locator(".ew-readings")
    text = "\n".join(["Lastgang;;", "Wann;HALL-1 Energie (kWh);Bemerkung", *rows])
    panel.locator("input[type=file]").set_input_files(
        {"name": "lastgang.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    expect(panel.locator(".ew-understood")).to_contain_text("may be a counter", timeout=patience(20) * 1000)
    panel.get_by_label("Values of energy are").select_option(label="Power")
    expect(panel.locator(".ew-understood")).to_contain_text("active_power_total", timeout=patience(20) * 1000)
    panel.get_by_label("Values of energy are").select_option(label="Energy of each interval")
    expect(panel.locator(".ew-understood")).to_contain_text("96 readings are new", timeout=patience(20) * 1000)
    expect(panel.locator(".ew-understood")).to_contain_text("interval_energy_active_import")
    for _ in each_size(page, ((390, 844), (800, 1000), (1366, 768))):
        nothing_over(page, ".ew-readings :is(.ew-answers, .ew-stated, .ew-picker, select, input)")
    panel.get_by_label("Remember this as").fill("Hall")
    page.click(".ew-do-save-mapping")
    said(page, "Hall is saved")
    assert setup.workbench.mappings() == [{"name": "Hall", "fields": {"kind": "interval"}}]
    page.click(".ew-do-import-readings")
    said(page, "96 readings of 1 meters were imported")
    span = f"{(begin - timedelta(days=1)).isoformat()}/{(begin + timedelta(days=2)).isoformat()}"
    assert len(setup.workbench.readings("HALL-1", span).rows) == 96
    setup.workbench.delete_mapping("Hall")
    setup.workbench.delete_meter("HALL-1")
    assert visit.errors == []


def test_a_device_is_exchanged_and_the_exchange_taken_away_and_a_template_makes_a_meter(
    setup: Setup, visit: Visit
) -> None:
    page, meter = visit.page, "UNIT-A-MACHINE-03"
    setup.open(page, meter)
    page.click(".ew-do-exchange-device")
    panel = page.locator(".ew-exchange")
    panel.locator(".ew-field-new_serial input").fill("N-2044")
    last = panel.locator(".ew-field-closing-energy_active_import")
    expect(last.locator(".ew-note")).to_contain_text("Read last", timeout=patience(30) * 1000)
    # The energy of the day stands there before anything is stored; of a month that has just begun none is known.
    expect(panel).to_contain_text(re.compile("Day of the exchange, import|No energy of that time is known yet"))
    assert setup.workbench.exchanges(meter) == []
    for _ in each_size(page, (*NOTEBOOK, *TABLET)):
        nothing_over(page, ".ew-exchange .widget-label, .ew-exchange .ew-buttons, .ew-exchange-energy td")
    page.click(".ew-do-exchange")
    said(page, f"The exchange of {meter} was recorded")
    (stored,) = setup.workbench.exchanges(meter)
    assert stored["new_serial"] == "N-2044"
    page.click(".ew-do-exchange-device")
    expect(panel.locator("table").last).to_contain_text("N-2044")
    panel.locator(".ew-pick-exchange select").select_option(index=1)
    expect(panel.locator(".ew-ask:visible")).to_contain_text("as if it had never been")
    page.click(".ew-do-remove-exchange")
    said(page, "was taken away")
    assert setup.workbench.exchanges(meter) == []
    page.click(".ew-do-templates")
    page.click(".ew-do-add-template")
    page.locator(".ew-templates").get_by_label("Name of the template").fill("Feeder")
    page.locator(".ew-templates .ew-field-ct_primary input").fill("400")
    page.locator(".ew-templates .ew-field-ct_secondary input").fill("5")
    page.click(".ew-do-save-template")
    said(page, "Template Feeder was saved")
    page.click(".ew-do-use-template")
    expect(page.locator(".ew-form .ew-field-ct_primary input")).to_have_value("400")
    page.click(".ew-do-cancel")
    setup.workbench.delete_template("Feeder")
    assert visit.errors == []


def test_two_editors_see_each_others_version(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "ADMIN")
    page.click(".ew-do-edit")
    expect(field(page, "Meter number")).to_have_value("ADMIN")
    field(page, "Location").fill("Mine")
    setup.workbench.update_meter("ADMIN", {"location": "Theirs"})
    page.click(".ew-do-save")
    versions = page.locator(".ew-versions tr", has_text="Location")
    expect(versions).to_contain_text("Theirs")
    expect(versions).to_contain_text("Mine")
    # Both versions are seen without scrolling, and what to do with them.
    expect(page.locator(".ew-versions")).to_be_in_viewport(ratio=1)
    in_view(page, ".ew-versions")
    expect(page.locator(".ew-do-save")).to_be_hidden()
    assert setup.workbench.meter("ADMIN")["location"] == "Theirs"
    page.click(".ew-do-mine")
    said(page, "saved")
    assert setup.workbench.meter("ADMIN")["location"] == "Mine"


def test_new_states_leave_typing_and_open_branches_alone(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "UNIT-C-MACHINE-02")
    page.click(".ew-do-edit")
    name = field(page, "Meter name")
    expect(name).not_to_have_value("")
    name.fill("")
    name.press_sequentially("half ty")
    # The tree is told of the new status while the form is open.
    icon = line(page, "UNIT-C").locator(".fa-ew-faulty")
    setup.workbench.set_status("UNIT-C", "faulty", "burnt")
    expect(icon).to_be_visible(timeout=patience(20) * 1000)
    expect(name).to_be_focused()
    name.press_sequentially("ped")
    expect(name).to_have_value("half typed")
    expect(line(page, "UNIT-C-MACHINE-02")).to_be_visible()
    setup.workbench.set_status("UNIT-C", "active", "")
    assert visit.errors == []


def test_branches_open_on_demand_and_a_search_finds_the_rest(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "GRID")
    expect(page.locator(".ew-tree .jstree-anchor", has_text="UNIT-D-")).to_have_count(0)
    line(page, "UNIT-D").locator("xpath=..").locator("> .jstree-ocl").click()
    expect(line(page, "UNIT-D-MACHINE-01")).to_be_visible()
    page.get_by_label("Search").fill("unit-e machine")
    expect(page.locator(".ew-found")).to_contain_text(" meters")
    expect(line(page, "UNIT-E-MACHINE-01")).to_be_visible()
    expect(line(page, "UNIT-D-MACHINE-01")).to_have_count(0)
    page.get_by_label("Search").fill("")
    expect(line(page, "UNIT-D-MACHINE-01")).to_be_visible()
    page.locator(".ew-left").get_by_label("Type").select_option("Solar")
    expect(page.locator(".ew-found")).to_contain_text("1 of 92")


def test_a_meter_is_chosen_by_keyboard_alone(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "GRID")
    # Tab leads to the chosen line, and on from it; the arrow keys lead to the others.
    page.locator(".ew-do-collapse").focus()
    page.keyboard.press("Tab")
    expect(line(page, "GRID")).to_be_focused()
    expect(line(page, "GRID")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    expect(page.locator(".ew-do-edit")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(line(page, "GRID")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".ew-meter h2")).not_to_contain_text("GRID")
    chosen = page.locator(".ew-meter h2").inner_text().split("\n")[0]
    page.locator(".ew-do-status").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ew-ask:visible").first).to_contain_text(chosen.split(" ")[0][:2])
    page.keyboard.press("Escape")
    expect(page.locator(".ew-ask:visible").first).to_be_hidden()
    # The keyboard goes on where one was, and Enter in a field saves.
    expect(page.locator(".ew-do-edit")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page, "Meter number")).to_be_focused()
    field(page, "Location").fill("By keyboard")
    page.keyboard.press("Enter")
    said(page, "was saved")
    expect(page.locator(".ew-do-edit")).to_be_focused()
    setup.workbench.undo()


def test_a_field_that_is_wrong_and_folded_away_is_shown_when_the_form_is_refused(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page)
    page.click(".ew-do-edit")
    more = page.get_by_text("More", exact=True)
    more.click()
    rated = field(page, "Rated power [kW]")
    rated.fill("-3")
    expect(page.locator(".ew-field-rated_kw .ew-wrong")).to_contain_text("at most 10,000,000")
    more.click()
    expect(rated).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    page.click(".ew-do-save")
    expect(rated).to_be_focused()
    expect(rated).to_be_in_viewport()
    expect(page.locator(".ew-form .ew-problem")).to_be_in_viewport()
    assert setup.workbench.meter("UNIT-A")["rated_kw"] == 300


def test_a_meter_is_dragged_to_its_new_parent_and_back(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "UNIT-F-MACHINE-01")
    moved, picker = line(page, "UNIT-F-MACHINE-01"), page.get_by_label("New parent (empty: top of the tree)")
    for parent, level in (("SOLAR", "4"), ("UNIT-F", "5")):
        drag(page, moved, line(page, parent))
        expect(picker).to_have_value(parent)
        page.click(".ew-do-confirm")
        said(page, f"moved below {parent}")
        expect(page.locator(".ew-trail")).to_contain_text(f"{parent} ›")
        expect(moved).to_have_attribute("aria-level", level)
    # The same by Move and Undo, which once left the tree empty.
    page.click(".ew-do-move")
    picker.fill("SOLAR")
    page.click(".ew-do-confirm")
    said(page, "moved below SOLAR")
    page.click(".ew-do-undo")
    said(page, "Undone")
    expect(page.locator(".ew-trail")).to_contain_text("UNIT-F ›")
    expect(moved).to_have_attribute("aria-level", "5")
    drag(page, line(page, "UNIT-F"), moved)
    expect(picker).to_be_hidden()
    page.get_by_label("Search").fill("no such meter")
    expect(page.locator(".ew-none")).to_contain_text("No meter is like that")
    page.click(".ew-do-clear")
    expect(moved).to_be_visible()
    expect(page.locator(".ew-tree .jstree-anchor:visible").nth(20)).to_be_attached()
    assert visit.errors == []


def test_a_hostile_name_is_shown_and_not_executed(setup: Setup, visit: Visit) -> None:
    page = visit.page
    hostile = '<img src=x onerror="window.hurt=1">&amp;'
    setup.workbench.create_meter({"number": "HOSTILE", "name": hostile, "type": "other", "location": hostile})
    try:
        setup.open(page, "HOSTILE")
        expect(page.locator(".ew-meter h2")).to_contain_text(hostile)
        expect(line(page, "HOSTILE")).to_contain_text(hostile)
        page.click(".ew-do-edit")
        expect(field(page, "Meter name")).to_have_value(hostile)
        assert page.evaluate("window.hurt") is None
        assert page.locator("img[src=x]").count() == 0
    finally:
        setup.workbench.delete_meter("HOSTILE")


def test_a_file_is_tried_then_imported_and_an_export_changes_nothing(
    setup: Setup, visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    setup.open(page, "GRID")
    page.click(".ew-do-bulk")
    picker = page.locator(".ew-files input")
    bad = "number,name,type,unit_id\nBULK-1,One,machine,300\nBULK-2,=cmd(),machine,1\n"
    picker.set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    row = page.locator(".ew-plan tbody tr").first
    expect(row).to_contain_text("unit_id", timeout=patience(20) * 1000)
    expect(row).to_contain_text("300")
    expect(page.locator(".ew-do-import")).to_be_hidden()
    good = "number,name,type,parent\nBULK-1,One,machine,UNIT-A\nBULK-2,<b>Two</b>,machine,BULK-1\n"
    picker.set_input_files({"name": "good.csv", "mimeType": "text/csv", "buffer": good.encode()})
    expect(page.locator(".ew-plan")).to_contain_text("2 new", timeout=patience(20) * 1000)
    with pytest.raises(NotFoundError):
        setup.workbench.meter("BULK-1")
    page.click(".ew-do-import")
    said(page, "good.csv: 2 meters")
    assert setup.workbench.meter("BULK-2")["name"] == "<b>Two</b>"
    with page.expect_download() as found:
        page.click(".ew-do-meters-csv")
    path = tmp_path / "meters.csv"
    found.value.save_as(path)
    picker.set_input_files(path)
    expect(page.locator(".ew-plan")).to_contain_text("0 moved, 0 changed, 0 new, ", timeout=patience(20) * 1000)
    with page.expect_download() as found:
        page.click(".ew-do-template-xlsx")
    assert found.value.suggested_filename == "meter-template.xlsx"
    setup.workbench.delete_meter("BULK-1", "cascade")


def test_a_button_that_moves_while_it_is_held_down_is_pressed_once(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "UNIT-B")
    page.evaluate("""() => {
      const late = "<div style='height:90px'>";
      const come = () => document.querySelector(".ew-ratios").insertAdjacentHTML("afterbegin", late);
      document.querySelector(".ew-do-ratio").addEventListener("pointerdown", come, {once: true});
    }""")
    page.click(".ew-do-ratio")
    save = page.locator(".ew-do-save-ratio")
    expect(save).to_be_visible()
    # A hand that leaves a button before it lets go does not want it.
    save.hover()
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    pressed = page.evaluate_handle("""() => {
      const pressed = [];
      const press = (event) => event.target.closest("button") && pressed.push(event.target.className);
      document.addEventListener("click", press, {capture: true});
      return pressed;
    }""")
    page.click(".ew-ratios button:has-text('Cancel')")
    expect(save).to_be_hidden()
    assert len(pressed.json_value()) == 1, "once, where nothing moves"
    assert page.locator(".ew-field-valid_from .ew-wrong").count() == 0, "what was left was not pressed"


def test_a_ratio_from_a_date_shows_what_it_recomputes_before_it_is_stored(setup: Setup, visit: Visit) -> None:
    page = visit.page
    setup.open(page, "UNIT-B")
    page.click(".ew-do-ratio")
    since = page.get_by_label("Valid from (site's time)")
    page.click(".ew-do-save-ratio")
    expect(page.locator(".ew-field-valid_from .ew-wrong")).to_contain_text("Choose the date and time")
    since.fill("2026-11-01T06:00")
    page.locator(".ew-ratios").get_by_label("CT primary [A]").fill("1200")
    expect(page.locator(".ew-impact")).to_contain_text("01 Nov 2026 06:00")
    assert len(setup.workbench.meter_ratios("UNIT-B")) == 1
    page.click(".ew-do-save-ratio")
    eventually(
        lambda: [row["ct_primary"] for row in setup.workbench.meter_ratios("UNIT-B")][-1] == 1200.0, "the pair", 20
    )
    expect(page.locator(".ew-section:visible", has_text="Valid from").last).to_contain_text(
        "1200", timeout=patience(20) * 1000
    )


OUT = """() => {
  // Nothing of the right side leaves its panel, but for tables that can be scrolled.
  const edge = document.querySelector(".ew-right").getBoundingClientRect().right;
  return [...document.querySelectorAll(".ew-right *")].filter((node) => node.offsetParent
    && !node.closest(".ew-scroll") && node.getBoundingClientRect().right > edge + 1)
    .map((node) => node.className + " " + node.textContent.slice(0, 40));
}"""

UNNAMED = """() => [...document.querySelectorAll("input, select, button, textarea")].filter((node) => node.offsetParent
  && !(node.labels?.length && node.labels[0].textContent.trim()) && !node.getAttribute("aria-label")
  && !node.textContent.trim()).map((node) => node.outerHTML.slice(0, 120))"""
"""What takes an answer and has no name."""
Sizes = tuple[tuple[int, int], ...]
NOTEBOOK: Sizes = ((1366, 768), (1920, 1080))
TABLET: Sizes = ((800, 1000), (1024, 768))


def each_part(page: Page) -> Iterator[str]:
    """Open what each button opens, one after the other, each while it is asked for."""
    for button, part in SHOWN_BY.items():
        if page.locator(".ew-ask:visible .ew-do-refuse").is_visible():
            page.click(".ew-ask:visible .ew-do-refuse")
        page.click(button)
        expect(page.locator(part).first).to_be_visible()
        yield part


def kept_within(page: Page, part: str, sizes: Sizes) -> None:
    """Nothing runs over its edge, and the legend is seen."""
    for _, height in each_size(page, sizes):
        nothing_over(page, ".ew-card b, .ew-section dd, .ew-buttons, .ew-field, .ew-bar")
        assert page.evaluate(OUT) == [], part
        legend = page.locator(".ew-legend").bounding_box()
        assert legend is not None
        assert legend["y"] + legend["height"] <= height


def test_each_part_keeps_within_its_edges_has_names_and_leads_nowhere_else(setup: Setup, desk: BrowserContext) -> None:
    desk.clear_cookies()
    watched = Watched(desk)
    page = watched.page
    try:
        setup.open(page, "UNIT-A-MACHINE-02")
        for part in chain(["the page"], each_part(page)):
            kept_within(page, part, NOTEBOOK)
            assert page.evaluate(UNNAMED) == [], part
            if part not in (".ew-ask:visible .ew-do-confirm", ".ew-review .ew-calm"):
                expect(page.locator(".ew-right h2:visible")).to_have_count(1)
            # It draws no chart, whose bar would have buttons of its own.
            assert page.locator(f".ew-chart, .js-plotly-plot, {BUTTONS}").count() == 0
        assert page.locator(".ew-tree").get_attribute("aria-label") == "Meter tree"
        # Links lead to the pages of the same workbench.
        links = page.evaluate("[...document.links].map((link) => link.href)")
        assert links
        assert {link for link in links if not link.startswith(("http://127.0.0.1:", "blob:"))} == set()
        watched.stayed()
        assert watched.errors == []
    finally:
        leave(desk)


def test_nothing_runs_over_its_edge_under_fingers(setup: Setup, browser: Browser) -> None:
    first: ViewportSize = {"width": TABLET[0][0], "height": TABLET[0][1]}
    context = browser.new_context(viewport=first, has_touch=True, is_mobile=True)
    page = context.new_page()
    try:
        setup.open(page, "UNIT-A-MACHINE-02")
        for part in chain(["the page"], each_part(page)):
            kept_within(page, part, TABLET)
    finally:
        page.goto("about:blank")
        context.close()


def test_a_viewer_cannot_open_it(setup: Setup, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{setup.url}/meter-setup?token={VIEWER}")
    expect(page.locator("input[type=password]")).to_have_count(1)
    expect(page.locator(".ew-tree")).to_have_count(0)


def test_a_kernel_knows_the_service_and_its_token_only(setup: Setup) -> None:
    # Those that wait for the next editors: a page takes one of them as it is.
    for environment in eventually(lambda: kernels(setup.editor.pid), "a kernel").values():
        named = {name for name in environment if name.startswith("ENERGY_WORKBENCH_")}
        assert named == {"ENERGY_WORKBENCH_URL", "ENERGY_WORKBENCH_SERVICE_TOKEN"}, json.dumps(sorted(named))


@pytest.mark.parametrize("saved", ["while the line is lost", "on the next line"])
def test_what_is_being_written_outlives_a_lost_connection(setup: Setup, visit: Visit, saved: str) -> None:
    """After it the page takes the state of everything from its kernel, which never heard what was written last."""
    page, lines, heard, written = visit.page, list[WebSocketRoute](), True, f"Behind the lost line, saved {saved}"

    def carry(line: WebSocketRoute) -> None:
        if lines and saved == "while the line is lost":
            page.click(".ew-do-save")
        server = line.connect_to_server()
        line.on_message(lambda message: server.send(message) if heard else None)
        lines.append(line)

    page.route_web_socket(re.compile(r"/api/kernels/.*/channels"), carry)
    page.goto(f"{setup.url}/meter-setup?token={EDITOR}&meter=UNIT-B")
    expect(page.locator(".ew-meter h2")).to_contain_text("UNIT-B", timeout=patience(60) * 1000)
    page.click(".ew-do-edit")
    expect(field(page, "Location")).to_be_visible(timeout=patience(60) * 1000)
    heard = False
    field(page, "Location").fill(written)
    before = len(lines)
    lines[-1].close(code=4000, reason="lost")
    heard = True
    eventually(lambda: page.evaluate("1") and len(lines) > before, "the page to connect again")
    if saved == "on the next line":
        page.click(".ew-do-save")
    expect(page.locator(".ew-form")).to_be_hidden(timeout=patience(60) * 1000)
    assert setup.workbench.meter("UNIT-B")["location"] == written


def test_who_loses_their_access_is_told_on_the_open_page_and_at_the_form(
    setup: Setup, visit: Visit, tmp_path: Path
) -> None:
    registry, page = Registry(f"sqlite:///{setup.environment['ENERGY_WORKBENCH_HOME']}/registry.db"), visit.page
    token = registry.create_token("asha", "editor")
    page.goto(f"{setup.url}/meter-setup?token={token}&meter=UNIT-A")
    expect(page.locator(".ew-meter h2")).to_contain_text("UNIT-A", timeout=patience(60) * 1000)
    page.click(".ew-do-edit")
    field(page, "Meter name").fill("What she was writing")
    registry.revoke_token("asha")
    registry.close()
    expect(page.locator("body")).to_have_class(re.compile(r"\bew-ended\b"), timeout=patience(90) * 1000)
    # It stays as it is, so that nothing is lost that was written, and says so where one looks.
    expect(field(page, "Meter name")).to_have_value("What she was writing")
    told = page.evaluate(
        """() => {
          const style = getComputedStyle(document.querySelector("#rendered_cells"), "::before");
          return [style.content, style.display, style.position];
        }"""
    )
    assert "Your access has ended. Keep what you were writing" in told[0]
    assert told[1:] == ["block", "sticky"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    page.screenshot(path=tmp_path / "ended.png")
    page.goto(f"{setup.url}/meter-setup")
    expect(page.get_by_role("alert")).to_contain_text("Your access has ended, or is not an editor's")
    expect(page.get_by_label("Access token")).to_be_focused()
    page.screenshot(path=tmp_path / "form.png")
    page.get_by_label("Access token").fill("nobody-has-this")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("This token is not known, or it has been revoked")
    page.get_by_label("Access token").fill(EDITOR)
    page.get_by_role("button", name="Open").click()
    expect(page.locator(".ew-meter h2")).to_be_visible(timeout=patience(60) * 1000)
