"""Bytes in, answers out: what is no answer to the open question is never taken for one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.wire.errors import READING_FUNCTIONS
from collector.wire.framing import (
    IDENTIFY,
    MOST_SURPLUS,
    Answer,
    Question,
    RtuFraming,
    TcpFraming,
    checksum,
    refuse_writing,
)

ASKED = Question.read(3, 100, 4, 7)
WORDS = b"\x03\x08" + bytes(range(8))


def tcp_frame(question: bytes, unit: int, body: bytes, shift: int = 0) -> bytes:
    """An answer to a question that was sent."""
    transaction = int.from_bytes(question[:2], "big") + shift & 0xFFFF
    return struct.pack(">HHHB", transaction, 0, len(body) + 1, unit) + body


def rtu_frame(unit: int, body: bytes) -> bytes:
    frame = bytes([unit]) + body
    return frame + checksum(frame)


def test_an_answer_to_a_question_that_was_given_up_is_noted_as_late_and_a_repeated_one_is_not() -> None:
    framing = TcpFraming()
    given_up = framing.ask(ASKED)
    framing.close()
    question = framing.ask(ASKED)
    assert framing.feed(tcp_frame(given_up, 7, WORDS)) is None
    assert framing.feed(tcp_frame(question, 7, WORDS)) == Answer(WORDS)
    framing.close()
    for frame in (given_up, question):
        framing.feed(tcp_frame(frame, 7, WORDS))
    assert framing.late == [7]


@pytest.mark.parametrize("meanwhile", [0, 1, 20, 500])
@pytest.mark.parametrize("cut", [9, 12, 20])
@pytest.mark.parametrize("repeated", [False, True])
def test_an_answer_into_which_a_late_or_repeated_one_was_written_is_none(
    meanwhile: int, cut: int, repeated: bool
) -> None:
    """A gateway that writes two answers at once: ids and lengths are right, the words are another question's."""
    framing, long = TcpFraming(), Question.read(3, 100, 60, 7)
    first = framing.ask(ASKED)
    if repeated:
        assert framing.feed(tcp_frame(first, 7, WORDS)) == Answer(WORDS)
    framing.close()
    for _ in range(meanwhile):
        assert framing.feed(tcp_frame(framing.ask(ASKED), 7, WORDS)) == Answer(WORDS)
        framing.close()
    good = tcp_frame(framing.ask(long), 7, b"\x03\x78" + bytes(range(120)))
    mixed = good[:cut] + tcp_frame(first, 7, WORDS) + good[cut:]
    answers = [answer for byte in mixed if (answer := framing.feed(bytes([byte]))) is not None]
    assert answers
    assert all(answer.trouble for answer in answers)


@given(st.binary(max_size=600), st.integers(0, 3))
def test_noise_is_no_answer_on_tcp(noise: bytes, cut: int) -> None:
    framing = TcpFraming()
    framing.ask(ASKED)
    answers = [framing.feed(noise[at : at + cut + 1]) for at in range(0, len(noise), cut + 1)]
    assert all(answer is None or answer.trouble for answer in answers)


@given(st.binary(max_size=600))
def test_noise_is_no_answer_on_a_line(noise: bytes) -> None:
    framing = RtuFraming()
    framing.ask(ASKED)
    answer = framing.feed(noise)
    assert answer is None or answer.trouble or answer.body[0] == 0x83


@given(st.lists(st.integers(1, 40), max_size=30), st.booleans())
def test_an_answer_in_any_pieces_is_the_answer(cuts: list[int], by_id: bool) -> None:
    framing = TcpFraming() if by_id else RtuFraming()
    question = framing.ask(ASKED)
    rest = tcp_frame(question, 7, WORDS) if by_id else rtu_frame(7, WORDS)
    given_answers = []
    for cut in [*cuts, len(rest)]:
        given_answers.append(framing.feed(rest[:cut]))
        rest = rest[cut:]
    assert [answer for answer in given_answers if answer] == [Answer(WORDS)]


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=30).filter(lambda noise: 7 not in noise))
def test_noise_before_and_after_an_answer_on_a_line_does_not_hide_it(noise: bytes) -> None:
    framing = RtuFraming()
    echo = framing.ask(ASKED)
    assert framing.feed(noise + echo + rtu_frame(7, WORDS) + noise) == Answer(WORDS)


def test_an_answer_to_an_earlier_question_is_passed_over_on_tcp() -> None:
    framing = TcpFraming()
    first = framing.ask(ASKED)
    second = framing.ask(ASKED)
    late = tcp_frame(first, 7, b"\x03\x08" + b"\xff" * 8)
    assert framing.feed(late) is None
    assert framing.feed(late + tcp_frame(second, 7, WORDS)) == Answer(WORDS)
    assert framing.feed(tcp_frame(second, 7, WORDS)) is None  # said twice


@pytest.mark.parametrize("shift", [-1, 1, 2])
def test_a_transaction_id_that_is_miscounted_is_no_answer_now_and_later(shift: int) -> None:
    framing = TcpFraming()
    for _ in range(1000):
        question = framing.ask(ASKED)
        assert int.from_bytes(question[:2], "big")
        assert framing.feed(tcp_frame(question, 7, WORDS, shift)) is None
        framing.close()


def test_transaction_ids_do_not_come_again_soon() -> None:
    framing = TcpFraming()
    assert len({framing.ask(ASKED)[:2] for _ in range(65_535)}) == 65_535


def test_what_has_no_header_breaks_the_connection() -> None:
    framing = TcpFraming()
    question = framing.ask(ASKED)
    answer = framing.feed(tcp_frame(question, 7, WORDS)[:2] + b"\x12\x34" + b"\0" * 20)
    assert answer is not None
    assert answer.trouble
    assert framing.broken
    framing.reset()
    assert framing.feed(tcp_frame(framing.ask(ASKED), 7, WORDS)) == Answer(WORDS)


def test_a_peer_that_says_more_than_it_is_asked_breaks_the_connection() -> None:
    for framing in (TcpFraming(), RtuFraming()):
        for _ in range(MOST_SURPLUS // 10 + 1):
            assert not framing.broken
            framing.feed(struct.pack(">HHHB", 1, 0, 4, 1) + b"\x03\x00\x00")
        assert framing.broken


def test_a_frame_that_was_cut_short_and_swallowed_the_next_is_refused() -> None:
    framing = TcpFraming()
    question = framing.ask(ASKED)
    whole = tcp_frame(question, 7, WORDS)
    answer = framing.feed(whole[:-1] + whole)
    assert answer is not None
    assert answer.trouble


def test_a_frame_that_was_cut_short_and_filled_up_by_a_late_answer_is_refused() -> None:
    framing = TcpFraming()
    late = tcp_frame(framing.ask(ASKED), 7, WORDS)
    long = Question.read(3, 0, 60, 7)
    whole = tcp_frame(framing.ask(long), 7, b"\x03\x78" + bytes(120))
    assert framing.feed(whole[: -len(late)]) is None
    answer = framing.feed(late)
    assert answer is not None
    assert "within the answer" in answer.trouble


@pytest.mark.parametrize(
    ("unit", "body", "said"),
    [
        (7, b"\x03\x06" + bytes(6), "answered 3 registers where 4"),
        (7, b"\x03\x08" + bytes(6), "announced 8 bytes"),
        (7, b"\x04\x08" + bytes(8), "answered function 4 where 3"),
        (7, b"\x84\x02", "answered function 132"),
        (7, b"\x03", "nothing but a function code"),
        (8, WORDS, "answered as unit 8"),
    ],
)
def test_an_answer_that_does_not_fit_is_told(unit: int, body: bytes, said: str) -> None:
    framing = TcpFraming()
    answer = framing.feed(tcp_frame(framing.ask(ASKED), unit, body))
    assert answer is not None
    assert said in answer.trouble


def test_an_exception_whose_length_leaves_its_code_out_is_one() -> None:
    framing = TcpFraming()
    frame = bytearray(tcp_frame(framing.ask(ASKED), 7, b"\x83\x02"))
    frame[5] = 2
    assert framing.feed(bytes(frame)) == Answer(b"\x83\x02")


def test_a_gateway_that_writes_its_own_unit_id_is_learned_and_another_meters_id_never_taken() -> None:
    framing = TcpFraming()
    answers = [framing.feed(tcp_frame(framing.ask(ASKED), 1, WORDS)) for _ in range(4)]
    assert [bool(answer.trouble) for answer in answers] == [True, True, False, False]
    framing.ask(Question.read(3, 0, 1, 1))  # there is a meter of that id
    assert framing.feed(tcp_frame(framing.ask(ASKED), 1, WORDS)).trouble

    for nobody in (0, 255):
        framing = TcpFraming()
        assert framing.feed(tcp_frame(framing.ask(ASKED), nobody, WORDS)) == Answer(WORDS)
        assert framing.feed(tcp_frame(framing.ask(ASKED), 7, WORDS)) == Answer(WORDS)
        # It has shown that it knows the right one; only of a silent meter it speaks in its own name.
        assert framing.feed(tcp_frame(framing.ask(ASKED), nobody, WORDS)).trouble
        assert framing.feed(tcp_frame(framing.ask(ASKED), nobody, b"\x83\x0b")) == Answer(b"\x83\x0b")


def test_what_other_units_say_on_a_line_is_passed_over() -> None:
    framing = RtuFraming()
    framing.ask(ASKED)
    assert framing.feed(rtu_frame(8, WORDS)) is None
    assert framing.feed(rtu_frame(8, WORDS) + rtu_frame(7, WORDS)) == Answer(WORDS)


def test_an_answer_of_an_owed_length_is_passed_over_on_a_line() -> None:
    framing = RtuFraming()
    framing.ask(ASKED, pending={2})
    assert framing.feed(rtu_frame(7, b"\x03\x04abcd")) is None
    assert framing.feed(rtu_frame(7, WORDS)) == Answer(WORDS)
    framing.ask(ASKED)
    assert "answered 2 registers where 4" in framing.feed(rtu_frame(7, b"\x03\x04abcd")).trouble


def test_two_answers_at_once_on_a_line_are_none_unless_they_are_alike() -> None:
    framing = RtuFraming()
    framing.ask(ASKED)
    assert framing.feed(rtu_frame(7, WORDS) + rtu_frame(7, WORDS)) == Answer(WORDS)
    framing.ask(ASKED)
    answer = framing.feed(rtu_frame(7, b"\x03\x08" + b"\xff" * 8) + rtu_frame(7, WORDS))
    assert "twice" in answer.trouble


def test_a_frame_within_the_words_of_an_answer_is_no_answer() -> None:
    inner = rtu_frame(7, b"\x03\x02\x00\x01")
    words = inner + b"\0"
    framing = RtuFraming()
    framing.ask(ASKED)
    outer = rtu_frame(7, b"\x03\x08" + words)
    assert [framing.feed(bytes([byte])) for byte in outer][-1] == Answer(b"\x03\x08" + words)


def test_texts_of_an_identification_end_where_they_say_on_a_line() -> None:
    body = bytes((IDENTIFY, 14, 2, 2, 0, 0, 2, 0, 3)) + b"ABB" + bytes((1, 2)) + b"B2"
    framing = RtuFraming()
    framing.ask(Question.identify(7))
    pieces = [framing.feed(bytes([byte])) for byte in rtu_frame(7, body)]
    assert pieces[:-1] == [None] * (len(pieces) - 1)
    assert pieces[-1] == Answer(body)


@pytest.mark.parametrize("code", [code for code in range(256) if code not in READING_FUNCTIONS])
def test_no_other_function_is_put_into_bytes(code: int) -> None:
    question = Question(1, bytes((code, 0, 0, 0, 1)))
    for framing in (TcpFraming(), RtuFraming()):
        with pytest.raises(ValueError, match="this room only reads"):
            framing.ask(question)


def test_nor_is_the_writing_kin_of_identification() -> None:
    with pytest.raises(ValueError, match="only reads"):
        refuse_writing(Question(1, bytes((IDENTIFY, 13, 0, 0))))


@pytest.mark.parametrize(("address", "words"), [(0, 0), (0, 126), (-1, 1), (65_535, 2), (65_536, 1)])
def test_registers_that_cannot_be_are_not_asked_for(address: int, words: int) -> None:
    with pytest.raises(ValueError, match="cannot be asked for"):
        Question.read(3, address, words, 1)


def test_the_checksum_is_that_of_the_specification() -> None:
    # MODBUS over Serial Line V1.02, section 6.2.2: the frame 02 07 has the checksum 41 12.
    assert checksum(b"\x02\x07") == b"\x41\x12"
