"""Enumerated texts, and numbers with their units, as members of rows and parameters."""

from __future__ import annotations

from typing import Annotated

from energy_workbench.contract.notes import Unit, Words
from energy_workbench.domain.emission_factors import KINDS
from energy_workbench.domain.entities import Flow, Fuel, MeterType, Priority, ProductionRegister
from energy_workbench.domain.intervals.quality import QUALITIES
from energy_workbench.domain.ratios import AppliedBy
from energy_workbench.domain.status import Colour, Communication, Health, Status

TypeText = Annotated[str, Words(tuple(MeterType))]
FlowText = Annotated[str, Words(tuple(Flow))]
FuelText = Annotated[str, Words(tuple(Fuel))]
AppliedByText = Annotated[str, Words(tuple(AppliedBy))]
ProductionRegisterText = Annotated[str, Words(tuple(ProductionRegister))]
PriorityText = Annotated[str, Words(tuple(Priority))]
StatusText = Annotated[str, Words(tuple(Status))]
HealthText = Annotated[str, Words(tuple(Health))]
CommunicationText = Annotated[str, Words(tuple(Communication))]
ColourText = Annotated[str, Words(tuple(Colour))]
AgainstText = Annotated[str, Words(("previous", "year"))]
"""The earlier time that a period is compared with."""
BlockText = Annotated[str, Words(("15min", "30min", "60min", "1h"))]
"""Length over which power is averaged to a demand."""
DemandKindText = Annotated[str, Words(("block", "sliding"))]
DemandUnitText = Annotated[str, Words(("kw", "kva"))]
ByText = Annotated[str, Words(("day", "week", "month", "weekday-hour", "hour", "duration", "shift"))]
"""How consumption is shown: in steps over time, or how it is spread."""
FactorKindText = Annotated[str, Words(tuple(KINDS))]
FileKindText = Annotated[str, Words(("html", "pdf", "xlsx"))]
"""Kind of file that a report writes."""
MeteringPeriodText = Annotated[str, Words(("15min", "30min", "1h", "1d", "1mo"))]
QualityText = Annotated[str, Words(QUALITIES)]
VerdictText = Annotated[str, Words(("hotspot", "surplus", "ok", "within_error", "not_metered", "insufficient_data"))]
"""Whether a loss means anything."""
StateText = Annotated[str, Words(("good", "warning", "problem", "unknown"))]
"""How a part of the installation is, as the doctor says it."""

Kwh = Annotated[float, Unit("kWh")]
Kvarh = Annotated[float, Unit("kvarh")]
Kvah = Annotated[float, Unit("kVAh")]
Kw = Annotated[float, Unit("kW")]
Kg = Annotated[float, Unit("kg")]
Litres = Annotated[float, Unit("L")]
Hours = Annotated[float, Unit("h")]
Seconds = Annotated[float, Unit("s")]
Days = Annotated[float, Unit("d")]
Percent = Annotated[float, Unit("%")]
Share = Annotated[float, Unit("1")]
