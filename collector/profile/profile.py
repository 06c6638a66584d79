"""A meter model as data: its registers and how to talk to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from collector.profile.identity import Identity
from collector.profile.power_factor import active_power_of, needs_active_power
from collector.profile.register import Register
from energy_workbench.domain.errors import InputError, NotFoundError

WORD_ORDERS = BYTE_ORDERS = ("big", "little")
"""High word first, low word first; and of the two bytes in each word the same."""
ORDERS = {"abcd": ("big", "big"), "cdab": ("little", "big"), "badc": ("big", "little"), "dcba": ("little", "little")}
"""Word and byte order by the letters with which manuals write them: A is the highest byte of four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A register map of a meter model.

    Attributes
    ----------
    id, vendor, model, kind : str
    covers : tuple of str
        Types of the vendor that it serves.
    confidence : str
        `two-sources`, `one-source` or `memory`; a register may have its own.
    function_code : int
        3 (holding) or 4 (input), where a register names no other.
    word_order : str
        `big` is high word first.
    byte_order : str
        `big` is high byte first in each word.
    max_block : int
        Most words in one read.
    bridge_gaps : bool
        False where a read over addresses without a register is answered by an exception.
    page : int or None
        Reads stay inside multiples of this many addresses (GenComm pages).
    sunspec_model : int or None
        Addresses count from the header of this SunSpec model, which is looked for on the device.
    primary_values : bool or None
        Whether values are primary; None where the meter's own configuration decides.
    pf_encoding : str
    not_available : mapping of str to tuple of (int, int)
        By type, ranges of raw bits that mean "no value".
    derived : mapping of str to tuple of str
        Quantities that are the sum of others.
    positional : tuple of str
        Those of them whose parts are digits of one number (kilo and residual): read together where one read can.
    identify : tuple of Identity
    pause_ms : int
        Silence that the device needs between requests [ms].
    timeout_ms : int
        Longest wait for an answer [ms].
    poll : tuple of str
        Quantities polled by default; where a file names none, all but settings and identity.
    """

    id: str
    vendor: str
    model: str
    kind: str = "meter"
    covers: tuple[str, ...] = ()
    confidence: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    function_code: int = 3
    word_order: str = "big"
    byte_order: str = "big"
    max_block: int = 125
    bridge_gaps: bool = True
    page: int | None = None
    sunspec_model: int | None = None
    primary_values: bool | None = True
    pf_encoding: str = "sign_of_active_power"
    not_available: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    registers: tuple[Register, ...] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    positional: tuple[str, ...] = ()
    identify: tuple[Identity, ...] = ()
    pause_ms: int = 0
    timeout_ms: int = 1000
    poll: tuple[str, ...] = ()
    by_quantity: Mapping[str, Register] = field(init=False, repr=False, compare=False)
    power_factors: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the registers."""
        object.__setattr__(self, "by_quantity", {r.quantity: r for r in self.registers})
        signed_elsewhere = self.pf_encoding != "sign_of_active_power"
        object.__setattr__(
            self, "power_factors", tuple(r.quantity for r in self.registers if r.pf and signed_elsewhere)
        )

    @property
    def quantities(self) -> tuple[str, ...]:
        """Everything that it can tell: registers first, then derived sums."""
        return (*self.by_quantity, *self.derived)

    @property
    def orders_words(self) -> bool:
        """Whether the device's word order may be set otherwise; SunSpec fixes it, and single words have none."""
        return self.sunspec_model is None and any(register.wire.words > 1 for register in self.registers)

    def with_order(self, order: str) -> Profile:
        """The same model with another setting of its orders; registers of an order of their own keep it.

        Parameters
        ----------
        order : str
            Of words (`big` or `little`), or of words and bytes (a key of `ORDERS`).

        Raises
        ------
        NotFoundError
            If this model's registers are always in the same order.
        """
        fixed = self.sunspec_model is not None or (order in WORD_ORDERS and not self.orders_words)
        if fixed:
            raise NotFoundError(f"the words of profile {self.id!r} are always in one order: leave :{order} out")
        word, byte = ORDERS.get(order, (order, self.byte_order))
        turned = (
            replace(
                r,
                word_order=word if r.word_order == self.word_order else r.word_order,
                byte_order=byte if r.byte_order == self.byte_order else r.byte_order,
            )
            for r in self.registers
        )
        identify = tuple(
            replace(each, byte_order=byte if each.byte_order == self.byte_order else each.byte_order)
            for each in self.identify
        )
        return replace(
            self,
            id=f"{self.id}:{order}", word_order=word, byte_order=byte, registers=tuple(turned), identify=identify,
        )  # fmt: skip

    @property
    def other_orders(self) -> tuple[str, ...]:
        """Orders that the device may be set to as well: of its words first, which many let one set."""
        if self.sunspec_model is not None:
            return ()
        words = [order for order in WORD_ORDERS if order != self.word_order] if self.orders_words else []
        turned = [
            letters for letters, (word, byte) in ORDERS.items()
            if byte != self.byte_order and (self.orders_words or word == self.word_order)
        ]  # fmt: skip
        return (*words, *turned)

    def needed(self, quantities: Iterable[str] | None = None) -> tuple[Register, ...]:
        """Registers to read for these quantities (default: `poll`), by function code and address.

        Parts of derived sums come with them, and the active power that signs a power factor.

        Raises
        ------
        InputError
            If the profile has no such quantity.
        """
        names: set[str] = set()
        for name in self.poll if quantities is None else quantities:
            if name not in self.by_quantity and name not in self.derived:
                raise InputError(f"profile {self.id!r} has no quantity {name!r}: it has {', '.join(self.quantities)}")
            names.update(self.derived.get(name, (name,)) if name not in self.by_quantity else (name,))
        if needs_active_power(self.pf_encoding):
            signs = {active_power_of(name) for name in names if self.by_quantity[name].pf}
            names |= signs & self.by_quantity.keys()
        return tuple(sorted((self.by_quantity[name] for name in names), key=lambda r: (r.function_code, r.address)))
