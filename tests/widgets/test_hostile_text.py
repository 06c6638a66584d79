"""What people write comes out as text on the pages, letter by letter: markup, quotes, braces and per cent signs too."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from energy_workbench.contract.results import Pattern
from energy_workbench.domain.pages import Page
from energy_workbench.widgets import markup
from energy_workbench.widgets.audit import markup as audit
from energy_workbench.widgets.dashboard import markup as dashboard
from energy_workbench.widgets.losses import markup as losses
from energy_workbench.widgets.meter import markup as meter
from energy_workbench.widgets.patterns import markup as patterns
from energy_workbench.widgets.quality import markup as quality
from energy_workbench.widgets.schedules import markup as schedules
from energy_workbench.widgets.setup import marks, page_view, parts
from energy_workbench.widgets.setup.bulk import markup as bulk
from energy_workbench.widgets.setup.details import markup as details
from energy_workbench.widgets.setup.doctor import markup as doctor
from energy_workbench.widgets.setup.form import markup as form
from energy_workbench.widgets.setup.form.view import told_title
from energy_workbench.widgets.setup.limits import markup as limits
from energy_workbench.widgets.setup.ratios import markup as ratios
from energy_workbench.widgets.shell.view import menu, title

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'{0}{x}%s%(x)s"
AT = "2026-10-05T14:15:00+05:30"
ROW = {
    "number": EVIL, "name": EVIL, "colour": "red", "last_seen": None, "status": "active", "health": "good",
    "communication": "offline", "communication_reason": EVIL,
}  # fmt: skip
PATTERN = Pattern(
    meter="mtr_1", number=EVIL, name=EVIL, start=AT, end=AT, every="1h", timezone="Asia/Kolkata", rows=(),
    total_kwh=1.0, peak_kw=1.0, peak_at=None, load_factor=0.5, completeness=1.0,
)  # fmt: skip
CALL = {
    "verdict": "problem", "number": EVIL, "unit_id": 1, "success_percent": None, "latency_p50_ms": None,
    "errors": {EVIL: 1}, "exceptions": {}, "breaker": EVIL, "text": EVIL, "advice": EVIL,
}  # fmt: skip
CHANGED = {
    "at": AT, "by": EVIL, "action": EVIL, "subject": EVIL, "number": None, "before": {"note": EVIL, EVIL: EVIL},
    "after": {"note": "y"}, "change": 1, "undoes": None,
    "locked": {
        "months": ["2026-10"], "reason": EVIL,
        "reports": [{"run": 1, "name": EVIL, "report": EVIL, "period": EVIL, "sent_at": AT}],
    },
}  # fmt: skip
RUN = {"state": "failed", "incomplete": False, "cancelling": False, "period": EVIL, "progress": 0.0, "reason": EVIL}

SHOWN: dict[str, Callable[[], Markup]] = {
    "card": lambda: markup.cards([markup.Card(EVIL, EVIL, EVIL, detail=EVIL)]),
    "heading": lambda: markup.heading(EVIL, EVIL),
    "problem": lambda: markup.problem(EVIL),
    "menu": lambda: menu([Page(EVIL, EVIL, EVIL)], "", EVIL),
    "title of a page": lambda: title(Page("x", EVIL, EVIL)),
    "dashboard: pattern": lambda: dashboard.pattern_heading(PATTERN, EVIL),
    "dashboard: notes": lambda: dashboard.notes([EVIL]),
    "dashboard: path": lambda: dashboard.path([EVIL, EVIL]),
    "dashboard: attention": lambda: dashboard.attention([ROW], ""),
    "dashboard: calm": lambda: dashboard.attention([], EVIL),
    "losses: link": lambda: losses.link("losses", EVIL, EVIL, {"depth": EVIL}),
    "meter: findings": lambda: meter.findings([{"from": AT, "name": "x", "text": EVIL}]),
    "patterns: maker": lambda: patterns._maker({"number": EVIL, "kw": None, "share": None, "reason": EVIL}),
    "quality: cases": lambda: quality.cases([{"from": AT, "number": EVIL, "text": EVIL, "choices": [EVIL]}]),
    "schedules: progress": lambda: schedules.progress(RUN),
    "schedules: preview": lambda: schedules.preview(EVIL, [{"at": AT, "period": EVIL}]),
    "schedules: header": lambda: schedules.header(EVIL),
    "setup: header": lambda: page_view.header(EVIL, EVIL),
    "setup: notice": lambda: page_view.notice(EVIL),
    "setup: problem of a field": lambda: parts.told(EVIL),
    "setup: hint": lambda: parts.told(hint=EVIL),
    "setup: alert": lambda: parts.alert(EVIL),
    "setup: line of the tree": lambda: marks.label({**ROW, "name": "x"}),
    "setup: title of the form": lambda: told_title(EVIL),
    "setup: title of a meter": lambda: details.title({**ROW, "name": "x"}, [EVIL]),
    "setup: changes": lambda: details.changes([CHANGED], {"number": EVIL}, str, ZoneInfo("UTC")),
    "changes": lambda: audit.changes([CHANGED], str, ZoneInfo("UTC")),
    "setup: limits": lambda: limits.title(EVIL),
    "setup: source of a limit": lambda: limits.source({"source": EVIL}),
    "setup: ratios": lambda: ratios.history(
        [{"valid_from": None, "ct_ratio": EVIL, "pt_ratio": EVIL, "ratio_applied_by": "meter"}]
    ),
    "setup: impact": lambda: ratios.impact(
        {
            "from": None,
            "until": None,
            "intervals": 1,
            "warnings": [EVIL],
            "locked_months": [],
            "months": [
                {
                    "month": EVIL,
                    "before_import_kwh": 1.0,
                    "after_import_kwh": 1.0,
                    "before_export_kwh": None,
                    "after_export_kwh": None,
                    "locked": True,
                }
            ],
            "reports": [{"run": 1, "name": EVIL, "report": EVIL, "period": EVIL, "sent_at": AT}],
        }
    ),
    "setup: file": lambda: bulk.plan({"problems": [{"line": 1, "column": EVIL, "value": 1, "reason": EVIL}]}, "x"),
    "setup: answer": lambda: form.probed({"ok": False, "error": EVIL, "advice": EVIL, "milliseconds": 0, "values": []}),
    "setup: profile": lambda: form.reasons(
        {"vendor": "x", "model": "y", "certainty": "sure", "reasons": [EVIL], "against": []}
    ),
    "setup: doctor": lambda: doctor.meters([CALL], ill=True),
}


class Read(HTMLParser):
    """The text of a piece of HTML, its tags, and what its attributes say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.said = "", set[str](), list[str]()
        self.feed(str(html))
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.said += [name for name, _ in attrs]


@pytest.mark.parametrize("name", SHOWN)
def test_what_people_write_is_text(name: str) -> None:
    found = SHOWN[name]()
    assert isinstance(found, Markup)
    read = Read(found)
    assert EVIL in read.text
    assert not read.tags & {"script", "img"}
    assert "onerror" not in read.said


def test_lines_of_a_failure_stay_lines() -> None:
    assert parts.alert("one <b>\ntwo") == '<div class="ew-problem" role="alert">⚠ one &lt;b&gt;<br>two</div>'
