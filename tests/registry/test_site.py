"""What a plant is: stated, checked against the lists of those who keep them, audited and undone."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.domain.entities import Site
from energy_workbench.domain.errors import InputError
from energy_workbench.registry import Registry


def test_what_is_given_changes_and_the_rest_stays(registry: Registry) -> None:
    site = registry.update_site({"country": "de", "currency": " eur "}, by="asha")
    assert site == Site(name="Plant", timezone="Asia/Kolkata", currency="EUR", country="DE") == registry.site()
    assert registry.update_site({"timezone": "europe/berlin"}, by="asha").timezone == "Europe/Berlin"
    newest = registry.audit(1)[0]
    assert (newest.before, newest.after) == ({"timezone": "Asia/Kolkata"}, {"timezone": "Europe/Berlin"})


def test_it_is_undone_and_the_trail_leads_to_what_is_stored(registry: Registry) -> None:
    registry.update_site({"country": "DE"}, by="asha")
    registry.update_site({"currency": "EUR"}, by="asha")
    registry.undo(by="asha")
    assert registry.site() == Site(name="Plant", timezone="Asia/Kolkata", currency=None, country="DE")
    registry.undo(by="asha")
    assert registry.site().country is None
    assert registry.audit_differences() == []


def test_nothing_is_not_stated_and_the_same_again_is_no_change(registry: Registry) -> None:
    registry.update_site({"country": "DE", "currency": "EUR"}, by="asha")
    revision = registry.revision()
    registry.update_site({"country": "DE", "name": "Plant"}, by="asha")
    assert registry.revision() == revision
    assert registry.update_site({"country": "", "currency": None}, by="asha").country is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"country": "XX"}, "ISO 3166"),
        ({"country": "UK"}, "ISO 3166"),
        ({"country": "Germany"}, "Germany is DE"),
        ({"country": "EU"}, "ISO 3166"),
        ({"currency": "DEM"}, "ISO 4217"),
        ({"currency": "XAU"}, "ISO 4217"),
        ({"currency": "EURO"}, "Euro is EUR"),
        ({"timezone": "Europe/Berln"}, "Europe/Berlin"),
        ({"timezone": "CET+1"}, "IANA"),
        ({"timezone": ""}, "IANA"),
        ({"timezone": "../etc/passwd"}, "IANA"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "line break"),
        ({"name": "x" * 201}, "200"),
        ({"country": ["DE"]}, "ISO 3166"),
        ({"timezone": 5}, "IANA"),
        ({"name": None}, "text"),
        ({"keep_readings_days": 34}, "34 days are too few"),
        ({"keep_readings_days": "40000"}, "too many"),
        ({"keep_readings_days": "a year"}, "a whole number of days, 35 to 36500"),
        ({"keep_readings_days": 40.5}, "whole number"),
        ({"keep_readings_days": True}, "whole number"),
        ({"keep_readings_days": -40}, "whole number"),
    ],
)
def test_what_no_list_has_is_refused_with_what_was_meant(registry: Registry, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        registry.update_site(fields, by="asha")
    assert [problem.field for problem in caught.value.problems] == list(fields)
    assert not registry.site_was_changed()


def test_for_how_long_readings_are_kept_is_stated_audited_and_undone(registry: Registry) -> None:
    assert registry.site().keep_readings_days is None
    assert registry.update_site({"keep_readings_days": " 400 "}, by="asha").keep_readings_days == 400
    newest = registry.audit(1)[0]
    assert (newest.by, newest.before, newest.after) == (
        "asha", {"keep_readings_days": None}, {"keep_readings_days": 400}
    )  # fmt: skip
    assert registry.update_site({"name": "Mill"}, by="asha").keep_readings_days == 400
    assert registry.update_site({"keep_readings_days": ""}, by="asha").keep_readings_days is None
    registry.undo(by="asha")
    assert registry.site().keep_readings_days == 400
    assert registry.audit_differences() == []
