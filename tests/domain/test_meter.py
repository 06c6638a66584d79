import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.quantities import QUANTITIES, UNIT_FACTORS, Scaling, quantity
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import Colour, Communication, Health, Status, colour


@pytest.mark.parametrize(
    ("status", "health", "communication", "expected"),
    [
        (Status.INACTIVE, Health.CRITICAL, Communication.ONLINE, Colour.RED),
        (Status.FAULTY, Health.GOOD, Communication.OFFLINE, Colour.ORANGE),
        (Status.ACTIVE, Health.CRITICAL, Communication.OFFLINE, Colour.ORANGE),
        (Status.MAINTENANCE, Health.GOOD, Communication.OFFLINE, Colour.RED),
        (Status.MAINTENANCE, Health.GOOD, Communication.ONLINE, Colour.YELLOW),
        (Status.INACTIVE, Health.UNKNOWN, Communication.NOT_CONNECTED, Colour.RED),
        (Status.FAULTY, Health.UNKNOWN, Communication.NOT_CONNECTED, Colour.ORANGE),
        (Status.ACTIVE, Health.CRITICAL, Communication.NOT_CONNECTED, Colour.ORANGE),
        (Status.ACTIVE, Health.WARNING, Communication.NOT_CONNECTED, Colour.GREY),
        (Status.MAINTENANCE, Health.UNKNOWN, Communication.NOT_CONNECTED, Colour.GREY),
        (Status.ACTIVE, Health.UNKNOWN, Communication.OFFLINE, Colour.RED),
        (Status.ACTIVE, Health.UNKNOWN, Communication.TIMEOUT, Colour.YELLOW),
        (Status.ACTIVE, Health.UNKNOWN, Communication.ONLINE, Colour.GREY),
        (Status.ACTIVE, Health.WARNING, Communication.ONLINE, Colour.YELLOW),
        (Status.ACTIVE, Health.GOOD, Communication.TIMEOUT, Colour.YELLOW),
        (Status.ACTIVE, Health.GOOD, Communication.ONLINE, Colour.GREEN),
    ],
)
def test_the_first_rule_that_holds_colours_a_meter(status, health, communication, expected):
    assert colour(status, health, communication) is expected


def test_a_ratio_multiplies_only_where_the_workbench_applies_it():
    plate = {"ct_primary": 1000, "ct_secondary": 5, "pt_primary": 11000, "pt_secondary": 110}
    inside, outside = Ratio(**plate), Ratio(**plate, applied_by=AppliedBy.WORKBENCH)
    assert (inside.ct_text, inside.pt_text) == ("1000/5", "11000/110")
    assert [inside.factor(s) for s in Scaling] == [1, 1, 1, 1]
    assert [outside.factor(s) for s in (Scaling.NONE, Scaling.VOLTAGE, Scaling.CURRENT, Scaling.POWER)] == [
        1,
        100,
        200,
        20000,
    ]
    assert Ratio(applied_by=AppliedBy.WORKBENCH).factor(Scaling.POWER) == 1


def test_every_quantity_has_a_label_and_a_unit_of_the_workbench():
    workbench_units = {unit for unit, _ in UNIT_FACTORS.values()} | {
        "",
        "1",
        "V",
        "A",
        "Hz",
        "%",
        "deg",
        "L",
        "rpm",
        "kPa",
        "Ah",
        "min",
    }
    assert {q.unit for q in QUANTITIES.values()} <= workbench_units
    assert all(q.label[0].isupper() for q in QUANTITIES.values())
    labels = ("voltage_l1_l2", "voltage_l1_n", "active_power_l1", "current_n", "thd_voltage_l1", "energy_active_import")
    assert [quantity(name).label for name in labels] == [
        "Voltage L1-L2", "Voltage L1-N", "Active power L1", "Current N", "THD voltage L1", "Energy active import",
    ]  # fmt: skip


def test_an_unknown_quantity_is_an_error_that_offers_near_names():
    with pytest.raises(InputError, match="active_power_total"):
        quantity("active_power_totl")
