"""Write the tables of fields and of the rules of health in the documentation, made of their declarations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass
from pathlib import Path

from energy_workbench.domain.fields import meter_fields, schedule_fields
from energy_workbench.domain.fields.field import AnyField
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.schedule_field import ScheduleField
from energy_workbench.domain.health.limits import RULES, Rule

DOCS = Path(__file__).resolve().parents[1] / "docs"


@dataclass(frozen=True)
class Documented:
    """A table on a page.

    Attributes
    ----------
    page : Path
    head : str
        The two lines that it begins with.
    lines : callable
        Its rows as they should be.
    """

    page: Path
    head: str
    lines: Callable[[], str]

    def written(self, page: str) -> str:
        """The page with the table as it should be, where the one that begins with `head` stands.

        Raises
        ------
        ValueError
            If there is none, or several.
        """
        table = re.compile(re.escape(self.head) + r"(?:\|.*\n)*")
        page, found = table.subn(lambda _: self.head + self.lines(), page)
        if found != 1:
            raise ValueError(f"{self.page} has no table that begins with {self.head!r}, or several")
        return page


def _said(field: AnyField) -> str:
    return f"{text(field.message('label'))} | {text(field.message('help')) if field.help else ''} |\n"


def _default(field: ScheduleField) -> str:
    value = field.default
    if value is MISSING:
        return "must be given"
    if isinstance(value, tuple | dict):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g} {field.unit}".strip() if isinstance(value, float) else value


def _rule(rule: Rule) -> str:
    limit, side = rule.default, "below " if rule.low else "above "
    shown = (
        _limit(limit.warning, rule.unit, side), _limit(limit.critical, rule.unit, side),
        _limit(limit.hysteresis, rule.unit), _limit(limit.seconds, "s"),
    )  # fmt: skip
    return f"| `{rule.name}` | {rule.meaning} | {' | '.join(shown)} | {rule.source} |\n"


def _limit(value: float | None, unit: str, before: str = "") -> str:
    return "off" if value is None else f"{before}{value:g}{'' if unit == '1' else f' {unit}'}"


METERS = Documented(
    DOCS / "add-a-meter.md",
    "| column | label | what it says |\n| --- | --- | --- |\n",
    lambda: "".join(f"| `{field.name}` | {_said(field)}" for field in meter_fields.COLUMNS),
)
SCHEDULES = Documented(
    DOCS / "schedules.md",
    "| field | option | default | label | what it says |\n| --- | --- | --- | --- | --- |\n",
    lambda: "".join(
        f"| `{field.name}` | {f'`--{field.option}`' if field.option else ''} | {_default(field)} | {_said(field)}"
        for field in schedule_fields.FIELDS
    ),
)
HEALTH = Documented(
    DOCS / "health.md",
    f"| rule | compares | warning | critical | leaves by | lasting | default |\n|{' --- |' * 7}\n",
    lambda: "".join(map(_rule, RULES.values())),
)

if __name__ == "__main__":
    for each in (METERS, SCHEDULES, HEALTH):
        each.page.write_text(each.written(each.page.read_text("utf-8")), "utf-8")
