"""Model of the import of a meter file: its dry run, and, once seen, the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, HasTraits, Unicode

from energy_workbench.domain.errors import InputError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract
    from energy_workbench.contract.files import FileFormat


class BulkModel(HasTraits):
    """Headless: `take` a file, look at `plan`, then `apply`."""

    filename = Unicode("")
    plan = Dict()
    """Answer of the dry run: new, changed, moved, unchanged, problems."""
    failure = Unicode("")
    busy = Bool(False)

    def __init__(
        self,
        workbench: WorkbenchContract,
        doer: Doer,
        done: Callable[[str], None],
        deliver: Callable[[str, bytes], None],
    ) -> None:
        super().__init__()
        self._workbench, self._doer, self._done, self._deliver = workbench, doer, done, deliver
        self._content = b""

    @property
    def changes(self) -> int:
        """Meters that the file would add, change or move; a moved one may be among the changed."""
        plan = self.plan
        named = {item["number"] for kind in ("new", "changed", "moved") for item in plan.get(kind, ())}
        return len(named)

    @property
    def ready(self) -> bool:
        """Whether the file can be applied and would change anything."""
        return bool(self.plan) and not self.plan.get("problems") and self.changes > 0

    def begin(self) -> None:
        """Forget the last file."""
        self._content = b""
        with self.hold_trait_notifications():
            self.filename, self.plan, self.failure, self.busy = "", {}, "", False

    def take(self, filename: str, content: bytes) -> None:
        """See what a file would change; nothing is stored."""
        self._content = content
        with self.hold_trait_notifications():
            self.filename, self.plan, self.failure, self.busy = filename, {}, "", True
        self._doer.do(
            lambda: self._workbench.import_meters(content, filename, dry_run=True),
            self._planned,
            self._refused,
            key="import",
        )

    def refuse(self, reason: str) -> None:
        """Say why a file was not even read."""
        self.begin()
        self.failure = reason

    def apply(self) -> None:
        """Store what the dry run showed, all of it or nothing."""
        if not self.ready or self.busy:
            return
        content, filename, count = self._content, self.filename, self.changes
        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""

        def done(_: Any) -> None:
            self.begin()
            self._done(f"{filename}: {count:,} meters were added, changed or moved.")

        self._doer.do(
            lambda: self._workbench.import_meters(content, filename, dry_run=False), done, self._refused, key="import"
        )

    def download(self, what: str, format: FileFormat) -> None:
        """Hand the reader a file: `template` or `meters`, as `csv` or `xlsx`."""
        ask = self._workbench.import_template if what == "template" else self._workbench.export_meters
        name = f"meter-template.{format}" if what == "template" else f"meters.{format}"
        self._doer.do(lambda: ask(format), lambda content: self._deliver(name, content), self._refused)

    def _planned(self, plan: Mapping[str, Any]) -> None:
        with self.hold_trait_notifications():
            self.busy, self.plan = False, dict(plan)

    def _refused(self, error: Exception) -> None:
        with self.hold_trait_notifications():
            self.busy = False
            problems = [
                {"line": item.where, "column": item.field, "value": item.value, "reason": item.reason}
                for item in getattr(error, "problems", ())
            ]
            if problems:
                self.plan = {"problems": problems}
            self.failure = error.message if isinstance(error, InputError) else explain_change(error)
