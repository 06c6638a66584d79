"""Reading a meter once: by the running collector, which owns the lines, or by a process of our own without one."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from energy_workbench.answers.meter_check import RATIO_FIELDS, ratio_of
from energy_workbench.core.errors import InputError, Problem
from energy_workbench.core.quantities import QUANTITIES
from energy_workbench.core.ratios import Ratio
from energy_workbench.core.settings import Settings
from energy_workbench.registry.conversions import gateway, profile, whole

SOCKET = "collector.sock"
"""Where the running collector listens, in the home."""
LONGEST = 45.0
"""How long a probe may take, with its turn among the polls of that line [s]."""
MOST_BYTES = 1_000_000
SENT = ("gateway", "unit_id", "profile", *RATIO_FIELDS)


def probe(settings: Settings, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Read a meter once.

    Parameters
    ----------
    fields : mapping
        `gateway, unit_id, profile`, and the ratio's; others are left aside.

    Returns
    -------
    dict
        `ok`; `values`, each with `quantity, label, unit, raw, scaled`; `error` and `advice`, empty where it
        answered; `milliseconds`.

    Raises
    ------
    InputError
        If an address, id or ratio is none; nothing is sent then.
    """
    asked, ratio = _asked(fields)
    started = time.monotonic()
    answer = _by_collector(settings.home / SOCKET, asked)
    if answer is None:
        answer = _by_ourselves(settings, asked)
    error = str(answer.get("error") or "")
    milliseconds = answer.get("milliseconds", (time.monotonic() - started) * 1000)
    return {
        "ok": bool(answer.get("ok", not error)),
        "values": _values(answer.get("values") or {}, ratio),
        "error": error,
        "advice": str(answer.get("advice") or ""),
        "milliseconds": round(float(milliseconds)),
    }


def _asked(fields: Mapping[str, Any]) -> tuple[dict[str, Any], Ratio]:
    problems = []
    asked: dict[str, Any] = {}
    for name, convert in (("gateway", gateway), ("unit_id", whole(0, 255)), ("profile", profile)):
        value = fields.get(name)
        try:
            if value is None or value == "":
                raise ValueError("is needed to read a meter")
            asked[name] = convert(value)
        except ValueError as reason:
            problems.append(Problem("body", name, "" if value is None else str(value)[:60], str(reason)))
    ratio = ratio_of(fields)
    if ratio is None:
        problems.append(Problem("body", "ct_primary", "", "CT and PT need two numbers above zero each, or none"))
    if problems or ratio is None:
        raise InputError("the meter cannot be read", problems)
    return asked, ratio


def _by_collector(path: Path, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """The running collector's answer; None where none runs."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(LONGEST)
        try:
            line.connect(str(path))
        except OSError:
            # No such file, nobody behind it, or a home so deep that its path is no address.
            return None
        try:
            line.sendall(json.dumps({"do": "probe", **asked}).encode() + b"\n")
            received = _line(line)
        except TimeoutError:
            return _failed("the collector did not answer in time", "wait until it has polled its meters, and try again")
        except OSError as error:
            return _failed(f"the collector went away ({error.strerror or error})", "try again")
    return _parsed(received)


def _line(line: socket.socket) -> bytes:
    received = b""
    end = time.monotonic() + LONGEST
    while not received.endswith(b"\n") and len(received) < MOST_BYTES:
        line.settimeout(max(end - time.monotonic(), 0.01))
        part = line.recv(65_536)
        if not part:
            break
        received += part
    return received


def _by_ourselves(settings: Settings, asked: Mapping[str, Any]) -> dict[str, Any]:
    beside = Path(sys.executable).with_name("energy-collector")
    command = str(beside) if beside.exists() else shutil.which("energy-collector")
    if command is None:
        return _failed("energy-collector is not installed here", "install the project again")
    words = [command, "probe", asked["gateway"], str(asked["unit_id"]), "--profile", asked["profile"], "--json"]
    try:
        done = subprocess.run([*words, "--home", str(settings.home)], capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return _failed("the meter did not answer in time", "check the address, the unit id and the wiring")
    if done.stdout.strip():
        return _parsed(done.stdout)
    said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
    return _failed(said[-1].removeprefix("error: ")[:500], "")


def _parsed(received: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(received)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return _failed("the collector's answer cannot be understood", "is it of the same version? Start it again")
    return answer


def _failed(error: str, advice: str) -> dict[str, Any]:
    return {"ok": False, "error": error, "advice": advice}


def _values(found: Mapping[str, Any], ratio: Ratio) -> list[dict[str, Any]]:
    rows = []
    for name, raw in found.items():
        if known := QUANTITIES.get(name):
            scaled = None if raw is None else float(f"{raw * ratio.factor(known.scaling):.10g}")
            rows.append({"quantity": name, "label": known.label, "unit": known.unit, "raw": raw, "scaled": scaled})
    return rows
