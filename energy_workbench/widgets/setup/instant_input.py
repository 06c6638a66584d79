"""Input of an instant in the site's zone: the browser's own picker of date and time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.widgets.parts import shown
from energy_workbench.widgets.setup.parts import SetupParts

Heard = Callable[[str], None]


class InstantInput:
    """A picker, and beside it the choice that is left where the site's clock shows a time twice; `widget` has both.

    Parameters
    ----------
    heard : callable
        Given the instant that somebody chose: ISO text, the site's time where it has no offset; empty for none.
    """

    def __init__(self, make: SetupParts, label: str, heard: Heard) -> None:
        self._heard = heard
        self._zone = ZoneInfo("UTC")
        self._writing = False
        self.picker = make.moment(label)
        self.which = make.select("The clock shows it twice", [("", "")])
        self.widget = make.box([self.picker, self.which], "ew-instant")
        self.picker.observe(make.guard(self._picked), "value")
        self.which.observe(make.guard(self._chosen), "value")
        shown(self.which, False)

    def show(self, text: str, zone: ZoneInfo) -> None:
        """Show an instant as the site's clock does; one that nobody touches keeps its seconds and its offset."""
        self._zone = zone
        moment = _moment(text, zone)
        self._write(lambda: self.picker.set_trait("value", moment))
        self._offer(moment, text)

    def _picked(self, change: dict[str, Any]) -> None:
        if self._writing:
            return
        moment = change["new"]
        twice = [] if moment is None else twice_shown(moment, self._zone)
        # The clock's first showing, until somebody says that the second is meant.
        text = twice[0].isoformat() if twice else moment.isoformat(timespec="minutes") if moment else ""
        self._offer(moment, text)
        self._heard(text)

    def _chosen(self, change: dict[str, Any]) -> None:
        if not self._writing and change["new"]:
            self._heard(str(change["new"]))

    def _offer(self, moment: datetime | None, text: str) -> None:
        twice = [] if moment is None else twice_shown(moment, self._zone)
        words = zip(("First", "Second"), (each.isoformat() for each in twice), strict=False)
        options = [(f"{word}, UTC{instant[-6:]}", instant) for word, instant in words]

        def write() -> None:
            self.which.options = options or [("", "")]
            known = [value for _, value in options]
            self.which.value = text if text in known else known[0] if known else ""

        self._write(write)
        shown(self.which, bool(options))

    def _write(self, write: Callable[[], None]) -> None:
        self._writing = True
        try:
            write()
        finally:
            self._writing = False


def twice_shown(moment: datetime, zone: ZoneInfo) -> list[datetime]:
    """The two instants at which the site's clock shows a time; empty where it shows it once, or never."""
    both = [moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    if both[0].utcoffset() == both[1].utcoffset():
        return []
    shown_then = [each.astimezone(UTC).astimezone(zone).replace(tzinfo=None) for each in both]
    return both if shown_then == [moment, moment] else []


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """What the site's clock shows at an instant; None for no instant."""
    try:
        instant = datetime.fromisoformat(text.strip().replace(" ", "T"))
    except ValueError:
        return None
    return instant.replace(tzinfo=None) if instant.tzinfo is None else instant.astimezone(zone).replace(tzinfo=None)
