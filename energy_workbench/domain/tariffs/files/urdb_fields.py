"""Fields of a tariff of OpenEI: read by what they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from energy_workbench.domain.errors import Problem, printable
from energy_workbench.domain.tariffs.files.urdb_schedule import Matrix, as_windows
from energy_workbench.domain.tariffs.rates import LARGEST, Block, Rate, sound
from energy_workbench.domain.tariffs.schedule import Window

Json = str | bool | int | Decimal | None | Sequence["Json"] | Mapping[str, "Json"]
Structure = list[list[Mapping[str, Json]]]
"""Tiers of each period."""

Per = Literal["day", "month", "year"]
_PER: Final[Mapping[str, Per]] = {"$/month": "month", "$/day": "day", "$/year": "year"}


@dataclass
class Fields:
    """Fields of one tariff, by their names in small letters.

    Attributes
    ----------
    where : str
        Names it in problems.
    fields : mapping of str to Json
    problems : list of Problem
    schedules, seasons : dict
        What tables of hours and months came to.
    """

    where: str
    fields: Mapping[str, Json]
    problems: list[Problem] = field(default_factory=list)
    schedules: dict[str, Mapping[str, Window]] = field(default_factory=dict)
    seasons: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def wrong(self, key: str, value: Json, reason: str) -> None:
        """Keep what is wrong with a field."""
        shown = "" if value is None or isinstance(value, Mapping | list) else printable(str(value))
        self.problems.append(Problem(self.where, key, shown, reason))

    def number(self, key: str) -> Decimal | None:
        """A number; None where it is not there."""
        value = self.fields.get(key)
        if value is None or value == "":
            return None
        if not is_number(value):
            self.wrong(key, value, "is no number")
            return None
        return number_of(value)

    def day(self, key: str) -> date | None:
        """The day of an instant in seconds; None where there is none."""
        value = self.fields.get(key)
        if is_nothing(value):
            return None
        seconds = int(self.number(key) or 0)
        if 0 < seconds < 10**11:
            # Midnight of somewhere in America is the same day in UTC.
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date()
        self.wrong(key, value, "is no instant in seconds since 1970")
        return None

    def per(self, key: str) -> Per:
        """Of what a fixed amount is: `month`, `day`, `year`."""
        unit = str(self.fields.get(key) or "$/month")
        if unit not in _PER:
            self.wrong(key, unit, f"is a unit that is not understood: {', '.join(_PER)}")
            return "month"
        return _PER[unit]

    def row(self, key: str, *, whole: bool = True) -> list[Decimal] | None:
        """A number for each month; None where there are none."""
        value = self.fields.get(key)
        if is_absent(value):
            return None
        if (
            not isinstance(value, list)
            or len(value) != 12
            or not all(_whole(each) if whole else is_number(each) for each in value)
        ):
            self.wrong(key, None, f"is no list of 12 {'whole ' if whole else ''}numbers")
            return None
        return [number_of(each) for each in value]

    def structure(self, key: str, *also: str) -> Structure:
        """Tiers by period; none, told, where they are not sound."""
        value = self.fields.get(key)
        if is_absent(value):
            return []
        known = {"max", "rate", "adj", *also}
        found = []
        for period in value if isinstance(value, list) else [None]:
            if not isinstance(period, list) or not period or not all(isinstance(tier, Mapping) for tier in period):
                self.wrong(key, None, "is no list of periods, each a list of tiers")
                return []
            for tier in period:
                for name, each in tier.items():
                    if name not in known and not is_nothing(each):
                        self.wrong(f"{key}.{name}", each, "is a part of a tier that is not understood")
                    elif name in known - {"unit"} and each is not None and not is_number(each):
                        self.wrong(f"{key}.{name}", each, "is no number")
            found.append(period)
        return [] if any(each.field.startswith(key) for each in self.problems) else found

    def rate(self, key: str, tiers: Sequence[Mapping[str, Json]], what: str = "rate") -> Rate:
        """The rate of some tiers."""
        blocks = []
        for number, tier in enumerate(tiers):
            price = number_of(tier.get(what)) + (number_of(tier.get("adj")) if what == "rate" else 0)
            limit = tier.get("max")
            last = number == len(tiers) - 1
            if not last and (limit is None or number_of(limit) <= 0):
                self.wrong(f"{key}.max", None, f"is missing from tier {number + 1}, after which another comes")
            blocks.append(Block(rate=price, to=None if last or limit is None else number_of(limit)))
        found = Rate(tuple(blocks))
        for path, reason in found.wrong():
            self.wrong(f"{key}.max", None, f"in tier {path[0]}, counted from 0, {reason}")
        return found

    def periods_known(self, key: str, periods: Sequence[Decimal], count: int) -> bool:
        """Whether a table names periods that there are; told where not."""
        if unknown := sorted({int(each) for each in periods if not 0 <= each < count}):
            self.wrong(key, None, f"names period {unknown[0]}, and there are {count}, counted from 0")
            return False
        return True

    def windows(self, what: str, count: int) -> dict[str, int] | None:
        """The windows of 12 × 24 schedules that occur, with the period of each; None, told, where they are none."""
        matrices: list[Matrix] = []
        for days in ("weekday", "weekend"):
            key = f"{what}{days}schedule"
            value = self.fields.get(key)
            if is_absent(value) and count == 1:
                matrices.append(tuple((0,) * 24 for _ in range(12)))
                continue
            rows = value if isinstance(value, list) else []
            shape = len(rows) == 12 and all(isinstance(row, list) and len(row) == 24 for row in rows)
            if not shape or not all(_whole(each) for row in rows for each in row):
                self.wrong(key, None, "is missing" if is_absent(value) else "is no table of 12 months × 24 hours")
                return None
            cells = tuple(tuple(int(number_of(each)) for each in row) for row in rows)
            if not self.periods_known(key, [Decimal(each) for row in cells for each in row], count):
                return None
            matrices.append(cells)
        if count == 1:
            return {"period 0": 0}
        windows, seasons = as_windows(*matrices)
        self.seasons |= seasons
        if len(windows) > 1:
            self.schedules[what] = windows
        return {name: int(name.split()[-1]) for name in windows}


def number_of(value: Json) -> Decimal:
    """A number; 0 where it is none."""
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def is_number(value: Json) -> bool:
    """Whether it is a number that money is reckoned with."""
    return not isinstance(value, bool) and isinstance(value, int | Decimal) and sound(Decimal(value))


def _whole(value: Json) -> bool:
    return isinstance(value, int | Decimal) and abs(Decimal(value)) < LARGEST and value == int(value)


def is_absent(value: Json) -> bool:
    """Whether a field is not there, or empty."""
    return value is None or value == "" or value == []


def is_nothing(value: Json) -> bool:
    """Whether a field says nothing: no value, or nothing but zeros."""
    if isinstance(value, list):
        return all(map(is_nothing, value))
    if isinstance(value, Mapping):
        return all(map(is_nothing, value.values()))
    return value in (None, "", 0, False)
