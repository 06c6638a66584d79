"""Reads a tariff's YAML. All that is wrong is told at once, with its line and key; nothing is half read."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges import KINDS
from energy_workbench.domain.tariffs.charges.charge import Charge, read_common
from energy_workbench.domain.tariffs.days import HOLIDAY, WEEKDAYS, HolidayCalendar
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.located import Problems, composed
from energy_workbench.domain.tariffs.rounding import CENT
from energy_workbench.domain.tariffs.seasons import read_seasons
from energy_workbench.domain.tariffs.tariff import Tariff, Version
from energy_workbench.domain.tariffs.windows import Scheme, read_groups, read_schemes


def read_tariff(text: str, file: str = "tariff.yaml") -> Tariff:
    """The tariff of a file's text.

    Parameters
    ----------
    file : str
        Named in every message.

    Raises
    ------
    InputError
        If anything is wrong; `problems` has all of it.
    """
    problems = Problems(file)
    node = composed(text, problems)
    problems.refuse()
    assert node is not None
    tariff = _tariff(Fields(node, "", problems))
    problems.refuse()
    return tariff


def _tariff(fields: Fields) -> Tariff:
    name, currency = fields.text("tariff"), fields.text("currency")
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        fields.tell("currency", currency, "is no currency: its three letters by ISO 4217, such as INR or EUR")
    country, region, own = _holidays(fields.inner("holidays"))
    billing_day = fields.whole("billing day", 1, least=1, most=31)
    rounding, total = fields.rounding("round", CENT), fields.rounding("round total", None)
    versions = [_version(part, frozenset(own.values())) for part in fields.items("versions")]
    for before, after in pairwise(versions):
        if after.since <= before.since:
            fields.tell("versions", str(after.since), f"does not begin after the version before ({before.since})")
    source, note = fields.text("source", ""), fields.text("note", "")
    fields.close()
    return Tariff(
        name, currency, tuple(versions), country, region, own, billing_day, rounding or CENT, total, source, note
    )


def _holidays(fields: Fields | None) -> tuple[str, str, dict[date, str]]:
    if fields is None:
        return "", "", {}
    country, region = fields.text("country", ""), fields.text("region", "")
    try:
        HolidayCalendar(country, region)
    except InputError as error:
        fields.tell("region" if region else "country", region or country, error.message)
    own: dict[date, str] = {}
    if (days := fields.inner("days")) is not None:
        for text in days.names():
            try:
                own[date.fromisoformat(text)] = days.text(text)
            except ValueError:
                days.tell(text, "", "is no day: write it as 2026-12-24")
    fields.close()
    return country, region, own


def _version(fields: Fields, own: frozenset[str]) -> Version:
    since, seasons = fields.day("from"), read_seasons(fields.inner("seasons"))
    groups = read_groups(fields.inner("day types"))
    _check_groups(fields, groups, own)
    schemes = read_schemes(fields.inner("windows"), seasons, groups, own)
    charges: list[Charge] = []
    for part in fields.items("charges"):
        charge = _charge(part, schemes, tuple(charges))
        if charge is not None:
            charges.append(charge)
    fields.close()
    return Version(since, seasons, schemes, tuple(charges))


def _check_groups(fields: Fields, groups: dict[str, tuple[str, ...]], own: frozenset[str]) -> None:
    known = {*WEEKDAYS, HOLIDAY, *own}
    for name, kinds in groups.items():
        for kind in kinds:
            if kind not in known:
                fields.tell("day types", kind, f"of {name} is no kind of day: {', '.join(sorted(known))}")


def _charge(fields: Fields, schemes: dict[str, Scheme], before: tuple[Charge, ...]) -> Charge | None:
    common = read_common(fields)
    if common.name in (each.name for each in before):
        fields.tell("charge", common.name, "is the name of two charges: bills tell them apart by it")
    kind = KINDS.get(fields.choice("kind", KINDS))
    if kind is None or "kind" not in fields or fields.text("kind") not in KINDS:
        return None
    charge = kind.read(fields, common)
    fields.close()
    return charge.check(schemes, before, fields.tell)
