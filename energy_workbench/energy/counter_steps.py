"""Classification of a counter's irregular steps by evidence: rollover, reset, real, or ambiguous.

Pure rules on single steps; the interval build finds the steps and books what the verdict says. Until an
analyst has decided an ambiguous one, the energy on either side counts and only the step itself is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import Ratio
from energy_workbench.energy.register_ends import fits_flow, register_end

MARGIN = 2.0
"""Times its rating that a load may draw: IEC 61869-2 rates current transformers for up to 200 % continuously."""

DIRECT_KV = 0.69
"""Highest line voltage that meters measure without a potential transformer [kV] (IEC 60038, 400/690 V)."""

STICKS_OUT = 10.0
"""A jump is none where the readings around it flow at more than a tenth of it: the rating is wrong then."""

FAR_OUT_HOURS = 250.0
"""Without a rating, a jump is implausible where it is worth more than these hours of the flow around it [h] …"""

FAR_OUT = 1000.0
"""… and this many times that flow, and more than the counter had ever counted: a load may just be switched on."""

USUAL = 20.0
"""Without a rating, a step up to this many times the flow of the readings around it fits them."""

REFRESH_HOURS = 15 / 3600
"""How often meters write what they have counted into their registers at the seldomest, as far as nobody states it [h]:
two readings may show what flowed in that much longer a time, however close to each other they were taken."""

NEAR_END = 0.1
"""Share of the modulus that a rollover spans at most; one of more might be a reset as well."""

CLEARLY = 0.01
"""Share of the modulus on either side of a rollover where nothing else is known."""

LOW = 0.1
"""A reset counter begins below this share of where it was."""

COARSE = 0.02
"""Largest share of a block's energy that a step of its counter may be where the block may be a demand."""

WHOLE = 0.999
"""Completeness from which an interval counts as whole; the rest is rounding."""


class Nature(StrEnum):
    """What values under a counter's name are."""

    COUNTER = "counter"
    NET = "net"
    """Falls when exporting."""
    INTERVAL = "interval"
    """The energy of each interval, no counter at all."""


class Choice(StrEnum):
    """What an analyst can say of a step."""

    ROLLOVER = "rollover"
    RESET = "reset"
    EXCHANGE = "exchange"
    GLITCH = "glitch"
    """The readings are wrong: they are left out."""
    REAL = "real"
    """The jump is energy that flowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What the register of a counter tells of its values, in the quantity's unit.

    Attributes
    ----------
    modulus : float or None
        Where it begins again at zero; None where that is not known.
    step : float
        Its least increment; 0 where that is not known.
    single : float
        What one is worth in a float32 register, whose increment grows with its value; 0 for other types.
    stated : bool
        Whether somebody said where it begins again, so that it does nowhere else.
    nature : Nature
        What its values are.
    inferred : int or None
        Where step and nature were inferred from readings: the first of these [µs since 1970].
    """

    modulus: float | None = None
    step: float = 0.0
    single: float = 0.0
    stated: bool = False
    nature: Nature = Nature.COUNTER
    inferred: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an analyst said of a step of a counter.

    Attributes
    ----------
    quantity : str
    since, at : datetime
        UTC instants of the readings before and after the step.
    choice : Choice
    until : datetime or None
        End of the readings that a glitch discards; None is the one at `at`.
    modulus : float or None
        Of a rollover, where the register's is not known or not the one.
    closing, opening : float or None
        Of an exchange, as the two devices showed them.
    reason : str
    """

    quantity: str
    since: datetime
    at: datetime
    choice: Choice
    until: datetime | None = None
    modulus: float | None = None
    closing: float | None = None
    opening: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an analyst put in an interval's place.

    Attributes
    ----------
    start : datetime
        UTC start of the interval.
    energies : dict of str to float
        New values by column, such as `energy_import_kwh` [kWh, kvarh, kVAh], primary.
    reason : str
    """

    start: datetime
    energies: dict[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a meter beside its readings and ratios.

    Attributes
    ----------
    rated_kw : float or None
        [kW]
    registers : mapping of str to Register
        By quantity.
    exchanges : tuple of Exchange
        Oldest first.
    decisions : tuple of Decision
    edits : tuple of Edit
    """

    rated_kw: float | None = None
    registers: Mapping[str, Register] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()
    decisions: tuple[Decision, ...] = ()
    edits: tuple[Edit, ...] = ()


Evidence = Mapping[int, Facts]
"""Facts by the key of their meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two consecutive readings of a counter that do not look like its others.

    Attributes
    ----------
    before, after : float
        As reported [the quantity's unit].
    hours : float
        Between the two [h].
    limit : float or None
        The most that can flow [unit/h, as the register counts]; None where no rating is known.
    typical : float or None
        What flows around it [unit/h]; None where nothing does.
    register : Register
    stays : bool
        Whether the readings after it stay below `before`.
    """

    before: float
    after: float
    hours: float
    limit: float | None = None
    typical: float | None = None
    register: Register = field(default_factory=Register)
    stays: bool = True

    @property
    def most(self) -> float | None:
        """What can have flowed in between by the rating [the quantity's unit]; None where that is not known."""
        return None if self.limit is None else self.limit * (self.hours + REFRESH_HOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a step is.

    Attributes
    ----------
    choice : Choice or None
        For certain; None is ambiguous.
    modulus : float or None
        Where the counter began again, or may have, in its unit; None where nothing hints at it.
    """

    choice: Choice | None = None
    modulus: float | None = None


def capacity_kw(ratio: Ratio, rated_kw: float | None) -> float | None:
    """The most power that can flow through a meter [kW], with a margin; None where neither rating nor CT is known.

    The rating of the load, else √3 times the primary values of CT and PT.
    """
    if rated_kw:
        return MARGIN * rated_kw
    if not ratio.ct_primary:
        return None
    volts = ratio.pt_primary / 1000 if ratio.pt_primary else DIRECT_KV
    return MARGIN * math.sqrt(3) * volts * ratio.ct_primary


def wrapped(step: Step, modulus: float | None = None) -> float | None:
    """Energy of a fall that is a rollover; None where it cannot be one."""
    modulus = modulus or step.register.modulus
    if not modulus or not 0 <= step.after < step.before <= modulus:
        return None
    return step.after - step.before + modulus


def judge(step: Step) -> Verdict:
    """What a step is for certain, or may be.

    A fall is a rollover where the counter was near its end and what it then counted is plausible; a reset
    where it stays low and begins near zero. A rise that is plausible is real; there is no other certain one.
    Where nobody stated the end, a fall from just below a power of ten or two is no certain reset: it is a rollover
    where what was counted across it fits what flows around it, and ambiguous else.
    """
    if step.after >= step.before:
        return Verdict() if implausible(step) else Verdict(choice=Choice.REAL)
    energy = wrapped(step)
    modulus = step.register.modulus
    if energy is not None and modulus and energy <= NEAR_END * modulus:
        fits = _fits(step, energy)
        clear = step.before >= (1 - CLEARLY) * modulus and step.after <= CLEARLY * modulus
        if fits or (fits is None and clear):
            return Verdict(choice=Choice.ROLLOVER, modulus=modulus)
    expected, least = (step.typical or 0.0) * step.hours, step.register.step
    end = None if step.register.stated else register_end(step.before, step.after, expected, least)
    if end is not None:
        certain = fits_flow(end - step.before + step.after, end, expected, least, step.most)
        return Verdict(choice=Choice.ROLLOVER if certain else None, modulus=end)
    near_zero = _fits(step, step.after)
    if step.stays and step.after >= 0 and step.after <= LOW * step.before and near_zero is not False:
        return Verdict(choice=Choice.RESET)
    return Verdict()


def implausible(step: Step) -> bool:
    """Whether more rose than can have flowed: above the rating, and far above what flows around it."""
    amount, typical = step.after - step.before, step.typical or 0.0
    if step.most is not None:
        most = step.most + 2 * step.register.step
        return amount > most and amount > STICKS_OUT * typical * step.hours
    return typical > 0 and amount > step.before and amount > typical * max(FAR_OUT_HOURS, FAR_OUT * step.hours)


def _fits(step: Step, amount: float) -> bool | None:
    """Whether an amount can have flowed meanwhile; None where nothing is known to compare it with."""
    slack = 2 * step.register.step
    if step.most is not None:
        return amount <= step.most + slack
    if step.typical:
        return amount <= USUAL * step.typical * step.hours + slack
    return None
