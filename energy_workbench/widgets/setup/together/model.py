"""Model of changing many meters together: chosen by filter and by hand, previewed, applied as one change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from traitlets import Bool, Dict, HasTraits, Instance, Tuple, Unicode

from energy_workbench.contract.rows.meters import EditedMeters, MeterRow
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields.meter_fields import BY_NAME
from energy_workbench.domain.health.limits import DEFAULTS
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.setup.meter_tree import MeterTree

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

LIMIT: Final = "limit."
"""Begins the name of a limit of health, where fields and limits are chosen from one menu."""
FIELDS: Final = tuple(name for name in BY_NAME if name != "number")
LIMITS: Final = tuple(f"{LIMIT}{name}" for name in DEFAULTS)
FILTERS: Final = ("q", "type", "status", "communication", "gateway", "profile", "below", "commissioned")
NONE: Final = "none"
"""Gateway or profile of meters that have none."""


class TogetherModel(HasTraits):
    """Headless: `filter` and `toggle` choose, `change` says what is to be another, `look` previews, `apply` does it.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of no meter.
    deliver : callable
        Hands the reader a file, by its name and content.
    """

    opened = Bool(False)
    """Whether somebody opened the panel already."""
    meters = Instance(MeterTree, ())
    filters = Dict()
    by_hand = Tuple()
    """Ids that were chosen one by one."""
    left_out = Tuple()
    """Ids that the filter means and somebody took out."""
    chosen = Tuple()
    """Ids of all that are chosen, in the order of the tree."""
    changes = Dict()
    """Text by name of the field, or of the limit with its prefix."""
    preview: EditedMeters | None = Instance(dict, allow_none=True)
    failure = Unicode("")
    busy = Bool(False)

    def __init__(
        self,
        workbench: WorkbenchContract,
        doer: Doer,
        done: Callable[[str, str], None],
        deliver: Callable[[str, bytes], None] = lambda *_: None,
    ) -> None:
        super().__init__()
        self._workbench, self._doer, self._done, self._deliver = workbench, doer, done, deliver
        self.observe(lambda _: self._choose(), ["meters", "filters", "by_hand", "left_out"])

    def begin(self) -> None:
        """Nothing is chosen and nothing changed."""
        with self.hold_trait_notifications():
            self.opened, self.filters, self.by_hand, self.left_out, self.changes = True, {}, (), (), {}
            self.failure, self.preview, self.busy = "", None, False

    def filter(self, name: str, value: str) -> None:
        """Choose those that are like that; an empty text does not matter."""
        rest = {key: text for key, text in self.filters.items() if key != name}
        self.filters = {**rest, name: value} if value.strip() else rest
        self.left_out = ()

    def toggle(self, key: str) -> None:
        """Choose a meter by hand, or take one out that is chosen."""
        if key not in self.meters:
            return
        if key in self.chosen:
            self.by_hand = tuple(each for each in self.by_hand if each != key)
            self.left_out = (*self.left_out, key)
        else:
            self.left_out = tuple(each for each in self.left_out if each != key)
            self.by_hand = (*self.by_hand, key)

    def change(self, name: str, value: str) -> None:
        """Say what a field or a limit is to be; an empty text is the default."""
        if name in (*FIELDS, *LIMITS):
            self.changes = {**self.changes, name: value.strip()}
            self._stale()

    def leave(self, name: str) -> None:
        """Leave a field or a limit as it is."""
        self.changes = {key: value for key, value in self.changes.items() if key != name}
        self._stale()

    @property
    def ready(self) -> bool:
        """Whether what the preview says can be done, and would change anything."""
        return self.preview is not None and not self.preview["refused"] and self.preview["changed"] > 0

    def look(self) -> None:
        """Ask what would become of each; nothing is stored."""
        if not self.chosen or not self.changes:
            self.failure = "Choose meters, and say what is to be another of them."
            return
        self._ask(dry_run=True, revision=None, then=self._seen)

    def print_labels(self) -> None:
        """Hand out the labels of those that are chosen, with QR codes of their pages."""
        if not self.chosen or self.busy:
            self.failure = self.failure if self.busy else "Choose meters whose labels are to be printed."
            return
        chosen = list(self.chosen)
        self.busy, self.failure = True, ""

        def take(file: tuple[str, bytes]) -> None:
            self.busy = False
            self._deliver(*file)

        def refused(error: Exception) -> None:
            self.busy = False
            reasons = error.problems if isinstance(error, InputError) else ()
            told = [f"{each.value} {each.reason}".strip() for each in reasons]
            self.failure = "\n".join((error.message, *told)) if isinstance(error, InputError) else explain_change(error)

        self._doer.do(lambda: self._workbench.meter_labels(chosen), take, refused)

    def apply(self) -> None:
        """Do what the preview said, as one change."""
        if not self.ready or self.busy or self.preview is None:
            return
        count = self.preview["changed"]

        def done(_: Any) -> None:
            self.begin()
            self._done(f"{count:,} meters were changed together; Undo takes all of it back.", "")

        self._ask(dry_run=False, revision=self.preview["revision"], then=done)

    def _ask(self, *, dry_run: bool, revision: int | None, then: Callable[[Any], None]) -> None:
        chosen, changes = list(self.chosen), dict(self.changes)
        fields = {name: text for name, text in changes.items() if not name.startswith(LIMIT)}
        limits = {name.removeprefix(LIMIT): text for name, text in changes.items() if name.startswith(LIMIT)}
        self.busy, self.failure = True, ""
        self._doer.do(
            lambda: self._workbench.edit_meters(
                chosen, fields or None, limits=limits or None, dry_run=dry_run, revision=revision
            ),
            then,
            self._refused,
            key="together",
        )

    def _seen(self, preview: EditedMeters) -> None:
        with self.hold_trait_notifications():
            self.busy, self.preview = False, preview

    def _refused(self, error: Exception) -> None:
        with self.hold_trait_notifications():
            self.busy = False
            self.failure = str(error) if isinstance(error, InputError) else explain_change(error)

    def _stale(self) -> None:
        self.preview, self.failure = None, ""

    def _choose(self) -> None:
        meant = self._meant() if self.filters else set()
        hand, out = set(self.by_hand), set(self.left_out)
        chosen = tuple(key for key in self.meters.rows if (key in meant and key not in out) or key in hand)
        if chosen != self.chosen:
            self.chosen = chosen
            self._stale()

    def _meant(self) -> set[str]:
        """Ids of the meters that the filters mean."""
        meters, wanted = self.meters, self.filters
        found = set(meters.matching(wanted.get("q", ""), wanted.get("status", ""), wanted.get("type", "")))
        if "below" in wanted:
            found &= set(meters.under(meters.id_of(wanted["below"]))) if meters.id_of(wanted["below"]) else set()
        return {key for key in found if self._like(meters[key])}

    def _like(self, row: MeterRow) -> bool:
        wanted = self.filters
        return (
            wanted.get("communication", row["communication"]) == row["communication"]
            and wanted.get("gateway", row["gateway"] or NONE) == (row["gateway"] or NONE)
            and wanted.get("profile", row["profile"] or NONE) == (row["profile"] or NONE)
            and wanted.get("commissioned", _word(row)) == _word(row)
        )


def _word(row: MeterRow) -> str:
    """Whether its sheet was signed; nothing to be signed of what is only calculated."""
    return "yes" if row["commissioned"] else "" if row["type"] == "virtual" else "no"
