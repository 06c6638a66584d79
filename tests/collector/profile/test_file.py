"""A profile's file that is wrong says where, and everything at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profile.file import read_profile
from collector.profile.file_keys import IDENTITY_KEYS, PROFILE_KEYS, REGISTER_KEYS
from collector.profile.power_factor import ENCODINGS
from collector.profile.store import available, load
from energy_workbench.domain.errors import NotFoundError, ProfileError
from tests.collector.profile.files import GOOD, write


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
        ("unit: Hz, scale: 0.01", "unit: Hz, digits: 4", 11, "is no counter"),
        ("type: uint32, unit: Wh", "type: uint32, unit: Wh, digits: 10", 12, "is more than a uint32 counts to"),
        ("type: uint32, unit: Wh", "type: float32, unit: Wh, digits: 6", 12, "only a whole number"),
        ("type: uint32, unit: Wh", "type: uint32, unit: Wh, digits: 6, modulus: 1000", 12, "keep one"),
        ("type: uint32, unit: Wh", "type: uint32, unit: Wh, modulus: 1", 12, "less than two steps"),
        ("type: uint32, unit: Wh", "type: uint32, unit: Wh, modulus: -1", 12, "above 0"),
        (
            "type: uint32, unit: Wh",
            "type: uint32, unit: Wh, scale_register: 9, modulus: 1000",
            12,
            "give digits instead",
        ),
        ("type: uint32, unit: Wh", "type: uint32, unit: Wh, byte_order: middle", 12, "must be one of"),
        ("pf_encoding: sign_of_active_power", "positional: [frequency]", 6, "is no sum of this profile"),
        (
            "type: uint32, unit: Wh",
            "type: uint32, unit: Wh, scale_register: 127",
            12,
            "that takes 126 registers, and max_block is 125",
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


APART = GOOD.replace("type: uint32, unit: Wh", "type: uint32, unit: Wh, scale_register: 7")


def test_an_exponent_that_another_read_would_have_to_fetch_is_refused_with_the_reason(tmp_path: Path) -> None:
    def reason(more: str) -> str:
        path = write(tmp_path, APART.replace("registers:", f"{more}\nregisters:"))
        with pytest.raises(ProfileError) as caught:
            read_profile(path)
        (problem,) = caught.value.problems
        assert (problem.field, problem.where.rpartition(" ")[2]) == ("scale_register", "13")
        return problem.reason

    together = "energy_active_import_t1 and its exponent must come in one read, or they are of two instants: "
    assert reason("max_block: 5") == f"{together}that takes 6 registers, and max_block is 5"
    assert reason("page: 6") == f"{together}they are on different pages of 6 addresses"
    assert reason("bridge_gaps: false").startswith(f"{together}bridge_gaps is false, and address 6 between them")
    assert read_profile(write(tmp_path, APART)).registers[1].scale_register == 7
    near = APART.replace("scale_register: 7", "scale_register: 6").replace(
        "registers:", "bridge_gaps: false\nregisters:"
    )
    assert read_profile(write(tmp_path, near)).registers[1].scale_register == 6
