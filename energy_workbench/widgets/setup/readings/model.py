"""Model of the import of a readings file: its dry run, what is stated of it, and, once seen, the import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, HasTraits, List, Unicode

from energy_workbench.contract.rows.payload import JsonObject
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract
    from energy_workbench.contract.rows.setup import ImportedReadings, MappingRow

STATED = ("kind", "date_order", "decimal", "timezone", "meter", "stamps", "interval", "in_order")
"""What may be stated of a file beside what its columns are."""
PAUSE = 0.4
"""How long to wait for a further key before the file is looked at again [s]."""


class ReadingsModel(HasTraits):
    """Headless: `take` a file, look at `answer`, state what it leaves open, then `apply`."""

    filename = Unicode("")
    answer = Dict()
    """Of the dry run: rows, new, problems, and how the file was understood."""
    failure = Unicode("")
    busy = Bool(False)
    opened = Bool(False)
    """Whether the panel was ever opened."""
    kind = Unicode("")
    date_order = Unicode("")
    decimal = Unicode("")
    timezone = Unicode("")
    meter = Unicode("")
    stamps = Unicode("")
    interval = Unicode("")
    in_order = Bool(False)
    columns = Dict()
    """Heading → what somebody says that the column is."""
    mapping = Unicode("")
    """Name of the saved mapping that was chosen."""
    saved = List()
    """Names of the saved mappings."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done
        self._content = b""
        self._mappings: dict[str, Mapping[str, Any]] = {}
        self._meters: dict[str, str] = {}
        self._settling = False
        self.observe(lambda _: self._look_again(), [*STATED, "columns"])
        self.observe(lambda _: self._recall(), "mapping")

    @property
    def ready(self) -> bool:
        """Whether the file can be imported and brings something new."""
        answer = self.answer
        return bool(answer) and not answer["problem_count"] and not answer["conflict_count"] and answer["new"] > 0

    @property
    def stated(self) -> JsonObject:
        """What is stated of the file, as a mapping has it."""
        said = {name: getattr(self, name) for name in STATED}
        more = {"columns": dict(self.columns), "meters": dict(self._meters)}
        return {name: value for name, value in {**said, **more}.items() if value}

    def begin(self) -> None:
        """Forget the last file, and look which mappings there are."""
        self._content = b""
        self.opened = True
        self._settle({})
        with self.hold_trait_notifications():
            self.filename, self.answer, self.failure, self.busy, self.mapping = "", {}, "", False, ""
        self._doer.do(self._workbench.mappings, self._listed, key="mappings")

    def take(self, filename: str, content: bytes) -> None:
        """See what a file would bring; nothing is stored."""
        self._content = content
        with self.hold_trait_notifications():
            self.filename, self.answer, self.failure = filename, {}, ""
        self._look()

    def refuse(self, reason: str) -> None:
        """Say why a file was not even read."""
        self._content = b""
        with self.hold_trait_notifications():
            self.filename, self.answer, self.failure = "", {}, reason

    def say(self, heading: str, role: str) -> None:
        """State what a column is; empty takes it back."""
        kept = {name: word for name, word in self.columns.items() if name != heading}
        self.columns = {**kept, heading: role} if role else kept

    def apply(self) -> None:
        """Import what the dry run showed, all of it or nothing."""
        if not self.ready or self.busy:
            return
        source, stated, filename = (self.filename, self._content), self.stated, self.filename
        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""

        def done(answer: ImportedReadings) -> None:
            self.begin()
            self._done(f"{filename}: {answer['new']:,} readings of {answer['meters']} meters were imported.")

        self._doer.do(
            lambda: self._workbench.import_readings(source, mapping=stated), done, self._refused, key="readings"
        )

    def save(self, name: str) -> None:
        """Remember what is stated, under a name."""
        if not name.strip():
            self.failure = "The mapping needs a name."
            return
        stated = self.stated

        def done(row: MappingRow) -> None:
            self._mappings[row["name"]] = row["fields"]
            self.saved = sorted(self._mappings)
            self._done(f"{row['name']} is saved: what is stated of this file can be chosen for the next one.")

        self._doer.do(lambda: self._workbench.put_mapping(name, stated), done, self._refused, key="mapping")

    def _look_again(self) -> None:
        if self._content and not self._settling:
            self._look(PAUSE)

    def _look(self, wait: float = 0.0) -> None:
        source, stated = (self.filename, self._content), self.stated
        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""
        self._doer.do(
            lambda: self._workbench.import_readings(source, True, mapping=stated), self._looked, self._refused,
            key="readings", wait=wait,
        )  # fmt: skip

    def _looked(self, answer: ImportedReadings) -> None:
        with self.hold_trait_notifications():
            self.busy, self.answer = False, dict(answer)

    def _listed(self, rows: list[MappingRow]) -> None:
        self._mappings = {row["name"]: row["fields"] for row in rows}
        self.saved = list(self._mappings)

    def _recall(self) -> None:
        """State what the chosen mapping states."""
        if self.mapping:
            self._settle(self._mappings.get(self.mapping, {}))
            self._look_again()

    def _settle(self, fields: Mapping[str, Any]) -> None:
        self._settling = True
        try:
            self._meters = dict(fields.get("meters", {}))
            with self.hold_trait_notifications():
                for name in STATED:
                    setattr(self, name, fields.get(name, False if name == "in_order" else ""))
                self.columns = dict(fields.get("columns", {}))
        finally:
            self._settling = False

    def _refused(self, error: Exception) -> None:
        problems = [
            {"where": each.where, "field": each.field, "value": each.value, "reason": each.reason}
            for each in getattr(error, "problems", ())
        ]
        with self.hold_trait_notifications():
            self.busy = False
            self.answer = {}
            first = f" {problems[0]['reason']}" if problems else ""
            self.failure = f"{error}{first}" if isinstance(error, WorkbenchError) and not problems else (
                f"{problems[0]['where']}: {problems[0]['field']} {problems[0]['value']}: {problems[0]['reason']}"
                if problems else explain_change(error)
            )  # fmt: skip
