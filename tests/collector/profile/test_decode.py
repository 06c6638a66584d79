"""Words become values in the workbench's units, and back."""

from __future__ import annotations

import math
import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.profile.decode import decode, encode
from collector.profile.power_factor import (
    ENCODINGS,
    needs_active_power,
    phase_of,
    read_power_factor,
    write_power_factor,
)
from collector.profile.profile import Profile
from collector.profile.register import Register
from collector.profile.store import available, load
from collector.profile.wire_types import TYPES
from tests.collector.meters import plausible_values

SHIPPED = sorted(available())


def profile(*registers: Register, **more: object) -> Profile:
    return Profile(id="t", vendor="v", model="m", kind="meter", registers=registers, **more)


@pytest.mark.parametrize(
    ("type", "order", "words", "value"),
    [
        ("int16", "big", [0xFFFE], -2),
        ("uint16", "big", [0xFFFE], 65_534),
        ("int32", "big", [0xFFFF, 0xFFFE], -2),
        ("int32", "little", [0xFFFE, 0xFFFF], -2),
        ("uint32", "little", [0x0001, 0x0002], 0x20001),
        ("float32", "big", [0x4248, 0x0000], 50.0),
        ("float32", "little", [0x0000, 0x4248], 50.0),
        ("int64", "big", [0, 0, 0x0001, 0x0002], 0x10002),
        ("uint64", "little", [2, 1, 0, 0], 0x10002),
        ("float64", "big", [0x4049, 0, 0, 0], 50.0),
        ("float16", "big", [0x5240], 50.0),
        ("uint48", "big", [0x0001, 0x0000, 0x0002], 2**32 + 2),
        ("int48", "little", [0xFFFE, 0xFFFF, 0xFFFF], -2),
        ("uint64_m10k", "little", [4567, 123, 0, 0], 1_234_567),
        ("uint64_m10k", "big", [999, 9999, 9999, 9999], 10**15 - 1),
        ("int32_m10k", "big", [0xFFFF, 0x10000 - 2345], -12_345),
        ("uint48_m10k", "big", [0, 1, 0], 10_000),
        ("bcd16", "big", [0x5000], 5000),
        ("bcd32", "little", [0x5678, 0x1234], 12_345_678),
        ("bcd64", "big", [0, 0, 0x0001, 0x0002], 10_002),
    ],
)
def test_each_type_in_each_word_order(type: str, order: str, words: list[int], value: float) -> None:
    register = Register(quantity="frequency", address=7, type=type, unit="Hz", word_order=order)
    assert decode(profile(register), {(3, 7 + i): w for i, w in enumerate(words)}) == {"frequency": value}


def test_a_decimal_scale_is_exact_and_units_are_converted() -> None:
    volts = Register(quantity="voltage_l1_n", address=0, type="uint16", unit="V", scale=0.1)
    power = Register(quantity="active_power_total", address=1, type="int16", unit="W")
    energy = Register(quantity="energy_active_import", address=2, type="uint32", unit="MWh", scale=0.001)
    hours = Register(quantity="run_hours", address=4, type="uint32", unit="s")
    words = {(3, 0): 2303, (3, 1): 0x10000 - 1500, (3, 2): 0, (3, 3): 123, (3, 4): 0, (3, 5): 5400}
    assert decode(profile(volts, power, energy, hours), words) == {
        "voltage_l1_n": 230.3,
        "active_power_total": -1.5,
        "energy_active_import": 123.0,
        "run_hours": 1.5,
    }


def test_marks_of_not_available_are_compared_before_scaling() -> None:
    meter = load("schneider_pm5xxx")
    names = ("active_power_total", "energy_active_import", "ct_primary", "frequency")
    words = encode(meter, dict.fromkeys(names))
    assert words[3, 3059] == 0xFFC0
    assert words[3, 3203] == 0x8000
    assert decode(meter, words) == dict.fromkeys(names)
    # 0x8000 in the low words is an ordinary number.
    assert decode(meter, {(3, 3203): 0, (3, 3204): 0, (3, 3205): 0, (3, 3206): 0x8000}) == {
        "energy_active_import": 32.768
    }


def test_a_range_of_marks_is_not_available() -> None:
    meter = load("dse_gencomm")
    for raw in range(0xFFF8, 0x10000):
        assert decode(meter, {(3, 1027): raw}) == {"fuel_level": None}
    assert decode(meter, {(3, 1027): 73}) == {"fuel_level": 73}


@pytest.mark.parametrize("bits", [0x7F800000, 0xFF800000, 0x7FC00001, 0x7F800001])
def test_no_number_is_no_value(bits: int) -> None:
    register = Register(quantity="frequency", address=0, type="float32", unit="Hz")
    assert decode(profile(register), {(3, 0): bits >> 16, (3, 1): bits & 0xFFFF}) == {"frequency": None}


def test_a_float_whose_mark_is_a_number_is_still_not_available() -> None:
    register = Register(
        quantity="frequency", address=0, type="float32", unit="Hz", not_available=((0x4248_0000, 0x4248_0000),)
    )
    assert decode(profile(register), {(3, 0): 0x4248, (3, 1): 0}) == {"frequency": None}
    assert decode(profile(register), {(3, 0): 0x4248, (3, 1): 1})["frequency"] is not None


def test_registers_that_were_not_read_are_left_out() -> None:
    meter = load("eastron_sdm630")
    words = encode(meter, {"frequency": 50.0, "current_l1": 3.0})
    half = {cell: word for cell, word in words.items() if cell != meter.by_quantity["current_l1"].cells[1]}
    assert decode(meter, half) == {"frequency": 50.0}


def test_a_sum_is_there_when_its_parts_are() -> None:
    meter = load("siemens_pac2200")
    words = encode(meter, {"energy_active_import_t1": 10.0, "energy_active_import_t2": 2.5})
    assert decode(meter, words)["energy_active_import"] == 12.5
    only = {cell: words[cell] for cell in meter.by_quantity["energy_active_import_t1"].cells}
    assert "energy_active_import" not in decode(meter, only)


def test_a_sum_is_split_over_its_parts() -> None:
    meter = load("socomec_diris_b30")
    assert decode(meter, encode(meter, {"energy_active_import": 4321.0987}))["energy_active_import"] == pytest.approx(
        4321.0987, abs=1e-4
    )


def test_sunspec_exponents_scale_and_their_absence_is_no_value() -> None:
    meter = load("sunspec_203")
    power, exponent = meter.by_quantity["active_power_total"].cells[0], (3, 22)
    assert decode(meter, {power: 1234, exponent: 1}) == {"active_power_total": 12.34}
    assert decode(meter, {power: 1234, exponent: 0xFFFE}) == {"active_power_total": 0.01234}
    assert decode(meter, {power: 1234, exponent: 0x8000}) == {"active_power_total": None}
    assert decode(meter, {power: 1234}) == {}


def test_a_power_above_the_register_takes_a_coarser_exponent() -> None:
    meter = load("sunspec_203")
    values = {"active_power_total": 900.0, "active_power_l1": 300.0}
    assert decode(meter, encode(meter, values)) == pytest.approx(values)


def test_counters_wrap_and_gauges_stop_at_their_limits() -> None:
    counter = Register(quantity="energy_active_import", address=0, type="uint16", unit="kWh")
    gauge = Register(quantity="frequency", address=1, type="uint16", unit="Hz")
    meter = profile(counter, gauge)
    assert encode(meter, {"energy_active_import": 65_537, "frequency": 1e6}) == {(3, 0): 1, (3, 1): 65_535}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("active", [-10.0, 10.0])
@pytest.mark.parametrize("reactive", [-4.0, 0.0, 4.0])
@pytest.mark.parametrize("factor", [0.3, 0.92, 1.0])
def test_a_power_factor_survives_each_encoding(encoding: str, active: float, reactive: float, factor: float) -> None:
    signed = math.copysign(factor, active)
    others = {"active_power_l1": active, "reactive_power_l1": reactive}
    written = write_power_factor(encoding, "power_factor_l1", signed, others)
    assert read_power_factor(encoding, "power_factor_l1", written, others) == pytest.approx(signed)


def test_schneiders_quadrants() -> None:
    # Values of the PM5500 register format: lagging import, leading import, lagging export, leading export.
    for register, factor in ((0.9, 0.9), (1.1, 0.9), (-0.9, -0.9), (-1.1, -0.9)):
        assert read_power_factor("schneider_4q", "power_factor_total", register, {}) == pytest.approx(factor)


def test_eastron_writes_inductive_as_negative() -> None:
    assert write_power_factor("eastron_sign", "power_factor_total", 0.9, {"reactive_power_total": 5.0}) == -0.9
    assert read_power_factor("eastron_sign", "power_factor_total", -0.9, {"active_power_total": 5.0}) == 0.9
    assert read_power_factor("eastron_sign", "power_factor_total", -0.9, {"active_power_total": -5.0}) == -0.9


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_decoding_what_was_encoded_gives_it_back_within_a_step(data: st.DataObject) -> None:
    meter = load(data.draw(st.sampled_from(SHIPPED)))
    register = data.draw(st.sampled_from(meter.registers))
    step = register.numerator / register.denominator
    bits = 16 * register.wire.words
    if register.pf:
        value = data.draw(st.floats(-0.99, 0.99).filter(lambda v: abs(v) > 0.02))
    elif register.wire.floating:
        value = data.draw(st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-6)) * step
    else:
        # Away from marks at either end of the range.
        top = (1 << bits - 1) // 2 if register.wire.signed else (1 << bits) // 2
        value = data.draw(st.integers(1, min(top, 2**50))) * step
    values = {register.quantity: value}
    if register.pf:
        tail = register.quantity.rsplit("_", 1)[-1]
        values |= {f"active_power_{tail}": math.copysign(10.0, value), f"reactive_power_{tail}": 4.0}
    found = decode(meter, encode(meter, values))[register.quantity]
    relative = 2e-7 if register.type == "float32" else 1e-12
    coarse = step * (0.01 if register.scale_cell else 1)
    if register.scale_cell and not register.counter:
        # A 16-bit value takes the finest exponent with which it fits.
        coarse = max(coarse, 10 ** math.ceil(math.log10(abs(value / step) / 32_000 + 1e-12)) * step)
    size = 2.0 if register.pf else abs(value)  # a folded quadrant is stored as 2 − PF
    allowed = size * relative + (0 if register.wire.floating else coarse)
    assert found == pytest.approx(value, abs=allowed)


@pytest.mark.parametrize("id", SHIPPED)
def test_a_whole_meter_says_what_it_measured_and_nothing_where_it_has_no_value(id: str) -> None:
    meter = load(id)
    values = plausible_values(meter)
    found = decode(meter, encode(meter, values))
    for register in meter.registers:
        step = register.numerator / register.denominator
        if register.scale_cell:
            step *= 0.01 if register.wire.words == 1 else 1
            # One exponent serves several registers: it is as coarse as the greatest of them needs.
            sizes = [abs(values[r.quantity] or 0) for r in meter.registers if r.scale_cell == register.scale_cell]
            step = max(step, max(sizes) / 3_000)
        allowed = 0.0 if register.wire.floating else step
        assert found[register.quantity] == pytest.approx(values[register.quantity], rel=3e-7, abs=allowed)
    for name, parts in meter.derived.items():
        assert found[name] == pytest.approx(sum(found[part] or 0.0 for part in parts))
    marked = decode(meter, encode(meter, dict.fromkeys(meter.by_quantity)))
    for register in meter.registers:
        marks = register.not_available or register.wire.floating or register.scale_cell
        assert marked[register.quantity] is None or not marks, register.quantity


def test_each_mark_of_each_profile_is_no_value_in_either_end_of_its_range() -> None:
    for name in SHIPPED:
        meter = load(name)
        for register in meter.registers:
            for bits in {bits for bounds in register.not_available for bits in bounds}:
                words = {cell: bits >> 16 * at & 0xFFFF for at, cell in enumerate(reversed(register.cells))}
                words |= {register.scale_cell: 0} if register.scale_cell else {}
                assert decode(meter, words, [register])[register.quantity] is None, (name, register.quantity)


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize(("active", "reactive"), [(40.0, 20.0), (40.0, -20.0), (-40.0, 20.0), (-40.0, -20.0)])
def test_power_factors_survive_in_all_four_quadrants(id: str, active: float, reactive: float) -> None:
    meter = load(id)
    factor = active / math.hypot(active, reactive)
    for register in meter.registers:
        if not register.pf:
            continue
        phase = phase_of(register.quantity)
        values = {
            register.quantity: factor,
            f"active_power_{phase}": active,
            f"reactive_power_{phase}": reactive,
        }
        if f"active_power_{phase}" not in meter.by_quantity and needs_active_power(meter.pf_encoding):
            factor = abs(factor)
        assert decode(meter, encode(meter, values))[register.quantity] == pytest.approx(factor, abs=0.006)


def test_a_register_beyond_schneiders_quadrants_stays_impossible() -> None:
    for raw in (2.5, -2.5, 60_000.0):
        assert abs(read_power_factor("schneider_4q", "power_factor_total", raw, {})) > 1


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_words_decode_to_numbers_or_nothing(data: st.DataObject) -> None:
    meter = load(data.draw(st.sampled_from(SHIPPED)))
    register = data.draw(st.sampled_from(meter.registers))
    words = {cell: data.draw(st.integers(0, 0xFFFF)) for cell in (*register.cells, register.scale_cell) if cell}
    for value in decode(meter, words).values():
        assert value is None or math.isfinite(value)


def test_types_have_the_sizes_of_their_names() -> None:
    for name, wire in TYPES.items():
        (size,) = re.findall(r"\d+", name.removesuffix("_m10k"))
        assert wire.words * 16 == int(size), name
        assert struct.calcsize(f">{wire.codes}") == 2 * wire.words, name


ORDERED = [(kind, word, byte) for kind in TYPES for word in ("big", "little") for byte in ("big", "little")]


def test_the_greatest_single_float_is_one() -> None:
    register = Register(quantity="active_power_total", address=7, type="float32", unit="kW")
    (greatest,) = struct.unpack(">f", bytes.fromhex("7f7fffff"))
    for value in (greatest, 3.4000001549684603e38, -greatest):
        words = encode(profile(register), {"active_power_total": value})
        assert decode(profile(register), words) == {"active_power_total": value}


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_each_type_survives_in_each_order_of_words_and_bytes(data: st.DataObject) -> None:
    kind, word, byte = data.draw(st.sampled_from(ORDERED))
    wire = TYPES[kind]
    register = Register(
        quantity="active_power_total", address=7, type=kind, unit="kW", word_order=word, byte_order=byte
    )
    if wire.floating:
        width = 16 * wire.words
        value = float(data.draw(st.floats(width=width, allow_nan=False, allow_infinity=False)))  # type: ignore[arg-type]
    else:
        value = data.draw(st.integers(max(wire.least, -(2**53)), min(wire.counts - 1, 2**53)))
    words = encode(profile(register), {"active_power_total": value})
    assert len(words) == wire.words
    assert decode(profile(register), words) == {"active_power_total": value}
    # The bytes on the wire are those of the usual order, turned.
    usual = encode(
        profile(Register(quantity="active_power_total", address=7, type=kind, unit="kW")), {"active_power_total": value}
    )
    sent = [usual[3, at].to_bytes(2, "big" if byte == "big" else "little") for at in range(7, 7 + wire.words)]
    assert b"".join(words[3, at].to_bytes(2, "big") for at in sorted(at for _, at in words)) == b"".join(
        sent if word == "big" else reversed(sent)
    )


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_words_are_a_number_of_their_type_or_no_value(data: st.DataObject) -> None:
    kind, word, byte = data.draw(st.sampled_from(ORDERED))
    wire = TYPES[kind]
    register = Register(
        quantity="active_power_total", address=0, type=kind, unit="kW", word_order=word, byte_order=byte
    )
    words = {(3, at): data.draw(st.integers(0, 0xFFFF)) for at in range(wire.words)}
    value = decode(profile(register), words)["active_power_total"]
    # The greatest of 64 bits is rounded up to what a float can hold.
    most = float(wire.counts - 1)
    assert value is None or (math.isfinite(value) and (wire.floating or wire.least <= value <= most))


@pytest.mark.parametrize(
    ("kind", "words"),
    [("uint32_m10k", [1, 10_000]), ("int32_m10k", [0x8000, 0]), ("bcd16", [0x12A4]), ("bcd32", [0x1234, 0xF000])],
)
def test_what_is_no_digit_is_no_value(kind: str, words: list[int]) -> None:
    register = Register(quantity="frequency", address=0, type=kind, unit="Hz")
    assert decode(profile(register), {(3, at): word for at, word in enumerate(words)}) == {"frequency": None}


def test_marks_of_not_available_are_bits_of_each_type() -> None:
    for kind, mark, words in (
        ("uint48", 0xFFFF_FFFF_FFFF, [0xFFFF] * 3),
        ("uint32_m10k", 0x0001_0002, [1, 2]),
        ("bcd32", 0x0000_9999, [0, 0x9999]),
        ("float16", 0x7BFF, [0x7BFF]),
    ):
        register = Register(quantity="frequency", address=0, type=kind, unit="Hz", not_available=((mark, mark),))
        meter = profile(register)
        assert decode(meter, {(3, at): word for at, word in enumerate(words)}) == {"frequency": None}, kind
        assert decode(meter, encode(meter, {"frequency": None})) == {"frequency": None}, kind


def test_an_exponent_has_the_bytes_of_its_value() -> None:
    register = Register(
        quantity="active_power_total", address=0, type="int16", unit="kW", byte_order="little", scale_register=1
    )
    assert decode(profile(register), {(3, 0): 0xD204, (3, 1): 0xFFFF - 0x0100 + 1}) == {"active_power_total": None}
    assert decode(profile(register), {(3, 0): 0xD204, (3, 1): 0xFEFF}) == {"active_power_total": 12.34}


def test_a_counter_begins_again_where_its_profile_says() -> None:
    digits = Register(quantity="energy_active_import", address=0, type="uint32", unit="Wh", scale=100, digits=6)
    modulus = Register(quantity="energy_active_export", address=2, type="uint32", unit="kWh", modulus=5000)
    tens = Register(quantity="energy_reactive_import", address=4, type="uint32_m10k", unit="kvarh")
    meter = profile(digits, modulus, tens)
    values = {"energy_active_import": 100_003.2, "energy_active_export": 5001.0, "energy_reactive_import": 10.0**8 + 7}
    found = decode(meter, encode(meter, values))
    assert found == {"energy_active_import": 3.2, "energy_active_export": 1.0, "energy_reactive_import": 7.0}


def test_a_counter_that_may_be_negative_is_not_wrapped() -> None:
    net = Register(quantity="energy_active_net", address=0, type="int32", unit="kWh")
    assert decode(profile(net), encode(profile(net), {"energy_active_net": -12.0})) == {"energy_active_net": -12.0}
