"""Model of the form of a meter: values, their check by the service, storing them, and reading the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Instance, List, Unicode

from energy_workbench.contract.rows.meters import FieldProblem, FieldWarning, MeterCheck, MeterRow
from energy_workbench.contract.rows.setup import Probed, ProfileRow, SuggestedProfiles, TemplateRow
from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain, explain_change
from energy_workbench.widgets.form import PAUSE, Form
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.form import fields
from energy_workbench.widgets.setup.meter_tree import MeterTree

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

SUGGESTED = 40
"""Suggestions that are offered at once."""


class FormModel(Form):
    """Headless. `add` or `edit` begins, `set` answers, `save` ends it or leaves what is wrong in `problems`.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    saved : callable
        Is given the stored meter, and what was done to it in a word.
    """

    example = Unicode("")
    """What the transformers make of a value."""
    conflict = List()
    """Rows of (label, before, stored now, mine) where somebody else was faster."""
    probing = Bool(False)
    probed: Probed | None = Instance(dict, allow_none=True)
    """Answer of the last connection test; None before there is one."""
    suggesting = Bool(False)
    suggested: SuggestedProfiles | None = Instance(dict, allow_none=True)
    """Profiles that fit; None before they were requested."""
    meters = Instance(MeterTree, ())
    gateways = List()
    profiles: list[ProfileRow] = List()
    templates: list[TemplateRow] = List()

    def __init__(self, workbench: WorkbenchContract, doer: Doer, saved: Callable[[MeterRow, str], None]) -> None:
        super().__init__(doer)
        self._workbench, self._saved = workbench, saved
        self._begun: dict[str, str] = {}
        self._meter: Mapping[str, Any] = {}
        self._stored: Mapping[str, Any] = {}
        self._template: TemplateRow | None = None

    # Beginning

    def learn(self) -> None:
        """Fetch what is suggested: profiles, templates, gateways."""
        workbench = self._workbench
        self._doer.do(workbench.profiles, lambda rows: self.set_trait("profiles", rows), key="profiles")
        self._doer.do(workbench.templates, lambda rows: self.set_trait("templates", rows), key="templates")
        self._doer.do(
            workbench.gateways, lambda rows: self.set_trait("gateways", [row["url"] for row in rows]), key="gateways"
        )

    def add(self, parent: str = "", like: Mapping[str, Any] | None = None) -> None:
        """Begin a new meter, below the one of that number, or like another."""
        values = fields.defaults()
        if like is not None:
            values |= fields.texts(like, self.meters.number_of(like["parent_id"]))
            values |= {name: fields.FIELDS[name].default for name in fields.INDIVIDUAL}
        elif parent:
            values["parent"] = parent
        self._begin("add", {}, values, f"New meter like {one_line(like['number'])}" if like else "New meter")

    def edit(self, meter: Mapping[str, Any]) -> None:
        """Begin to change a meter."""
        values = fields.texts(meter, self.meters.number_of(meter["parent_id"]))
        self._begin("edit", meter, values, f"Edit {one_line(meter['number'])}")

    def _begin(self, kind: str, meter: Mapping[str, Any], values: dict[str, str], title: str) -> None:
        self._meter, self._begun = meter, dict(values)
        self._stored, self._template = {}, None
        probes: dict[str, Any] = {"probed": None, "probing": False, "suggested": None, "suggesting": False}
        self._open(kind, values, title, example="", conflict=[], **probes)
        self._check(0.0)

    def use_template(self, name: str) -> None:
        """Fill in the fields of a template; others stay as they are."""
        self._template = next((item for item in self.templates if item["name"] == name), None)
        if self._template is not None:
            held = self._template["fields"]
            filled = {key: text for key, text in fields.texts(held, "").items() if key in held}
            self.values = {**self.values, **filled}
            self._check(0.0)

    # Answering

    @property
    def changed(self) -> dict[str, str]:
        """Values that differ from those at the beginning; of a new meter all that are given."""
        if self.kind == "add":
            return {name: text for name, text in self.values.items() if text.strip()}
        return {name: text for name, text in self.values.items() if text.strip() != self._begun[name].strip()}

    @property
    def ratio_changes(self) -> bool:
        """Whether another CT/PT than the stored one would hold from now on."""
        return self.kind == "edit" and any(name in self.changed for name in fields.RATIO)

    def set(self, name: str, text: str) -> None:
        """Set the value of a field."""
        if name not in fields.FIELDS or text == self.values.get(name):
            return
        self._touched.add(name)
        self.values = {**self.values, name: text}
        if self.conflict:
            self.conflict = self._versions(self._stored)
        else:
            self.failure = ""
        self._check(PAUSE)

    def suggestions(self, name: str) -> list[str]:
        """Suggestions that begin with, or contain, what has been typed."""
        typed = self.values.get(name, "").strip().casefold()
        if name == "gateway":
            known = list(self.gateways)
        else:
            below = {self._meter["id"], *self.meters.under(self._meter["id"])} if self._meter else set()
            known = [str(row["number"]) for key, row in self.meters.rows.items() if key not in below]
        matching = [text for text in known if typed in text.casefold()]
        return sorted(matching, key=lambda text: not text.casefold().startswith(typed))[:SUGGESTED]

    def _check(self, wait: float) -> None:
        asked, key = fields.sent(self.values), self._meter.get("id")
        self._doer.do(
            lambda: self._workbench.check_meter(asked, key), self._take_check, self._no_check, key="check", wait=wait
        )

    def _take_check(self, check: MeterCheck) -> None:
        if not self.kind:
            return
        self._all_problems = {_field(item): item["reason"] for item in reversed(check["problems"])}
        with self.hold_trait_notifications():
            self.warnings = {_field(item): item["reason"] for item in reversed(check["warnings"])}
            self.example = check["example"] or ""
            self.problems = {name: text for name, text in self._all_problems.items() if name in self._touched}

    # Saving

    def save(self) -> None:
        """Store the values, if the service takes them."""
        if not self.busy and self.kind:
            self._save(self._meter.get("revision"))

    def keep_mine(self) -> None:
        """Store the own changes on top of what somebody else has stored; other fields stay as they are stored."""
        if not self.busy and self._stored:
            self._save(self._stored.get("revision"))

    def take_theirs(self) -> None:
        """Begin again from what is stored now."""
        if self._stored:
            self.edit({**self._meter, **self._stored})

    def _save(self, revision: int | None) -> None:
        self._touched = set(fields.FIELDS)
        changed, workbench, meter = fields.sent(self.changed), self._workbench, self._meter
        if self.kind == "edit" and not changed:
            self.kind = ""
            return
        with self.hold_trait_notifications():
            self.busy, self.failure, self.conflict = True, "", []
        if self.kind == "add":
            source = self._template
            # What a template holds and somebody emptied is empty: else its value would come back.
            emptied = {} if source is None else {name: None for name in source["fields"] if name in fields.FIELDS}
            whole, template = {**emptied, **changed}, source["name"] if source else None
            self._doer.do(lambda: workbench.create_meter(whole, template), self._done, self._refused, key="save")
        else:
            key = str(meter["id"])
            self._doer.do(lambda: workbench.update_meter(key, changed, revision), self._done, self._refused, key="save")

    def _done(self, stored: MeterRow) -> None:
        verb = "added" if self.kind == "add" else "saved"
        self.busy, self.kind = False, ""
        self._saved(stored, verb)

    def _refused(self, error: Exception) -> None:
        self.busy = False
        if isinstance(error, ConflictError) and error.stored:
            self._stored = error.stored
            self.conflict = self._versions(error.stored)
            self.failure = "Somebody else has changed this meter since you opened it. Nothing was overwritten."
            return
        named = {item.field: item.reason for item in getattr(error, "problems", ()) if item.field}
        self.problems = {**self._all_problems, **{_alias(name): reason for name, reason in named.items()}}
        unknown = [reason for name, reason in self.problems.items() if name not in fields.FIELDS]
        if isinstance(error, InputError) and self.problems:
            self.failure = " ".join(["Please look at the fields marked ✕.", *unknown])
        else:
            self.failure = explain_change(error)

    def _versions(self, stored: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
        now = fields.texts(stored, str(stored.get("parent") or self.meters.number_of(stored.get("parent_id"))))
        mine, begun = self.values, self._begun
        return [
            (field.label, begun[name], now[name], mine[name])
            for name, field in fields.FIELDS.items()
            if now[name] != begun[name] or mine[name].strip() != begun[name].strip()
        ]

    # Connection

    def test(self) -> None:
        """Read the meter once, with the values as they are."""
        names = ("gateway", "unit_id", "profile", *fields.RATIO)
        asked = fields.sent({name: self.values[name] for name in names})
        self._touched.update(names)
        with self.hold_trait_notifications():
            self.probing, self.probed = True, None
        self._doer.do(lambda: self._workbench.probe(asked), self._take_probe, self._no_probe, key="probe")

    @property
    def findable(self) -> bool:
        """Whether gateway and unit id are given, which a search for profiles needs."""
        return all(self.values.get(name, "").strip() for name in ("gateway", "unit_id"))

    def suggest(self) -> None:
        """Search the profiles that fit the meter at this address, or say what of it is missing."""
        if not self.findable:
            missing = [name for name in ("gateway", "unit_id") if not self.values.get(name, "").strip()]
            self.problems = {**self.problems, **dict.fromkeys(missing, "is needed to find out the profile")}
            return
        asked = fields.sent({name: self.values[name] for name in ("gateway", "unit_id")})
        with self.hold_trait_notifications():
            self.suggesting, self.suggested = True, None
        self._doer.do(
            lambda: self._workbench.suggest_profiles(asked), self._take_suggestions, self._no_suggestions, key="suggest"
        )

    def _take_suggestions(self, suggested: SuggestedProfiles) -> None:
        with self.hold_trait_notifications():
            self.suggesting, self.suggested = False, suggested.copy()

    def _no_suggestions(self, error: Exception) -> None:
        self._take_suggestions({**self._unread(error), "candidates": [], "identity": {}, "notes": []})

    def _take_probe(self, probed: Probed) -> None:
        with self.hold_trait_notifications():
            self.probing, self.probed = False, probed.copy()

    def _no_probe(self, error: Exception) -> None:
        self._take_probe(self._unread(error))

    def _unread(self, error: Exception) -> Probed:
        """The answer for a meter that was not even read; a problem of a field stands beside it too."""
        refused = {item.field: item.reason for item in getattr(error, "problems", ()) if item.field in fields.FIELDS}
        text, advice = explain(error), ""
        if refused:
            self.problems = {**self.problems, **refused}
            text = "Nothing was read."
            advice = "; ".join(f"{fields.FIELDS[name].label} {reason}" for name, reason in refused.items())
        return {"ok": False, "error": text, "advice": advice, "milliseconds": 0, "values": []}


def _field(item: FieldProblem | FieldWarning) -> str:
    return _alias(item["field"])


def _alias(name: str) -> str:
    return "parent" if name == "parent_id" else name
