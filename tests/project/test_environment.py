"""pyproject.toml, the locks and environment.yml describe one environment."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.*?))?\s*\\?$")


def lock(name: str) -> list[tuple[str, str, str]]:
    lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
    return [(m[1].lower(), m[2], (m[3] or "").strip()) for line in lines if (m := PIN.match(line))]


def test_every_direct_dependency_is_locked_in_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = {name: version for name, version, _ in lock("test.txt")}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    for requirement in map(Requirement, wanted):
        name = requirement.name.lower()
        assert name in locked, f"{name} is not in requirements/test.txt: run `make lock`"
        assert requirement.specifier.contains(Version(locked[name]), prereleases=True), name


def test_the_lock_of_the_tests_holds_the_same_versions_as_the_lock_to_run():
    test = set(lock("test.txt"))
    strip = {(name, version) for name, version, _ in test}
    assert {(name, version) for name, version, _ in lock("run.txt")} <= strip


def test_conda_gets_the_versions_of_the_lock():
    content = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    pip = next(item["pip"] for item in content["dependencies"] if isinstance(item, dict))
    pinned = [(m[1].lower(), m[2], (m[3] or "").strip().replace('"', "'")) for line in pip if (m := PIN.match(line))]
    assert pinned == lock("run.txt")
    assert pip[-1] == "-e ."


def test_every_locked_package_carries_hashes():
    for name in ("run.txt", "test.txt"):
        text = (ROOT / "requirements" / name).read_text("utf-8")
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
        assert len(blocks) == len(lock(name))
        assert all("--hash=sha256:" in block for block in blocks)


def test_the_packages_of_the_mission_are_there():
    locked = {name for name, _, _ in lock("run.txt")}
    assert {
        "jupyterlab",
        "voila",
        "ipywidgets",
        "ipytree",
        "plotly",
        "duckdb",
        "pymodbus",
        "papermill",
        "nbval",
    } <= locked


def test_no_lock_or_setting_names_a_registry_or_a_path_of_one_machine():
    for path in [*ROOT.glob("requirements/*"), ROOT / "environment.yml", ROOT / "pyproject.toml", ROOT / "Makefile"]:
        text = path.read_text("utf-8")
        assert not re.search(r"index-url|find-links|https?://|file:", text.replace("--no-emit-", "")), path
        assert not re.search(r"(^|\s)/(home|root|Users)/", text), path


def test_the_sample_names_no_path_of_one_machine():
    logs = list(ROOT.glob("data/sample/lake/*/_delta_log/*.json"))
    assert logs
    assert [path for path in logs if "file:/" in path.read_text("utf-8")] == []
