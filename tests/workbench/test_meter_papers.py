"""What is printed of meters: commissioning sheets, and labels whose QR codes open the meter's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from fastapi.testclient import TestClient
from pypdf import PdfReader
from typer.testing import CliRunner

from energy_workbench.api.access.home_tokens import adopt, tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.cli.data.meters import app
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.papers.front_address import front_address, meter_address
from energy_workbench.services.papers.labels_page import PLACES, labels_page, qr_code
from energy_workbench.services.papers.sheet_page import sheet_page
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home

FRONT = "https://energy.example.com"
FOUND = {
    "active_power_l1": 10.0, "active_power_l2": -10.2, "active_power_l3": 9.8, "reactive_power_l1": 3.0,
    "reactive_power_l2": -3.1, "reactive_power_l3": 2.9, "active_power_total": 9.6, "frequency": 50.0,
    "energy_active_import": 1204.58, "ct_primary": 100.0, "ct_secondary": 5.0, "voltage_l1_n": 230.25,
}  # fmt: skip
POINTS = 72 / 25.4
"""Points of a millimetre."""


@pytest.fixture
def wb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """The small plant, whose unit told something five minutes ago."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    with closing(Workbench.at(make_home(tmp_path / "home").home)) as found:
        at = NOW - timedelta(minutes=5)
        found.record("UNIT-A", [{"ts": at.isoformat(), "values": FOUND}])
        yield found


def pages(file: tuple[str, bytes]) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(file[1])).pages]


def modules(svg: str) -> list[list[int]]:
    """The dark modules that a drawing covers, with its quiet zone."""
    (size,) = map(int, re.findall(r'viewBox="0 0 (\d+) ', svg))
    seen = [[0] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        seen[int(y)][int(x) : int(x) + int(width)] = [1] * int(width)
    return seen


def test_a_sheet_says_what_was_found_who_signed_and_all_versions(wb: Workbench) -> None:
    with pytest.raises(NotFoundError, match="no commissioning sheet yet"):
        wb.commissioning_pdf("UNIT-A")
    wb.sign_commissioning("UNIT-A", "A. Rao", "Old <panel> & cables", {"energy_active_import": 1204.5})
    wb.sign_commissioning("UNIT-A", "B. Shah", "second look")
    name, content = wb.commissioning_pdf("UNIT-A", 1)
    assert name == "commissioning-UNIT-A-1.pdf"
    printed = PdfReader(BytesIO(content))
    width, height = (float(each) for each in printed.pages[0].mediabox[2:])
    assert (round(width / POINTS), round(height / POINTS)) == (210, 297)
    assert printed.metadata is not None
    assert printed.metadata.title == "Commissioning sheet of UNIT-A"
    texts = pages((name, content))
    for at, text in enumerate(texts, start=1):
        assert f"Page {at} of {len(texts)}" in text
    told = " ".join(texts)
    for said in (
        "Sheet 1", "Something is wrong", "the CT of L2 is reversed", "On the display: energy active import 1,204.5 kWh",
        "Voltage L1-N 230.25 V", "Old <panel> & cables", "Signed by A. Rao", "12 Oct 2026, 15:07", "B. Shah",
        "second look", "Asia/Kolkata",
    ):  # fmt: skip
        assert said in told, said
    assert "Not signed" not in told
    with pytest.raises(NotFoundError, match="no commissioning sheet 7: it has 1, 2"):
        wb.commissioning_pdf("UNIT-A", 7)


def test_what_nobody_signed_says_so_and_is_not_kept(wb: Workbench) -> None:
    name, content = wb.check_pdf("UNIT-A", {"energy_active_import": 1204.5})
    told = " ".join(pages((name, content)))
    assert name == "commissioning-UNIT-A-unsigned.pdf"
    assert "Not signed" in told
    assert "To be signed" in told
    assert "No sheet of this meter was signed yet" in told
    assert wb.commissioning_sheets("UNIT-A") == []


def test_the_page_of_a_sheet_fetches_nothing_and_takes_text_as_text(wb: Workbench) -> None:
    wb.update_meter("UNIT-A", {"name": '<script src="//x">"};</script>'})
    sheet = wb.sign_commissioning("UNIT-A", "A. Rao", "</style><img src=//x>")
    page = sheet_page(sheet, [sheet], site='Works"; } </style>', zone=wb.zone, now=NOW, paper="letter")
    assert not re.search(r"<(script|img|link)|url\(|https?:", page)
    assert page.count("</style>") == 1
    assert "size: letter" in page


def test_the_code_of_a_label_is_that_of_the_meters_page(wb: Workbench) -> None:
    address = meter_address(FRONT, "mtr_5")
    assert address == "https://energy.example.com/meter?meter=mtr_5"
    drawn = str(qr_code(address))
    assert f"<title>{address}</title>" in drawn
    assert modules(drawn) == [list(row) for row in segno.make_qr(address, error="m").matrix_iter(border=4)]
    # Another address is another code.
    assert modules(drawn) != modules(str(qr_code(meter_address(FRONT, "mtr_6"))))


def test_labels_are_of_those_named_filtered_or_all_with_a_device(wb: Workbench) -> None:
    wb.create_meter({"number": "SUM", "name": "Sum", "type": "virtual"})
    keys = {row["number"]: row["id"] for row in wb.meters().rows}

    def meant(named: list[str] | None = None, **where: Any) -> list[str]:
        return [meter.number for meter in wb._labelled(named or (), where)]  # type: ignore[attr-defined]

    assert meant(["UNIT-A", keys["DG"]]) == ["DG", "UNIT-A"]
    assert meant(below="MAIN", type="machine") == ["UNIT-A-MACHINE-01"]
    assert meant(["GRID"], type="solar") == ["GRID", "SOLAR"]
    assert "SUM" not in meant()
    assert len(meant()) == len(keys) - 1
    assert meant(["SUM"]) == ["SUM"]
    assert meant(type="virtual") == ["SUM"]
    with pytest.raises(NotFoundError):
        meant(q="no such text")
    with pytest.raises(NotFoundError):
        wb.meter_labels(["NONE"], address=FRONT)


def test_a_sheet_has_24_labels_and_may_have_been_begun(wb: Workbench) -> None:
    meters = wb.registry.meters()
    full = labels_page([meters[0]] * (PLACES + 1), FRONT, site="Works")
    assert full.count('<section class="sheet">') == 2
    begun = labels_page(meters[:2], FRONT, site="Works", first=24)
    assert begun.count('<div class="label"></div>') == 23
    assert begun.count('<section class="sheet">') == 2
    wb.update_meter("UNIT-A", {"name": "<b>Unit</b>", "location": "Hall 3, panel 7"})
    name, content = wb.meter_labels(["UNIT-A", "GRID"], address=FRONT, first=24)
    assert name == "meter-labels.pdf"
    printed = PdfReader(BytesIO(content))
    assert [tuple(round(float(each) / POINTS) for each in page.mediabox[2:]) for page in printed.pages] == [
        (210, 297)
    ] * 2
    first, second = pages((name, content))
    assert "GRID" in first
    assert "UNIT-A <b>Unit</b> Hall 3, panel 7" in second


def test_the_address_is_one_that_phones_reach(wb: Workbench) -> None:
    of = wb.settings
    assert front_address(replace(of, public_url=FRONT)) == FRONT
    assert front_address(replace(of, public_url=FRONT), "http://192.168.1.5:3000/") == "http://192.168.1.5:3000"
    assert front_address(replace(of, host="192.168.1.5", port=3001)) == "http://192.168.1.5:3001"
    anywhere = replace(of, host="0.0.0.0", host_names="energy.local, meters")
    assert front_address(anywhere) == f"http://energy.local:{of.port}"
    for host in ("127.0.0.1", "localhost", "::1"):
        with pytest.raises(InputError, match="this machine only"):
            front_address(replace(of, host=host, host_names="energy.local"))
    for wrong in ("energy.example.com", "https://energy.example.com/meters", "javascript:alert(1)"):
        with pytest.raises(InputError, match="is no origin"):
            front_address(of, wrong)
    with pytest.raises(InputError, match="set public_url"):
        wb.meter_labels(["UNIT-A"])


def test_signing_states_since_when_a_meter_is_in_service_only_where_it_is_asked_to(wb: Workbench) -> None:
    first = (NOW - timedelta(minutes=5)).astimezone(wb.zone).date().isoformat()
    assert wb.check_commissioning("UNIT-A")["offers"] == [
        {"says": "signing", "commissioned_at": "2026-10-12"}, {"says": "first_reading", "commissioned_at": first},
    ]  # fmt: skip
    wb.sign_commissioning("UNIT-A", "A. Rao", "known")
    assert wb.meter("UNIT-A")["commissioned_at"] is None
    sheet = wb.sign_commissioning("UNIT-A", "A. Rao", "known", commissioned_at="first_reading")
    assert sheet["commissioned_at"] == first == wb.meter("UNIT-A")["commissioned_at"]
    assert wb.check_commissioning("UNIT-A")["offers"] == []
    for said in ("signing", "2026-09-01"):
        with pytest.raises(InputError, match="is stated already"):
            wb.sign_commissioning("UNIT-A", "A. Rao", "known", commissioned_at=said)
    # Both are one change.
    wb.undo(by="python")
    assert wb.meter("UNIT-A")["commissioned_at"] is None
    assert len(wb.commissioning_sheets("UNIT-A")) == 1
    assert wb.registry.audit_differences() == []


def test_a_day_that_cannot_be_stated_leaves_no_sheet(wb: Workbench) -> None:
    wb.create_meter({"number": "NEW", "name": "New", "type": "machine"})
    assert [each["says"] for each in wb.check_commissioning("NEW")["offers"]] == ["signing"]
    with pytest.raises(InputError, match="has no reading yet"):
        wb.sign_commissioning("NEW", "A. Rao", commissioned_at="first_reading")
    with pytest.raises(InputError, match="commissioned_at"):
        wb.sign_commissioning("NEW", "A. Rao", commissioned_at="next year or so")
    assert wb.commissioning_sheets("NEW") == []


def test_the_day_of_signing_is_that_of_the_sites_zone(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIXED_NOW, "2026-10-12T20:00:00+00:00")
    assert wb.check_commissioning("GRID")["offers"][0]["commissioned_at"] == "2026-10-13"
    wb.set_site(timezone="America/New_York")
    assert wb.check_commissioning("GRID")["offers"][0]["commissioned_at"] == "2026-10-12"


def test_viewers_print_signed_sheets_and_labels_and_editors_check(wb: Workbench) -> None:
    adopt(wb.registry, tokens_of(wb.settings))
    wb.sign_commissioning("UNIT-A", "A. Rao", "known")
    path = "/api/Energy/meters"
    with TestClient(create_app(wb.settings), base_url="http://127.0.0.1:3000") as client:
        client.headers["Authorization"] = f"Bearer {tokens_of(wb.settings).viewer}"
        found = client.get(f"{path}/UNIT-A/commissioning/pdf?version=1")
        assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")
        assert "commissioning-UNIT-A-1.pdf" in found.headers["content-disposition"]
        assert found.content.startswith(b"%PDF")
        assert client.get(f"{path}/GRID/commissioning/pdf").status_code == 404
        assert client.post(f"{path}/UNIT-A/commissioning/check/pdf", json={}).status_code == 403
        labels = client.get(f"{path}/labels", params={"meters": "UNIT-A,GRID", "address": FRONT})
        assert (labels.status_code, labels.headers["content-type"]) == (200, "application/pdf")
        assert client.get(f"{path}/labels").status_code == 422
        assert client.get(f"{path}/labels", params={"first": 25, "address": FRONT}).status_code == 422


def test_at_a_terminal_a_meter_is_checked_signed_and_printed(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    home = wb.settings.home
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home))
    sheet, labels = home / "sheet.pdf", home / "labels.pdf"

    def run(*words: object) -> Any:
        return CliRunner().invoke(app, [str(word) for word in words])

    shown = ("--display", "energy_active_import=1204.5")
    looked = run("commission", "UNIT-A", *shown)
    assert looked.exit_code == 0, looked.output
    assert "the CT of L2 is reversed" in looked.output
    assert "--commissioned-at signing would be 2026-10-12" in looked.output
    assert "nothing was stored" in looked.output
    assert wb.commissioning_sheets("UNIT-A") == []
    reads: list[object] = []
    read = Workbench._read
    monkeypatch.setattr(Workbench, "_read", lambda *given: (reads.append(given), read(*given))[1])
    assert run("commission", "UNIT-A", *shown, "--pdf", home / "unsigned.pdf").exit_code == 0
    assert len(reads) == 1
    assert "Signed by" not in " ".join(pages(("", (home / "unsigned.pdf").read_bytes())))
    assert "there is no folder" in str(
        run("commission", "UNIT-A", "--signed-by", "A", "--pdf", home / "no/x.pdf").exception
    )
    assert wb.commissioning_sheets("UNIT-A") == []
    assert "COUNTER=VALUE" in str(run("commission", "UNIT-A", "--display", "1204").exception)
    signed = run(
        "commission", "UNIT-A", "--signed-by", "A. Rao", "--remarks", "known", *shown, "--commissioned-at", "signing",
        "--pdf", sheet,
    )  # fmt: skip
    assert signed.exit_code == 0, signed.output
    assert "sheet 1 is signed by A. Rao, in service since 2026-10-12" in signed.output
    (kept,) = wb.commissioning_sheets("UNIT-A")
    assert (kept["by"], kept["display"]) == ("command line", {"energy_active_import": 1204.5})
    assert "Signed by A. Rao" in " ".join(pages(("", sheet.read_bytes())))
    assert "set public_url" in str(run("labels", "UNIT-A", "--pdf", labels).exception)
    assert not labels.exists()
    made = run("labels", "UNIT-A", "--address", FRONT, "--pdf", labels)
    assert made.exit_code == 0, made.output
    assert "UNIT-A" in pages(("", labels.read_bytes()))[0]
