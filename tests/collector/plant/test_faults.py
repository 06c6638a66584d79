from __future__ import annotations

import math

import pytest

from collector.plant import faults
from collector.plant.faults import FaultKind
from energy_workbench.domain.errors import InputError

METERS = {"UNIT-A", "UNIT-B"}


def parse(*entries):
    return faults.parse(list(entries), started=1000.0, meters=METERS, gateways=8)


def test_seconds_count_from_the_start_and_instants_are_absolute():
    first, second = parse(
        {"kind": "silent", "meter": "UNIT-A", "from": 30, "to": 90},
        {"kind": "drop", "gateway": 1, "from": "1970-01-01T01:00:00Z"},
    )
    assert (first.start, first.end) == (1030, 1090)
    assert (second.start, second.end) == (3600, math.inf)
    assert [first.active(s) for s in (1029.9, 1030, 1089.9, 1090)] == [False, True, True, False]


def test_a_file_may_be_yaml_or_json(tmp_path):
    (tmp_path / "a.yaml").write_text("- {kind: slow, gateway: 2, from: 2026-11-20T10:00:00Z, seconds: 1.5}\n")
    (tmp_path / "b.json").write_text('{"faults": [{"kind": "exception", "meter": "UNIT-B", "code": 6}]}')
    (slow,) = faults.load(tmp_path / "a.yaml", started=0, meters=METERS, gateways=8)
    (refusing,) = faults.load(tmp_path / "b.json", started=0, meters=METERS, gateways=8)
    assert slow.kind is FaultKind.SLOW
    assert slow.seconds == 1.5
    assert slow.start == 1_795_168_800
    assert refusing.code == 6


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("silent", ""),
        ({"kind": "sulking", "meter": "UNIT-A"}, "kind"),
        ({"kind": "silent"}, "meter"),
        ({"kind": "silent", "meter": "UNIT-A", "gateway": 1}, "meter"),
        ({"kind": "silent", "meter": "UNIT-Z"}, "meter"),
        ({"kind": "drop", "meter": "UNIT-A"}, "gateway"),
        ({"kind": "drop", "gateway": 8}, "gateway"),
        ({"kind": "reset", "gateway": 1}, "meter"),
        ({"kind": "silent", "meter": "UNIT-A", "until": 3}, "until"),
        ({"kind": "silent", "meter": "UNIT-A", "from": 30, "to": 30}, "to"),
        ({"kind": "silent", "meter": "UNIT-A", "from": "soon"}, "from"),
        ({"kind": "silent", "meter": "UNIT-A", "from": "2026-11-20T10:00:00"}, "from"),
        ({"kind": "slow", "meter": "UNIT-A", "seconds": -1}, "seconds"),
        ({"kind": "exception", "meter": "UNIT-A", "code": 99}, "code"),
        ({"kind": "rollover", "meter": "UNIT-A", "modulus": True}, "modulus"),
    ],
)
def test_an_impossible_fault_is_refused_with_its_entry_and_field(entry, field):
    with pytest.raises(InputError) as caught:
        parse({"kind": "silent", "meter": "UNIT-A"}, entry)
    (problem,) = caught.value.problems
    assert (problem.where, problem.field) == ("entry 2", field)


def test_every_wrong_entry_is_told_at_once():
    with pytest.raises(InputError) as caught:
        parse({"kind": "a"}, {"kind": "b"})
    assert len(caught.value.problems) == 2


def test_a_file_that_is_no_list_of_faults_is_refused(tmp_path):
    for text in ("kind: silent", "- [", "7"):
        (tmp_path / "faults.yaml").write_text(text)
        with pytest.raises(InputError, match=r"faults\.yaml"):
            faults.load(tmp_path / "faults.yaml", started=0, meters=METERS, gateways=8)
    with pytest.raises(InputError, match="cannot be read"):
        faults.load(tmp_path / "none.yaml", started=0, meters=METERS, gateways=8)
