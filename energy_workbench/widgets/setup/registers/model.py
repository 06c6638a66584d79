"""Model of the panel of registers: a range that was read, the register that is looked at, and where it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from traitlets import Bool, Dict, HasTraits, Instance, Int, List, Unicode

from energy_workbench.contract.devices.rows import RawRegister, RawRegisters, SavedRegister
from energy_workbench.contract.rows.setup import GatewayRow
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.quantities import QUANTITIES, UNIT_FACTORS
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

ORDERS = {"abcd": ("big", "big"), "cdab": ("little", "big"), "badc": ("big", "little"), "dcba": ("little", "little")}
"""Word and byte order by the letters of manuals."""
ASKED = {"gateway": "", "unit_id": "1", "first": "0", "count": "40", "function": "3"}
SAVED = {
    "type": "",
    "order": "abcd",
    "quantity": "",
    "unit": "",
    "scale": "1",
    "profile": "",
    "vendor": "",
    "model": "",
}
WHOLE = ("unit_id", "first", "count", "function")


class RegistersModel(HasTraits):
    """Headless. `read` a range, `look` at a register, `save` it.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    """

    values: dict[str, str] = Dict({**ASKED, **SAVED})
    """What was entered, by the keys of `ASKED` and `SAVED`."""
    gateways: list[str] = List()
    found: RawRegisters | None = Instance(dict, allow_none=True)
    """The range that was read last."""
    address = Int(-1)
    """Of the register that is looked at; -1 for none."""
    problems: dict[str, str] = Dict()
    """What is wrong, by what was entered."""
    failure = Unicode("")
    said = Unicode("")
    """What was saved last, in words."""
    busy = Bool(False)

    def __init__(self, workbench: WorkbenchContract, doer: Doer) -> None:
        super().__init__()
        self._workbench, self._doer = workbench, doer

    @property
    def register(self) -> RawRegister | None:
        """The register that is looked at."""
        rows = self.found["registers"] if self.found else []
        return next((row for row in rows if row["address"] == self.address), None)

    @property
    def types(self) -> list[str]:
        """Types that a value may have that begins with it."""
        return list(self.register["values"].get("abcd", {})) if self.register else []

    @property
    def units(self) -> list[str]:
        """Units on the wire that become the unit of the quantity that is entered."""
        known = QUANTITIES.get(self.values["quantity"])
        if known is None:
            return []
        more = [unit for unit, (target, _) in UNIT_FACTORS.items() if target == known.unit]
        return list(dict.fromkeys([known.unit, *more, *(["%"] if known.unit == "1" else [])]))

    def begin(self) -> None:
        """Show the last range; know the gateways."""
        with self.hold_trait_notifications():
            self.failure = self.said = ""
        self._doer.do(self._workbench.gateways, self._take_gateways, lambda _: None, key="register gateways")

    def set(self, name: str, text: str) -> None:
        """Enter something."""
        with self.hold_trait_notifications():
            self.values = {**self.values, name: text}
            self.problems = {key: problem for key, problem in self.problems.items() if key != name}
            if name == "quantity" and self.units and self.values["unit"] not in self.units:
                self.values = {**self.values, "unit": self.units[0]}

    def read(self) -> None:
        """Read the range that is entered."""
        numbers = {name: _whole(self.values[name]) for name in WHOLE}
        self.problems = {name: "must be a whole number" for name, number in numbers.items() if number is None}
        gateway = self.values["gateway"].strip()
        if self.busy or self.problems or not gateway:
            return
        unit, first, count, function = (number or 0 for number in numbers.values())
        with self.hold_trait_notifications():
            self.busy, self.failure, self.said = True, "", ""
        self._doer.do(
            lambda: self._workbench.registers(gateway, unit, first, count, function=function),
            self._take, self._refused, key="registers",
        )  # fmt: skip

    def look(self, address: int) -> None:
        """Look at a register as all that it may be."""
        with self.hold_trait_notifications():
            self.address, self.said = address, ""
            if self.values["type"] not in self.types:
                self.values = {**self.values, "type": self.types[0] if self.types else ""}

    def save(self) -> None:
        """Save the register that is looked at in a profile of the home."""
        register, found = self.register, self.found
        lacking = {
            name: "is needed" for name in ("type", "quantity", "unit", "profile") if not self.values[name].strip()
        }
        scale = _number(self.values["scale"])
        self.problems = {**lacking, **({} if scale else {"scale": "must be a number other than 0"})}
        if self.busy or self.problems or register is None or found is None:
            return
        word, byte = ORDERS[self.values["order"]]
        fields = {
            "quantity": self.values["quantity"], "address": register["address"], "type": self.values["type"],
            "unit": self.values["unit"], "scale": scale, "function_code": found["function"], "word_order": word,
            "byte_order": byte, "vendor": self.values["vendor"].strip() or None,
            "model": self.values["model"].strip() or None,
        }  # fmt: skip
        profile = self.values["profile"].strip()
        with self.hold_trait_notifications():
            self.busy, self.failure, self.said = True, "", ""
        self._doer.do(
            lambda: self._workbench.save_register(profile, fields), self._saved, self._refused, key="save register"
        )

    def _saved(self, saved: SavedRegister) -> None:
        with self.hold_trait_notifications():
            self.busy = False
            made = "was made" if saved["new"] else "has one more"
            self.said = f"Profile {saved['profile']} {made}: {', '.join(saved['quantities'])}."
            self.values = {**self.values, "quantity": "", "unit": "", "scale": "1"}

    def _take(self, found: RawRegisters) -> None:
        with self.hold_trait_notifications():
            self.busy, self.found = False, found.copy()
            self.failure = "\n".join(text for text in (found["error"], found["advice"]) if text)
            there = [row["address"] for row in found["registers"] if row["word"] is not None]
            if self.address not in there:
                self.address = -1

    def _take_gateways(self, rows: Sequence[GatewayRow]) -> None:
        self.gateways = [row["url"] for row in rows]

    def _refused(self, error: Exception) -> None:
        with self.hold_trait_notifications():
            self.busy, self.failure = False, explain_change(error)
            if isinstance(error, InputError):
                names = {"from": "first", "id": "profile"}
                self.problems = {names.get(each.field, each.field): each.reason for each in error.problems}


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
