"""A profile's file, parsed strictly: every problem is told at once, each with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from collector.profile.file_keys import (
    IDENTITY_KEYS,
    IDENTITY_REQUIRED,
    NESTED,
    PROFILE_KEYS,
    PROFILE_REQUIRED,
    REGISTER_KEYS,
    REGISTER_REQUIRED,
    texts,
)
from collector.profile.identity import Identity
from collector.profile.located_yaml import Entry, Located, line_of
from collector.profile.positional import positional_sums
from collector.profile.profile import Profile
from collector.profile.register import Cell, Register, accepted_units, conversion, rollover
from collector.profile.wire_types import TYPES
from energy_workbench.domain.errors import InputError, ProfileError
from energy_workbench.domain.quantities import QUANTITIES, Kind, Quantity, quantity

Marks = dict[str, tuple[tuple[int, int], ...]]
"""By type, ranges of raw bits that mean "no value"."""


def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises
    ------
    ProfileError
        If the file cannot be read or is no YAML, has an unknown key or a value out of bounds, names an unknown
        quantity or a unit that cannot be converted, or places two registers on one address; `problems` has
        everything that is wrong, each with its line.
    """
    file = Located(path)
    root = file.root()
    profile = None if file.problems else _profile(file, root)
    if file.problems or profile is None:
        raise ProfileError(f"{path} describes no possible meter:", file.problems)
    return profile


def _profile(file: Located, node: Any) -> Profile | None:
    top = file.mapping(node, "a profile", PROFILE_KEYS, PROFILE_REQUIRED, NESTED)
    plain: dict[str, Any] = {
        key: tuple(entry.value) if isinstance(entry.value, list) else entry.value
        for key, entry in top.items()
        if key not in NESTED
    }
    if "id" in plain and plain["id"] != file.path.stem:
        file.problem(top["id"].line, "id", plain["id"], f"must be the file's name, {file.path.stem}")
    if file.path.suffix != ".yaml":
        file.problem(1, "", file.path.name, "the file's name must end with .yaml: others are not looked at")
    if "primary_values" in plain:
        plain["primary_values"] = None if plain["primary_values"] == "config" else plain["primary_values"]
    marks = _marks(file, top["not_available"]) if "not_available" in top else {}
    registers, names = _Registers(file, plain, marks).read(top["registers"]) if "registers" in top else ((), set())
    derived = _derived(file, top["derived"], names) if "derived" in top else {}
    if "positional" in top:
        for name in plain["positional"]:
            if name not in derived:
                file.problem(top["positional"].line, "positional", name, "is no sum of this profile: see derived")
    plain["positional"] = positional_sums(registers, derived, plain.get("positional"))
    identify = _identities(file, top["identify"], plain) if "identify" in top else ()
    if "poll" in top:
        for name, item in zip(plain["poll"], top["poll"].node.value, strict=True):
            if name not in names and name not in derived:
                file.problem(line_of(item), "poll", name, "is no quantity of this profile: add its register")
            elif plain["poll"].count(name) > 1:
                file.problem(line_of(item), "poll", name, "is there twice: keep one")
    encoding = plain.get("pf_encoding", "sign_of_active_power")
    if encoding != "sign_of_active_power" and registers and not any(r.pf for r in registers) and not file.problems:
        file.problem(top["pf_encoding"].line, "pf_encoding", encoding, "no register has pf: true: add it to them")
    if file.problems:
        return None
    plain.setdefault("poll", tuple(n for n in (*names, *derived) if QUANTITIES[n].kind is not Kind.INFO))
    return Profile(**plain, not_available=marks, registers=registers, derived=derived, identify=identify)


def _marks(file: Located, entry: Entry) -> Marks:
    """Of `not_available`: `0x8000`, or a range `0xFFF8-0xFFFF`."""
    marks: Marks = {}
    for name, (entries, line, _) in file.mapping(entry.node, "not_available", dict.fromkeys(TYPES, texts), ()).items():
        top = (1 << 16 * TYPES[name].words) - 1
        ranges = []
        for text in entries:
            try:
                low, _, high = text.partition("-")
                bounds = int(low, 16), int(high or low, 16)
            except ValueError:
                file.problem(line, name, text, "must be hexadecimal: 0x8000, or a range 0xFFF8-0xFFFF")
                continue
            if bounds[0] > bounds[1]:
                file.problem(line, name, text, "the range ends before it begins")
            elif bounds[1] > top:
                file.problem(line, name, text, f"does not fit into {name}, whose greatest is 0x{top:X}")
            ranges.append(bounds)
        marks[name] = tuple(ranges)
    return marks


class _Registers:
    """The registers of one file: each for itself, and none on the words of another."""

    def __init__(self, file: Located, plain: dict[str, Any], marks: Marks) -> None:
        self.file, self.plain, self.marks = file, plain, marks
        self.places: dict[Cell, tuple[str, int]] = {}
        self.names: dict[str, int] = {}

    def read(self, entry: Entry) -> tuple[tuple[Register, ...], set[str] | dict[str, int]]:
        """The sound registers, and the quantities of all of them."""
        numbered: list[tuple[Register, int]] = []
        for item in self.file.items(entry, "registers"):
            before = len(self.file.problems)
            entries = self.file.mapping(item, "a register", REGISTER_KEYS, REGISTER_REQUIRED)
            values = {
                "function_code": self.plain.get("function_code", 3),
                "word_order": self.plain.get("word_order", "big"),
                "byte_order": self.plain.get("byte_order", "big"),
                "confidence": self.plain.get("confidence", ""),
                **{key: value for key, (value, _, _) in entries.items()},
            }
            line = line_of(item)
            self.check_meaning(values, line)
            if name := values.get("quantity"):
                self.check_name(name, line)
            if "address" in values and "type" in values:
                self.check_place(values, line)
            if len(self.file.problems) == before:
                numbered.append((Register(**values, not_available=self.marks.get(values["type"], ())), line))
        for register, line in numbered:
            if register.scale_cell in self.places:
                other, where = self.places[register.scale_cell]
                reason = f"is the place of {other} of line {where}: give the address of the exponent"
                self.file.problem(line, "scale_register", register.scale_register, reason)
            elif reason := self.apart(register, {each.scale_cell for each, _ in numbered}):
                self.file.problem(line, "scale_register", register.scale_register, reason)
        return tuple(register for register, _ in numbered), self.names

    def check_meaning(self, values: dict[str, Any], line: int) -> None:
        """Quantity and unit, and the flags that go together."""
        if "quantity" not in values:
            return
        try:
            meant = quantity(values["quantity"])
        except InputError as error:
            self.file.problem(line, "quantity", "", str(error))
            return
        if "unit" in values and conversion(values["unit"], meant) is None:
            reason = f"cannot become {meant.unit!r}, the unit of {meant.name}: use {', '.join(accepted_units(meant))}"
            self.file.problem(line, "unit", values["unit"], reason)
        if meant.kind is Kind.COUNTER and values.get("scale", 1) < 0:
            self.file.problem(line, "scale", values["scale"], "a counter cannot run backwards: give it above 0")
        if values.get("pf") and not is_power_factor(meant):
            self.file.problem(line, "pf", meant.name, "is no power factor: remove pf")
        self.check_rollover(values, meant, line)
        if "type" in values and TYPES[values["type"]].floating and values.get("scale_register") is not None:
            self.file.problem(line, "scale_register", values["scale_register"], "only a whole number has an exponent")

    def check_rollover(self, values: dict[str, Any], meant: Quantity, line: int) -> None:
        """Where a counter begins again at zero: said once, of a counter, as its type can hold it."""
        said = [key for key in ("digits", "modulus") if values.get(key) is not None]
        if not said or "type" not in values:
            return
        key, wire = said[0], TYPES[values["type"]]
        if len(said) == 2:
            reason = "says the same as digits: keep one"
            key = "modulus"
        elif meant.kind is not Kind.COUNTER:
            reason = f"{meant.name} is no counter, which alone begins again at zero: remove it"
        elif wire.floating:
            reason = "only a whole number on the wire has one: remove it"
        elif key == "modulus" and values.get("scale_register") is not None:
            reason = "depends on the exponent: give digits instead"
        elif (
            rolls := rollover(wire, values.get("scale", 1), values.get("digits"), values.get("modulus"))
        ) > wire.counts:
            reason = f"is more than a {values['type']} counts to: {rolls:,} on the wire, {wire.counts:,} at most"
        elif rolls < 2:
            reason = "is less than two steps of the register: it counts in the unit after scale"
        else:
            return
        self.file.problem(line, key, values[key], reason)

    def apart(self, register: Register, exponents: set[Cell | None]) -> str:
        """Why a value and its exponent cannot come in one read, and so may be of two instants; empty where they can."""
        if register.scale_register is None:
            return ""
        start = min(register.address, register.scale_register)
        stop = max(register.address + register.wire.words, register.scale_register + 1)
        page, longest = self.plain.get("page"), self.plain.get("max_block", 125)
        together = f"{register.quantity} and its exponent must come in one read, or they are of two instants"
        if stop - start > longest:
            return f"{together}: that takes {stop - start} registers, and max_block is {longest}"
        if page and start // page != (stop - 1) // page:
            return f"{together}: they are on different pages of {page} addresses"
        between = {(register.function_code, at) for at in range(start, stop)}
        if not self.plain.get("bridge_gaps", True) and (gap := between - self.places.keys() - exponents):
            first = min(at for _, at in gap)
            return f"{together}: bridge_gaps is false, and address {first} between them holds no register"
        return ""

    def check_name(self, name: str, line: int) -> None:
        """Each quantity once."""
        if name in self.names:
            self.file.problem(line, "quantity", name, f"is there twice, first in line {self.names[name]}: keep one")
        self.names.setdefault(name, line)

    def check_place(self, values: dict[str, Any], line: int) -> None:
        """Words that are the register's own and can be read in one request."""
        name, address, words = values.get("quantity", "it"), values["address"], TYPES[values["type"]].words
        page, longest = self.plain.get("page"), self.plain.get("max_block", 125)
        if address + words > 65_536:
            self.file.problem(line, "address", address, f"leaves no room for a {values['type']}: 65535 is the last")
        if words > longest:
            self.file.problem(line, "type", values["type"], f"takes {words} words, longer than max_block {longest}")
        if page and address // page != (address + words - 1) // page:
            self.file.problem(line, "address", address, f"crosses a page of {page} addresses: no read can fetch it")
        cells = [(values["function_code"], at) for at in range(address, address + words)]
        if taken := next((self.places[cell] for cell in cells if cell in self.places), None):
            other, where = taken
            reason = f"{name} overlaps {other} of line {where}: one of the addresses or types is wrong"
            self.file.problem(line, "address", address, reason)
        for cell in cells:
            self.places.setdefault(cell, (name, line))


def is_power_factor(meant: Quantity) -> bool:
    """Whether a quantity may be in a vendor's encoding of power factors."""
    return meant.name.startswith(("power_factor_", "displacement_pf_")) and meant.unit == "1"


def _derived(file: Located, entry: Entry, names: Any) -> dict[str, tuple[str, ...]]:
    """Sums of registers, by the quantity they make."""
    sums_by_quantity: dict[str, tuple[str, ...]] = {}
    sums = file.mapping(entry.node, "derived", dict.fromkeys(QUANTITIES, texts), ())
    for name, (parts, line, _) in sums.items():
        unit = QUANTITIES[name].unit
        wrong = [part for part in parts if part not in names or getattr(QUANTITIES.get(part), "unit", None) != unit]
        if name in names:
            file.problem(line, "derived", name, "is a register already: remove one of the two")
        elif len(parts) < 2:
            file.problem(line, name, "", f"must be two or more quantities of this profile in {unit}")
        elif wrong:
            reason = f"{', '.join(wrong)}: must be two or more quantities of this profile in {unit}"
            file.problem(line, name, "", reason)
        elif len(set(parts)) < len(parts):
            file.problem(line, name, "", "counts a part twice: keep one")
        sums_by_quantity[name] = tuple(parts)
    return sums_by_quantity


def _identities(file: Located, entry: Entry, plain: dict[str, Any]) -> tuple[Identity, ...]:
    """Registers that tell what the device is."""
    identities = []
    for item in file.items(entry, "identify"):
        before = len(file.problems)
        entries = file.mapping(item, "identify", IDENTITY_KEYS, IDENTITY_REQUIRED)
        if len(file.problems) > before:
            continue
        values = {
            "function_code": plain.get("function_code", 3), "byte_order": plain.get("byte_order", "big"),
            **{k: e.value for k, e in entries.items()},
        }  # fmt: skip
        line, fixed = line_of(item), TYPES.get(values["type"])
        if fixed is None and "words" not in values:
            file.problem(line, "words", "", "is missing: how long is the text?")
        elif fixed and values.setdefault("words", fixed.words) != fixed.words:
            file.problem(line, "words", values["words"], f"a {values['type']} has {fixed.words}: remove it")
        elif values["address"] + values["words"] > 65_536:
            file.problem(line, "address", values["address"], "leaves no room for it: 65535 is the last")
        elif values["words"] > plain.get("max_block", 125):
            file.problem(line, "words", values["words"], "is longer than max_block")
        value = values.pop("value", None)
        expected = _expected(value, text=fixed is None)
        if value is not None and expected is None:
            form = "a text" if fixed is None else "a number, or a range as in 1648-1653"
            file.problem(line, "value", value, f"must be {form}, as {values['type']} is")
        if len(file.problems) == before:
            identities.append(Identity(**values, expected=expected))
    return tuple(identities)


def _expected(value: int | str | None, *, text: bool) -> tuple[int, int] | str | None:
    if text or value is None:
        return value if isinstance(value, str) else None
    low, _, high = str(value).partition("-")
    try:
        bounds = int(low), int(high or low)
    except ValueError:
        return None
    return bounds if bounds[0] <= bounds[1] else None
