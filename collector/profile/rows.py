"""Types of the rows about profiles that other programs read."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class PollCost(TypedDict):
    """What one poll takes: reads, words, and bytes and seconds on a serial line."""

    requests: int
    words: int
    bytes: int
    seconds: float


class ProfileHead(TypedDict):
    """What a profile is of."""

    vendor: str
    model: str
    kind: str
    confidence: str
    sources: tuple[str, ...]


class ProfileRow(TypedDict):
    """A profile in the list; of a file that describes no possible meter, what is wrong with it."""

    id: str
    source: str
    hides: bool
    file: str
    error: str
    vendor: str
    model: str
    kind: NotRequired[str]
    confidence: NotRequired[str]
    sources: NotRequired[tuple[str, ...]]
    quantities: NotRequired[int]
    polled: NotRequired[int]


class RegisterRow(TypedDict):
    """One register of a profile; `becomes` is the workbench's unit."""

    function_code: int
    address: int
    type: str
    word_order: str
    byte_order: str
    digits: int | None
    modulus: float | None
    quantity: str
    unit: str
    scale: float
    scale_register: int | None
    becomes: str
    polled: bool
    optional: bool
    pf: bool
    confidence: str
    note: str


class ProfileDetails(ProfileHead):
    """A whole profile."""

    id: str
    covers: tuple[str, ...]
    notes: tuple[str, ...]
    word_order: str
    byte_order: str
    positional: tuple[str, ...]
    max_block: int
    bridge_gaps: bool
    page: int | None
    sunspec_model: int | None
    pf_encoding: str
    pause_ms: int
    timeout_ms: int
    derived: dict[str, tuple[str, ...]]
    poll: tuple[str, ...]
    primary_values: bool | str
    file: str
    cost: PollCost
    registers: list[RegisterRow]


class FileProblem(TypedDict):
    """One thing that is wrong with a file."""

    where: str
    field: str
    value: str
    reason: str


class RefusedFile(TypedDict):
    """A file that describes no possible meter."""

    ok: bool
    file: str
    problems: list[FileProblem]


class CheckedFile(ProfileDetails):
    """A file that describes one."""

    ok: bool
    problems: list[FileProblem]
