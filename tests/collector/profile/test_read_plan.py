"""The fewest reads, by brute force; and the rules they keep."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.profile.profile import Profile
from collector.profile.read_plan import PlannedRead, plan, split
from collector.profile.register import Register
from collector.profile.store import available, load
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.quantities import QUANTITIES

NAMES = [name for name, quantity in QUANTITIES.items() if quantity.unit == "V"]


@st.composite
def meters(draw: st.DrawFn) -> Profile:
    at, registers = 0, []
    for name in NAMES[: draw(st.integers(1, 7))]:
        at += draw(st.integers(0, 6))
        kind = draw(st.sampled_from(["uint16", "uint32", "uint64"]))
        register = Register(
            quantity=name, address=at, type=kind, unit="V", function_code=draw(st.sampled_from([3, 3, 4])),
            optional=draw(st.booleans()),
        )  # fmt: skip
        at += register.wire.words
        registers.append(register)
    longest, page = draw(st.integers(4, 14)), draw(st.sampled_from([None, 8]))
    bridged = draw(st.booleans())
    for place in draw(st.lists(st.integers(0, 20), max_size=2)):
        # Exponents stand behind all values, at two addresses at most: several values share one.
        exponent = at + place % 3
        for number, register in enumerate(registers):
            stop = exponent + 1
            fits = stop - register.address <= longest and bridged
            if fits and (page is None or register.address // page == exponent // page) and draw(st.booleans()):
                registers[number] = replace(register, scale_register=exponent)
    return Profile(
        id="t", vendor="v", model="m", kind="meter", registers=tuple(registers), max_block=longest,
        bridge_gaps=bridged, page=page, poll=tuple(r.quantity for r in registers),
    )  # fmt: skip


def words_of(register: Register) -> set[int]:
    exponent = set() if register.scale_register is None else {register.scale_register}
    return {at for _, at in register.cells} | exponent


def allowed(profile: Profile, group: list[Register]) -> bool:
    """The rules, told in another way than the planner's."""
    start = min(at for r in group for at in words_of(r))
    stop = max(at for r in group for at in words_of(r)) + 1
    touched = {a for r in group for a in range(r.address, r.address + r.wire.words)}
    alone = len(group) == 1
    return (
        len({(r.function_code, r.optional) for r in group}) == 1
        and stop - start <= profile.max_block
        and (profile.bridge_gaps or len(touched) == stop - start)
        and (alone or profile.page is None or start // profile.page == (stop - 1) // profile.page)
    )


def fewest(profile: Profile, left: list[Register]) -> int:
    """Every way to put registers into groups."""
    if not left:
        return 0
    first, rest = left[0], left[1:]
    best = len(left)
    for mask in range(1 << len(rest)):
        group = [first, *(r for i, r in enumerate(rest) if mask >> i & 1)]
        if allowed(profile, group):
            best = min(best, 1 + fewest(profile, [r for i, r in enumerate(rest) if not mask >> i & 1]))
    return best


@given(meters())
@settings(max_examples=150, deadline=None)
def test_no_plan_has_fewer_reads(profile: Profile) -> None:
    requests = plan(profile)
    assert len(requests) == fewest(profile, list(profile.registers))
    held = [register for request in requests for register in request.registers]
    assert sorted(r.quantity for r in held) == sorted(r.quantity for r in profile.registers)
    for request in requests:
        assert allowed(profile, list(request.registers))
        for register in request.registers:
            assert words_of(register) <= set(range(request.address, request.address + request.count))


@pytest.mark.parametrize("id", sorted(available()))
def test_every_shipped_meter_is_read_within_its_limits(id: str) -> None:
    profile = load(id)
    for quantities in (None, profile.quantities):
        requests = plan(profile, quantities)
        for request in requests:
            assert 1 <= request.count <= profile.max_block
            assert len({r.optional for r in request.registers}) <= 1
            if not profile.bridge_gaps:
                assert request.count == sum(r.wire.words for r in request.registers)
            if profile.page:
                assert request.address // profile.page == (request.address + request.count - 1) // profile.page
        for one, other in pairwise(r for r in requests if not r.optional):
            assert (one.function_code, one.address + one.count) <= (other.function_code, other.address)


def test_the_first_example_of_the_module() -> None:
    registers = tuple(
        Register(quantity=name, address=address, type="uint32", unit="V", optional=address == 4)
        for name, address in zip(NAMES, (0, 2, 4, 8), strict=False)
    )
    names = tuple(r.quantity for r in registers)
    whole = Profile(id="t", vendor="v", model="m", kind="meter", registers=registers, max_block=10, poll=names)
    assert [(r.address, r.count) for r in plan(whole)] == [(0, 10), (4, 2)]
    assert [(r.address, r.count) for r in plan(whole, bridge=False)] == [(0, 4), (8, 2), (4, 2)]


def test_exponents_and_the_sign_of_a_power_factor_come_along() -> None:
    requests = plan(load("sunspec_203"), ["frequency"])
    assert [(r.address, r.count) for r in requests] == [(16, 2)]
    (request,) = plan(load("eastron_sdm630"), ["power_factor_total"])
    assert {r.quantity for r in request.registers} == {"power_factor_total", "active_power_total"}


def test_a_derived_quantity_brings_its_parts() -> None:
    (request,) = plan(load("siemens_pac2200"), ["energy_active_import"])
    assert {r.quantity for r in request.registers} == {"energy_active_import_t1", "energy_active_import_t2"}


def test_a_quantity_that_the_meter_lacks_is_an_error() -> None:
    with pytest.raises(InputError, match="fuel_level"):
        plan(load("eastron_sdm630"), ["fuel_level"])


def test_a_refused_read_is_cut_at_its_gaps_and_then_into_registers() -> None:
    profile = load("schneider_pm5xxx")
    whole = plan(profile, ["current_l1", "current_l2", "frequency"])[0]
    cut = split(profile, whole)
    assert [(r.address, r.count) for r in cut] == [(2999, 4), (3109, 2)]
    assert [(r.address, r.count) for r in split(profile, cut[0])] == [(2999, 2), (3001, 2)]
    single = split(profile, cut[0])[0]
    assert split(profile, single) == (single,)
    assert isinstance(single, PlannedRead)


def test_places_of_one_number_come_in_one_read_and_tariffs_need_not() -> None:
    def meter(*steps: float, positional: tuple[str, ...]) -> Profile:
        names = ("energy_active_import_t1", "energy_active_import_t2")
        registers = tuple(
            Register(quantity=name, address=at, type="uint16", unit="Wh", scale=step)
            for name, at, step in zip(names, (0, 8), steps, strict=True)
        )
        between = Register(quantity="frequency", address=4, type="uint16", unit="Hz")
        return Profile(
            id="t", vendor="v", model="m", registers=(*registers, between), max_block=9,
            poll=("energy_active_import", "frequency"), derived={"energy_active_import": names}, positional=positional,
            bridge_gaps=True,
        )  # fmt: skip

    apart = meter(1, 1, positional=())
    assert [(r.address, r.count) for r in plan(replace(apart, max_block=5))] == [(0, 5), (8, 1)]
    places = meter(1, 1000, positional=("energy_active_import",))
    assert [(r.address, r.count) for r in plan(places)] == [(0, 9)]
    # Where no read can have both they are read apart, as before.
    assert [(r.address, r.count) for r in plan(replace(places, max_block=5))] == [(0, 5), (8, 1)]
