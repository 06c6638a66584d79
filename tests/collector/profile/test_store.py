"""Profiles by id: a user's own win, an edit is seen, nothing is read twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profile.file import read_profile
from collector.profile.store import available, load
from energy_workbench.domain.errors import NotFoundError
from tests.collector.profile.files import GOOD, write


def test_a_users_file_is_read_and_wins_over_a_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("id: mine", "id: dse_gencomm"), "dse_gencomm")
    assert load("mine", [tmp_path]).poll == ("frequency", "energy_active_import")
    assert load("dse_gencomm", [tmp_path]).vendor == "Somebody"
    assert load("dse_gencomm").vendor == "Deep Sea Electronics"
    assert available([tmp_path])["mine"] == tmp_path / "mine.yaml"


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    import os

    path = write(tmp_path, GOOD)
    assert load("mine", [tmp_path]).model == "One"
    path.write_text(GOOD.replace("model: One", "model: Two"), "utf-8")
    os.utime(path, ns=(1, 1))
    assert load("mine", [tmp_path]).model == "Two"


def test_an_unknown_id_offers_near_ones() -> None:
    with pytest.raises(NotFoundError, match="eastron_sdm630"):
        load("eastron_sdm631")


def test_an_id_may_name_the_word_order_of_the_device() -> None:
    turned = load("eastron_sdm630:little")
    assert turned.id == "eastron_sdm630:little"
    assert {register.word_order for register in turned.registers} == {"little"}
    assert load("eastron_sdm630:big") is load("eastron_sdm630")
    assert load("eastron_sdm630:little") is turned
    # What has an order of its own in the file keeps it.
    assert load("elmeasure_lg:big").by_quantity["interruptions"].word_order == "big"
    with pytest.raises(NotFoundError, match="big or little"):
        load("eastron_sdm630:middle")
    with pytest.raises(NotFoundError, match="always in one order"):
        load("sunspec_203:little")


def test_an_id_may_name_the_order_of_bytes_too(tmp_path: Path) -> None:
    turned = load("eastron_sdm630:dcba")
    assert {(r.word_order, r.byte_order) for r in turned.registers} == {("little", "little")}
    assert load("eastron_sdm630:badc").word_order == "big"
    assert load("eastron_sdm630:abcd") is load("eastron_sdm630")
    # A device of single words has no order of words, and may have one of bytes.
    text = GOOD.replace("uint32", "uint16").replace(
        "registers:", "identify: [{address: 9, type: string, words: 2, meaning: maker}]\nregisters:"
    )
    write(tmp_path, text)
    single = load("mine:badc", [tmp_path])
    assert {r.byte_order for r in single.registers} == {"little"}
    assert single.identify[0].said([0x4241, 0x4443]) == "ABCD"
    assert load("mine", [tmp_path]).other_orders == ("badc",)
    with pytest.raises(NotFoundError, match="always in one order"):
        load("sunspec_203:badc")


def test_only_a_file_of_the_folders_is_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(NotFoundError):
        load("../mine", [tmp_path / "profiles"])


def test_a_profile_is_read_when_it_is_asked_for_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    monkeypatch.setattr("collector.profile.store.read_profile", lambda path: read.append(path) or read_profile(path))
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("id: mine", "id: other"), "other")
    assert load("mine", [tmp_path]) is load("mine", [tmp_path])
    assert [path.stem for path in read] == ["mine"]
