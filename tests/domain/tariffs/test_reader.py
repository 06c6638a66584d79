"""A tariff's file: what it may say, and that all that is wrong is told with its line and key."""

from decimal import Decimal

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.reader import read_tariff

GOOD = """tariff: Example
currency: EUR
holidays: {country: DE, region: BY, days: {2026-12-24: closed}}
billing day: 21
versions:
  - from: 2026-01-01
    seasons: {summer: 04-01..09-30, winter: 10-01..03-31}
    day types: {free: [sat, sun, holiday, closed]}
    windows:
      w:
        peak: {seasons: winter, days: workday, at: [08:00-12:00, 17:00-20:00]}
        night: 22:00-06:00
        day: rest
    charges:
      - {charge: Energy, kind: energy, unit: kWh, windows: w, rate: {peak: 0.3, night: 0.1, day: 0.2}}
      - {charge: Tax, kind: tax, percent: 19, on: Energy}
"""


def refused(text: str) -> str:
    with pytest.raises(InputError) as raised:
        read_tariff(text, "t.yaml")
    return str(raised.value)


def test_a_good_file_is_read_with_its_numbers_as_they_are_written():
    made = read_tariff(GOOD)
    charge = made.versions[0].charges[0]
    assert dict(charge.rates.by_window)["peak"][0].rate == Decimal("0.3")
    assert (made.name, made.currency, made.billing_day, made.country) == ("Example", "EUR", 21, "DE")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("currency: EUR\n", "", ("t.yaml, line 1: currency: is missing",)),
        ("currency: EUR", "currency: Euro", ("line 2: currency 'Euro': is no currency",)),
        ("region: BY", "region: XX", ("line 3: holidays.region 'XX': no holidays are known of DE XX",)),
        ("unit: kWh", "unit: MWh", ("line 15: versions[0].charges[0].unit 'MWh': is not known: kWh, kVAh, kvarh",)),
        ("percent: 19", "procent: 19", ("percent: is missing", "procent: there is no such key; did you mean percent?")),
        ("peak: 0.3, ", "", ("says nothing of the window peak",)),
        ("peak: 0.3", "peek: 0.3", ("rate 'peek': is no window of w", "says nothing of the window peak")),
        ("17:00-20:00", "11:00-20:00", ("line 10: ", "windows.w: peak and peak overlap at 11:00 (winter mon)")),
        ("17:00-20:00", "17:00-23:00", ("peak and night overlap at 22:00 (winter mon)",)),
        ("day: rest", "day: 06:00-17:00", ("line 10: versions[0].windows.w: no window has 17:00 (summer mon)",)),
        ("day: rest", "day: 6-17", ("line 13: versions[0].windows.w.day '6-17': is no span of the clock",)),
        ("seasons: winter", "seasons: autumn", ("seasons 'autumn': is no season of this version: summer, winter",)),
        ("09-30", "09-29", ("09-30..09-30 belong to no season",)),
        ("09-30", "10-02", ("10-01..10-02 belong to two seasons",)),
        ("on: Energy", "on: Enrgy", ("on 'Enrgy': is no charge above this one (Energy)",)),
        ("kind: tax", "kind: taxes", ("kind 'taxes': is not known", "did you mean tax?")),
        ("0.3", "0.3x", ("'0.3x': is no number: write it as 12.34",)),
        ("0.3", "1e400", ("is no number that can be paid",)),
        ("billing day: 21", "billing day: 32", ("line 4: billing day '32': must be 31 at most",)),
        ("from: 2026-01-01", "from: 2026-13-01", ("versions[0].from '2026-13-01': is no day",)),
        ("charge: Tax", "charge: Energy", ("charge 'Energy': is the name of two charges",)),
        ("currency: EUR", "currency: EUR\ncurrency: USD", ("line 3: currency: is there twice, first in line 2",)),
        ("windows: w, ", "windows: v, ", ("windows 'v': is no scheme of windows of this version (there is w)",)),
        ("tariff: Example", "tariff: [", ("not valid YAML",)),
        ("rate: {peak: 0.3, night: 0.1, day: 0.2}", "rate: [{up to: 10, rate: 1}, {up to: 5, rate: 2}, {rate: 1}]",
         ("up to '5': goes down: the block before ends at 10",)),
        ("rate: {peak: 0.3, night: 0.1, day: 0.2}", "rate: [{up to: 10, rate: 1}]",
         ("says nothing of what is above 10",)),
        ("rate: {peak: 0.3, night: 0.1, day: 0.2}", "rate: [{rate: 1}, {rate: 2}]", ("follows a block without end",)),
        ("kind: energy, unit: kWh,", "kind: demand, unit: kW, ratchet: {share: 0.8, in months: [13]},",
         ("in months '13': is no month: 1 to 12",)),
        ("free: [sat,", "free: [saturday,", ("day types 'saturday': of free is no kind of day",)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_key(old, new, told):
    assert old in GOOD
    text = refused(GOOD.replace(old, new, 1))
    for each in told:
        assert each in text


def test_all_that_is_wrong_is_told_at_once():
    text = refused(GOOD.replace("kWh", "MWh").replace("EUR", "€").replace("rest", "06:00-07:00"))
    assert all(line in text for line in ("line 2", "line 10", "line 15"))


@pytest.mark.parametrize(
    "text", ["", "5", "- a\n- b", "tariff: x\n\tcurrency", "!!python/object:os.system {}", "a: &a [*a]", "{"]
)
def test_what_is_no_tariff_is_refused(text):
    assert "t.yaml" in refused(text)


def test_a_hole_after_a_day_whose_night_does_not_reach_over_is_told():
    text = GOOD.replace(
        "night: 22:00-06:00\n        day: rest", "night: {days: workday, at: 22:00-06:00}\n        day: 06:00-22:00"
    )
    assert "no window has 00:00 (summer mon): add one" in refused(text)


def test_versions_follow_each_other():
    again = GOOD[GOOD.index("  - from") :]
    assert "does not begin after the version before (2026-01-01)" in refused(GOOD + again)
    assert len(read_tariff(GOOD + again.replace("2026-01-01", "2026-07-01")).versions) == 2
