"""What answers questions of a period, in plain text."""

from __future__ import annotations

from energy_workbench.services.answers.audit import AuditAnswers
from energy_workbench.services.answers.condition import ConditionAnswers
from energy_workbench.services.answers.energy import EnergyAnswers
from energy_workbench.services.answers.generation import GenerationAnswers
from energy_workbench.services.answers.readings import ReadingAnswers
from energy_workbench.services.answers.site import SiteAnswers


class Answers(ReadingAnswers, EnergyAnswers, GenerationAnswers, SiteAnswers, ConditionAnswers, AuditAnswers):
    """All of them."""
