"""Reading a profile's file strictly: every problem is told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from collector.profile import Identity, Profile
from collector.profile_keys import (
    IDENTITY_KEYS,
    PROFILE_KEYS,
    PROFILE_REQUIRED,
    REGISTER_KEYS,
    REGISTER_REQUIRED,
    Check,
    texts,
)
from collector.register import TYPES, Cell, Register, conversion
from energy_workbench.core.errors import InputError, Problem, ProfileError
from energy_workbench.core.quantities import quantity

Located = dict[str, tuple[Any, int]]
"""Keys of a YAML mapping, each with its value and its line."""


def read_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises
    ------
    ProfileError
        If the file is no YAML, has an unknown key or a value out of bounds, names an unknown quantity or a
        unit that cannot be converted, or places two registers on one address; `problems` has each with its line.
    """
    reader = _Reader(path)
    try:
        profile = reader.profile(yaml.compose(path.read_text("utf-8"), Loader=_LOADER))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: not valid YAML: {error}") from None
    if reader.problems or profile is None:
        raise ProfileError(f"{path} describes no possible meter:", reader.problems)
    return profile


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader:
    """Collects the problems of one file while it reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def problem(self, line: int, field: str, value: Any, reason: str) -> None:
        shown = "" if isinstance(value, list | dict) or value is None else str(value)[:60]
        self.problems.append(Problem(f"{self.path}, line {line}", field, shown, reason))

    def mapping(self, node: Any, what: str, keys: dict[str, Check], required: tuple[str, ...]) -> Located | None:
        """A YAML mapping, checked key by key; None where it is none."""
        line = node.start_mark.line + 1 if node is not None else 1
        if not isinstance(node, yaml.MappingNode):
            self.problem(line, "", "", f"{what} must be a mapping of {', '.join(keys)}")
            return None
        found: Located = {}
        for key_node, value_node in node.value:
            key, at = str(key_node.value), key_node.start_mark.line + 1
            if key not in keys:
                self.problem(at, key, "", f"there is no such key in {what}; the keys are {', '.join(keys)}")
            elif key in found:
                self.problem(at, key, "", f"is there twice, first in line {found[key][1]}")
            elif key in ("registers", "identify", "derived", "not_available"):
                found[key] = (value_node, at)
            else:
                value = _construct(value_node)
                if reason := keys[key](value):
                    self.problem(at, key, value, reason)
                found[key] = (value, at)
        for key in required:
            if key not in found:
                self.problem(line, key, "", f"is missing from {what}")
        return found

    def items(self, node: Any, what: str) -> list[Any]:
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.problem(node.start_mark.line + 1, what, "", "must be a list")
            return []
        return list(node.value)

    def profile(self, node: Any) -> Profile | None:
        """The whole file."""
        top = self.mapping(node, "a profile", PROFILE_KEYS, PROFILE_REQUIRED)
        if top is None or self.problems:
            return None
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, (value, _) in top.items()
            if key not in ("registers", "identify", "derived", "not_available")
        }
        if plain["id"] != self.path.stem:
            self.problem(top["id"][1], "id", plain["id"], f"must be the file's name, {self.path.stem}")
        plain["primary_values"] = None if plain.get("primary_values") == "config" else plain.get("primary_values", True)
        marks = self.marks(top["not_available"][0]) if "not_available" in top else {}
        registers = self.registers(top["registers"][0], plain, marks)
        derived = self.derived(top["derived"][0], registers) if "derived" in top else {}
        identify = self.identities(top["identify"][0]) if "identify" in top else ()
        known = {r.quantity for r in registers} | set(derived)
        for name in plain.get("poll", ()):
            if name not in known:
                self.problem(top["poll"][1], "poll", name, "is no quantity of this profile")
        if self.problems:
            return None
        plain.setdefault("kind", "meter")
        return Profile(**plain, not_available=marks, registers=registers, derived=derived, identify=identify)

    def marks(self, node: Any) -> dict[str, tuple[tuple[int, int], ...]]:
        """By type, the raw bits that mean "no value": `0x8000` or a range `0xFFF8-0xFFFF`."""
        found: dict[str, tuple[tuple[int, int], ...]] = {}
        content = self.mapping(node, "not_available", dict.fromkeys(TYPES, texts), ())
        for name, (entries, line) in (content or {}).items():
            top = (1 << 16 * TYPES[name].words) - 1
            ranges = []
            for entry in entries if isinstance(entries, list) else []:
                try:
                    low, _, high = str(entry).partition("-")
                    bounds = int(low, 16), int(high or low, 16)
                except ValueError:
                    self.problem(line, name, entry, "must be hexadecimal: 0x8000, or a range 0xFFF8-0xFFFF")
                    continue
                if not 0 <= bounds[0] <= bounds[1] <= top:
                    self.problem(line, name, entry, f"does not fit into {name}")
                ranges.append(bounds)
            found[name] = tuple(ranges)
        return found

    def registers(self, node: Any, plain: dict[str, Any], marks: dict[str, Any]) -> tuple[Register, ...]:
        """Every register, none on the words of another."""
        found: list[Register] = []
        places: dict[Cell, tuple[str, int]] = {}
        names: dict[str, int] = {}
        for item in self.items(node, "registers"):
            line = item.start_mark.line + 1
            before = len(self.problems)
            entry = self.mapping(item, "a register", REGISTER_KEYS, REGISTER_REQUIRED)
            if entry is None or len(self.problems) > before:
                continue
            values: dict[str, Any] = {
                "function_code": plain.get("function_code", 3),
                "word_order": plain.get("word_order", "big"),
                "confidence": plain["confidence"],
                **{key: value for key, (value, _) in entry.items()},
            }
            self.meaning(values, line)
            if len(self.problems) > before:
                continue
            register = Register(**values, not_available=marks.get(values["type"], ()))
            name = register.quantity
            if name in names:
                self.problem(line, "quantity", name, f"is there twice, first in line {names[name]}")
            if register.address + register.wire.words > 65_536:
                self.problem(line, "address", register.address, f"leaves no room for a {register.type}")
            if register.wire.words > plain.get("max_block", 125):
                self.problem(line, "type", register.type, "is longer than max_block")
            for cell in register.cells:
                if cell in places:
                    other, where = places[cell]
                    self.problem(line, "address", register.address, f"{name} overlaps {other} of line {where}")
                    break
            places.update({cell: (name, line) for cell in register.cells if cell not in places})
            names.setdefault(name, line)
            found.append(register)
        for register in found:
            if register.scale_cell in places:
                other, where = places[register.scale_cell]
                self.problem(where, "scale_register", register.scale_register, f"is the place of {other}")
        if isinstance(node, yaml.SequenceNode) and not node.value:
            self.problem(node.start_mark.line + 1, "registers", "", "there is no register")
        return tuple(found)

    def meaning(self, values: dict[str, Any], line: int) -> None:
        """Quantity, unit and the flags that go together."""
        try:
            meant = quantity(values["quantity"])
        except InputError as error:
            self.problem(line, "quantity", "", str(error))
            return
        if conversion(values["unit"], meant) is None:
            self.problem(line, "unit", values["unit"], f"cannot become {meant.unit!r}, the unit of {meant.name}")
        if TYPES[values["type"]].floating and values.get("scale_register") is not None:
            self.problem(line, "scale_register", values["scale_register"], "only a whole number has an exponent")

    def derived(self, node: Any, registers: tuple[Register, ...]) -> dict[str, tuple[str, ...]]:
        """Sums of registers, by the quantity they make."""
        if not isinstance(node, yaml.MappingNode):
            self.problem(node.start_mark.line + 1, "derived", "", "must map a quantity to a list of its parts")
            return {}
        units = {r.quantity: quantity(r.quantity).unit for r in registers}
        found: dict[str, tuple[str, ...]] = {}
        for key_node, value_node in node.value:
            name, parts, line = str(key_node.value), _construct(value_node), key_node.start_mark.line + 1
            try:
                unit = quantity(name).unit
            except InputError as error:
                self.problem(line, "derived", "", str(error))
                continue
            if name in units or name in found:
                self.problem(line, "derived", name, "is there already")
            if texts(parts) or len(parts) < 2 or any(units.get(part) != unit for part in parts):
                self.problem(line, name, "", f"must be two or more quantities of this profile in {unit}")
                continue
            found[name] = tuple(parts)
        return found

    def identities(self, node: Any) -> tuple[Identity, ...]:
        """Registers that tell what the device is."""
        found = []
        for item in self.items(node, "identify"):
            before = len(self.problems)
            entry = self.mapping(item, "identify", IDENTITY_KEYS, ("address", "type", "meaning"))
            if entry is None or len(self.problems) > before:
                continue
            values = {key: value for key, (value, _) in entry.items()}
            if values["type"] == "string" and "words" not in values:
                self.problem(item.start_mark.line + 1, "words", "", "is missing: how long is the text?")
                continue
            values.setdefault("words", TYPES[values["type"]].words if values["type"] in TYPES else 1)
            found.append(Identity(**values))
        return tuple(found)


def _construct(node: Any) -> Any:
    """Plain Python of a node, by the safe rules of YAML."""
    return yaml.SafeLoader("").construct_object(node, deep=True)
