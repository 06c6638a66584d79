"""The whole process: registry in, spool and live state out, edits followed, stopped cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from collector.collector import WATCH_SECONDS, Collector, exclusive
from collector.polling.writer import Writer
from collector.profile.read_plan import plan
from collector.profile.store import available, load
from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import BusyError, LakeError
from energy_workbench.domain.status import Communication
from energy_workbench.lake.reading import Reading
from energy_workbench.lake.spool.spool import Spool
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.settings import Settings
from tests.collector.device import Device, running
from tests.collector.polling.test_meter_reader import words_of
from tests.conftest import free_ports
from tests.migrated import migrated
from tests.waiting import eventually, patience, until

PROFILE = "eastron_sdm72dm_v1"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / settings_room.FILE).write_text(f"metrics_port = {free_ports(1)[0]}\n", "utf-8")
    settings = settings_room.load(tmp_path / "home")
    migrated(Registry(settings.registry_url))
    StateStore(settings.state_url).migrate()
    return settings


def meter(number: str, device: Device, unit: int, **more: object) -> dict[str, object]:
    fields = {"number": number, "name": number, "type": "machine", "gateway": device.url, "unit_id": unit}
    return {**fields, "profile": PROFILE, "poll_seconds": 1, **more}


def two_units(value: float = 2.0) -> Device:
    words = words_of(load(PROFILE), value)
    return Device({1: words, 2: words})


def command(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    code = "from collector.cli import main; main()"
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(settings.home)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip


@contextmanager
def served(device: Device) -> Iterator[Device]:
    """The device in a thread of its own, for processes beside it."""
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def main() -> None:
        async with running(device):
            ready.set()
            await asyncio.Event().wait()

    def work() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(main())
        except RuntimeError:
            pass

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert ready.wait(patience(10))
    try:
        yield device
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def test_what_meters_say_is_spooled_and_known_live(home: Settings) -> None:
    async def main() -> None:
        registry, state = Registry(home.registry_url), StateStore(home.state_url)
        async with running(two_units(4.0)) as device:
            one = registry.create_meter(meter("A", device, 1), by="test")
            two = registry.create_meter(meter("B", device, 2), by="test")
            task = asyncio.create_task(Collector(home).run())
            spool = Spool(home.spool_path)
            await until(lambda: spool.depth() >= 4)
            await until(lambda: "collector" in state.processes())
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            readings = [reading for _, reading in spool.pending()]
            assert {reading.meter for reading in readings} == {one.key, two.key}
            assert readings[0].values["energy_active_import"] == pytest.approx(4.0)
            assert set(readings[0].values) == set(load(PROFILE).poll)
            assert all(reading.slot_us % 1_000_000 == 0 for reading in readings)
            live = state.read()[one.key]
            assert live.communication is Communication.ONLINE
            assert live.values["energy_active_import"] == pytest.approx(4.0)
            assert live.last_seen is not None

    asyncio.run(main())


def test_an_edit_is_followed_and_other_gateways_do_not_notice(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        async with running(two_units()) as first, running(two_units()) as second:
            registry.create_meter(meter("A", first, 1), by="test")
            collector = Collector(home)
            task = asyncio.create_task(collector.run())
            await until(lambda: first.asked)
            registry.create_meter(meter("B", second, 1), by="test")
            await until(lambda: second.asked)
            assert first.connections == 1
            registry.update_meter("B", {"unit_id": 2}, by="test")
            await until(lambda: any(unit == 2 for unit, *_ in second.asked))
            registry.update_meter("B", {"status": "inactive"}, by="test")
            await until(lambda: second.url not in collector._running)
            assert first.url in collector._running
            assert first.connections == 1
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_an_edit_does_not_disturb_the_other_meters_of_its_gateway(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        words = words_of(load(PROFILE))
        async with running(Device(dict.fromkeys(range(1, 6), words))) as device:
            device.delays = [0.005] * 100_000
            one = registry.create_meter(meter("A", device, 1), by="test")
            collector = Collector(home)
            task = asyncio.create_task(collector.run())

            def asks(unit: int) -> int:
                return sum(asked == unit for asked, *_ in device.asked)

            async def soon(condition: Callable[[], object]) -> None:
                """Not with the quarter-hour of the meter's own polls."""
                await until(condition, seconds=WATCH_SECONDS + 4.0)

            await until(lambda: asks(1))
            kept = collector._running[device.url].poller.targets[0]
            registry.create_meter(meter("B", device, 2, poll_seconds=900), by="test")
            await soon(lambda: asks(2))
            registry.update_meter("B", {"unit_id": 3}, by="test")
            await soon(lambda: asks(3))
            registry.create_meter(meter("C", device, 4, gateway="tcp://127.0.0.1:1"), by="test")
            registry.update_meter("C", {"gateway": device.url}, by="test")
            await soon(lambda: asks(4))
            registry.update_meter("C", {"status": "inactive"}, by="test")
            registry.delete_meter("B", by="test")
            await soon(lambda: len(collector._running[device.url].poller.targets) == 1)
            silent = asks(3) + asks(4)
            before = asks(1)
            await until(lambda: asks(1) > before + 4)
            assert asks(3) + asks(4) == silent
            assert collector._running[device.url].poller.targets == [kept]
            assert device.connections == 1
            assert device.crowd == 1
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            slots = [reading.slot_us for _, reading in Spool(home.spool_path).pending() if reading.meter == one.key]
            assert len(slots) >= 5
            assert all(1_000_000 <= after - before <= 2_000_000 for before, after in pairwise(slots))

    asyncio.run(main())


def test_options_of_a_gateway_and_polling_fields_of_a_meter_are_followed_while_it_runs(home: Settings) -> None:
    async def main() -> None:
        registry = Registry(home.registry_url)
        words = words_of(load(PROFILE))
        async with running(Device(dict.fromkeys(range(1, 5), words), delays=[0.2] * 100_000)) as device:
            for unit in range(1, 5):
                registry.create_meter(meter(f"M{unit}", device, unit, poll_offset_seconds=0), by="test")
            collector = Collector(home)
            task = asyncio.create_task(collector.run())
            await until(lambda: {unit for unit, *_ in device.asked} == {1, 2, 3, 4})
            poller = collector._running[device.url].poller
            assert device.crowd == 1
            registry.set_gateway(device.url, {"connections": 3, "timeout_ms": 5000, "pause_ms": 20}, by="test")
            await until(lambda: device.crowd == 3)
            assert (poller.limits.timeout, poller.limits.pause, poller.limits.retries) == (5.0, 0.02, None)
            registry.set_gateway(device.url, {}, by="test")
            await until(lambda: device.open == 1)
            assert poller.limits.timeout is None
            registry.update_meter("M1", {"poll_offset_seconds": 0.5, "priority": "high"}, by="test")
            await until(lambda: any(target.offset_us == 500_000 for target in poller.targets))
            assert collector._running[device.url].poller is poller
            assert collector.statistics.gateways[device.url] is poller.counts
            assert set(poller.counts.meters) == {target.key for target in poller.targets}
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_a_gateway_that_comes_up_later_is_no_warning_and_its_meters_are_online_at_once(home: Settings) -> None:
    device = two_units()
    (device.port,) = free_ports(1)  # nobody listens there
    registry, state = Registry(home.registry_url), StateStore(home.state_url)
    keys = [registry.create_meter(meter(number, device, unit), by="test").key for number, unit in (("A", 1), ("B", 2))]
    process = command(home)
    eventually(lambda: "accepts no connection" in "".join(live.error for live in state.read().values()), "a refusal")

    def seen() -> list[Communication]:
        return [live.communication for key, live in state.read().items() if key in keys and live.last_seen]

    with served(device):
        states = eventually(lambda: found if len(found := seen()) == 2 else [], "both meters", every=0.02)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=patience(30))
    assert states == [Communication.ONLINE] * 2
    assert "not there yet" in errors
    assert ": answers (" in errors
    assert " warning " not in errors
    assert " error " not in errors


def test_a_meter_with_an_unusable_profile_says_so_and_the_others_are_read(home: Settings) -> None:
    async def main() -> None:
        registry, state = Registry(home.registry_url), StateStore(home.state_url)
        home.profiles_path.mkdir()
        path = home.profiles_path / "mine.yaml"
        path.write_text("id: mine\nvendor: x\n", "utf-8")
        async with running(two_units()) as device:
            bad = registry.create_meter(meter("BAD", device, 1, profile="mine"), by="test")
            good = registry.create_meter(meter("GOOD", device, 2), by="test")
            task = asyncio.create_task(Collector(home).run())
            await until(lambda: {bad.key, good.key} <= state.read().keys())
            assert "mine.yaml, line 1" in state.read()[bad.key].error
            assert state.read()[good.key].communication is Communication.ONLINE
            # The user mends the file; nothing is restarted by hand.
            path.write_text(available()[PROFILE].read_text("utf-8").replace(f"id: {PROFILE}", "id: mine"), "utf-8")
            await until(lambda: state.read()[bad.key].communication is Communication.ONLINE)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


def test_the_process_ends_cleanly_and_keeps_what_it_read(home: Settings) -> None:
    with served(two_units()) as device:
        Registry(home.registry_url).create_meter(meter("A", device, 1), by="test")
        process = command(home)
        spool = Spool(home.spool_path)
        eventually(lambda: process.poll() is not None or spool.depth() >= 2, "two readings")
        assert process.poll() is None, process.communicate()[1]
        again = command(home)
        _, errors = again.communicate(timeout=patience(60))
        assert again.returncode == BusyError.exit_code
        assert "polls the meters" in errors
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=patience(30))
        assert process.returncode == 0, errors
        assert ": stopped (" in errors
        assert "Traceback" not in errors
        # Every poll that the device answered in full is there, but for one that was under way.
        polls = len(device.asked) // len(plan(load(PROFILE)))
        assert polls - 1 <= spool.depth() <= polls


def test_once_reads_every_meter_and_tells(home: Settings) -> None:
    with served(two_units()) as device:
        registry = Registry(home.registry_url)
        registry.create_meter(meter("A", device, 1), by="test")
        registry.create_meter(meter("DEAD", device, 9), by="test")
        process = command(home, "--once")
        out, errors = process.communicate(timeout=patience(60))
        assert process.returncode == 0, errors
        assert "A: 3 values" in out
        assert "DEAD: unit 9" in out
        assert "1 of 2 meters answered" in out
        assert Spool(home.spool_path).depth() == 1


def test_probe_tells_what_the_device_says(home: Settings) -> None:
    profile = load("carlo_gavazzi_em340")
    words = words_of(profile, 40.0)
    with served(Device({3: {**words, **profile_frequency(words, 50.0)}})) as device:
        process = command(home, "probe", device.url, "3", "--profile", profile.id, "--json")
        out, errors = process.communicate(timeout=patience(60))
        assert process.returncode == 0, errors
        found = json.loads(out)
        assert found["values"]["frequency"] == 50.0
        assert found["units"]["frequency"] == "Hz"
        assert found["error"] == ""
        assert found["hints"] == []
        process = command(home, "probe", device.url, "4", "--profile", profile.id)
        out, _ = process.communicate(timeout=patience(60))
        assert process.returncode == 12
        assert "did not answer" in out
        process = command(home, "probe", device.url, "4", "--profile", "nobody")
        _, errors = process.communicate(timeout=patience(60))
        assert process.returncode == 6
        assert errors.startswith("error: there is no meter profile")


def profile_frequency(words: dict[tuple[int, int], int], hertz: float) -> dict[tuple[int, int], int]:
    from collector.profile.decode import encode

    return encode(load("carlo_gavazzi_em340"), {"frequency": hertz})


def test_a_wrong_word_order_is_hinted_at(home: Settings) -> None:
    profile = load("eastron_sdm630")
    words = words_of(profile, 50.0)
    swapped = {(code, address ^ 1): word for (code, address), word in words.items()}
    with served(Device({1: swapped})) as device:
        process = command(home, "probe", device.url, "1", "--profile", profile.id)
        out, _ = process.communicate(timeout=patience(60))
        assert "eastron_sdm630:little" in out


def test_one_home_has_one_collector(home: Settings) -> None:
    with exclusive(home), pytest.raises(BusyError, match=str(os.getpid())), exclusive(home):
        pass


def test_a_home_that_was_not_made_is_an_error(tmp_path: Path) -> None:
    process = command(settings_room.load(tmp_path / "nowhere"))
    _, errors = process.communicate(timeout=patience(60))
    assert process.returncode == 3
    assert "energy-workbench init" in errors


def test_readings_wait_while_the_spool_cannot_be_written(home: Settings) -> None:
    import logging

    from energy_workbench.runtime.repeated_failures import RepeatedFailures

    class FullDisk(Spool):
        full, tried = True, 0

        def add(self, readings, **more):
            if self.full:
                self.tried += 1
                raise LakeError("the disk is full")
            return super().add(readings, **more)

    async def main() -> None:
        spool = FullDisk(home.spool_path)
        writer = Writer(spool, StateStore(home.state_url), RepeatedFailures(logging.getLogger("test")))
        task = asyncio.create_task(writer.run())
        for i in range(3):
            writer.put(1, Reading(1, i * 1_000_000, 0, {"frequency": 50.0}), Live())
        # A value that no column can hold does not take the others with it.
        writer.put(2, Reading(2, 0, 0, {"frequency": 1e300}), Live())
        await until(lambda: spool.tried >= 2)
        assert writer.waiting == 4
        spool.full = False
        await until(lambda: spool.depth() == 3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert writer.waiting == 0

    asyncio.run(main())
