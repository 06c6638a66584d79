"""Checks of a meter's connection: its device, profile and transformer ratios, for forms, files and calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, select

from energy_workbench.domain import nameplate
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError
from energy_workbench.domain.status import Status
from energy_workbench.registry.checks.addresses import endpoint, unusual_unit_id
from energy_workbench.registry.meters.edits import same_ratio
from energy_workbench.registry.storage import schema

Device = tuple[str, int]
"""Where a device is: the end of its line or network, and its unit id."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a meter that looks wrong.

    Attributes
    ----------
    field, value, reason : str
        As a `Problem` says it.
    refused : bool
        Whether it is not stored so. What a change leaves as it was is never refused.
    changed : bool
        Whether the change is about it.
    """

    field: str
    value: str
    reason: str
    refused: bool
    changed: bool


def findings(
    before: Meter | None, after: Meter, read_there: Sequence[str], profiles: Collection[str] | None
) -> list[Finding]:
    """What looks wrong with how a meter is to be read.

    Parameters
    ----------
    before, after : Meter
        `before` is None for a new one.
    read_there : sequence of str
        The other meters that are read from the same device, as `Devices.others` names them.
    profiles : collection of str, optional
        Ids of the meter models that can be read; None does not look at the profile's.
    """
    return [*_plates(before, after), *_address(before, after, read_there), *_profile(before, after, profiles)]


class Devices:
    """Meters by the device that they are read from; those that are inactive are not read."""

    def __init__(self, meters: Iterable[Meter] = ()) -> None:
        self._at: dict[Device, list[Meter]] = {}
        for meter in meters:
            self.add(meter)

    def add(self, meter: Meter) -> None:
        """One more meter that is read."""
        if (device := device_of(meter)) is not None:
            self._at.setdefault(device, []).append(meter)

    def others(self, meter: Meter) -> list[str]:
        """Those beside a meter that are read from its device, by number and name."""
        device = device_of(meter)
        there = self._at.get(device, []) if device else []
        return [_called(each.number, each.name) for each in there if each.key != meter.key]


def device_of(meter: Meter) -> Device | None:
    """The device that a meter is read from; None where it is read from none."""
    if not meter.gateway or meter.unit_id is None or meter.status is Status.INACTIVE:
        return None
    return endpoint(meter.gateway), meter.unit_id


def same_device(before: Meter | None, after: Meter) -> bool:
    """Whether a change leaves where a meter is read, and that it says so where it shares the device."""
    if before is None or before.deleted_at != after.deleted_at:
        return False
    return (device_of(before), before.shares_device) == (device_of(after), after.shares_device)


def read_there(connection: Connection, meter: Meter) -> list[str]:
    """Those beside a meter that are read from its device, of all that are registered and live."""
    device = device_of(meter)
    there = _read_at(connection, [device] if device else [])
    return [other for key, other in there.get(device, ()) if key != meter.key]


def _read_at(connection: Connection, devices: Collection[Device]) -> dict[Device | None, list[tuple[int, str]]]:
    """By device the meters that are read from these, of all that are registered and live: key, number and name."""
    if not devices:
        return {}
    table, gateways = schema.meters, schema.gateways
    query = (
        select(table.c.key, table.c.number, table.c.name, table.c.unit_id, gateways.c.url)
        .join(gateways)
        .where(
            table.c.deleted_at.is_(None),
            table.c.unit_id.in_({unit for _, unit in devices}),
            table.c.status != Status.INACTIVE.value,
        )
    )
    found: dict[Device | None, list[tuple[int, str]]] = {}
    ends: dict[str, str] = {}
    for row in connection.execute(query.order_by(table.c.key)):
        if row.url not in ends:
            ends[row.url] = endpoint(row.url)
        if (device := (ends[row.url], row.unit_id)) in devices:
            found.setdefault(device, []).append((row.key, _called(row.number, row.name)))
    return found


def refuse_shared(connection: Connection, pairs: Iterable[tuple[Meter | None, Meter]]) -> None:
    """Raise ConflictError where meters, before and after, come back to a device that is read for another one."""
    back = [
        after
        for before, after in pairs
        if after.deleted_at is None and not after.shares_device and not same_device(before, after)
    ]
    there = _read_at(connection, {device for after in back if (device := device_of(after))})
    for after in back:
        for key, other in there.get(device_of(after), ()):
            if key != after.key:
                raise ConflictError(f"meter {after.number} cannot come back: {_read(other)}")


def _plates(before: Meter | None, after: Meter) -> Iterator[Finding]:
    changed = before is None or not same_ratio(before.ratio, after.ratio)
    for doubt in nameplate.check(after.ratio):
        yield Finding(doubt.field, doubt.value, doubt.reason, refused=False, changed=changed)


def _address(before: Meter | None, after: Meter, read_there: Sequence[str]) -> Iterator[Finding]:
    changed, value = not same_device(before, after), _shown(after.unit_id)
    if unusual := unusual_unit_id(after.gateway, after.unit_id):
        moved = before is None or (before.gateway, before.unit_id) != (after.gateway, after.unit_id)
        yield Finding("unit_id", value, unusual, refused=False, changed=moved)
    if not after.shares_device:
        for other in read_there:
            yield Finding("unit_id", value, _read(other), refused=changed, changed=changed)


def _profile(before: Meter | None, after: Meter, profiles: Collection[str] | None) -> Iterator[Finding]:
    changed = before is None or (before.gateway, before.profile) != (after.gateway, after.profile)
    if after.gateway and not after.profile:
        yield Finding("profile", "", "without a profile the meter is not polled", refused=False, changed=changed)
    if after.profile and not after.gateway:
        yield Finding("gateway", "", "without a gateway the meter is not polled", refused=False, changed=changed)
    if after.profile and profiles is not None and after.profile.partition(":")[0] not in profiles:
        near = get_close_matches(after.profile, profiles, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "the list of profiles shows those that can be read"
        reason = f"there is no profile of that id, so the meter cannot be read: {hint}"
        other = before is None or before.profile != after.profile
        yield Finding("profile", after.profile, reason, refused=other, changed=other)


def _read(other: str) -> str:
    return (
        f"{other} is read from the same gateway and unit id already: one of the two is wrong, "
        "or one device is meant to be two meters: then say so with shares_device = yes"
    )


def _called(number: str, name: str) -> str:
    return f"{number} ({name})"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
