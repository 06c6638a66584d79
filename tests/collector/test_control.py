"""The control socket: a probe waits its turn among the polls, and says what to try where it fails."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.collector import Collector
from collector.control import AT_ONCE, MOST_CALLERS, SOCKET, Control, ask
from collector.probing.probe import Probe
from collector.profile.store import load
from collector.wire.connection_pool import ConnectionPool
from energy_workbench.domain.errors import ServiceError
from energy_workbench.registry import Registry
from energy_workbench.runtime.settings import Settings
from tests.collector.device import Device, running
from tests.collector.meters import device_of
from tests.collector.polling.test_meter_reader import words_of
from tests.collector.serial_bus import SILENT, line_with_server
from tests.collector.test_collector import PROFILE, command, home, meter, two_units
from tests.waiting import patience, until

__all__ = ["home"]


async def say(path: Path, *lines: bytes) -> list[dict[str, Any]]:
    """Send lines on one connection; the answers."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    answers = []
    for line in lines:
        writer.write(line + b"\n")
        answers.append(json.loads(await asyncio.wait_for(reader.readline(), patience(30))))
    writer.close()
    return answers


async def probed(path: Path, gateway: str, unit: int, profile: str = PROFILE) -> dict[str, Any]:
    request = {"do": "probe", "gateway": gateway, "unit_id": unit, "profile": profile}
    return (await say(path, json.dumps(request).encode()))[0]


@asynccontextmanager
async def control(tmp_path: Path) -> AsyncIterator[tuple[Path, ConnectionPool]]:
    """A control socket without polls."""
    pool, path = ConnectionPool(), tmp_path / SOCKET
    task = asyncio.create_task(Control(path, pool, [tmp_path]).run())
    await until(path.exists)
    await until(lambda: task.done() or connects(path))
    try:
        yield path, pool
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not path.exists()


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(path)) == 0


@asynccontextmanager
async def collecting(home: Settings) -> AsyncIterator[Collector]:
    collector = Collector(home)
    task = asyncio.create_task(collector.run())
    try:
        await until(lambda: connects(home.home / SOCKET))
        yield collector
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_probe_takes_its_turn_on_the_connection_of_the_polls(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units(4.0)) as device:
            device.delays = [0.02] * 10_000
            registry.create_meter(meter("A", device, 1, poll_seconds=0.1), by="test")
            async with collecting(home):
                await until(lambda: len(device.asked) > 3)
                answers = await asyncio.gather(*(probed(home.home / SOCKET, device.url, 2) for _ in range(3)))
                after = len(device.asked)
                await until(lambda: len(device.asked) > after + 3)
            assert device.connections == 1
            assert device.crowd == 1
        for answer in answers:
            assert answer["ok"]
            assert answer["values"]["energy_active_import"] == pytest.approx(4.0)
            assert answer["units"]["energy_active_import"] == "kWh"
            assert answer["milliseconds"] >= 20
            assert (answer["error"], answer["advice"]) == ("", "")

    asyncio.run(main())


def test_a_serial_line_keeps_its_one_owner(home: Settings) -> None:
    async def main(path: str) -> None:
        url = f"rtu://{path}?baudrate=9600"
        fields = {
            "number": "S",
            "name": "S",
            "type": "machine",
            "gateway": url,
            "unit_id": 1,
            "profile": "eastron_sdm120",
        }
        Registry(home.registry_url).create_meter({**fields, "poll_seconds": 1}, by="test")
        async with collecting(home) as collector:
            await until(lambda: collector._writer.written > 0)
            good = await probed(home.home / SOCKET, url, 1, "eastron_sdm120")
            assert good["error"] == ""
            assert good["values"]["voltage_l1_n"] == pytest.approx(230.0)
            # Another rate on the same port, as somebody tries who looks for the right one.
            other = await probed(home.home / SOCKET, f"rtu://{path}?baudrate=19200", 1, "eastron_sdm120")
            assert other["ok"]
            bad = await probed(home.home / SOCKET, url, SILENT, "eastron_sdm120")
            assert bad["advice"] == "timeout: wrong unit id, baud rate or wiring"
            written = collector._writer.written
            await until(lambda: collector._writer.written > written)

    words = words_of(load("eastron_sdm120"), 230.0)
    holding = {address: words.get((4, address), 0) for address in range(max(a for _, a in words) + 2)}
    with line_with_server({1: holding}) as path:
        asyncio.run(main(path))


def test_a_new_gateway_is_read_over_a_connection_of_its_own_which_is_closed(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(two_units(4.0)) as device, control(tmp_path) as (path, pool):
            assert (await probed(path, device.url, 1))["ok"]
            await until(lambda: not device.open)
            assert device.connections == 1
            assert not pool._clients

    asyncio.run(main())


@pytest.mark.parametrize(
    ("change", "unit", "profile", "error", "advice"),
    [
        ({"port": 1}, 1, PROFILE, "accepts no connection", "no connection: check address, port, firewall"),
        ({}, 9, PROFILE, "did not answer", "timeout: wrong unit id, baud rate or wiring"),
        ({"holes": True}, 1, "schneider_pm5xxx", "(2)", "exception 2: this unit lacks the register: wrong profile?"),
        ({"exceptions": {1: 11}}, 1, PROFILE, "(11)", "timeout: wrong unit id, baud rate or wiring"),
        ({"exceptions": {1: 6}}, 1, PROFILE, "(6)", "exception 6: device busy: try again"),
        ({"shorten": 1}, 1, PROFILE, "registers", "garbled: wrong baud rate or parity"),
        ({}, 1, "nobody", "no meter profile", "profile: choose another one"),
    ],
)
def test_a_failure_comes_with_one_line_of_advice(
    tmp_path: Path, change: dict[str, Any], unit: int, profile: str, error: str, advice: str
) -> None:
    async def main() -> None:
        async with running(two_units()) as device, control(tmp_path) as (path, _):
            for name, value in change.items():
                setattr(device, name, value)
            answer = await probed(path, device.url, unit, profile)
            assert not answer["ok"]
            assert error in answer["error"]
            assert answer["advice"].startswith(advice)
            assert ("instead of rtutcp" in answer["advice"]) == ("did not answer" in error)
            assert "\n" not in answer["error"] + answer["advice"]

    asyncio.run(main())


def test_a_gateway_that_was_just_mended_is_tried_at_once(home: Settings) -> None:
    async def main() -> None:
        device = two_units()
        async with running(device):
            pass  # its port is known, and nobody listens there
        Registry(home.registry_url).create_meter(meter("A", device, 1), by="test")
        async with collecting(home) as collector:
            await until(lambda: device.url in collector._running)
            client = collector._running[device.url].poller.client
            await until(lambda: client._failed_connects >= 3)
            assert not (await probed(home.home / SOCKET, device.url, 1))["ok"]
            async with running(device):
                assert (await probed(home.home / SOCKET, device.url, 1))["ok"]

    asyncio.run(main())


def test_a_probe_ends_in_bounded_time_and_leaves_the_line_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.probing.probe.PROBE_SECONDS", 0.3)

    async def main() -> None:
        async with running(two_units()) as device, control(tmp_path) as (path, _):
            device.delays = [0.8]
            answer = await probed(path, device.url, 1)
            assert "did not answer everything in 0.3 s" in answer["error"]
            assert answer["advice"].startswith("timeout")
            assert (await probed(path, device.url, 1))["ok"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"probe", "no JSON"),
        (b"[" * 5000, "no JSON"),
        (b'"probe"', "no JSON object"),
        (b'{"do": "write"}', "nothing to do by the name of 'write'"),
        (b'{"do": "probe", "gateway": 5, "unit_id": 1, "profile": "x"}', "must be text"),
        (b'{"do": "probe", "gateway": "tcp://a:1", "unit_id": 300, "profile": "x"}', "0 to 255"),
        (b'{"do": "probe", "gateway": "tcp://a:1", "unit_id": true, "profile": "x"}', "0 to 255"),
        (
            b'{"do": "probe", "gateway": "http://a", "unit_id": 1, "profile": "eastron_sdm120"}',
            "no address of a gateway",
        ),
    ],
)
def test_what_is_no_request_is_answered_and_the_next_one_served(tmp_path: Path, line: bytes, error: str) -> None:
    async def main() -> None:
        async with running(two_units()) as device, control(tmp_path) as (path, _):
            good = {"do": "probe", "gateway": device.url, "unit_id": 1, "profile": PROFILE}
            first, second = await say(path, line, json.dumps(good).encode())
            assert not first["ok"]
            assert error in first["error"]
            assert first["advice"]
            assert second["ok"]

    asyncio.run(main())


def test_an_endless_line_and_a_caller_who_leaves_harm_nobody(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(two_units()) as device, control(tmp_path) as (path, pool):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(b"x" * 200_000)
            assert await reader.read() == b""
            writer.close()
            device.delays = [0.2]
            request = {"do": "probe", "gateway": device.url, "unit_id": 1, "profile": PROFILE}
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(json.dumps(request).encode() + b"\n")
            await until(lambda: device.asked)
            writer.close()
            await until(lambda: not pool._clients)
            assert (await probed(path, device.url, 1))["ok"]

    asyncio.run(main())


def test_a_flood_of_probes_is_turned_away(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(two_units()) as device, control(tmp_path) as (path, _):
            device.delays = [0.3]
            answers = await asyncio.gather(*(probed(path, device.url, 1) for _ in range(AT_ONCE + 4)))
            turned = [answer for answer in answers if not answer["ok"]]
            assert 0 < len(turned) <= 4
            assert all("under way" in answer["error"] for answer in turned)

    asyncio.run(main())


def test_only_its_user_may_use_the_socket_and_a_dead_one_is_replaced(tmp_path: Path) -> None:
    async def main() -> None:
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(str(tmp_path / SOCKET))
        async with control(tmp_path) as (path, _):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    asyncio.run(main())


def test_a_deep_home_has_a_socket_too(tmp_path: Path) -> None:
    async def main() -> None:
        folder = tmp_path / ("deep" * 20) / ("deeper" * 15)
        folder.mkdir(parents=True)
        task = asyncio.create_task(Control(folder / SOCKET, ConnectionPool(), []).run())
        await until((folder / SOCKET).exists)
        answer: Callable[[], dict[str, Any] | None] = lambda: ask(folder / SOCKET, {"do": "nothing"}, dict)  # noqa: E731
        found = await asyncio.to_thread(answer)
        assert found
        assert "nothing to do" in found["error"]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not (folder / SOCKET).exists()
        assert await asyncio.to_thread(answer) is None

    asyncio.run(main())


def test_the_collector_finds_out_which_profile_a_device_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two time-outs count against a profile: a device on a busy machine is given the time that it takes.
    monkeypatch.setattr("collector.probing.read_session.ReadSession.timeout", patience(1))

    async def main() -> None:
        device = device_of(load("eastron_sdm630"), holes=True)
        async with control(tmp_path) as (path, _), running(device):
            asked = {"do": "suggest", "gateway": device.url, "unit_id": 1}
            found = await asyncio.to_thread(ask, path, asked, dict)
            assert found
            assert found["candidates"][0]["profile"] == "eastron_sdm630", found
            wrong = await asyncio.to_thread(ask, path, {**asked, "unit_id": "1"}, dict)
            assert wrong
            assert "0 to 255" in wrong["error"]

    asyncio.run(main())


def test_a_folder_without_sockets_does_not_end_the_collector(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        task = asyncio.create_task(Control(tmp_path / "missing" / SOCKET, ConnectionPool(), []).run())
        await until(lambda: "no control socket" in caplog.text)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_a_collector_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / SOCKET))
        deaf.listen()
        import threading

        threading.Thread(target=lambda: deaf.accept()[0].close(), daemon=True).start()
        with pytest.raises(ServiceError, match="does not answer"):
            ask(tmp_path / SOCKET, {"do": "probe"}, dict)


def test_the_command_says_what_a_busy_collector_answers(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with control(home.home):
            monkeypatch.setattr("collector.control.AT_ONCE", 0)
            process = command(home, "probe", "tcp://127.0.0.1:1", "1", "--profile", "eastron_sdm630")
            told, error = await asyncio.to_thread(process.communicate, timeout=patience(60))
            assert process.returncode == 12, error
            assert told.splitlines() == [
                "tcp://127.0.0.1:1 unit 1 as eastron_sdm630: 0 requests are under way",
                "  try again in some seconds",
            ]

    asyncio.run(main())


def test_the_command_asks_the_running_collector_and_says_the_same(home: Settings) -> None:
    async def main() -> None:
        async with running(two_units(4.0)) as device:
            Registry(home.registry_url).create_meter(meter("A", device, 1), by="test")

            async def run(*arguments: str) -> tuple[int, str]:
                process = command(home, "probe", device.url, *arguments)
                out, _ = await asyncio.to_thread(process.communicate, timeout=patience(60))
                return process.returncode, out

            async with collecting(home):
                await until(lambda: device.asked)
                code, out = await run("2", "--profile", PROFILE, "--json")
                assert code == 0
                asked = await probed(home.home / SOCKET, device.url, 2)
                assert device.connections == 1
            _, direct = await run("2", "--profile", PROFILE, "--json")
            code, failed = await run("9", "--profile", PROFILE, "--json")
            assert code == 12
            _, unknown = await run("9", "--profile", "nobody", "--json")
            _, wrong = await run("9", "--profile", PROFILE)
        assert device.connections > 1
        answers = [asked, *map(json.loads, (out, direct, failed, unknown))]
        assert [list(answer) for answer in answers] == [list(Probe.__slots__)] * 5
        assert asked["values"] == json.loads(out)["values"] == json.loads(direct)["values"]
        assert [answer["ok"] for answer in answers] == [True, True, True, False, False]
        assert "timeout: wrong unit id" in wrong

    asyncio.run(main())


def test_a_device_in_the_way_of_polls_is_the_probes_alone(home: Settings) -> None:
    """A silent unit costs the polls of its gateway its time-out, and other gateways nothing."""

    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units()) as first, running(Device({1: words_of(load(PROFILE))})) as second:
            registry.create_meter(meter("A", first, 1, poll_seconds=0.1), by="test")
            registry.create_meter(meter("B", second, 1, poll_seconds=0.1), by="test")
            async with collecting(home) as collector:
                await until(lambda: first.asked and second.asked)
                answer = await probed(home.home / SOCKET, first.url, 9)
                assert not answer["ok"]
                polls = len(second.asked)
                await until(lambda: len(second.asked) > polls + 3)
                online = [t.tally.failures for r in collector._running.values() for t in r.poller.targets]
                assert online == [0, 0]
            assert first.connections == 1

    asyncio.run(main())


async def called(path: Path, device: Device, *units: int, seconds: float = 10.0) -> dict[int, dict[str, Any]]:
    meters = [{"key": unit, "gateway": device.url, "unit_id": unit, "profile": PROFILE} for unit in units]
    request = {"do": "call", "meters": meters, "seconds": seconds}
    answer = (await say(path, json.dumps(request).encode()))[0]
    assert answer["ok"], answer
    return {row["key"]: row for row in answer["meters"]}


def test_a_ping_takes_its_turn_among_the_polls(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units(4.0)) as device:
            device.delays = [0.02] * 10_000
            registry.create_meter(meter("A", device, 1, poll_seconds=0.1), by="test")
            async with collecting(home):
                await until(lambda: len(device.asked) > 3)
                found = await called(home.home / SOCKET, device, 1, 2, 9)
                after = len(device.asked)
                await until(lambda: len(device.asked) > after + 3)
            assert device.connections == 1
            assert device.crowd == 1
        assert [found[unit]["ok"] for unit in (1, 2, 9)] == [True, True, False]
        assert found[9]["advice"].startswith("timeout")
        assert found[9]["reached"]

    asyncio.run(main())


def test_a_ping_ends_in_its_time_and_tells_who_was_reached(tmp_path: Path) -> None:
    async def main() -> None:
        device = two_units()
        async with running(device):
            pass
        async with control(tmp_path) as (path, pool):
            gone = await called(path, device, 1, 2)
            assert [row["reached"] for row in gone.values()] == [False, False]
            async with running(device):
                found = await called(path, device, *range(1, 60), seconds=0.5)
                assert found[1]["ok"]
                assert len(found) < 59
                assert (await called(path, device, 1))[1]["ok"]
            await until(lambda: not pool._clients)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"do": "call"}, "must be a list"),
        ({"do": "call", "meters": [{}] * 501}, "500 at most"),
        ({"do": "call", "meters": [], "seconds": 1e9}, "60 at most"),
        ({"do": "call", "meters": [], "seconds": True}, "60 at most"),
        ({"do": "call", "meters": ["A"]}, "no meter to call"),
        ({"do": "call", "meters": [{"key": 1}]}, "no meter to call"),
        ({"do": "call", "meters": [{"key": "1", "gateway": "x", "unit_id": 1, "profile": "p"}]}, "whole numbers"),
        ({"do": "call", "meters": [{"key": 1, "gateway": "x", "unit_id": 256, "profile": "p"}]}, "0 to 255"),
        ({"do": ["probe"]}, "nothing to do"),
        ({"do": None}, "nothing to do"),
        ({}, "nothing to do"),
    ],
)
def test_a_request_that_makes_no_sense_says_why(tmp_path: Path, request_: dict[str, Any], error: str) -> None:
    async def main() -> None:
        async with control(tmp_path) as (path, _):
            answer = (await say(path, json.dumps(request_).encode()))[0]
            assert not answer["ok"]
            assert error in answer["error"]

    asyncio.run(main())


def test_the_counts_are_told_while_every_probe_hangs(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(two_units()) as device, control(tmp_path) as (path, _):
            device.delays = [2.0] * 20
            probes = [asyncio.create_task(probed(path, device.url, 1)) for _ in range(AT_ONCE)]
            await until(lambda: device.asked)
            answer = (await asyncio.wait_for(say(path, b'{"do": "doctor"}'), patience(30)))[0]
            assert answer["ok"]
            assert answer["gateways"] == []
            for task in probes:
                task.cancel()
            await asyncio.gather(*probes, return_exceptions=True)

    asyncio.run(main())


def test_callers_beyond_what_is_bearable_are_told_so_and_room_comes_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with control(tmp_path) as (path, _):
            idle = [await asyncio.open_unix_connection(str(path)) for _ in range(MOST_CALLERS)]
            await until(lambda: True)
            reader, writer = await asyncio.open_unix_connection(str(path))
            refusal = json.loads(await asyncio.wait_for(reader.readline(), patience(30)))
            assert "callers are connected" in refusal["error"]
            assert await reader.read() == b""
            writer.close()
            for _, each in idle:
                each.close()

            async def served() -> bool:
                answer = (await say(path, b'{"do": "doctor"}'))[0]
                return bool(answer["ok"])

            await until(served, "room for another caller")

    asyncio.run(main())


def test_who_asks_and_reads_nothing_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.control.IDLE_SECONDS", 0.3)

    async def main() -> None:
        async with control(tmp_path) as (path, _):
            deaf = socket.socket(socket.AF_UNIX)
            deaf.connect(str(path))
            deaf.setblocking(False)
            line = b'{"do": "' + b"x" * 50_000 + b'"}\n'

            def sent_away() -> bool:
                try:
                    deaf.send(line)
                except BlockingIOError:
                    return False
                except OSError:
                    return True
                return False

            await until(sent_away, seconds=60)
            deaf.close()
            assert (await say(path, b'{"do": "doctor"}'))[0]["ok"]

    asyncio.run(main())


def test_a_scan_and_registers_are_asked_over_the_socket(home: Settings) -> None:
    """While a meter of the same gateway is polled: one connection, one question at a time, and polls go on."""

    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(device_of(load("eastron_sdm630"), holes=True)) as device:
            fields = {"number": "A", "name": "A", "type": "machine", "gateway": device.url, "unit_id": 1}
            registry.create_meter({**fields, "profile": "eastron_sdm630", "poll_seconds": 1}, by="test")
            async with collecting(home) as collector:
                await until(lambda: collector._writer.written > 0)
                path = home.home / SOCKET
                (begun,) = await say(path, json.dumps({"do": "scan", "gateway": device.url, "units": "1-3"}).encode())
                scan = begun["scan"]
                (second,) = await say(path, json.dumps({"do": "scan", "gateway": device.url, "units": "9"}).encode())
                assert (second["ok"], second["kind"]) == (False, "conflict")
                assert scan["id"] in second["error"]
                request = {
                    "do": "registers",
                    "gateway": device.url,
                    "unit_id": 1,
                    "function": 4,
                    "from": 70,
                    "count": 2,
                }
                (read,) = await say(path, json.dumps(request).encode())
                assert read["registers"][0]["values"]["abcd"]["float32"] == pytest.approx(50.02)
                before = collector._writer.written

                async def ended() -> bool:
                    (told,) = await say(path, json.dumps({"do": "scan_state", "id": scan["id"]}).encode())
                    scan.update(told["scan"])
                    return scan["state"] != "running"

                while not await ended():
                    await asyncio.sleep(0)
                assert [unit["unit_id"] for unit in scan["found"]] == [1]
                await until(lambda: collector._writer.written > before)
            assert device.connections == 1
            assert device.crowd == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({"do": "scan", "gateway": "gopher://x", "units": "1"}, "input"),
        ({"do": "scan", "gateway": "tcp://127.0.0.1:1", "units": "1-999"}, "input"),
        ({"do": "scan_state", "id": "scn_none"}, "missing"),
        ({"do": "stop_scan", "id": 7}, "input"),
        (
            {"do": "registers", "gateway": "tcp://127.0.0.1:1", "unit_id": 1, "function": 6, "from": 0, "count": 1},
            "input",
        ),
        (
            {"do": "registers", "gateway": "tcp://127.0.0.1:1", "unit_id": 1, "function": 3, "from": "0", "count": 1},
            "input",
        ),
        ({"do": "leave"}, "input"),
    ],
)
def test_what_cannot_be_scanned_is_refused_with_its_kind(tmp_path: Path, request_: dict[str, Any], kind: str) -> None:
    async def main() -> None:
        async with control(tmp_path) as (path, _):
            (answer,) = await say(path, json.dumps(request_).encode())
            assert (answer["ok"], answer["kind"]) == (False, kind)
            assert answer["error"]

    asyncio.run(main())
