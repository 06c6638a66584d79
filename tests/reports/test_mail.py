"""A report as a mail: small, safe, with its key figures and charts."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from energy_workbench.domain.errors import NotFoundError, ReportError
from energy_workbench.reports.publish import Published
from energy_workbench.reports.rendering.mail import compose


def test_the_body_has_the_key_figures_of_the_report_and_its_first_charts_as_images(october: Published) -> None:
    mail = compose(october.files["manifest"])
    assert mail.subject == "Monthly energy report, October 2026"
    notebook = json.loads(october.files["notebook"].read_text())
    bundles = [o["data"] for c in notebook["cells"] for o in c.get("outputs", []) if "data" in o]
    cards = next(b[k] for b in bundles for k in b if k.endswith("key-figures+json"))
    for card in cards:
        assert card["value"] in mail.html
        assert card["value"] in mail.text
    assert list(mail.images) == ["chart-1", "chart-2"]
    for name, image in mail.images.items():
        assert f'src="cid:{name}"' in mail.html
        assert image.startswith(b"\x89PNG")
    assert ">Energy of each day [kWh]</b>" in mail.html


def test_the_body_is_safe_for_every_mail_client(october: Published) -> None:
    mail = compose(october.files["manifest"])
    assert not re.search(r"<(script|style|svg|link|iframe|form)\b", mail.html)
    assert not re.search(r"""(?:src|href)=["'](?!cid:)""", mail.html)
    assert len(mail.html) < 20_000


def test_pdf_and_excel_are_attached_and_all_is_small(october: Published) -> None:
    mail = compose(october.files["manifest"])
    assert [path.suffix for path in mail.attachments] == [".pdf", ".xlsx"]
    sizes = sum(path.stat().st_size for path in mail.attachments) + sum(map(len, mail.images.values()))
    assert sizes * 4 / 3 + len(mail.html) < 3_000_000


def test_the_words_are_those_of_the_recipients_language(october: Published) -> None:
    mail = compose(october.files["manifest"], phrases={"site": "Standort", "attached": "Anlagen"})
    assert "Standort: Demo plant" in mail.text
    assert "Anlagen: monthly-2026-10.pdf" in mail.text


def test_an_incomplete_report_says_so_in_its_subject_and_names_are_escaped(october: Published, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(october.files["manifest"].parent, tmp_path / "copy"))
    path = folder / october.files["manifest"].name
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "incomplete": True, "site": "<b>Site\n</b>", "title": "A\r\nBcc: x <i>"}))
    mail = compose(path)
    assert mail.incomplete
    assert mail.subject == "A Bcc: x <i> (incomplete)"
    assert "&lt;b&gt;Site" in mail.html
    assert "<i>" not in mail.html


def test_what_is_no_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        compose(tmp_path / "x.manifest.json")
    (tmp_path / "x.manifest.json").write_text("[]")
    with pytest.raises(ReportError, match="no manifest"):
        compose(tmp_path / "x.manifest.json")
