"""A profile's file, good until a test spoils it."""

from __future__ import annotations

from pathlib import Path

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
