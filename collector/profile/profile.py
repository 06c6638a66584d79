"""A meter model as data: its registers and how to talk to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from collector.profile.identity import Identity
from collector.profile.power_factor import active_power_of, needs_active_power
from collector.profile.register import Register
from energy_workbench.domain.errors import InputError, NotFoundError

WORD_ORDERS = ("big", "little")
"""High word first, low word first."""


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
    max_block: int = 125
    bridge_gaps: bool = True
    page: int | None = None
    sunspec_model: int | None = None
    primary_values: bool | None = True
    pf_encoding: str = "sign_of_active_power"
    not_available: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    registers: tuple[Register, ...] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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

    def with_word_order(self, word_order: str) -> Profile:
        """The same model with another setting of its word order; registers of an order of their own keep it.

        Raises
        ------
        NotFoundError
            If the words of this model are always in the same order.
        """
        if not self.orders_words:
            raise NotFoundError(f"the words of profile {self.id!r} are always in one order: leave :{word_order} out")
        turned = (replace(r, word_order=word_order) if r.word_order == self.word_order else r for r in self.registers)
        return replace(self, id=f"{self.id}:{word_order}", word_order=word_order, registers=tuple(turned))

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
