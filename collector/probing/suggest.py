"""Profiles ranked by how well a device's identification and values fit them."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import TypedDict

from collector.polling.meter_reader import MeterReader
from collector.polling.sunspec import COMMON, common_texts, models
from collector.probing.advice import advice
from collector.probing.plausibility import Evidence, evidence, sane
from collector.probing.read_session import ReadSession
from collector.profile.identity import Identity
from collector.profile.profile import Profile
from collector.profile.register import Cell
from collector.profile.store import SHIPPED, available, load
from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import NoAnswerError, RefusedError, UnreachableError, WireError
from collector.wire.read_request import ReadRequest
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.time import clock

SUGGEST_SECONDS = 30.0
"""Longest time from the question to the answer, with waiting for turns [s]."""
SILENT_READS = 6
"""A device that has left so many different reads without any answer is not there."""
SHOWN = 5
"""How many profiles are suggested."""
GIVEN_AWAY = ("frequency", "voltage_l1_n", "voltage_l1_l2", "active_power_total", "energy_active_import")
"""The first of these that a profile has is read first: its value gives a wrong profile away."""
OBJECTS = {0: "vendor", 1: "product code", 2: "revision", 3: "vendor's page", 4: "product", 5: "model"}
"""Of the device identification (MODBUS Application Protocol Specification V1.1b3, section 6.21)."""
IDENTIFIED, NAMED, REFUSED = 6.0, 3.0, -2.0
"""Weight of a mark that only such devices have, of the maker's name, and of eight registers that are not there."""
ZERO, ENOUGH = 0.25, 0.35
"""What a zero is worth beside another value; and the share of such values with which a profile needs no other proof."""
CERTAIN, LIKELY, LEAD = 12.0, 6.0, 0.75
"""Weight from which a suggestion is certain, or likely; and by which a certain one leads."""
RARE = Evidence(-1.0, "its bytes would stand the other way round in each word, as in few devices")
"""Against an order of bytes that the profile does not have: where both fit alike, as zeros do, the usual one leads."""


class SuggestedProfile(TypedDict):
    """A profile as other programs read it: why it may be the device's, and why not."""

    profile: str
    vendor: str
    model: str
    word_order: str
    byte_order: str
    source: str
    confidence: str
    score: float
    reasons: list[str]
    against: list[str]
    certainty: str


class Findings(TypedDict):
    """What a search found.

    Attributes
    ----------
    identity : dict of str to str
        What the device says it is.
    candidates : list of SuggestedProfile
        Best first.
    values, units : dict
        By quantity, as the best reads them.
    tried, profiles : int
        Profiles that were tried, of how many.
    requests : int
        Reads that it took.
    """

    ok: bool
    identity: dict[str, str]
    candidates: list[SuggestedProfile]
    values: dict[str, float | None]
    units: dict[str, str]
    notes: list[str]
    tried: int
    profiles: int
    requests: int


class Suggestions(Findings):
    """What a search found, and how it went; `error` and `advice` are empty where the device answered."""

    gateway: str
    unit_id: int
    milliseconds: int
    error: str
    advice: str


@dataclass(slots=True)
class Candidate:
    """A profile, in one word order, as what the device may be read with.

    Attributes
    ----------
    own : bool
        Whether the profile is one of the user's.
    values : dict of str to float or None
        By quantity.
    evidence : list of Evidence
    identity : dict of str to str
        What the registers say that this profile knows to tell who the device is.
    score : float
        Weight of the evidence, and how much of the profile is there: of two that fit, the one that tells more.
    """

    profile: Profile
    own: bool
    values: dict[str, float | None]
    evidence: list[Evidence]
    identity: dict[str, str]
    score: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Weigh it."""
        told = [value for name, value in self.values.items() if sane(name, value)]
        lively = sum(1.0 if value else ZERO for value in told)  # zeros may be an idle meter's, or say nothing
        share = lively / len(self.profile.registers)
        if any(item.weight > 0 for item in self.evidence) or share > ENOUGH:
            self.score = sum(item.weight for item in self.evidence) + 3 * share + math.log2(1 + lively) / 2

    def _there(self) -> str:
        registers = self.profile.by_quantity
        there = sum(self.values.get(name) is not None for name in registers)
        return f"{there} of {len(registers)} registers hold a value"

    def row(self, certainty: str) -> SuggestedProfile:
        """For other programs."""
        return {
            "profile": self.profile.id, "vendor": self.profile.vendor, "model": self.profile.model,
            "word_order": self.profile.word_order, "byte_order": self.profile.byte_order,
            "source": "own" if self.own else "shipped",
            "confidence": self.profile.confidence, "score": round(self.score, 1),
            "reasons": [*(item.text for item in self.evidence if item.weight > 0), self._there()],
            "against": [item.text for item in self.evidence if item.weight < 0], "certainty": certainty,
        }  # fmt: skip


async def suggest(
    gateway: str, unit: int, folders: Iterable[Path] = (), pool: ConnectionPool | None = None
) -> Suggestions:
    """Find the profiles, and orders of words and bytes, with which a device can be read; `SUGGEST_SECONDS` at most.

    Only reads are sent, one at a time, each when it is its turn among the polls of that gateway.

    Parameters
    ----------
    unit : int
        Modbus device id.
    folders : iterable of Path
        Of the user's own profiles.
    pool : ConnectionPool, optional
        The connections of a process that polls.

    Returns
    -------
    Suggestions
        With the error where the address or the device is to blame: that is an answer too.
    """
    end = asyncio.get_running_loop().time() + SUGGEST_SECONDS
    started = time.monotonic()
    client: GatewayClient | None = None
    search: _Search | None = None
    error: Exception | None = None
    try:
        async with asyncio.timeout_at(end), (pool or ConnectionPool()).lend(gateway) as client:
            search = _Search(unit, tuple(folders), ReadSession(client, end, SUGGEST_SECONDS, hurry=True))
            await search.run()
    except TimeoutError:
        error = NoAnswerError(f"{gateway} was busy with other reads for {SUGGEST_SECONDS:g} s")
    except WorkbenchError as failure:
        error = failure
    findings = search.findings(error is None) if search else _nothing()
    return {
        "gateway": client.url if client else gateway, "unit_id": unit, **findings,
        "milliseconds": round((time.monotonic() - started) * 1000),
        "error": "; ".join(str(error).split("\n")) if error else "", "advice": advice(error, client) if error else "",
    }  # fmt: skip


class _Search:
    """One device's search, and what it has found so far."""

    def __init__(self, unit: int, folders: tuple[Path, ...], session: ReadSession) -> None:
        self.unit, self.folders, self.session = unit, folders, session
        self.identity: dict[str, str] = {}
        self.sunspec: set[int] = set()
        self.profiles: list[tuple[Profile, bool]] = []
        self.candidates: list[Candidate] = []
        self.notes: list[str] = []
        self.tried = 0
        self._left_out: list[tuple[Profile, bool]] = []
        self._unsure: list[tuple[Profile, bool]] = []
        self._models_unsure = False
        self._identities: dict[str, tuple[list[Evidence], dict[str, str]]] = {}

    def findings(self, ok: bool) -> Findings:
        """What is known so far."""
        ranked = sorted(self.candidates, key=lambda candidate: -candidate.score)
        ranked = [candidate for candidate in ranked if candidate.score > 0][:SHOWN]
        best = ranked[0].values if ranked else {}
        identity = self.identity | (ranked[0].identity if ranked else {})
        shown = [each.row(_certainty(ranked, at)) for at, each in enumerate(ranked)]
        notes = list(self.notes)
        if ok and self.tried < len(self.profiles):
            notes.append(f"the time was up after {self.tried} of {len(self.profiles)} profiles: ask again")
        if ok and not ranked:
            notes.append("it answers, but no profile fits: write one, from its manual")
        elif len(ranked) > 1 and ranked[0].score - ranked[1].score < LEAD:
            notes.append(f"{ranked[0].profile.id} and {ranked[1].profile.id} fit alike: the nameplate decides")
        return {
            "ok": ok, "identity": identity, "candidates": shown, "values": best,
            "units": {name: quantity(name).unit for name in best}, "notes": notes, "tried": self.tried,
            "profiles": len(self.profiles), "requests": self.session.requests,
        }  # fmt: skip

    async def run(self) -> None:
        """Who it is, then whose registers it has, then what they say; then again where nothing came."""
        self.profiles = await asyncio.to_thread(self._load)
        await self._find_models()
        fitting = []
        for profile, own in self.profiles:
            if self.session.late:
                return
            doubts = self.session.doubts
            if await self._may_be(profile):
                fitting.append((profile, own))
                continue
            self.tried += 1
            if self.session.doubts > doubts or (self._models_unsure and profile.sunspec_model is not None):
                self._left_out.append((profile, own))
        await self._ask_who()
        for profile, own in sorted(fitting, key=self._unnamed):
            if self.session.late:
                return
            await self._examine(profile, own)
            self.tried += 1
        await self._ask_again()

    async def _ask_again(self) -> None:
        """Make sure of silences: of the best profile first, then of those that they left out."""
        self.session.ask_again()
        scores = {each.profile.id.partition(":")[0]: each.score for each in self.candidates}
        if self._models_unsure:
            await self._find_models()
        for profile, own in sorted(self._unsure, key=lambda item: -scores.get(item[0].id, 0.0)):
            if self.session.late:
                return
            self.candidates = [each for each in self.candidates if each.profile.id.partition(":")[0] != profile.id]
            await self._examine(profile, own)
        for profile, own in sorted(self._left_out, key=self._unnamed):
            if self.session.late:
                return
            if await self._may_be(profile):
                await self._examine(profile, own)

    def _unnamed(self, item: tuple[Profile, bool]) -> bool:
        return not self._named(item[0], self.identity)

    def _load(self) -> list[tuple[Profile, bool]]:
        profiles = []
        for name, path in available(self.folders).items():
            try:
                profiles.append((load(name, self.folders), path.parent != SHIPPED))
            except WorkbenchError as error:
                self.notes.append(f"profile {name} was left out: {'; '.join(str(error).split(chr(10)))}")
        # Where a device is silent on what it lacks, the addresses that most models use find it soonest.
        common = Counter(_first_cell(profile) for profile, _ in profiles)
        return sorted(profiles, key=lambda item: -common[_first_cell(item[0])])

    async def _find_models(self) -> None:
        """The models of a SunSpec device."""
        doubts = self.session.doubts
        try:
            async for model, at in models(self.session, self.unit, self.session.timeout):
                self.sunspec.add(model)
                if model == COMMON:
                    with suppress(RefusedError):
                        self.identity |= await common_texts(self.session, self.unit, at, self.session.timeout)
        except UnreachableError:
            raise
        except WireError:
            self._models_unsure = self.session.doubts > doubts

    async def _ask_who(self) -> None:
        """The device identification of Modbus, of a device that is known to be there."""
        if self.session.answered:
            with suppress(WireError):
                said = await self.session.read_identification(self.unit)
                self.identity |= {OBJECTS[n]: text for n, text in said.items() if n in OBJECTS and text}

    async def _may_be(self, profile: Profile) -> bool:
        """Whether one register of the profile is there, with a possible value in some word order."""
        if profile.sunspec_model is not None:
            return profile.sunspec_model in self.sunspec
        first = _first(profile)
        for turned in (profile, *self._orders(profile)):
            values = await self._read(turned, (first,))
            if first not in values:
                return False
            if not any(item.weight < 0 for item in evidence(values)):
                return True
        return False

    async def _examine(self, profile: Profile, own: bool) -> None:
        """Read everything, and judge it in each word order."""
        doubts = self.session.doubts
        if profile.id not in self._identities:
            self._identities[profile.id] = await self._identified(profile)
        known, identity = self._identities[profile.id]
        told = list(known)
        if profile.sunspec_model is not None:
            told.append(Evidence(IDENTIFIED, f"SunSpec model {profile.sunspec_model} is there"))
        if self._named(profile, self.identity | identity):
            told.append(Evidence(NAMED, f"it says that it is of {profile.vendor}"))
        best = 0.0
        for turned in (profile, *self._orders(profile)):
            rare = turned.byte_order != profile.byte_order
            if rare and best >= LIKELY:
                break  # it is read well as most devices are
            values = await self._read(turned, profile.quantities)
            items = [*told, *evidence(values), *([RARE] if rare else [])]
            absent = len(profile.registers) - sum(name in values for name in profile.by_quantity)
            if absent:
                items.append(Evidence(REFUSED * min(absent / 8, 1.5), f"{absent} of its registers are not there"))
            self.candidates.append(Candidate(turned, own, values, items, identity))
            best = max(best, self.candidates[-1].score)
        if self.session.doubts > doubts:
            self._unsure.append((profile, own))

    async def _read(self, profile: Profile, quantities: tuple[str, ...]) -> dict[str, float | None]:
        reader = MeterReader(profile, self.unit, quantities)
        outcome = await reader.read(self.session, lambda: clock.to_micros(clock.now()), retry=False)
        dead = self.session.silent >= SILENT_READS and not self.session.answered
        if outcome.error and (dead or isinstance(outcome.error, UnreachableError)):
            raise outcome.error
        return outcome.values

    async def _identified(self, profile: Profile) -> tuple[list[Evidence], dict[str, str]]:
        """What the profile's registers of identity say, and what that is worth."""
        items, identity = [], {}
        for entry in profile.identify if profile.sunspec_model is None else ():
            words = await self._words_of(profile, entry)
            if words is None:
                continue
            if said := entry.said(words):
                identity[entry.meaning] = said
            fits = entry.fits(words)
            if fits is not None:
                text = f"{entry.meaning} {'' if fits else 'is not what it should be: '}{entry.told(words)}"
                items.append(Evidence(IDENTIFIED if fits else -IDENTIFIED, text))
        return items, identity

    async def _words_of(self, profile: Profile, entry: Identity) -> list[int] | None:
        try:
            request = ReadRequest(entry.function_code, entry.address, entry.words)
            words = await self.session.read_alone(request, self.unit, pause=profile.pause_ms / 1000)
        except WireError:
            return None
        return words

    def _orders(self, profile: Profile) -> list[Profile]:
        """The profile with its words, and then with their bytes, the other way round, as a device may be set."""
        return [load(f"{profile.id}:{order}", self.folders) for order in profile.other_orders]

    def _named(self, profile: Profile, identity: Mapping[str, str]) -> bool:
        """Whether the device's own texts name the maker or one of the models."""
        said = " ".join(identity.values()).casefold()
        names = (profile.vendor.split()[0], *profile.covers)
        return any(len(name) > 2 and name.casefold() in said for name in names)


def _nothing() -> Findings:
    """Of a search that could not begin."""
    return {
        "ok": False, "identity": {}, "candidates": [], "values": {}, "units": {}, "notes": [], "tried": 0,
        "profiles": 0, "requests": 0,
    }  # fmt: skip


def _first(profile: Profile) -> str:
    return next((name for name in GIVEN_AWAY if name in profile.quantities), profile.quantities[0])


def _first_cell(profile: Profile) -> tuple[int | None, Cell]:
    return profile.sunspec_model, profile.needed((_first(profile),))[0].cells[0]


def _certainty(ranked: list[Candidate], at: int) -> str:
    leads = at == 0 and (len(ranked) == 1 or ranked[0].score - ranked[1].score >= LEAD)
    if ranked[at].score >= CERTAIN and leads:
        return "certain"
    return "likely" if ranked[at].score >= LIKELY else "possible"
