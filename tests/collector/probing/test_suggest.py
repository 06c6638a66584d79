"""The profile of a device is found out by reading it, and a wrong one does not win."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from collector.probing import suggest as room
from collector.probing.read_session import BELIEVED
from collector.probing.suggest import Suggestions, suggest
from collector.profile.profile import WORD_ORDERS
from collector.profile.read_plan import plan
from collector.profile.store import available, load
from collector.wire.connection_pool import ConnectionPool
from tests.collector.device import Device, running
from tests.collector.meters import device_of, device_words, sunspec_words
from tests.collector.typed import is_of

SHIPPED = sorted(available())
DOUBTFUL = {"siemens_pac3200", "selec_mfm384", "eastron_sdm230", "eastron_sdm72dm_v1"}
"""Models of which another one has (almost) all registers, or that have too few: they win without being certain."""


def find(device: Device, folders: tuple[Path, ...] = ()) -> dict[str, Any]:
    async def main() -> dict[str, Any]:
        async with running(device):
            return await suggest(device.url, 1, folders)

    found = asyncio.run(main())
    assert is_of(Suggestions, found)
    return found


def best(found: dict[str, Any]) -> str:
    assert found["ok"], found["error"]
    return found["candidates"][0]["profile"] if found["candidates"] else ""


@pytest.mark.parametrize("id", SHIPPED)
def test_each_profile_wins_on_its_own_device(id: str) -> None:
    device = device_of(load(id), holes=True)
    found = find(device)
    assert best(found) == id, found["candidates"]
    first = found["candidates"][0]
    assert first["word_order"] == load(id).word_order
    assert first["reasons"]
    assert (first["certainty"] == "certain") is (id not in DOUBTFUL), found["candidates"]
    assert found["values"]["active_power_total"] == pytest.approx(83.4, rel=0.02)
    assert {code for _, code, _, _ in device.asked} <= {3, 4}


@pytest.mark.parametrize("id", [name for name in SHIPPED if load(name).orders_words])
def test_the_word_order_is_found_out(id: str) -> None:
    other = next(order for order in WORD_ORDERS if order != load(id).word_order)
    turned = load(f"{id}:{other}")
    found = find(device_of(turned, holes=True))
    assert best(found) == f"{id}:{other}", found["candidates"]
    assert found["candidates"][0]["word_order"] == other


@pytest.mark.parametrize(
    "id", ["eastron_sdm630:badc", "siemens_pac2200:dcba", "abb_b23_b24:badc", "janitza_umg604:dcba"]
)
def test_the_order_of_bytes_is_found_out(id: str) -> None:
    found = find(device_of(load(id), holes=True))
    assert best(found) == id, found["candidates"]
    assert found["candidates"][0]["byte_order"] == "little"
    assert found["values"]["frequency"] == pytest.approx(50.02, abs=0.02)


def test_the_usual_order_leads_where_both_fit_alike() -> None:
    found = find(device_of(load("eastron_sdm630"), holes=True))
    assert {each["byte_order"] for each in found["candidates"]} == {"big"}


@pytest.mark.parametrize("id", ["schneider_pm5xxx", "eastron_sdm630", "carlo_gavazzi_em24_ethernet", "lovato_dmg"])
def test_a_device_that_says_zero_where_it_has_nothing_is_told_too(id: str) -> None:
    assert best(find(device_of(load(id), holes=False))) == id


@pytest.mark.parametrize("id", ["eastron_sdm120", "siemens_pac2200:little"])
def test_a_device_behind_serial_framing_is_found_out(id: str) -> None:
    assert best(find(device_of(load(id), holes=True, rtu=True))) == id


def test_a_device_of_sixty_hertz_is_as_good() -> None:
    profile = load("elmeasure_lg")
    assert best(find(Device({1: device_words(profile, hertz=59.97)}, holes=True))) == "elmeasure_lg"


@pytest.mark.parametrize("base", [0, 40_000, 50_000])
def test_a_sunspec_device_is_found_at_each_base_and_says_who_it_is(base: int) -> None:
    found = find(Device({1: device_words(load("sunspec_203"), base=base)}, holes=True))
    assert best(found) == "sunspec_203"
    assert found["identity"]["maker"] == "Example Works"


def test_a_device_says_who_it_is_and_that_decides_between_twins() -> None:
    device = device_of(load("siemens_pac3200"), holes=True, identification={0: "Siemens AG", 1: "PAC3200", 2: "1.0"})
    found = find(device)
    assert best(found) == "siemens_pac3200"
    assert found["identity"]["vendor"] == "Siemens AG"
    assert any("says" in reason for reason in found["candidates"][0]["reasons"])


def test_a_wrong_identity_speaks_against_a_profile() -> None:
    profile = load("carlo_gavazzi_em24_ethernet")
    found = find(Device({1: device_words(profile)}, holes=True, alone={(3, 11, 1): [332]}))
    row = next(row for row in found["candidates"] if row["profile"] == profile.id)
    assert any("expected 1648 to 1653" in text for text in row["against"])


@pytest.mark.parametrize("word", [0x0000, 0xFFFF, 0x1234])
def test_nothing_is_suggested_for_a_device_that_says_the_same_everywhere(word: int) -> None:
    found = find(Device({1: {(code, at): word for code in (3, 4) for at in range(65_536)}}))
    assert found["ok"]
    assert not [row for row in found["candidates"] if row["certainty"] != "possible"], found["candidates"]


def test_a_device_that_is_not_there_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.ReadSession, "timeout", 0.05)
    monkeypatch.setattr(room, "SILENT_READS", 2)
    device = Device({})
    found = find(device)
    assert not found["ok"]
    assert "did not answer" in found["error"]
    assert "unit id" in found["advice"]
    assert len(device.asked) <= 4


def test_a_gateway_that_is_not_there_is_told() -> None:
    found = asyncio.run(suggest("tcp://127.0.0.1:1", 1))
    assert (found["ok"], found["candidates"]) == (False, [])
    assert "connection" in found["error"]
    assert is_of(Suggestions, found)


def test_an_address_that_is_none_is_told() -> None:
    found = asyncio.run(suggest("10.0.0.5", 1))
    assert (found["ok"], found["gateway"], found["requests"], found["candidates"]) == (False, "10.0.0.5", 0, [])
    assert "no address of a gateway" in found["error"]
    assert is_of(Suggestions, found)


def test_a_device_silent_on_what_it_lacks_is_found_out_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.probing.read_session.LEAST_PATIENCE", 0.15)
    profile = load("eastron_sdm630")
    words = device_words(profile)

    class Mute(Device):
        async def _answer(self, writer, head, unit, code, address, count):
            if all((code, at) in words for at in (address, address + count - 1)):
                await super()._answer(writer, head, unit, code, address, count)

    assert best(find(Mute({1: words}))) == "eastron_sdm630"


@pytest.mark.parametrize("rtu", [False, True], ids=["tcp", "rtutcp"])
@pytest.mark.parametrize("which", ["first", "whole"])
def test_a_late_answer_is_no_proof_against_a_profile(which: str, rtu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that answers at once, but one question late: that one is put again, with all patience."""
    monkeypatch.setattr("collector.probing.read_session.LEAST_PATIENCE", 0.1)
    monkeypatch.setattr("collector.probing.read_session.PATIENCE", 1.0)
    profile = load("eastron_sdm630")
    first = room._first(profile)
    reads = plan(profile, (first,)) if which == "first" else plan(profile, profile.quantities)
    waits = {(each.function_code, each.address, each.count) for each in reads}

    class Held(Device):
        async def _answer(self, writer, head, unit, code, address, count):
            if (code, address, count) in waits and len(self.asked) > 1:
                waits.remove((code, address, count))
                self.delays.append(0.4)  # longer than the patience, shorter than the time-out
            await super()._answer(writer, head, unit, code, address, count)

    found = find(Held({1: device_words(profile)}, holes=True, rtu=rtu))
    assert not waits, "each was late once"
    assert best(found) == "eastron_sdm630", found["candidates"]
    assert not any("not there" in text for text in found["candidates"][0]["against"])


def test_a_device_that_is_silent_on_what_it_lacks_is_made_sure_of_by_a_few_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("collector.probing.read_session.LEAST_PATIENCE", 0.15)
    monkeypatch.setattr(room.ReadSession, "timeout", 0.3)
    profile = load("eastron_sdm630")
    words = device_words(profile)

    class Mute(Device):
        async def _answer(self, writer, head, unit, code, address, count):
            if all((code, at) in words for at in (address, address + count - 1)):
                await super()._answer(writer, head, unit, code, address, count)

    device = Mute({1: words})
    assert best(find(device)) == "eastron_sdm630"
    again = [count for read, count in Counter(device.asked).items() if count > 1 and read[0] == 1]
    assert 0 < len(again) <= BELIEVED
    assert set(again) == {2}


def test_when_the_time_is_up_what_was_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SUGGEST_SECONDS", 2.0)
    profile = load("eastron_sdm630")
    found = find(Device({1: device_words(profile)}, holes=True, delays=[0.06] * 1000))
    assert found["ok"]
    assert found["tried"] < found["profiles"]
    assert any("time was up" in note for note in found["notes"])


def test_polls_of_the_same_gateway_get_their_turns(tmp_path: Path) -> None:
    async def main() -> None:
        profile = load("eastron_sdm630")
        device = device_of(profile, holes=True)
        device.units[2] = dict(device.units[1])
        async with running(device):
            pool = ConnectionPool()
            client = pool.take(device.url)
            task = asyncio.create_task(suggest(device.url, 1, (), pool))
            polls = 0
            while not task.done():
                for request in plan(profile, bridge=False):
                    await client.read(request, 2)
                polls += 1
            assert best(task.result()) == "eastron_sdm630"
            assert polls >= 3
            assert (device.connections, device.crowd) == (1, 1)
            pool.give_back(client)

    asyncio.run(main())


def test_a_users_own_profile_is_suggested_and_a_broken_one_left_out(tmp_path: Path) -> None:
    text = (Path(room.SHIPPED) / "lovato_dmg.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("id: lovato_dmg", "id: mine"), "utf-8")
    (tmp_path / "broken.yaml").write_text("id: broken\n", "utf-8")
    found = find(device_of(load("lovato_dmg"), holes=True), (tmp_path,))
    own = next(row for row in found["candidates"] if row["profile"] == "mine")
    assert own["source"] == "own"
    assert any("broken was left out" in note for note in found["notes"])


def test_sunspec_words_are_a_chain() -> None:
    words = sunspec_words(load("sunspec_203"), {(3, 16): 5001}, 40_000)
    assert words[3, 40_000] == 0x5375
    assert 0xFFFF in words.values()
