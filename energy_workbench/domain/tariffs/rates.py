"""Rates: one number, or blocks that end at thresholds, for all time or for each window of a scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import yaml

from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.rounding import EXACT
from energy_workbench.domain.tariffs.windows import Scheme


@dataclass(frozen=True)
class Block:
    """What costs `rate` a unit until `up_to` of them [unit of the charge]; the last one has no end."""

    rate: Decimal
    up_to: Decimal | None = None


Rate = tuple[Block, ...]
"""Blocks, lowest first."""


@dataclass(frozen=True)
class Rates:
    """Of each window of a scheme its rate; of all time where there is no scheme (the window is then `""`)."""

    scheme: str
    by_window: tuple[tuple[str, Rate], ...]

    @classmethod
    def flat(cls, rate: Decimal) -> Rates:
        """One rate, at all times."""
        return cls("", (("", (Block(rate),)),))

    def changed(self, change: Callable[[Decimal], Decimal]) -> Rates:
        """The same with each rate changed."""
        return Rates(
            self.scheme,
            tuple(
                (name, tuple(Block(change(each.rate), each.up_to) for each in rate)) for name, rate in self.by_window
            ),
        )

    @property
    def blocked(self) -> bool:
        """Whether anything has more than one block."""
        return any(len(rate) > 1 for _, rate in self.by_window)


def split(quantity: Decimal, rate: Rate, scale: Decimal = Decimal(1)) -> Iterator[tuple[Decimal, Decimal]]:
    """What of a quantity lies in each block, with the block's rate.

    Parameters
    ----------
    scale : Decimal
        What thresholds are multiplied by: the share of a month's days, or a demand.
    """
    below = Decimal(0)
    for block in rate:
        top = quantity if block.up_to is None else min(quantity, EXACT.multiply(block.up_to, scale))
        if top > below or len(rate) == 1:
            yield EXACT.subtract(top, below), block.rate
            below = max(below, top)


def read_rates(fields: Fields, name: str = "rate") -> Rates:
    """`rate: 0.2`, `rate: [{up to: 100, rate: 5}, {rate: 7}]`, or with `windows: SCHEME` such a value a window."""
    scheme, node = fields.text("windows", ""), fields.node_of(name, required=True)
    if node is None:
        return Rates.flat(Decimal(0))
    if not scheme:
        if isinstance(node, yaml.MappingNode):
            fields.tell(name, "", "has a rate a window: say which with `windows: SCHEME`")
            return Rates.flat(Decimal(0))
        return Rates("", (("", _rate(fields, name, node)),))
    inner = fields.inner(name)
    if inner is None or not isinstance(node, yaml.MappingNode):
        rate = _rate(fields, name, node)
        return Rates(scheme, (("*", rate),))
    return Rates(scheme, tuple((window, _rate(inner, window, inner.node_of(window))) for window in inner.names()))


def _rate(fields: Fields, name: str, node: yaml.Node | None) -> Rate:
    if not isinstance(node, yaml.SequenceNode):
        return (Block((fields.decimal(node, name) if node else None) or Decimal(0)),)
    blocks: list[Block] = []
    for part in fields.items(name):
        block = Block(part.number("rate"), part.maybe("up to", least=Decimal(0)))
        part.close()
        if blocks and blocks[-1].up_to is None:
            part.tell("", "", "follows a block without end: give that one `up to`")
        elif blocks and block.up_to is not None and block.up_to <= (blocks[-1].up_to or 0):
            part.tell("up to", str(block.up_to), f"goes down: the block before ends at {blocks[-1].up_to}")
        blocks.append(block)
    if blocks and blocks[-1].up_to is not None:
        fields.tell(name, "", f"says nothing of what is above {blocks[-1].up_to}: add a last block without `up to`")
    return tuple(blocks) or (Block(Decimal(0)),)


def check_rates(rates: Rates, schemes: dict[str, Scheme], tell: Callable[[str, str, str], None]) -> Rates:
    """The rates with each window of their scheme; windows and schemes that are not there are told."""
    if not rates.scheme:
        return rates
    scheme = schemes.get(rates.scheme)
    if scheme is None:
        known = ", ".join(schemes) or "none"
        tell("windows", rates.scheme, f"is no scheme of windows of this version (there is {known})")
        return rates
    given = dict(rates.by_window)
    if "*" in given and "*" not in scheme.names:
        return Rates(rates.scheme, tuple((name, given["*"]) for name in scheme.names))
    for name in given:
        if name not in scheme.names:
            tell("rate", name, f"is no window of {rates.scheme}: {', '.join(scheme.names)}")
    for name in scheme.names:
        if name not in given:
            tell("rate", "", f"says nothing of the window {name}: give its rate, 0 where it has none")
    return rates
