"""Model of the exchanges of a meter's device: one that is written down or taken away, and what that changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from traitlets import Bool, Dict, Instance, List, Unicode

from energy_workbench.contract.bodies import ExchangeFields
from energy_workbench.contract.rows.meters import CounterAtExchange, ExchangePreview, ExchangeRow, MeterRow
from energy_workbench.contract.rows.setup import ProfileRow
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import zone_of
from energy_workbench.energy.counters import EXPORT, IMPORT
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain
from energy_workbench.widgets.form import PAUSE, Answers
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.form.fields import RATIO, number, texts

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

SIDES = ("closing", "opening")
COUNTED = (IMPORT[0], EXPORT[0])
"""Counters that are asked for where nothing was read of the meter yet."""


class ExchangeModel(Answers):
    """Headless. `begin` shows a meter's exchanges; `set` answers, `save` writes one down, `remove` takes one away.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of the meter.
    """

    meter = Dict()
    rows: list[ExchangeRow] = List()
    """Its exchanges, oldest first."""
    known = Bool(False)
    profiles: list[ProfileRow] = List()
    zone = Unicode("UTC")
    """The site's."""
    preview: ExchangePreview | None = Instance(dict, allow_none=True)
    """What the exchange would change; None while that is not known."""
    looking = Bool(False)
    """Whether it is being worked out."""
    removing = Unicode("")
    """Instant of the exchange that is to be taken away; empty while none is."""
    counters: list[CounterAtExchange] = List()
    """Counters that the meter has, as they were last previewed."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    # Beginning

    def begin(self, meter: MeterRow) -> None:
        """Show the exchanges of a meter, and the form of one that happened now."""
        now = clock.now().astimezone(zone_of(self.zone)).replace(second=0, microsecond=0)
        with self.hold_trait_notifications():
            self.meter, self.rows, self.known, self.removing, self.preview = dict(meter), [], False, "", None
            self.counters = []
            values = texts(meter, "")
            held = {name: values[name] for name in ("profile", *RATIO)}
            self._fresh({"at": now.isoformat(), "new_serial": "", "note": "", **held})
        key = str(meter["id"])
        self._doer.do(lambda: self._workbench.exchanges(key), self._take_rows, key="exchanges")
        self._doer.do(
            self._workbench.profiles, lambda rows: self.set_trait("profiles", list(rows)), key="exchange profiles"
        )
        self._look(0.0)

    def _take_rows(self, rows: Sequence[ExchangeRow]) -> None:
        with self.hold_trait_notifications():
            self.rows, self.known = list(rows), True

    # Answering

    @property
    def counted(self) -> tuple[str, ...]:
        """Counters whose last and first readings are asked for."""
        return tuple(each["quantity"] for each in self.counters) or COUNTED

    def set(self, name: str, text: str) -> None:
        """Set the value of a field; a reading's is `closing.` or `opening.` and its quantity."""
        if text == self.values.get(name, ""):
            return
        with self.hold_trait_notifications():
            super().set(name, text)
            self.problems = {field: reason for field, reason in self.problems.items() if field != name}
            self.failure = ""
        self._look(PAUSE)

    def sent(self) -> ExchangeFields:
        """The exchange as the service takes it; profile and ratio only where the new device has others."""
        values, meter = self.values, texts(self.meter, "")
        fields: ExchangeFields = {
            "at": values["at"].strip() or None,
            "new_serial": values["new_serial"].strip(),
            "note": values["note"].strip(),
            "closing": self._read("closing"),
            "opening": self._read("opening"),
        }
        if values["profile"].strip() and values["profile"].strip() != meter["profile"]:
            fields["profile"] = values["profile"].strip()
        if any(values[name].strip() != meter[name] for name in RATIO):
            ratio = {name: number(values[name]) for name in RATIO if name != "ratio_applied_by"}
            fields["ratio"] = {**ratio, "ratio_applied_by": values["ratio_applied_by"]}
        return fields

    def _read(self, side: str) -> dict[str, float]:
        """Readings of one side that were typed; a text that is no number is left for the service to refuse."""
        read = {name: number(self.values.get(f"{side}.{name}", "")) for name in self.counted}
        return {name: cast(float, value) for name, value in read.items() if value is not None}

    def _look(self, wait: float) -> None:
        """Work out what the exchange would change."""
        fields, key = self.sent(), str(self.meter["id"])
        self.looking = True
        self._doer.do(
            lambda: self._workbench.preview_exchange(key, fields), self._take_preview, self._no_preview,
            key="exchange preview", wait=wait,
        )  # fmt: skip

    def _take_preview(self, preview: ExchangePreview) -> None:
        with self.hold_trait_notifications():
            self.preview, self.looking = preview.copy(), False
            self.problems = {name: reason for name, reason in self.problems.items() if name == "new_serial"}
            known = {each["quantity"] for each in preview["counters"]}
            if not self.removing and (known - {each["quantity"] for each in self.counters} or not self.counters):
                self.counters = list(preview["counters"])

    def _no_preview(self, error: Exception) -> None:
        refused = {item.field: item.reason for item in getattr(error, "problems", ()) if item.field in self.fields}
        with self.hold_trait_notifications():
            self.preview, self.looking = None, False
            if refused:
                self.problems = {**self.problems, **refused}
            else:
                self.failure = explain(error)

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields of the form."""
        readings = (f"{side}.{name}" for side in SIDES for name in self.counted)
        return ("at", "new_serial", "note", "profile", *RATIO, *readings)

    # Ending

    def save(self) -> None:
        """Write the exchange down, if the service takes it."""
        if self.busy or self.removing:
            return
        if not self.values["new_serial"].strip():
            self.problems = {**self.problems, "new_serial": "is needed: it stands on the nameplate of the new device"}
            return
        fields, key, revision = self.sent(), str(self.meter["id"]), self.meter.get("revision")
        number_, serial = one_line(self.meter["number"]), one_line(fields.get("new_serial"))
        self._change(
            lambda: self._workbench.add_exchange(key, fields, revision=revision),
            f"The exchange of {number_} was recorded: {serial}. Its intervals follow with the next build.",
        )

    def ask_remove(self, at: str) -> None:
        """Ask whether an exchange is to be taken away, and work out what that would change."""
        with self.hold_trait_notifications():
            self.removing, self.preview, self.failure, self.looking = at, None, "", True
        key = str(self.meter["id"])
        self._doer.do(
            lambda: self._workbench.preview_exchange(key, {"at": at}, remove=True), self._take_preview,
            self._no_preview, key="exchange preview",
        )  # fmt: skip

    def keep(self) -> None:
        """Take nothing away."""
        with self.hold_trait_notifications():
            self.removing, self.preview, self.failure = "", None, ""
        self._look(0.0)

    def remove(self) -> None:
        """Take the exchange away that was asked about."""
        if self.busy or not self.removing:
            return
        at, key, revision = self.removing, str(self.meter["id"]), self.meter.get("revision")
        self._change(
            lambda: self._workbench.delete_exchange(key, at, revision=revision),
            f"The exchange of {one_line(self.meter['number'])} was taken away. "
            "Ratio and profile stay as they are; its intervals follow with the next build.",
        )

    def _change(self, act: Callable[[], Any], said: str) -> None:
        key = str(self.meter["id"])

        def done(_: Any) -> None:
            self.busy = False
            self._done(said, key)

        def failed(error: Exception) -> None:
            self._not_stored(error, self.fields)

        self._storing()
        self._doer.do(act, done, failed, key="exchange")

    @property
    def row(self) -> ExchangeRow | None:
        """The exchange that is to be taken away; None where none is."""
        return next((row for row in self.rows if row["at"] == self.removing), None)

    def same_meter(self, meters: Mapping[str, Any]) -> None:
        """Take the newest revision of the meter, so that one's own changes are no conflict."""
        if (key := self.meter.get("id")) in meters:
            self.meter = {**self.meter, "revision": meters[key]["revision"]}
