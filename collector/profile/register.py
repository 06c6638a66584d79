"""One register of a meter: address, type, scale and unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from collector.profile.wire_types import TYPES, WireType
from energy_workbench.domain.quantities import UNIT_FACTORS, Kind, Quantity, quantity

Cell = tuple[int, int]
"""Function code and PDU address of one 16-bit word."""


def conversion(unit: str, of: Quantity) -> Fraction | None:
    """Factor from a unit on the wire to the workbench's unit of a quantity, exactly; None where there is none."""
    if unit == of.unit:
        return Fraction(1)
    if unit == "%" and of.unit == "1":
        return Fraction(1, 100)
    target, factor = UNIT_FACTORS.get(unit, (unit, 1.0))
    return Fraction(factor).limit_denominator(1_000_000) if target == of.unit else None


def accepted_units(of: Quantity) -> list[str]:
    """Units on the wire that become the unit of a quantity."""
    return [unit for unit in dict.fromkeys((of.unit, *UNIT_FACTORS, "%")) if conversion(unit, of) is not None]


def rollover(wire: WireType, scale: float, digits: int | None, modulus: float | None) -> int:
    """The number on the wire at which a counter begins again at zero, by what is said of it, else by its type."""
    if digits is not None:
        return int(10**digits)
    return wire.counts if modulus is None else round(Fraction(str(modulus)) / Fraction(str(scale)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One measured value of a meter.

    Attributes
    ----------
    quantity : str
        Canonical name.
    address : int
        PDU address of its first word; counted from the model's header where the profile has a `sunspec_model`.
    type : str
        A key of `TYPES`.
    unit : str
        Unit on the wire, after `scale`.
    scale : float
        What the number on the wire is multiplied with to be in `unit` [1].
    function_code : int
        3 (holding) or 4 (input).
    word_order : str
        `big` (high word first) or `little`.
    byte_order : str
        `big` (high byte first in each word) or `little`.
    optional : bool
        Missing on some variants of the model: read in requests of its own.
    pf : bool
        A power factor in the profile's `pf_encoding`.
    scale_register : int or None
        Address of the int16 exponent of ten that the value is also multiplied with; read with it, in one request.
    digits : int or None
        Of a counter whose number on the wire begins again at zero after so many decimal digits.
    modulus : float or None
        Of a counter that begins again at zero there [unit]; None where its type, or `digits`, says so.
    confidence, note : str
        Where the fact comes from and what to know about it.
    not_available : tuple of (int, int)
        Ranges of raw bits, both ends included, that mean "no value".
    """

    quantity: str
    address: int
    type: str
    unit: str
    scale: float = 1.0
    function_code: int = 3
    word_order: str = "big"
    byte_order: str = "big"
    optional: bool = False
    pf: bool = False
    scale_register: int | None = None
    digits: int | None = None
    modulus: float | None = None
    confidence: str = ""
    note: str = ""
    not_available: tuple[tuple[int, int], ...] = ()
    cells: tuple[Cell, ...] = field(init=False, repr=False, compare=False)
    scale_cell: Cell | None = field(init=False, repr=False, compare=False)
    numerator: int = field(init=False, repr=False, compare=False)
    denominator: int = field(init=False, repr=False, compare=False)
    rolls: int = field(init=False, repr=False, compare=False)
    wire: WireType = field(init=False, repr=False, compare=False)
    counter: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what decoding needs for every reading."""
        wire, meaning = TYPES[self.type], quantity(self.quantity)
        addresses = range(self.address, self.address + wire.words)
        high_first = addresses if self.word_order == "big" else reversed(addresses)
        # Exact in decimal: 0.1 is one tenth, so 1234 × 0.1 is 123.4 and not 123.40000000000001.
        factor = Fraction(str(self.scale)) * (conversion(self.unit, meaning) or Fraction(1))
        scale_cell = None if self.scale_register is None else (self.function_code, self.scale_register)
        for name, value in (
            ("wire", wire),
            ("counter", meaning.kind is Kind.COUNTER),
            ("cells", tuple((self.function_code, address) for address in high_first)),
            ("scale_cell", scale_cell),
            ("numerator", factor.numerator),
            ("denominator", factor.denominator),
            ("rolls", rollover(wire, self.scale, self.digits, self.modulus)),
        ):
            object.__setattr__(self, name, value)
