"""Builds the shipped meter profiles from the reference of registers: one file a model, in the project's schema.

Usage: python scripts/build_profiles.py --reference FILE [--out collector/profiles]
"""

import argparse
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collector.profile.wire_types import TYPES  # noqa: E402
from energy_workbench.domain.quantities import QUANTITIES  # noqa: E402

RENAMED = {
    "run_seconds": "run_hours",
    "on_seconds": "on_hours",
    "energy_apparent": "energy_apparent_total",
}
UNITS = {"none": "", "count": ""}

NO_BRIDGING = ("carlo_gavazzi", "socomec")
"""Vendors whose devices answer a read over an unlisted address with exception 2."""

PAGES = {"dse_gencomm": 256}
"""GenComm reads must not cross a page of 256 addresses."""

POLL = (
    *(f"voltage_{p}" for p in ("l1_n", "l2_n", "l3_n", "l1_l2", "l2_l3", "l3_l1")),
    *(f"current_{p}" for p in ("l1", "l2", "l3", "n")),
    *(f"{m}_power_{p}" for m in ("active", "reactive", "apparent") for p in ("l1", "l2", "l3", "total")),
    *(f"power_factor_{p}" for p in ("l1", "l2", "l3", "total")),
    "frequency", "energy_active_import", "energy_active_export",
    "energy_reactive_import", "energy_reactive_export", "energy_apparent_import",
    "fuel_level", "run_hours", "engine_load", "engine_speed", "engine_starts", "engine_state", "control_mode",
    "engine_oil_pressure", "engine_coolant_temperature", "battery_voltage",
    "operating_state", "dc_power", "cabinet_temperature",
)  # fmt: skip
"""What is read in every poll, where the meter has it."""

INSTEAD = {
    "energy_active_import": "energy_active_total",
    "energy_reactive_import": "energy_reactive_total",
    "energy_apparent_import": "energy_apparent_total",
}
"""Counters read where a meter lacks the first."""


def hexadecimal(text: str) -> list[str]:
    return re.findall(r"0x[0-9A-Fa-f]+(?:-0x[0-9A-Fa-f]+)?", text)


def marks(meter: dict, used: set[str]) -> dict[str, list[str]]:
    """By type, the bits that mean "no value"."""
    found = {}
    for name, text in meter.get("not_available", {}).items():
        if name in ("unsigned", "signed"):
            # ABB states them for all widths: all ones, or the greatest positive number.
            for type_name, wire in TYPES.items():
                if wire.floating or type_name in ("acc32", "enum16") or wire.signed != (name == "signed"):
                    continue
                bits = (1 << 16 * wire.words - (1 if wire.signed else 0)) - 1
                found[type_name] = [f"0x{bits:0{4 * wire.words}X}"]
        elif name in TYPES:
            found[name] = hexadecimal(text)
    return {name: values for name, values in found.items() if name in used}


def poll(names: list[str]) -> list[str]:
    wanted = [INSTEAD.get(n, n) if n not in names else n for n in POLL]
    return [n for n in dict.fromkeys(wanted) if n in names]


def convert(meter: dict) -> tuple[dict, list[dict]]:
    """The head of a profile and its registers."""
    registers = []
    for fact in meter["registers"]:
        if fact["scale"] is None or fact["type"] not in TYPES:
            continue
        register = {**fact, "quantity": RENAMED.get(fact["quantity"], fact["quantity"])}
        register["unit"] = UNITS.get(register["unit"], register["unit"])
        if register["scale"] == 1:
            del register["scale"]
        if register["quantity"] not in QUANTITIES:
            # A vendor's word that the vocabulary does not have yet (energy_apparent_t1 …) would be named here.
            sys.exit(f"{meter['id']}: no quantity {register['quantity']!r}")
        registers.append(register)
    names = [r["quantity"] for r in registers]
    derived = {RENAMED.get(d["quantity"], d["quantity"]): d["of"] for d in meter.get("derived", [])}
    timing = meter.get("timing", {})
    sunspec = re.fullmatch(r"sunspec_(\d+).*", meter["id"])
    head = {
        "id": meter["id"],
        "confidence": meter["confidence"],
        "sources": meter["sources"],
        "vendor": meter["vendor"],
        "model": meter["model"],
        "kind": meter["kind"],
        "covers": meter.get("covers"),
        "notes": [
            *meter.get("notes", []),
            *(
                f"{key.removesuffix('_note')}: {meter[key]}"
                for key in ("primary_note", "word_order_note")
                if key in meter
            ),
            *(f"sign of {key}: {text}" for key, text in meter.get("sign", {}).items()),
            f"addresses: {meter['doc_numbering']}",
            f"max_block: {meter['max_block_basis']}",
            *([serial_line(meter["serial_defaults"])] if "serial_defaults" in meter else []),
            "energy counter: " + ", ".join(f"{key} {value}" for key, value in meter["energy_counter"].items()),
        ],
        "function_code": meter["function_code"],
        "word_order": meter["word_order"],
        "max_block": meter["max_block"],
        "bridge_gaps": None if not meter["id"].startswith(NO_BRIDGING) else False,
        "page": PAGES.get(meter["id"]),
        "sunspec_model": int(sunspec[1]) if sunspec else None,
        "primary_values": meter["primary_values"],
        "pf_encoding": meter.get("pf_encoding"),
        "pause_ms": timing.get("turnaround_ms"),
        # A client must wait longer than the slowest answer that is still an answer.
        "timeout_ms": timing["response_timeout_ms"] * 3 // 2 if timing.get("response_timeout_ms", 0) > 600 else None,
        "not_available": marks(meter, {r["type"] for r in registers}) or None,
        "poll": poll([*names, *derived]),
        "derived": derived or None,
        "identify": [identity(entry) for entry in meter.get("identify", [])] or None,
    }
    return {key: value for key, value in head.items() if value is not None}, registers


def identity(entry: dict) -> dict:
    found = {"address": entry["address"], "type": entry["type"]}
    meaning = entry["meaning"]
    if "registers" in entry:
        found["words"] = entry["registers"]
    if "value" in entry:
        found["value"] = int(entry["value"], 16)
    elif mark := re.fullmatch(r"'(\w+)'", meaning):
        found["value"], meaning = mark[1], "mark of the vendor"
    elif family := re.fullmatch(r"(\d+-\d+) = (.+)", meaning):
        found["value"], meaning = family[1], f"id code of the {family[2]}"
    return {**found, "meaning": meaning}


def serial_line(facts: dict) -> str:
    baud, parity, stop, unit = (facts[key] for key in ("baud", "parity", "stop", "unit"))
    more = f" ({facts['note']})" if "note" in facts else ""
    return f"serial line as delivered: {baud} baud, parity {parity}, stop bits {stop}, unit {unit}{more}"


class Flow(dict):
    """A mapping that is written on one line."""


class Dumper(yaml.SafeDumper):
    """Indents lists, writes registers one a line."""

    def increase_indent(self, flow=False, indentless=False):  # noqa: ARG002
        return super().increase_indent(flow, False)


Dumper.add_representer(
    Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)
)


def flowing(head: dict) -> dict:
    shown = dict(head)
    for key in ("derived", "not_available"):
        if key in shown:
            shown[key] = {name: list(values) for name, values in shown[key].items()}
    if "identify" in shown:
        shown["identify"] = [Flow(entry) for entry in shown["identify"]]
    return shown


def write(path: Path, head: dict, registers: list[dict]) -> None:
    content = {**flowing(head), "registers": [Flow(register) for register in registers]}
    text = yaml.dump(content, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100_000)
    path.write_text(text, "utf-8")


def main() -> None:
    """Write every profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "collector" / "profiles")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    reference = yaml.safe_load(arguments.reference.read_text("utf-8"))
    for meter in reference["meters"]:
        head, registers = convert(meter)
        write(arguments.out / f"{head['id']}.yaml", head, registers)
    print(f"{len(reference['meters'])} profiles in {arguments.out}")


if __name__ == "__main__":
    main()
