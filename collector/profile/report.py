"""Rows about profiles: listed, shown register by register, checked, with what a poll takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from collector.profile.file import read_profile
from collector.profile.profile import Profile
from collector.profile.read_plan import plan
from collector.profile.rows import (
    CheckedFile,
    FileProblem,
    PollCost,
    ProfileDetails,
    ProfileHead,
    ProfileRow,
    RefusedFile,
)
from collector.profile.store import SHIPPED, available, load
from energy_workbench.domain.errors import ProfileError, WorkbenchError
from energy_workbench.domain.quantities import quantity

QUESTION_BYTES, ANSWER_BYTES = 8, 5
"""Of a read on a serial line, besides two for each word: unit, function, address, count or length, and checksum
(MODBUS over Serial Line V1.02) [bytes]."""
BITS = 11
"""Of a byte on the line, with start, parity and stop [bits]."""
BAUD = 9600


def listed(folders: Iterable[Path]) -> list[ProfileRow]:
    """Every profile; a file that describes no possible meter is there too, with what is wrong with it."""
    folders, rows = tuple(folders), []
    for name, path in available(folders).items():
        own = path.parent != SHIPPED
        row: ProfileRow = {
            "id": name, "source": "own" if own else "shipped", "hides": own and (SHIPPED / path.name).is_file(),
            "file": str(path), "error": "", "vendor": "", "model": "",
        }  # fmt: skip
        try:
            profile = load(name, folders)
            row = {**row, **_head(profile), "quantities": len(profile.quantities), "polled": len(profile.poll)}
        except WorkbenchError as error:
            row["error"] = str(error)
        rows.append(row)
    return rows


def shown(profile: Profile, path: Path | None = None) -> ProfileDetails:
    """A whole profile: its head, what one poll of it takes, and its registers by address."""
    registers = sorted(profile.registers, key=lambda r: (r.function_code, r.address))
    return {
        **_head(profile),
        "id": profile.id, "covers": profile.covers, "notes": profile.notes, "word_order": profile.word_order,
        "byte_order": profile.byte_order, "positional": profile.positional,
        "max_block": profile.max_block, "bridge_gaps": profile.bridge_gaps, "page": profile.page,
        "sunspec_model": profile.sunspec_model, "pf_encoding": profile.pf_encoding, "pause_ms": profile.pause_ms,
        "timeout_ms": profile.timeout_ms, "derived": dict(profile.derived), "poll": profile.poll,
        "primary_values": "config" if profile.primary_values is None else profile.primary_values,
        "file": str(path) if path else "", "cost": cost(profile),
        "registers": [
            {
                "function_code": r.function_code, "address": r.address, "type": r.type, "word_order": r.word_order,
                "byte_order": r.byte_order, "digits": r.digits, "modulus": r.modulus,
                "quantity": r.quantity, "unit": r.unit, "scale": r.scale, "scale_register": r.scale_register,
                "becomes": quantity(r.quantity).unit, "polled": r in profile.needed(), "optional": r.optional,
                "pf": r.pf, "confidence": r.confidence, "note": r.note,
            }
            for r in registers
        ],
    }  # fmt: skip


def checked(path: Path) -> CheckedFile | RefusedFile:
    """Whether a file describes a possible meter: what is wrong with it, all at once, or the profile as `shown`."""
    try:
        profile = read_profile(path)
    except ProfileError as error:
        problems: list[FileProblem] = [
            {"where": p.where, "field": p.field, "value": p.value, "reason": p.reason} for p in error.problems
        ]
        return {"ok": False, "file": str(path), "problems": problems}
    return {"ok": True, "problems": [], **shown(profile, path)}


def cost(profile: Profile) -> PollCost:
    """What one poll takes; `bytes` on a serial line, and `seconds` at 9600 baud with its pauses."""
    requests = plan(profile)
    words = sum(request.count for request in requests)
    size = len(requests) * (QUESTION_BYTES + ANSWER_BYTES) + 2 * words
    seconds = size * BITS / BAUD + len(requests) * profile.pause_ms / 1000
    return {"requests": len(requests), "words": words, "bytes": size, "seconds": round(seconds, 3)}


def _head(profile: Profile) -> ProfileHead:
    return {
        "vendor": profile.vendor, "model": profile.model, "kind": profile.kind, "confidence": profile.confidence,
        "sources": profile.sources,
    }  # fmt: skip
