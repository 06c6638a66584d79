"""A plant as people give and read it."""

from __future__ import annotations

from typing import Final

from energy_workbench.contract.rows.flow import SiteRow
from energy_workbench.domain.entities import Site
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields.plain import Json, Row
from energy_workbench.runtime.settings.sites import slug_of

FIELDS: Final = ("name", "timezone", "country", "currency", "keep_readings_days")
READ_ONLY: Final = ("site", "not_stated", "advice", "effects")

_ZONE = (
    "days, weeks and months are cut at midnight of {after} instead of {before}, also in the past: daily and monthly "
    "figures and maxima by month change, energies of quarter hours do not",
    "scheduled reports, factors that hold from a day, and times without an offset in files go by {after} from now on",
)

_THINNED = (
    "readings older than {days} days are thinned from now on, a day at a time: every interval stays bit by bit as it "
    "is, what is taken away does not come back"
)
_FOR_EVER = "every reading is kept from now on; what was taken away before does not come back"


def site_row(site: Site, slug: str) -> SiteRow:
    """A plant as REST shows it: what nobody stated is None, listed in `not_stated`, and asked for in `advice`."""
    lacking = [name for name in ("country", "currency") if getattr(site, name) is None]
    return {
        "site": slug or slug_of(site.name),
        "name": site.name,
        "timezone": site.timezone,
        "currency": site.currency,
        "country": site.country,
        "keep_readings_days": site.keep_readings_days,
        "not_stated": lacking,
        "advice": _advice(lacking),
    }


def site_fields(fields: Row) -> dict[str, Json]:
    """What may be changed of what somebody gave; what only answers have is left aside.

    Raises
    ------
    InputError
        If there is no such field.
    """
    unknown = [name for name in fields if name not in (*FIELDS, *READ_ONLY)]
    if unknown:
        said = f"no such field: {', '.join(FIELDS)}"
        raise InputError("the site cannot be changed", [Problem("site", name[:60], "", said) for name in unknown])
    return {name: value for name, value in fields.items() if name in FIELDS}


def effects(before: Site, after: Site) -> list[str]:
    """What a change does to answers, in words."""
    told = list[str]()
    if before.timezone != after.timezone:
        told += [text.format(before=before.timezone, after=after.timezone) for text in _ZONE]
    if before.keep_readings_days != after.keep_readings_days:
        told.append(_FOR_EVER if after.keep_readings_days is None else _THINNED.format(days=after.keep_readings_days))
    return told


def _advice(lacking: list[str]) -> str:
    if not lacking:
        return ""
    given = " ".join(f"{name}=…" for name in lacking)
    return (
        f"The site states no {' and no '.join(lacking)}: say it on the meter setup page (Site), "
        f"or with energy-workbench site set {given}"
    )
