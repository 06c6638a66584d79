"""Files of other shapes than the workbench's own: recognised by content, read exactly, or refused with a reason."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.services.workbench import Workbench

Write = Callable[..., Path]
AMOUNT = "interval_energy_active_import"


def values(wb: Workbench, meter: str = "MAIN", name: str = "energy_active_import") -> dict[str, float]:
    """Readings of a quantity by their time."""
    return {
        row["ts"]: row["values"][name] for row in wb.readings(meter, "2020/2030").rows if name in row["values"]
    }  # fmt: skip


def kwh(wb: Workbench, period: str, meter: str = "MAIN", every: str = "1d") -> list[float | None]:
    return [row["energy_import_kwh"] for row in wb.consumption(meter, period, every=every).rows]


def refused(wb: Workbench, path: Path, **stated: Any) -> str:
    with pytest.raises((InputError, NotFoundError)) as caught:
        wb.import_readings(path, **stated)
    assert values(wb) == {}
    assert wb.readings("MAIN", "2020/2030", [AMOUNT]).rows == ()
    return str(caught.value)


def nem12(values_: list[float], suffix: str = "E1", day: str = "20261003", flag: str = "A", tail: str = "") -> str:
    cells = ",".join(map(str, values_))
    minutes = 1440 // len(values_)
    return (
        f"100,NEM12,202610050000,MDA,RETAILER\n200,MAIN,E1B1,1,{suffix},N1,SER-1,kWh,{minutes},\n"
        f"300,{day},{cells},{flag},,,20261004000000,\n{tail}900\n"
    )


# --- columns of other systems ---------------------
@pytest.mark.parametrize(
    "text",
    [
        # Rows above the header, thousands, day before month shown by the second row.
        "Owner:,Admin,,\nReport:,Tabular,,\nTimestamp,MAIN.Active Energy Delivered (kWh),MAIN.Active Power (kW)\n"
        '01-10-2026 00:15:00,"1,234,567.80",412.5\n13-09-2026 00:15:00,"1,234,000.20",409.1\n',
        # German: semicolons, points between thousands, a decimal comma, and 24:00.
        "Zähler;Datum;Uhrzeit;Zählerstand [kWh]\nMAIN;01.10.2026;00:15;1.234.567,80\n"
        "MAIN;12.09.2026;24:00;1.234.000,20\n",
        # Month first with AM and PM.
        "Meter,Reading Time,Meter Reading (kWh)\nMAIN,10/01/2026 12:15 AM,1234567.80\n"
        "MAIN,09/13/2026 12:15 AM,1234000.20\n",
        # Units in a row of their own, and in MWh.
        "Datum/Zeit;Meter;Energy import\n;;MWh\n2026-10-01 00:15;MAIN;1234,5678\n2026-09-13 00:15;MAIN;1234,0002\n",
    ],
)
def test_a_vendors_columns_are_read_by_their_headings_units_and_signs(wb: Workbench, file: Write, text: str) -> None:
    wb.import_readings(file(text, "export.txt"), kind="counter")
    assert sorted(round(value, 6) for value in values(wb).values()) == [1234000.2, 1234567.8]
    assert "2026-10-01T00:15:00+05:30" in values(wb)
    assert wb.import_readings(file(text, "export.txt"), kind="counter")["new"] == 0


def test_twenty_four_oclock_is_midnight_of_the_next_day(wb: Workbench, file: Write) -> None:
    wb.import_readings(file("meter;ts;energy_active_import\nMAIN;30.09.2026 00:15;1,5\nMAIN;30.09.2026 24:00;2,5\n"))
    assert values(wb) == {"2026-09-30T00:15:00+05:30": 1.5, "2026-10-01T00:00:00+05:30": 2.5}


def test_day_or_month_first_is_never_guessed(wb: Workbench, file: Write) -> None:
    text = "meter,ts,energy_active_import\nMAIN,01-09-2026 00:15:00,100\nMAIN,01-09-2026 00:30:00,101\n"
    said = refused(wb, file(text))
    assert "line 2" in said
    assert "2026-09-01 or 2026-01-09" in said
    assert "--date-order dmy or --date-order mdy" in said
    wb.import_readings(file(text), date_order="mdy")
    assert list(values(wb)) == ["2026-01-09T00:15:00+05:30", "2026-01-09T00:30:00+05:30"]


def test_what_would_lie_in_the_future_proves_the_order(wb: Workbench, file: Write) -> None:
    # Now is October 2026: the eleventh month of it has not come.
    wb.import_readings(file("meter,ts,energy_active_import\nMAIN,05/11/2025 10:00,1\nMAIN,11/05/2026 10:00,2\n"))
    assert list(values(wb)) == ["2025-11-05T10:00:00+05:30", "2026-05-11T10:00:00+05:30"]


def test_times_that_follow_each_other_prove_the_order(wb: Workbench, file: Write) -> None:
    rows = "".join(f"MAIN,0{5 + hour // 24}/03/2026 {hour % 24:02}:00,{hour}\n" for hour in range(48))
    wb.import_readings(file("meter,ts,energy_active_import\n" + rows))
    assert next(iter(values(wb))) == "2026-03-05T00:00:00+05:30"


def test_one_number_that_may_be_a_thousand_is_asked_about(wb: Workbench, file: Write) -> None:
    text = "Zähler;Zeitstempel;Zählerstand [kWh]\nMAIN;2026-10-01 00:15;1.234\nMAIN;2026-10-01 00:30;1.235\n"
    assert "--decimal . or --decimal ," in refused(wb, file(text))
    wb.import_readings(file(text), decimal=",")
    assert list(values(wb).values()) == [1234.0, 1235.0]


def test_a_meter_a_column(wb: Workbench, file: Write) -> None:
    rows = "".join(f"2026-10-01 {hour:02}:00,{100 + hour},{200 + hour}\n" for hour in range(12))
    text = "Date,MAIN,GRID\n,kWh,kWh\n" + rows
    assert wb.import_readings(file(text))["meters"] == 2
    assert (values(wb)["2026-10-01T03:00:00+05:30"], values(wb, "GRID")["2026-10-01T03:00:00+05:30"]) == (103, 203)


def test_excel_of_a_utility_with_real_dates_a_title_and_a_footer(wb: Workbench, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Lastgang 2026"])
    sheet.merge_cells("A1:C1")
    sheet.append([])
    sheet.append(["Von", "Bis", "Verbrauch (kWh)"])
    times = pd.date_range("2026-10-01", periods=97, freq="15min")
    for start, end in itertools.pairwise(times):
        sheet.append([start.to_pydatetime(), end.to_pydatetime(), 0.25])
    sheet.append(["Summe", None, 24.0])
    path = tmp_path / "MAIN.xlsx"
    book.save(path)
    told = wb.import_readings(path)
    assert told["rows"] == 96
    assert kwh(wb, "2026-10-01") == [24.0]
    assert any("below line 99" in note for note in told["understood"]["notes"])


def test_a_column_that_may_be_a_counter_or_the_energy_of_each_interval_is_asked_about(
    wb: Workbench, file: Write
) -> None:
    text = "Time,MAIN Energy (kWh)\n2026-10-01 00:00,5\n2026-10-01 01:00,6\n"
    assert "--kind counter or --kind interval" in refused(wb, file(text))
    wb.import_readings(file(text), kind="interval")
    assert kwh(wb, "2026-10-01T00:00/2026-10-01T02:00", every="1h") == [5.0, 6.0]


def quarters(*values: str) -> str:
    return "".join(f"01.10.2026 {10 + nth // 4}:{nth % 4 * 15:02};{value}\n" for nth, value in enumerate(values))


def test_energies_below_zero_are_what_flowed_back(wb: Workbench, file: Write) -> None:
    net = file("Zeit;Netz [kWh]\n" + quarters("1,5", "-0,5", "2,0", "-3,25", "0,0", "1,0", "1,0", "1,0"))
    stated: dict[str, Any] = {"meter": "MAIN", "kind": "interval", "stamps": "start"}
    assert "MAIN: negative energies of intervals are what flowed back" in str(wb.import_readings(net, True, **stated))
    wb.import_readings(net, **stated)
    assert wb.import_readings(net, **stated)["new"] == 0
    (hour, *_) = wb.intervals("MAIN", "2026-10-01T10:00+05:30/2026-10-01T11:00+05:30", every="1h").rows
    assert (hour["energy_import_kwh"], hour["energy_export_kwh"]) == (3.5, 3.75)


def test_energies_below_zero_beside_their_other_direction_are_none(wb: Workbench, file: Write) -> None:
    text = "ts;Bezug kWh;Einspeisung kWh\n" + quarters("1,5;0,0", "-0,5;0,0", "2,0;0,0")
    with pytest.raises(InputError, match="is negative, and no energy of an interval") as raised:
        wb.import_readings(file(text), meter="MAIN", kind="interval", stamps="start", interval="15min")
    assert str(raised.value).count("is negative") == 1
    assert "line 3" in str(raised.value)


def test_who_is_no_meter_is_told_at_the_column(wb: Workbench, file: Write) -> None:
    text = "Timestamp,LT_9.Active Energy Delivered (kWh)\n2026-10-01 00:15,100\n2026-10-01 00:30,101\n"
    said = refused(wb, file(text))
    assert "line 1: LT_9.Active Energy Delivered (kWh)" in said
    assert "LT_9 is no meter here" in said
    assert wb.import_readings(file(text), mapping={"meters": {"LT_9": "MAIN"}})["new"] == 2


def test_a_file_that_names_no_meter_says_how_to_name_it(wb: Workbench, file: Write) -> None:
    text = "Time,Meter Reading (kWh)\n2026-10-01 00:00,5\n2026-10-01 01:00,6\n"
    assert "--meter NUMBER" in refused(wb, file(text))
    assert "no meter" in refused(wb, file(text), meter="NONE")
    assert wb.import_readings(file(text), meter="MAIN")["new"] == 2
    assert wb.import_readings(file(text, "main.csv"))["new"] == 0


def test_one_bad_cell_of_a_vendors_file_is_told_and_nothing_is_taken(wb: Workbench, file: Write) -> None:
    text = (
        "Meter,Time,Meter Reading (kWh)\nMAIN,2026-10-01 00:00,5\nMAIN,2026-10-01 01:00,six\nMAIN,2026-10-01 25:00,7\n"
    )
    said = refused(wb, file(text))
    assert "line 3: Meter Reading (kWh) 'six': is no number" in said
    assert "line 4: Time '2026-10-01 25:00'" in said


# --- the hour that the clock shows twice ---------------------
def autumn(step: int, hours: range = range(25), zone: str = "Europe/Berlin") -> list[tuple[str, float]]:
    start = pd.Timestamp("2025-10-26", tz=zone)
    quarters = [
        start + pd.Timedelta(minutes=step * n) for n in range(hours.start * 60 // step, hours.stop * 60 // step)
    ]
    return [(f"{each:%Y-%m-%d %H:%M:%S}", 100.0 + nth) for nth, each in enumerate(quarters)]


@pytest.mark.parametrize("step", [15, 30, 60])
@pytest.mark.parametrize("turned", [False, True])
def test_the_day_of_25_hours_in_the_order_of_the_file(wb: Workbench, file: Write, step: int, turned: bool) -> None:
    rows = autumn(step)[:: -1 if turned else 1]
    text = "meter,ts,energy_active_import\n" + "".join(f"MAIN,{ts},{value}\n" for ts, value in rows)
    assert wb.import_readings(file(text), timezone="Europe/Berlin")["new"] == 25 * 60 // step
    first, last = sorted(values(wb).items())[:: 25 * 60 // step - 1]
    hours = pd.Timestamp(last[0]) - pd.Timestamp(first[0])
    assert hours == pd.Timedelta(hours=25, minutes=-step)
    assert last[1] - first[1] == 25 * 60 // step - 1


def test_half_of_the_repeated_hour_alone_is_refused_unless_the_order_is_stated(wb: Workbench, file: Write) -> None:
    rows = [(ts, value) for ts, value in autumn(60, range(4)) if not ts.endswith("03:00:00")][:3]
    text = "meter,ts,energy_active_import\n" + "".join(f"MAIN,{ts},{value}\n" for ts, value in rows)
    assert "shows it twice" in refused(wb, file(text), timezone="Europe/Berlin")
    wb.import_readings(file(text), timezone="Europe/Berlin", in_order=True)
    assert len(values(wb)) == 3


def test_a_time_of_another_zone_is_stated(wb: Workbench, file: Write) -> None:
    wb.import_readings(file("meter,ts,frequency\nMAIN,2026-10-01 00:00,50\n"), timezone="+10:00")
    assert list(values(wb, name="frequency")) == ["2026-09-30T19:30:00+05:30"]
    with pytest.raises(InputError, match="no time zone"):
        wb.import_readings(file("meter,ts,frequency\nMAIN,2026-10-01 00:00,50\n"), timezone="Nowhere/City")


# --- energy of each interval ---------------------
def test_nem12_is_exact_in_its_own_time_with_flags_and_units(wb: Workbench, file: Write) -> None:
    energies = [0.1 * (n % 7) for n in range(48)]
    text = nem12(energies, tail="400,1,40,A,,\n400,41,48,S14,,\n").replace(",A,,,2026", ",V,,,2026")
    told = wb.import_readings(file(text, "data.csv"))
    assert told["understood"]["shape"] == "NEM12"
    # 3 October in NEM time begins at 19:30 of the second in Kolkata.
    day = "2026-10-02T19:30:00+05:30/2026-10-03T19:30:00+05:30"
    assert kwh(wb, day, every="30min") == pytest.approx(energies, abs=1e-12)
    rows = wb.readings("MAIN", day, [AMOUNT, "interval_estimated"]).rows
    assert sum("interval_estimated" in row["values"] for row in rows) == 7
    assert wb.import_readings(file(text, "data.csv"))["new"] == 0


def test_nem12_streams_of_import_and_export_and_two_of_one_direction(wb: Workbench, file: Write) -> None:
    def stream(suffix: str, value: float, unit: str = "kWh") -> str:
        cells = ",".join([str(value)] * 96)
        return f"200,MAIN,E1E2B1,1,{suffix},N1,SER-1,{unit},15,\n300,20261003,{cells},A,,,20261004000000,\n"

    text = (
        "100,NEM12,202610050000,M,R\n"
        + stream("E1", 500, "Wh")
        + stream("E2", 0.25)
        + stream("B1", 0.001, "MWh")
        + "900\n"
    )
    wb.import_readings(file(text))
    day = "2026-10-02T19:30:00+05:30/2026-10-03T19:30:00+05:30"
    totals = wb.consumption("MAIN", day, every="15min").rows
    assert sum(each["energy_import_kwh"] or 0 for each in totals) == pytest.approx(0.75 * 96)
    assert sum(each["energy_export_kwh"] or 0 for each in totals) == pytest.approx(96)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kWh,30", "kWh,20"), "IntervalLength '20': must be 5, 15, 30 minutes"),
        (("kWh,30", "gal,30"), "UOM 'gal'"),
        (("300,20261003", "300,20261303"), "IntervalDate '20261303'"),
        (("0.5,0.5,A", "0.5,x,A"), "'x': is no number (interval 48)"),
        (("0.5,0.5,A", "0.5,A"), "48 values and a quality flag are needed"),
        (("200,MAIN", "200,6123456789"), "NMI '6123456789': is no meter here"),
    ],
)
def test_what_is_wrong_in_nem12_is_told_with_its_line(
    wb: Workbench, file: Write, change: tuple[str, str], said: str
) -> None:
    text = nem12([0.5] * 48).replace("SER-1", "X").replace(*change)
    told = refused(wb, file(text))
    assert said in told
    assert "line " in told


def test_a_file_that_continues_precedes_or_overlaps_another_agrees_and_a_gap_stays_unknown(
    wb: Workbench, file: Write
) -> None:
    for day in ("20261003", "20261001"):
        wb.import_readings(file(nem12([0.5] * 48, day=day)))
    days = "2026-09-30T19:30:00+05:30/2026-10-03T19:30:00+05:30"
    told = kwh(wb, days, every="30min")
    assert told == [0.5] * 48 + [None] * 48 + [0.5] * 48
    wb.import_readings(file(nem12([0.25] * 48, day="20261002")))
    assert kwh(wb, days, every="30min") == [0.5] * 48 + [0.25] * 48 + [0.5] * 48
    assert wb.import_readings(file(nem12([0.5] * 48, day="20261003")))["new"] == 0


def test_a_corrected_interval_is_told_and_can_be_edited(wb: Workbench, file: Write) -> None:
    wb.import_readings(file(nem12([0.5] * 48)))
    other = nem12([0.75] + [0.5] * 47)
    with pytest.raises(Exception, match=r"0\.75.*0\.5 is stored") as caught:
        wb.import_readings(file(other))
    assert "edit" in str(caught.value)
    told = wb.import_readings(file(other), keep_stored=True)
    assert (told["new"], told["conflict_count"]) == (0, 1)


def test_intervals_that_overlap_stored_ones_are_refused(wb: Workbench, file: Write) -> None:
    wb.import_readings(file(nem12([0.5] * 48)))
    with pytest.raises(InputError, match="overlaps the stored one"):
        wb.import_readings(file(nem12([0.25] * 96)), keep_stored=True)


GREEN = """Name,J DOE
Address,"1 TEST ST, ANYTOWN"
Account Number,0000000000
Service,Service 1

TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST,NOTES
Electric usage,2025-11-02,00:00,00:59,0.42,$0.10,
Electric usage,2025-11-02,01:00,01:59,0.40,$0.10,
Electric usage,2025-11-02,01:00,01:59,0.41,$0.10,
Electric usage,2025-11-02,02:00,02:59,0.39,$0.10,
"""


def test_green_button_csv_over_the_end_of_summer_time(wb: Workbench, file: Write) -> None:
    said = refused(wb, file(GREEN), meter="MAIN")
    assert "line 9" in said
    assert "--timezone" in said
    told = wb.import_readings(file(GREEN), meter="MAIN", timezone="America/New_York")
    assert told["understood"]["shape"] == "Green Button (CSV)"
    assert values(wb, name=AMOUNT) == {
        "2025-11-02T10:30:00+05:30": 0.42, "2025-11-02T11:30:00+05:30": 0.40, "2025-11-02T12:30:00+05:30": 0.41,
        "2025-11-02T13:30:00+05:30": 0.39,
    }  # fmt: skip


ESPI = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">
 <entry><link rel="self" href="/espi/UsagePoint/MAIN/MeterReading/1"/><link rel="related" href="/espi/ReadingType/7"/>
  <content><espi:MeterReading/></content></entry>
 <entry><link rel="self" href="/espi/ReadingType/7"/><content><espi:ReadingType>
  <espi:accumulationBehaviour>4</espi:accumulationBehaviour><espi:commodity>1</espi:commodity>
  <espi:flowDirection>FLOW</espi:flowDirection><espi:intervalLength>3600</espi:intervalLength>
  <espi:powerOfTenMultiplier>POWER</espi:powerOfTenMultiplier><espi:uom>72</espi:uom></espi:ReadingType></content></entry>
 <entry><link rel="self" href="/espi/UsagePoint/MAIN/MeterReading/1/IntervalBlock/1"/><content><espi:IntervalBlock>
  <espi:interval><espi:duration>86400</espi:duration><espi:start>1790812800</espi:start></espi:interval>
  <espi:IntervalReading><espi:timePeriod><espi:duration>3600</espi:duration><espi:start>1790812800</espi:start>
   </espi:timePeriod><espi:value>VALUE</espi:value></espi:IntervalReading>
  <espi:IntervalReading><espi:ReadingQuality><espi:quality>8</espi:quality></espi:ReadingQuality>
   <espi:timePeriod><espi:duration>3600</espi:duration><espi:start>1790816400</espi:start></espi:timePeriod>
   <espi:value>450</espi:value></espi:IntervalReading>
 </espi:IntervalBlock></content></entry>
</feed>
"""


@pytest.mark.parametrize(("power", "value"), [("0", 0.45), ("3", 450.0), ("-3", 0.00045)])
def test_green_button_xml_by_its_multiplier(wb: Workbench, file: Write, power: str, value: float) -> None:
    text = ESPI.replace("POWER", power).replace("FLOW", "1").replace("VALUE", "450")
    wb.import_readings(file(text, "green.xml"))
    assert values(wb, name=AMOUNT) == {"2026-10-01T06:30:00+05:30": value, "2026-10-01T07:30:00+05:30": value}


def test_green_button_xml_of_energy_that_is_fed_in(wb: Workbench, file: Write) -> None:
    text = ESPI.replace("POWER", "0").replace("FLOW", "19").replace("VALUE", "450")
    wb.import_readings(file(text, "green.xml"))
    assert list(values(wb, name="interval_energy_active_export").values()) == [0.45, 0.45]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("VALUE", "a lot"), "needs start, duration and value as whole numbers"),
        (("<feed", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed'), "declares a document type"),
        (("</feed>", ""), "no well-formed XML"),
        (("UsagePoint/MAIN", "UsagePoint/77"), "state --meter NUMBER"),
        (("<espi:uom>72", "<espi:uom>169"), ""),
    ],
)
def test_what_is_wrong_in_green_button_xml_is_told(
    wb: Workbench, file: Write, change: tuple[str, str], said: str
) -> None:
    text = ESPI.replace(*change).replace("POWER", "0").replace("FLOW", "1").replace("VALUE", "450")
    assert said in refused(wb, file(text, "green.xml"))


# --- the lookalike, and power ---------------------
USAGE = "meter,ts,energy_active_import\n" + "".join(
    f"MAIN,2026-10-01T00:{15 * n:02}:00+05:30,{value}\n"
    if n < 4
    else f"MAIN,2026-10-01T01:{15 * (n - 4):02}:00+05:30,{value}\n"
    for n, value in enumerate((2.5, 2.4, 2.6, 1.9, 0.2, 2.2, 2.1))
)


def test_energies_of_intervals_under_a_counters_name_are_refused_with_what_to_state(wb: Workbench, file: Write) -> None:
    said = refused(wb, file(USAGE))
    assert "MAIN: energy_active_import" in said
    assert "4 of the 6 steps" in said
    assert "--kind interval" in said
    told = wb.import_readings(file(USAGE), True)
    assert told["problem_count"] == 1
    wb.import_readings(file(USAGE), kind="interval")
    assert sum(filter(None, kwh(wb, "2026-10-01", every="15min"))) == pytest.approx(13.9)


def test_who_says_that_it_is_a_counter_is_believed(wb: Workbench, file: Write) -> None:
    assert wb.import_readings(file(USAGE), kind="counter")["new"] == 7


@pytest.mark.parametrize(
    "counter",
    [
        [1000 + n for n in range(20)],
        [1000.0, 1000.1] * 10,
        [5.0, 5.1] * 10,
        [5000 - 2.5 * (n % 2) + n * 0.1 for n in range(20)],
        [100 + n % 12 for n in range(48)],
    ],
)
def test_a_counter_that_jitters_runs_backwards_or_is_reset_daily_is_none_of_it(
    wb: Workbench, file: Write, counter: list[float]
) -> None:
    rows = "".join(
        f"MAIN,2026-10-01T{n // 4:02}:{15 * (n % 4):02}:00+05:30,{value}\n" for n, value in enumerate(counter)
    )
    assert wb.import_readings(file("meter,ts,energy_active_import\n" + rows))["new"] == len(counter)


def test_power_goes_to_power(wb: Workbench, file: Write) -> None:
    wb.import_readings(file(USAGE), kind="power")
    assert list(values(wb, name="active_power_total").values()) == pytest.approx([2.5, 2.4, 2.6, 1.9, 0.2, 2.2, 2.1])


def test_a_frame_may_hold_the_energy_of_each_interval(wb: Workbench) -> None:
    frame = pd.DataFrame(
        {
            "meter": "MAIN",
            "ts": pd.date_range("2026-10-01", periods=4, freq="15min"),
            "energy_active_import": [1.0, 2, 3, 4],
        }
    )
    wb.import_readings(frame, kind="interval")
    assert kwh(wb, "2026-10-01T00:00/2026-10-01T01:00", every="15min") == [1.0, 2.0, 3.0, 4.0]


# --- mappings ---------------------
def test_a_mapping_is_remembered_by_its_name_used_and_undone(wb: Workbench, file: Write) -> None:
    text = "Messpunkt;Wann;Was\nHalle 1;01-09-2026 00:15;1,5\nHalle 1;01-09-2026 00:30;2,5\n"
    fields = {
        "date_order": "dmy", "columns": {"Messpunkt": "meter", "Wann": "ts", "Was": "energy_active_import MWh"},
        "meters": {"Halle 1": "MAIN"},
    }  # fmt: skip
    saved = wb.put_mapping("Halle", fields)
    assert saved["fields"] == fields
    assert wb.mappings() == [saved]
    wb.import_readings(file(text), mapping="halle")
    assert values(wb) == {"2026-09-01T00:15:00+05:30": 1500.0, "2026-09-01T00:30:00+05:30": 2500.0}
    wb.delete_mapping("HALLE")
    assert wb.mappings() == []
    with pytest.raises(NotFoundError, match="no mapping 'halle'"):
        wb.import_readings(file(text), mapping="halle")
    wb.undo()
    assert wb.mappings() == [saved]


def test_everything_that_is_wrong_in_a_mapping_is_told(wb: Workbench) -> None:
    with pytest.raises(InputError) as caught:
        wb.put_mapping(
            "x", {"kind": "kwh", "timezone": "Mars", "colour": 1, "columns": {"A": "energie", "B": "frequency kWh"}}
        )
    assert {problem.field for problem in caught.value.problems} == {
        "kind", "timezone", "colour", "columns: A", "columns: B",
    }  # fmt: skip
    assert wb.mappings() == []


def test_a_dry_run_says_what_is_open_and_shows_the_first_values(wb: Workbench, file: Write) -> None:
    text = "Time,MAIN Energy (kWh)\n2026-10-01 00:00,5\n2026-10-01 01:00,6\n"
    told = wb.import_readings(file(text), True)
    assert "--kind" in told["problems"][0]["reason"]
    told = wb.import_readings(file(text), True, kind="interval")
    assert told["problem_count"] == 0
    first = told["understood"]["sample"][0]
    assert (first["start"], first["end"], first["value"], first["unit"]) == (
        "2026-10-01T00:00:00+05:30", "2026-10-01T01:00:00+05:30", 5.0, "kWh",
    )  # fmt: skip
    assert wb.readings("MAIN", "2026").rows == ()


def test_a_file_of_nothing_known_is_refused_whatever_it_is_called(wb: Workbench, file: Write) -> None:
    book = BytesIO()
    openpyxl.Workbook().save(book)
    for content, name in ((b"\x00\x01\x02", "a.bin"), (b"hello\nworld\n", "a.txt"), (book.getvalue(), "a.csv")):
        assert "a." in refused(wb, file(content, name))
