import pytest

from energy_workbench.core.errors import SettingsError
from energy_workbench.core.settings import load


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / "workbench.toml").write_text('port = 4000\ntimezone = "Europe/Berlin"\n')
    found = load(tmp_path, {"ENERGY_WORKBENCH_PORT": "5000"})
    assert (found.port, found.timezone, found.dashboard_port) == (5000, "Europe/Berlin", 8866)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"ENERGY_WORKBENCH_PROT": "1"}, "prot"),
        ({"ENERGY_WORKBENCH_PORT": "x"}, "port"),
        ({"ENERGY_WORKBENCH_PORT": "70000"}, "port"),
        ({"ENERGY_WORKBENCH_TIMEZONE": "Mars/Base"}, "Mars/Base"),
        ({"ENERGY_WORKBENCH_COMMIT_SECONDS": "-1"}, "commit_seconds"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_it(tmp_path, environ, named):
    with pytest.raises(SettingsError, match=named):
        load(tmp_path, environ)


@pytest.mark.parametrize("content", ["potr = 1", "port = ", "port = true", "timezone = 5", "\xff"])
def test_a_wrong_file_is_an_error_that_names_it(tmp_path, content):
    (tmp_path / "workbench.toml").write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"workbench\.toml"):
        load(tmp_path, {})
