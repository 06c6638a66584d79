"""Types of the bodies of what is made of devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Required

from typing_extensions import TypedDict

from energy_workbench.contract.notes import As, Sent


class RegisterFields(TypedDict, total=False):
    """A register of a profile, as in its file; `vendor` and `model` where the profile is new."""

    quantity: Required[str]
    address: Required[int]
    type: Required[str]
    unit: Required[str]
    scale: float
    function_code: int
    word_order: str
    byte_order: str
    digits: int
    modulus: float
    scale_register: int
    note: str
    vendor: str
    model: str


class AdoptedFields(TypedDict, total=False):
    """A unit that becomes a meter."""

    unit_id: Required[int]
    number: Required[str]
    name: str
    type: str
    profile: str


class AdoptionFields(TypedDict, total=False):
    """Units of a gateway that become meters, below one parent, or at the top of the tree."""

    gateway: Required[str]
    parent: str | None
    meters: Required[list[AdoptedFields]]


Register = Annotated[Mapping[str, Any], As.BODY, Sent(RegisterFields)]
Adoption = Annotated[Mapping[str, Any], As.BODY, Sent(AdoptionFields)]
