"""The meter models that can be read."""

from __future__ import annotations

from pathlib import Path

from collector.profile.store import available, load
from energy_workbench.services.rows.profiles import profile_list


def test_every_shipped_profile_is_listed_as_the_collector_knows_it(tmp_path: Path) -> None:
    found = {row["id"]: row for row in profile_list(tmp_path)}
    assert sorted(found) == sorted(available())
    for name in ("eastron_sdm630", "schneider_pm5xxx"):
        assert (found[name]["vendor"], found[name]["model"]) == (load(name).vendor, load(name).model)


def test_a_users_own_profile_wins_and_a_broken_one_is_listed_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "eastron_sdm630.yaml").write_text("vendor: Mine\nmodel: 630\n")
    (tmp_path / "broken.yaml").write_bytes(b"\xff\xfe")
    found = {row["id"]: row for row in profile_list(tmp_path)}
    assert found["eastron_sdm630"] == {"id": "eastron_sdm630", "vendor": "Mine", "model": "630"}
    assert found["broken"] == {"id": "broken", "vendor": "", "model": "broken"}
