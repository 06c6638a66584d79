"""The shipped profiles are whole, and say what the reference says."""

from __future__ import annotations

import pytest

from collector.profile.store import available, load
from energy_workbench.domain.quantities import QUANTITIES

SHIPPED = sorted(available())


def test_every_model_of_the_reference_is_there() -> None:
    assert len(SHIPPED) == 37


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_profile_is_whole(id: str) -> None:
    profile = load(id)
    assert profile.sources
    assert profile.confidence
    assert set(profile.quantities) <= QUANTITIES.keys()
    assert "active_power_total" in profile.poll or profile.id in ("socomec_diris_b30",)
    assert any(name.startswith("energy_active_") for name in profile.poll)
    assert {register.wire.words for register in profile.registers} <= {1, 2, 4}
    assert profile.bridge_gaps is not id.startswith(("carlo_gavazzi", "socomec"))
    assert (profile.sunspec_model is not None) == id.startswith("sunspec")


def test_facts_of_the_reference_arrive() -> None:
    assert load("carlo_gavazzi_em24_rs485").max_block == 11
    assert load("selec_em4m").max_block == 32
    assert load("dse_gencomm").page == 256
    assert load("dse_gencomm").by_quantity["run_hours"].address == 1798
    assert load("elmeasure_lg").by_quantity["interruptions"].word_order == "big"
    assert load("elmeasure_lg").by_quantity["frequency"].word_order == "little"
    assert load("abb_b23_b24").primary_values is None
    assert load("eastron_sdm630").pause_ms == 60
    assert load("eastron_sdm630").by_quantity["serial_number"].function_code == 3
    assert "incomplete" not in SHIPPED
    assert "schneider_pm1200_em6400_classic" not in SHIPPED
