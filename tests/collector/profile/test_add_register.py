"""A register is added to a profile's file, which stays as it is otherwise, or is not touched at all."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest

from collector.profile.add_register import add_register
from energy_workbench.domain.errors import InputError, ProfileError
from tests.collector.profile.files import GOOD, write

VOLTS: dict[str, Any] = {"quantity": "voltage_l1_n", "address": 20, "type": "uint16", "unit": "V", "scale": 0.1}


def test_a_new_profile_is_made_of_its_first_register(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    profile, path, new = add_register(folder, "own", {**VOLTS, "vendor": "Acme: GmbH", "model": "P3", "note": None})
    assert (new, path) == (True, folder / "own.yaml")
    assert (profile.vendor, profile.model, profile.quantities) == ("Acme: GmbH", "P3", ("voltage_l1_n",))
    profile, _, new = add_register(folder, "own", {**VOLTS, "quantity": "voltage_l2_n", "address": 21})
    assert not new
    assert profile.quantities == ("voltage_l1_n", "voltage_l2_n")
    assert [each.name for each in folder.iterdir()] == ["own.yaml"]


BLOCK = """\
# A meter of ours.
id: mine
vendor: Somebody
model: One
confidence: one-source
sources: [its manual]
poll:
  - frequency  # what counts
registers:
  - quantity: frequency
    address: 0
    type: uint16
    unit: Hz
    note: |
      two
      lines
# The end.
notes: [checked]
"""


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.rstrip(),
        BLOCK,
        BLOCK.replace("  - frequency  # what counts", "- frequency"),
        GOOD.replace("poll: [frequency, energy_active_import]", "poll: [\n  frequency,\n  energy_active_import,\n]"),
        GOOD.replace("registers:\n  - {", "registers: [\n  {").replace("}\n  - {", "},\n  {").rstrip() + "]\n",
    ],
)
def test_the_file_stays_as_it_is_otherwise(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    profile, _, new = add_register(tmp_path, "mine", VOLTS)
    assert not new
    assert profile.by_quantity["voltage_l1_n"].address == 20
    assert profile.poll[-1] == "voltage_l1_n"
    after = path.read_text("utf-8")
    changes = SequenceMatcher(None, text, after, autojunk=False).get_opcodes()
    assert not "".join(text[a:b] for kind, a, b, *_ in changes if kind in ("delete", "replace")).strip(", \n")
    assert len(after.split("\n")) <= len(text.split("\n")) + 3


@pytest.mark.parametrize(
    "wrong", [{"address": 0}, {"unit": "kW"}, {"type": "uint17"}, {"quantity": "frequency"}, {"digits": 4}]
)
def test_what_would_make_it_no_profile_is_told_and_nothing_is_written(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = write(tmp_path, GOOD)
    with pytest.raises(ProfileError) as raised:
        add_register(tmp_path, "mine", {**VOLTS, **wrong})
    assert raised.value.problems
    assert all(str(path) in each.where for each in raised.value.problems)
    assert path.read_text("utf-8") == GOOD


def test_what_is_no_profile_of_the_home_is_refused(tmp_path: Path) -> None:
    for name in ("../mine", "", "eastron_sdm630"):
        with pytest.raises(InputError):
            add_register(tmp_path, name, VOLTS)
    with pytest.raises(InputError, match="has no colour"):
        add_register(tmp_path, "mine", {**VOLTS, "colour": "red"})
    write(tmp_path, "registers: 7\n")
    with pytest.raises(InputError, match="mend it first"):
        add_register(tmp_path, "mine", VOLTS)
