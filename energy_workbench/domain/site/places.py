"""Countries, currencies and time zones that there are, by the lists of those who keep them.

ISO 3166-1 comes with the time zone database (`pytz`), currencies in use with Unicode's CLDR (`babel`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from zoneinfo import available_timezones


@cache
def countries() -> Mapping[str, str]:
    """English name of every country by its ISO 3166-1 alpha-2 code."""
    import pytz

    return MappingProxyType(dict(sorted(pytz.country_names.items())))


@cache
def currencies() -> Mapping[str, str]:
    """English name of every currency that is legal tender somewhere today, by its ISO 4217 code."""
    from babel import Locale
    from babel.core import get_global

    names = Locale("en").currencies
    paid = get_global("territory_currencies")
    codes = {
        code for country in countries() for code, _, until, tender in paid.get(country, ()) if tender and until is None
    }
    return MappingProxyType({code: names.get(code, code) for code in sorted(codes)})


@cache
def zones() -> frozenset[str]:
    """IANA names."""
    # What a machine happens to be set to, and the one that says that nothing was set.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def not_a_country(text: str) -> str:
    """Why a text is no code of a country, with the one that was meant where that can be seen."""
    return _not_a("an ISO 3166-1 alpha-2 code, such as IN", text, countries())


def not_a_currency(text: str) -> str:
    """Why a text is no code of a currency in use, with the one that was meant where that can be seen."""
    return _not_a("the ISO 4217 code of a currency in use, such as INR", text, currencies())


def not_a_zone(text: str) -> str:
    """Why a text is no time zone, with the one that was meant where that can be seen."""
    by_fold = {name.casefold(): name for name in zones()}
    return "an IANA time zone, such as Asia/Kolkata" + _meant(get_close_matches(text.casefold(), by_fold, 1), by_fold)


def _not_a(what: str, text: str, names: Mapping[str, str]) -> str:
    by_name = {name.casefold(): code for code, name in names.items()}
    return what + _meant(get_close_matches(text.casefold(), by_name, 1, cutoff=0.85), by_name, named=names)


def _meant(candidates: Iterable[str], keys: Mapping[str, str], *, named: Mapping[str, str] | None = None) -> str:
    meant = next((keys[each] for each in candidates), None)
    if meant is None:
        return ""
    return f": {named[meant]} is {meant}" if named else f": did you mean {meant}?"
