"""Profiles: the shipped ones are whole, and a file that is wrong says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profile.file import read_profile
from collector.profile.file_keys import IDENTITY_KEYS, PROFILE_KEYS, REGISTER_KEYS
from collector.profile.power_factor import ENCODINGS
from collector.profile.store import available, load
from energy_workbench.core.errors import NotFoundError, ProfileError
from energy_workbench.core.quantities import QUANTITIES

SHIPPED = sorted(available())

GOOD = """\
id: mine
vendor: Somebody
model: One
confidence: one-source
sources: [its manual]
pf_encoding: sign_of_active_power
not_available: {uint16: ["0xFFFF"], float32: ["0x7FC00000-0x7FC0FFFF"]}
poll: [frequency, energy_active_import]
derived: {energy_active_import: [energy_active_import_t1, energy_active_import_t2]}
registers:
  - {quantity: frequency, address: 0, type: uint16, unit: Hz, scale: 0.01}
  - {quantity: energy_active_import_t1, address: 2, type: uint32, unit: Wh}
  - {quantity: energy_active_import_t2, address: 4, type: uint32, unit: kWh, word_order: little}
"""


def write(folder: Path, text: str, name: str = "mine") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def test_every_model_of_the_reference_is_there() -> None:
    assert len(SHIPPED) == 37


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_profile_is_whole(id: str) -> None:
    profile = load(id)
    assert profile.sources
    assert profile.confidence
    assert set(profile.quantities) <= QUANTITIES.keys()
    assert "active_power_total" in profile.poll or profile.id in ("socomec_diris_b30",)
    assert any(name.startswith("energy_active_") for name in profile.poll)
    assert {register.wire.words for register in profile.registers} <= {1, 2, 4}
    assert profile.bridge_gaps is not id.startswith(("carlo_gavazzi", "socomec"))
    assert (profile.sunspec_model is not None) == id.startswith("sunspec")


def test_facts_of_the_reference_arrive() -> None:
    assert load("carlo_gavazzi_em24_rs485").max_block == 11
    assert load("selec_em4m").max_block == 32
    assert load("dse_gencomm").page == 256
    assert load("dse_gencomm").by_quantity["run_hours"].address == 1798
    assert load("elmeasure_lg").by_quantity["interruptions"].word_order == "big"
    assert load("elmeasure_lg").by_quantity["frequency"].word_order == "little"
    assert load("abb_b23_b24").primary_values is None
    assert load("eastron_sdm630").pause_ms == 60
    assert load("eastron_sdm630").by_quantity["serial_number"].function_code == 3
    assert "incomplete" not in SHIPPED
    assert "schneider_pm1200_em6400_classic" not in SHIPPED


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


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("model: One", "modell: One", 3, "no such key"),
        ("unit: Hz, scale: 0.01", "unit: Hz, scal: 0.01", 11, "no such key"),
        ("address: 4", "address: 3", 13, "overlaps energy_active_import_t1 of line 12"),
        ("type: uint32, unit: Wh", "type: uint33, unit: Wh", 12, "must be one of"),
        ("quantity: frequency", "quantity: frequenzy", 11, "did you mean frequency"),
        ("unit: Hz", "unit: V", 11, "cannot become 'Hz'"),
        ("address: 0,", "address: 70000,", 11, "from 0 to 65535"),
        ("address: 4,", "address: 65535,", 13, "leaves no room"),
        ("scale: 0.01", "scale: 0", 11, "other than 0"),
        ("confidence: one-source", "confidence: sure", 4, "must be one of"),
        ('["0xFFFF"]', '["0x1FFFF"]', 7, "does not fit"),
        ('["0xFFFF"]', '["none"]', 7, "hexadecimal"),
        ("poll: [frequency,", "poll: [current_l1,", 8, "no quantity of this profile"),
        ("energy_active_import_t2]", "frequency]", 9, "two or more quantities"),
        ("id: mine", "id: yours", 1, "must be the file's name"),
        ("sources: [its manual]\n", "", 1, "is missing"),
        ("vendor: Somebody", "vendor: Somebody\nvendor: Other", 3, "twice"),
        ("energy_active_import_t2, address: 4", "energy_active_import_t1, address: 4", 13, "twice"),
        ("vendor: Somebody", 'vendor: ""', 2, "not empty"),
        ("sources: [its manual]", "sources: []", 5, "must not be empty"),
        ("[frequency, energy_active_import]", "[]", 8, "must not be empty"),
        ("poll: [frequency,", "poll: [frequency, frequency,", 8, "twice"),
        ("pf_encoding: sign_of_active_power", "pf_encoding: schneider_4q", 6, "no register has pf: true"),
        ("unit: Hz, scale: 0.01", "unit: Hz, pf: true", 11, "is no power factor"),
        ("type: uint32, unit: Wh", "type: uint32, unit: Wh, scale: -1", 12, "cannot run backwards"),
        ("unit: Hz, scale: 0.01", "unit: Hz, scale: .nan", 11, "other than 0"),
        ("unit: Hz, scale: 0.01", "unit: Hz, scale_register: 3", 11, "is the place of energy_active_import_t1"),
        ("pf_encoding: sign_of_active_power", "max_block: 1", 12, "longer than max_block 1"),
        ("pf_encoding: sign_of_active_power", "max_block: 126", 6, "from 1 to 125"),
        ("pf_encoding: sign_of_active_power", "page: 3", 12, "crosses a page of 3 addresses"),
        ("pf_encoding: sign_of_active_power", "timeout_ms: 1.5", 6, "whole number"),
        ("0x7FC00000-0x7FC0FFFF", "0x7FC0FFFF-0x7FC00000", 7, "ends before it begins"),
        (
            "[energy_active_import_t1, energy_active_import_t2]",
            "[energy_active_import_t1, energy_active_import_t1]",
            9,
            "counts a part twice",
        ),
        ("{energy_active_import: [", "{energy_active_exporrt: [", 9, "no such key in derived"),
        ("pf_encoding: sign_of_active_power", "identify: [{address: 1, type: string, meaning: x}]", 6, "how long"),
        (
            "pf_encoding: sign_of_active_power",
            "identify: [{address: 1, type: uint16, words: 2, meaning: x}]",
            6,
            "has 1",
        ),
        (
            "pf_encoding: sign_of_active_power",
            "identify: [{address: 1, type: uint16, meaning: x, value: soco}]",
            6,
            "a number, or a range",
        ),
        ("registers:", "bridge_gaps: maybe\nregisters:", 10, "true or false"),
        ("confidence: one-source", "confidence: !!python/none one", 4, "not plain YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ProfileError) as caught:
        load("mine", [tmp_path])
    told = [p for p in caught.value.problems if says in p.reason]
    assert told, str(caught.value)
    assert told[0].where == f"{tmp_path / 'mine.yaml'}, line {line}"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("unit: Hz", "unit: V").replace("type: uint32, unit: Wh", "type: text, unit: Wh")
    write(tmp_path, text.replace("vendor:", "maker:").replace("poll: [frequency", "poll: [current_n"))
    with pytest.raises(ProfileError) as caught:
        load("mine", [tmp_path])
    told = [(p.where.rpartition(" ")[2], p.field) for p in caught.value.problems]
    assert sorted(told) == [("1", "vendor"), ("11", "unit"), ("12", "type"), ("2", "maker"), ("8", "poll")]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"id: mine\nvendor: [a\n", "not valid YAML"),
        (b"id: mine\n\tvendor: x\n", "not valid YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "mine.yaml").write_bytes(raw)
    with pytest.raises(ProfileError, match=says) as caught:
        load("mine", [tmp_path])
    assert ", line " in caught.value.problems[0].where


def test_a_file_that_is_gone_or_a_folder_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").mkdir()
    assert "mine" not in available([tmp_path])
    with pytest.raises(NotFoundError):
        load("mine", [tmp_path])
    with pytest.raises(ProfileError, match="No such file"):
        read_profile(tmp_path / "gone.yaml")


def test_what_is_polled_where_a_file_does_not_say(tmp_path: Path) -> None:
    text = GOOD.replace("poll: [frequency, energy_active_import]\n", "")
    write(tmp_path, text + "  - {quantity: ct_primary, address: 9, type: uint16, unit: A}\n")
    parts = ("energy_active_import_t1", "energy_active_import_t2")
    assert load("mine", [tmp_path]).poll == ("frequency", *parts, "energy_active_import")


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


def test_the_guides_example_is_a_profile(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "profiles.md").read_text("utf-8")
    example = guide.split("```yaml\n")[1].split("```")[0]
    write(tmp_path, example, "acme_p3")
    profile = load("acme_p3", [tmp_path])
    assert len(profile.registers) == 8
    assert [r.optional for r in profile.registers] == [False] * 7 + [True]
    assert profile.identify[0].expected == "ACME"
    for key in (*PROFILE_KEYS, *REGISTER_KEYS, *IDENTITY_KEYS):
        assert f"`{key}`" in guide, key
    for encoding in ENCODINGS:
        assert f"`{encoding}`" in guide, encoding


@pytest.mark.parametrize("text", ["", "- a list", "id: [", "registers: 5\nid: mine", "\tx: 1", "id: &a [*a]"])
def test_what_is_no_profile_at_all_is_an_error_too(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ProfileError):
        load("mine", [tmp_path])
