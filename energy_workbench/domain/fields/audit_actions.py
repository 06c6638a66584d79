"""What the audit calls the changes of the configuration: each action, its kind, and both in words."""

from __future__ import annotations

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "meter.create": "{} created",
    "meter.update": "{} changed",
    "meter.status": "status of {} changed",
    "meter.delete": "{} deleted",
    "meter.restore": "{} restored",
    "ratio.add": "ratio of {} added",
    "ratio.correct": "ratio of {} corrected",
    "ratio.delete": "ratio of {} deleted",
    "place.add": "{} moved with a date",
    "place.correct": "place of {} corrected",
    "place.delete": "dated place of {} deleted",
    "formula.add": "formula of {} stated",
    "formula.correct": "formula of {} corrected",
    "formula.delete": "dated formula of {} deleted",
    "exchange.add": "exchange of {} recorded",
    "exchange.correct": "exchange of {} corrected",
    "exchange.delete": "exchange of {} deleted",
    "decision.add": "break of a counter of {} decided",
    "decision.correct": "decision on a counter of {} corrected",
    "decision.delete": "decision on a counter of {} taken back",
    "interval.edit": "interval of {} edited",
    "interval.restore": "edit of an interval of {} taken back",
    "sheet.sign": "commissioning sheet of {} signed",
    "template.create": "template {} saved",
    "template.update": "template {} changed",
    "template.delete": "template {} deleted",
    "month.lock": "{} locked",
    "month.unlock": "{} unlocked",
    "readings.add": "readings of a locked month added to {}",
    "retention.thin": "readings of {} thinned",
    "factor.set": "emission factor {} stated",
    "factor.delete": "emission factor {} taken away",
    "limits.update": "limits of {} changed",
    "gateway.update": "gateway {} changed",
    "schedule.create": "schedule {} created",
    "schedule.update": "schedule {} changed",
    "schedule.pause": "schedule {} paused",
    "schedule.resume": "schedule {} resumed",
    "schedule.delete": "schedule {} deleted",
    "site.update": "site changed",
    "token.create": "token {} made",
    "token.replace": "token {} replaced",
    "token.rotate": "token {} made anew",
    "token.revoke": "token {} revoked",
    "undo": "change of {} undone",
    "registry.baseline": "all that is configured written down by an upgrade",
}
"""Action → what happened, for a button or a line; the name of what was changed comes in the braces."""

KINDS: Final[dict[str, str]] = {
    "meter": "Meters",
    "ratio": "CT and PT",
    "place": "Dated places",
    "formula": "Formulas",
    "exchange": "Exchanges of devices",
    "decision": "Breaks of counters",
    "interval": "Edited intervals",
    "sheet": "Commissioning sheets",
    "template": "Templates",
    "limits": "Limits of health",
    "gateway": "Gateways",
    "schedule": "Scheduled reports",
    "month": "Locked months",
    "readings": "Readings of locked months",
    "retention": "Thinned readings",
    "factor": "Emission factors",
    "site": "Site",
    "token": "Access tokens",
    "undo": "Undone changes",
    "registry": "Upgrades",
}
"""Kind of actions, the part before the dot → its name in a menu."""


def done(action: str, name: str) -> str:
    """What happened, in words: `ratio of UNIT-A added`."""
    return ACTIONS[action].format(name) if action in ACTIONS else f"{action} of {name}"


def kind(action: str) -> str:
    """Of which kind an action is: `ratio` of `ratio.add`."""
    return action.partition(".")[0]
