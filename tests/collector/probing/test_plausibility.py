"""Laws of a supply hold for a meter and not for noise."""

from __future__ import annotations

from collector.probing.plausibility import evidence, sane


def test_the_laws_of_a_supply_hold_for_a_meter_and_not_for_noise() -> None:
    good = evidence({"frequency": 49.9, "voltage_l1_n": 230.0, "power_factor_total": 0.9})
    assert all(item.weight > 0 for item in good)
    for name, value in (("frequency", 1e-38), ("voltage_l1_n", 3e9), ("power_factor_total", 57.0)):
        assert any(item.weight < 0 for item in evidence({name: value})), name
    assert evidence({"frequency": 0.0, "voltage_l1_n": None}) == []
    assert not sane("energy_active_import", -5.0)
    assert not sane("current_l1", float("nan"))
