"""The demo plant's meters, as every model that it can be: each is found out as what it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from collector.plant.model import Plant
from collector.plant.server import PlantServer
from collector.plant.tree import build
from collector.probing.suggest import suggest
from collector.profile.store import available, load
from energy_workbench.domain.entities import MeterType
from tests.collector.plant.conftest import ORIGIN, ZONE

NOON = (ORIGIN + timedelta(days=2, hours=12)).timestamp()
SERVED = [name for name in available() if load(name).sunspec_model is None]
TWINS = (
    {"siemens_pac2200", "siemens_pac3200"},
    {"janitza_umg604", "janitza_umg96rm"},
    {"eastron_sdm120", "eastron_sdm230"},
    {"selec_mfm383", "selec_mfm384"},
)
"""Models that the plant's values and open gaps do not tell apart: the other one may be first, in the same breath."""


@pytest.mark.parametrize("part", [0, 1])
def test_each_model_that_the_plant_can_be_is_found_out(part: int) -> None:
    names = SERVED[part::2]
    meters = build()
    machines = [meter for meter in meters if meter.type is MeterType.MACHINE][: len(names)]
    models = {meter.number: name for meter, name in zip(machines, names, strict=True)}
    plant = Plant(
        tuple(replace(m, profile=models.get(m.number, m.profile)) for m in meters), seed=7, origin=ORIGIN, zone=ZONE
    )

    async def main() -> list[str]:
        server = PlantServer(plant, now=lambda: NOON)
        urls = await server.start("127.0.0.1", 0)
        wrong = []
        try:
            for meter in machines:
                name = models[meter.number]
                found = await suggest(urls[meter.gateway], meter.unit_id)
                ranked = [row["profile"] for row in found["candidates"]]
                twins = next((pair for pair in TWINS if name in pair), {name})
                if not ranked or ranked[0] not in twins or name not in ranked[:2]:
                    wrong.append(f"{name}: {ranked} {found['error']}")
        finally:
            await server.stop()
        return wrong

    assert asyncio.run(main()) == []
