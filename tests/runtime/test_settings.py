"""Settings: one declaration, and whatever cannot be is refused before anything starts."""

from __future__ import annotations

import json
import logging
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck
from hypothesis import given as given_by
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from energy_workbench.cli.home import settings as command
from energy_workbench.contract.energy import EnergyContract
from energy_workbench.contract.load import LoadContract
from energy_workbench.contract.notes import Between
from energy_workbench.domain.errors import SettingsError
from energy_workbench.domain.fields import messages
from energy_workbench.domain.fields.messages import text
from energy_workbench.runtime import logs
from energy_workbench.runtime.settings import PREFIX, Settings, declared, load, look
from energy_workbench.runtime.settings.declaration import HIDDEN, setting
from energy_workbench.runtime.settings.sources import given
from energy_workbench.typesetting.printing import PAPERS
from scripts import document_settings

BY_NAME = declared()
NUMBERS = [each for each in BY_NAME.values() if not isinstance(each.default, str)]
WHOLE = [each for each in NUMBERS if isinstance(each.default, int)]
TEXTS = [each for each in BY_NAME.values() if isinstance(each.default, str)]


def variable(name: str) -> str:
    return PREFIX + name.upper()


def names(settings: list[Any]) -> list[str]:
    return [each.name for each in settings]


def refused(home: Path, content: str = "", environ: dict[str, str] | None = None) -> SettingsError:
    home.mkdir(exist_ok=True)
    (home / "workbench.toml").write_text(content)
    with pytest.raises(SettingsError) as found:
        load(home, environ or {})
    return found.value


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / "workbench.toml").write_text('port = 4000\ntimezone = "Europe/Berlin"\n')
    found = load(tmp_path, {"ENERGY_WORKBENCH_PORT": "5000"})
    assert (found.port, found.timezone, found.dashboard_port) == (5000, "Europe/Berlin", 8866)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_default_is_what_it_may_be_and_has_its_type(name, tmp_path):
    known = BY_NAME[name]
    assert known.read(known.default) == known.default
    assert type(getattr(load(tmp_path, {variable(name): str(known.default)}), name)) is type(known.default)


@pytest.mark.parametrize("name", names(NUMBERS))
def test_a_number_is_taken_up_to_its_bounds_and_refused_beyond(name, tmp_path):
    known = BY_NAME[name]
    assert math.isfinite(known.least)
    assert math.isfinite(known.most)
    step = 1 if known in WHOLE else 0.001
    for value in (known.least, known.most):
        assert getattr(load(tmp_path / "none", {variable(name): f"{value:.12g}"}), name) == value
    for value in (known.least - step, known.most + step, -1, 1e300):
        shown = repr(int(value)) if known in WHOLE else repr(value)
        for error in (
            refused(tmp_path / "file", f"{name} = {shown}\n" if abs(value) < 1e18 else f"{name} = {float(value)!r}\n"),
            refused(tmp_path / "none", environ={variable(name): shown}),
        ):
            (problem,) = error.problems
            assert problem.field == name
            assert known.allowed in problem.reason


@pytest.mark.parametrize("name", names(NUMBERS))
@pytest.mark.parametrize("raw", ["true", "nan", "-inf", "[1]", "{a = 1}", "2026-01-01", '"many"', "0x" + "f" * 9000])
def test_what_is_no_number_is_refused(name, raw, tmp_path):
    (problem,) = refused(tmp_path / "home", f"{name} = {raw}\n").problems
    assert problem.field == name
    assert BY_NAME[name].allowed in problem.reason


@pytest.mark.parametrize("name", names(NUMBERS))
@pytest.mark.parametrize("raw", ["", "nan", "inf", "true", "x", "1,5"])
def test_what_is_no_number_is_refused_of_a_variable(name, raw, tmp_path):
    (problem,) = refused(tmp_path / "home", environ={variable(name): raw}).problems
    assert (problem.where, problem.field) == (f"environment variable {variable(name)}", name)


@pytest.mark.parametrize("name", names(WHOLE))
def test_a_fraction_of_what_is_counted_is_refused(name, tmp_path):
    assert "whole" in str(refused(tmp_path / "home", f"{name} = 5.5\n"))
    assert "whole" in str(refused(tmp_path / "home", environ={variable(name): "5.5"}))


@pytest.mark.parametrize("name", names(TEXTS))
@pytest.mark.parametrize("raw", ["5", "true", "[]", '"a\\nb"', '"a\\u0000"'])
def test_what_is_no_line_of_text_is_refused(name, raw, tmp_path):
    (problem,) = refused(tmp_path / "home", f"{name} = {raw}\n").problems
    assert problem.field == name


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("shifts", "nonsense", "no shift"),
        ("shifts", "", "no shift"),
        ("shifts", "A 06:10", "quarter"),
        ("shifts", "A 06:00, A 14:00", "the same name"),
        ("timezone", "Mars/Base", "no time zone"),
        ("timezone", "", "no time zone"),
        ("host", "http://127.0.0.1", "no host"),
        ("host", "127.0.0.1:3000", "no host"),
        ("smtp_host", "mail.example.com:587", "no host"),
        ("smtp_from", "anna", "no mail address"),
        ("smtp_from", "a@b.example, c@d.example", "no mail address"),
        ("public_url", "https://energy.example.com/path", "no origin"),
        ("public_url", "energy.example.com", "no origin"),
        ("database_url", "registry.db", "no database URL"),
        ("database_url", "sqlite://", "names no file"),
        ("database_url", "sqlite:///", "names no file"),
        ("paper", "a3", "a4, letter"),
        ("smtp_security", "ssl", "starttls, tls, none"),
        ("log_format", "xml", "text, json"),
        ("log_level", "loud", "debug, info, warning, error"),
        ("token", "two words", "without spaces"),
        ("viewer_token", "schlüssel", "ASCII"),
    ],
)
def test_a_text_that_cannot_be_is_refused_with_the_reason(name, value, reason, tmp_path):
    for error in (
        refused(tmp_path / "home", f"{name} = {json.dumps(value)}\n"),
        refused(tmp_path / "home", environ={variable(name): value}),
    ):
        (problem,) = error.problems
        assert problem.field == name
        assert reason in problem.reason


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "0.0.0.0"), ("host", "::"), ("host", "::1"), ("host", "fe80::1%eth0"), ("host", "energy_box.local"),
        ("host", ""), ("smtp_host", "mail.example.com"), ("smtp_from", "energy@localhost"), ("smtp_from", ""),
        ("public_url", "https://energy.example.com:8443"), ("database_url", "sqlite:////srv/registry.db"),
        ("database_url", "sqlite:///own.db"), ("database_url", "postgresql+psycopg://energy@db/energy"),
        ("lake", "/srv/lake with spaces/größe"), ("shifts", "Früh 05:45, Spät 13:45, Nacht 21:45"),
    ],
)  # fmt: skip
def test_a_text_that_can_be_is_taken(name, value, tmp_path):
    assert getattr(load(tmp_path, {variable(name): value}), name) == value


def test_what_a_question_may_ask_and_what_a_setting_may_be_are_the_same():
    for name, parameter, method in (
        ("billing_day", "billing_day", LoadContract.demand),
        ("loss_threshold_percent", "threshold_percent", EnergyContract.balance),
    ):
        hint = get_type_hints(method, include_extras=True)[parameter]
        (bounds,) = (note for note in hint.__metadata__ if isinstance(note, Between))
        assert (bounds.low, bounds.high) == (BY_NAME[name].least, BY_NAME[name].most)


def test_the_words_of_a_setting_are_those_its_user_knows():
    assert BY_NAME["paper"].words == tuple(PAPERS)
    assert BY_NAME["log_format"].words == tuple(logs.FORMATS)
    assert {word.upper() for word in BY_NAME["log_level"].words} < logging.getLevelNamesMapping().keys()


def test_everything_that_is_wrong_is_told_at_once_with_file_or_variable_key_value_and_reason(tmp_path):
    error = refused(
        tmp_path / "home",
        'billing_day = 99\nshifts = "nonsense"\nbiling_day = 3\nkernels = 0\n',
        {variable("history_days"): "-1", variable("lab_port"): "0"},
    )
    file = str(tmp_path / "home" / "workbench.toml")
    assert [(each.where, each.field, each.value) for each in error.problems] == [
        (file, "billing_day", "99"),
        (file, "shifts", "nonsense"),
        (file, "biling_day", ""),
        (file, "kernels", "0"),
        ("environment variable ENERGY_WORKBENCH_HISTORY_DAYS", "history_days", "-1"),
        ("environment variable ENERGY_WORKBENCH_LAB_PORT", "lab_port", "0"),
    ]
    first, *others = str(error).splitlines()
    assert first == "6 settings are refused: mend what is named here, and start again"
    assert others == [str(each) for each in error.problems]
    assert f"{file}: billing_day '99': must be 1 to 31" in others


def test_a_key_that_is_unknown_names_the_nearest_one(tmp_path):
    assert "'smtp_security'" in str(refused(tmp_path / "home", 'smtp_securty = "tls"\n'))
    assert "'port'" in str(refused(tmp_path / "home", environ={"ENERGY_WORKBENCH_PROT": "1"}))
    assert "energy-workbench settings" in str(refused(tmp_path / "home", "colour = 3\n"))
    steering = refused(tmp_path / "home", '"\\u001b[2Jcolour" = 3\n')
    assert str(steering).replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ["home", "smtp_password", "webhook_secret", "now"])
def test_what_only_the_environment_says_is_refused_in_the_file_without_its_value(name, tmp_path):
    told = str(refused(tmp_path / "home", f'{name} = "geheimnis"\n'))
    assert variable(name) in told
    assert "geheimnis" not in told


@pytest.mark.parametrize("content", ["port = ", "\xff", "port = " + "[" * 100_000, "port = " + "9" * 9000])
def test_a_file_that_cannot_be_read_is_refused_beside_what_else_is_wrong(content, tmp_path):
    (tmp_path / "workbench.toml").write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError) as error:
        load(tmp_path, {variable("kernels"): "0"})
    assert [each.field for each in error.value.problems] == ["", "kernels"]
    assert str(tmp_path / "workbench.toml") in str(error.value)


def test_a_home_of_a_user_who_is_unknown_is_refused():
    with pytest.raises(SettingsError, match="unknown"):
        load(None, {variable("home"): "~nobody-of-that-name/home"})


@pytest.mark.parametrize("same", ["8866", "9108"])
def test_two_servers_cannot_share_a_port(same, tmp_path):
    (problem,) = refused(tmp_path / "home", f"port = {same}\n").problems
    assert problem.field == "port"
    assert problem.where.endswith("workbench.toml")
    assert "dashboard_port" in problem.reason or "metrics_port" in problem.reason
    both = refused(tmp_path / "home", environ={variable("lab_port"): "7000", variable("editor_port"): "7000"}).problems
    assert [each.field for each in both] == ["lab_port"]


def test_ports_that_are_exchanged_are_taken(tmp_path):
    found = load(tmp_path, {variable("port"): "8866", variable("dashboard_port"): "3000"})
    assert (found.port, found.dashboard_port) == (8866, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class More(Settings):
    """The settings, and one that is new."""

    toy_hours: float = setting(2.0, unit="h", least=0.5, most=24)


def test_a_new_line_in_the_declaration_is_a_setting_with_bounds(tmp_path):
    toy = declared(More)["toy_hours"]
    assert (toy.label, toy.help) == ("setting.toy_hours.label", "setting.toy_hours.help")
    (tmp_path / "workbench.toml").write_text("toy_hours = 3\n")
    assert given(declared(More), tmp_path, {}).values == {"toy_hours": 3.0}
    (problem,) = given(declared(More), tmp_path, {variable("toy_hours"): "25"}).problems
    assert (problem.field, problem.reason) == ("toy_hours", "must be 0.5 to 24 h")


def test_a_new_line_in_the_declaration_is_in_the_command_and_on_the_page(tmp_path, monkeypatch):
    known = declared(More)
    for kind, words in (("label", "Toys' time"), ("help", "How long toys are kept.")):
        monkeypatch.setitem(messages.ENGLISH, f"setting.toy_hours.{kind}", words)
    monkeypatch.setattr(command.settings_room, "declared", lambda: known)
    found = replace(look(tmp_path, {}), settings=More(home=tmp_path))
    assert "toy_hours = 2 h  (default)" in "\n".join(command.lines(command.rows(found)))
    assert "| `toy_hours` | 2 h | 0.5 to 24 h | How long toys are kept. |" in document_settings.line(known["toy_hours"])


def test_a_secret_is_never_shown(tmp_path):
    secret = "Zu-geheim-5"
    for content in (
        f'token = "{secret} {secret}"\n', f'database_url = "{secret}"\n', f'token = ["{secret}"]\n',
        f'token = "{secret}"\nviewer_token = "{secret}"\n',
    ):  # fmt: skip
        told = str(refused(tmp_path / "home", content))
        assert secret not in told
        assert HIDDEN in told


def listed(home: Path, *options: str) -> tuple[int, str, Exception | None]:
    result = CliRunner().invoke(command.app, ["--home", str(home), *options])
    return result.exit_code, result.output, result.exception


def test_the_command_lists_every_setting_with_value_unit_origin_and_help(tmp_path, monkeypatch):
    (tmp_path / "workbench.toml").write_text('kernels = 7\ntoken = "Zu-geheim-5"\ncommit_seconds = 0.5\n')
    monkeypatch.setenv(variable("billing_day"), "15")
    code, output, _ = listed(tmp_path, "--json")
    rows = {row["key"]: row for row in json.loads(output)}
    assert code == 0
    assert list(rows) == list(BY_NAME)
    file = str(tmp_path / "workbench.toml")
    assert {
        key: (row["value"], row["unit"], row["origin"]) for key, row in rows.items() if row["origin"] != "default"
    } == {
        "kernels": ("7", "", file),
        "token": (HIDDEN, "", file),
        "commit_seconds": ("0.5", "s", file),
        "billing_day": ("15", "", "environment variable ENERGY_WORKBENCH_BILLING_DAY"),
    }
    assert rows["smtp_port"]["help"] == text("setting.smtp_port.help")
    code, output, _ = listed(tmp_path)
    assert code == 0
    assert "commit_seconds = 0.5 s  (" in output
    assert 'lake = ""  (default)' in output
    assert "Zu-geheim-5" not in output
    for name, each in BY_NAME.items():
        assert re.search(rf"^{name} = ", output, re.MULTILINE)
        assert text(each.help) in output


def test_the_command_lists_them_although_one_is_refused_and_says_so(tmp_path):
    (tmp_path / "workbench.toml").write_text("billing_day = 99\n")
    code, output, error = listed(tmp_path)
    assert "billing_day = 1  (default)" in output
    assert isinstance(error, SettingsError)
    assert "billing_day '99'" in str(error)
    assert code != 0


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given_by(
    st.dictionaries(
        st.one_of(
            st.sampled_from([variable(name) for name in BY_NAME]), st.text(max_size=12).map(lambda t: PREFIX + t)
        ),
        st.one_of(st.text(max_size=30), st.integers().map(str), st.floats().map(str)),
    )
)
def test_whatever_is_given_is_taken_or_refused(tmp_path, environ):
    found = look(tmp_path, environ)
    for name, each in BY_NAME.items():
        assert each.read(getattr(found.settings, name)) == getattr(found.settings, name)
    assert {each.where.removeprefix("environment variable ") for each in found.problems} - {"default"} <= environ.keys()
