"""What holds of a meter from a date on, from the command line: stated, shown, taken away, refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from energy_workbench.cli.data.meters import app
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, WorkbenchError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home

Ask = Callable[..., list[str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A command of the group over a plant of its own; the lines that it writes."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    make_home(settings.load().home)

    def asked(*words: str) -> list[str]:
        done = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    return asked


@pytest.fixture
def wb(ask: Ask) -> Workbench:
    return Workbench.at(settings.load().home)


def test_a_meter_is_moved_from_a_date_on_shown_and_put_back(ask: Ask, wb: Workbench) -> None:
    began = ask("move", "UNIT-A")
    assert began[0] == "UNIT-A:"
    assert began[1] == "from below"
    told = ask("move", "UNIT-A", "--top", "--from", "2026-10-05")
    assert told[:-1] == began
    assert told[-1] == "2026-10-05T00:00:00+05:30 (top)"
    assert [each["parent"] for each in wb.meter_parents("UNIT-A")][-1] is None
    assert ask("move", "UNIT-A", "--below", "MAIN")[-1].split()[1] == "MAIN"
    ask("move", "UNIT-A", "--from", wb.meter_parents("UNIT-A")[-1]["valid_from"] or "", "--delete")
    assert ask("move", "UNIT-A", "--from", "2026-10-05", "--delete") == began


def test_a_status_of_the_past_is_stated_with_its_reason(ask: Ask, wb: Workbench) -> None:
    told = ask("status", "UNIT-A", "inactive", "--from", "2026-10-03", "--reason", "sold")
    assert told[-1] == "2026-10-03T00:00:00+05:30 inactive sold command line"
    assert ask("status", "unit-a") == told
    assert wb.meter("UNIT-A")["status"] == "inactive"


def test_a_formula_is_stated_from_a_date_on_shown_and_taken_away(ask: Ask, wb: Workbench) -> None:
    wb.create_meter({"number": "REST", "name": "rest", "type": "virtual"})
    assert ask("formula", "REST") == ["REST:", "from formula"]
    ask("formula", "REST", "[MAIN] - [UNIT-A]", "--from", "beginning")
    told = ask("formula", "REST", "[MAIN]", "--from", "2026-10-05")
    assert told[2:] == ["beginning [MAIN] - [UNIT-A]", "2026-10-05T00:00:00+05:30 [MAIN]"]
    assert ask("formula", "REST", "--none")[-1].endswith("(sum below it)")
    ask("formula", "REST", "--delete", "--from", str(wb.meter_formulas("REST")[-1]["valid_from"]))
    assert wb.meter("REST")["formula"] == "[MAIN]"
    wb.delete_formula("REST", "2026-10-05")
    assert wb.meter("REST")["formula"] == "[MAIN] - [UNIT-A]"
    wb.undo()
    assert wb.meter("REST")["formula"] == "[MAIN]"
    ask("formula", "REST", "--delete", "--from", "2026-10-05")
    assert ask("formula", "REST", "--delete", "--from", "beginning") == ["REST:", "from formula"]
    assert wb.meter("REST")["formula"] is None


def test_no_formula_is_taken_away_where_the_one_before_would_make_a_meter_of_itself(ask: Ask, wb: Workbench) -> None:
    for number, formula in (("ONE", "[MAIN]"), ("TWO", "[UNIT-A]")):
        wb.create_meter({"number": number, "name": number, "type": "virtual", "formula": formula})
    # From the fifth to the tenth the second is made of the first; what the first was made of before, comes back.
    wb.add_formula("ONE", {"formula": "[TWO]", "valid_from": "2026-10-02"})
    wb.add_formula("ONE", {"formula": "[MAIN]", "valid_from": "2026-10-05"})
    wb.add_formula("TWO", {"formula": "[ONE]", "valid_from": "2026-10-05"})
    before = wb.meter_formulas("ONE")
    with pytest.raises(ConflictError, match="ONE → TWO → ONE"):
        CliRunner().invoke(app, ["formula", "ONE", "--from", "2026-10-05", "--delete"], catch_exceptions=False)
    assert wb.meter_formulas("ONE") == before


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (["move", "UNIT-A", "--top", "--below", "MAIN"], InputError, "one of --below, --top, --delete"),
        (["move", "UNIT-A", "--from", "2026-10-05"], InputError, "nothing to change"),
        (["move", "UNIT-A", "--delete"], InputError, "say which one is to be deleted"),
        (["move", "UNIT-A", "--delete", "--from", "2026-10-06"], NotFoundError, "no parent that begins"),
        (["move", "UNIT-A", "--below", "NOBODY"], InputError, "there is no such meter"),
        (["move", "MAIN", "--below", "UNIT-A"], ConflictError, "MAIN"),
        (["move", "UNIT-A", "--top", "--from", "2030-01-01"], InputError, "lies ahead"),
        (["move", "UNIT-A", "--top", "--from", "someday"], WorkbenchError, "someday"),
        (["status", "UNIT-A", "sold"], InputError, "sold"),
        (["status", "UNIT-A", "inactive"], InputError, "reason"),
        (["status", "UNIT-A", "--reason", "why"], InputError, "nothing to change"),
        (["formula", "UNIT-A", "[MAIN]"], InputError, "virtual"),
        (["formula", "UNIT-A", "[MAIN]", "--none"], InputError, "one of a formula, --none, --delete"),
        (["formula", "UNIT-A", "--delete", "--from", "2026-10-05"], NotFoundError, "no formula that begins"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    ask: Ask, wb: Workbench, words: list[str], error: type[Exception], says: str
) -> None:
    revision = wb.registry.revision()
    with pytest.raises(error, match=says):
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert wb.registry.revision() == revision
