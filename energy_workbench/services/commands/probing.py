"""Reading a meter once, by the running collector, which owns the lines, or by a process of our own without one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, cast

from energy_workbench.contract.rows.setup import Outcome, Probed, ProbedValue, SuggestedProfiles
from energy_workbench.domain.errors import InputError, Problem, ServiceError
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry.checks.addresses import host_of
from energy_workbench.registry.checks.conversions import Convert, gateway, profile, whole
from energy_workbench.runtime.outward import address_of
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.commands.meter_check import RATIO_FIELDS, ratio_of
from energy_workbench.services.doctor.collector_answers import Read
from energy_workbench.services.doctor.collector_process import run_collector
from energy_workbench.services.doctor.collector_socket import ask_collector

LONGEST = 45.0
"""How long a probe may take, with its turn among the polls of that line [s]."""
SENT = ("gateway", "unit_id", "profile", *RATIO_FIELDS)
ADDRESS: tuple[tuple[str, Convert], ...] = (("gateway", gateway), ("unit_id", whole(0, 255)))


def probe(settings: Settings, fields: Mapping[str, Any]) -> Probed:
    """Read a meter once.

    Parameters
    ----------
    fields : mapping
        `gateway, unit_id, profile`, and the ratio's; others are left aside.

    Returns
    -------
    dict
        `ok`; `values`, each with `quantity, label, unit, raw, scaled`, also those that came before something failed;
        `error` and `advice`, empty where everything came; `milliseconds`.

    Raises
    ------
    InputError
        If an address, id or ratio is none; nothing is sent then.
    """
    problems: list[Problem] = []
    asked = asked_of(fields, (*ADDRESS, ("profile", profile)), problems)
    ratio = ratio_of(fields)
    if ratio is None:
        problems.append(Problem("body", RATIO_FIELDS[0], "", "CT and PT need two numbers above zero each, or none"))
    if problems or ratio is None:
        raise InputError("the meter cannot be read", problems)
    words = ["probe", str(asked["gateway"]), str(asked["unit_id"]), "--profile", str(asked["profile"]), "--json"]
    answer = _answer(settings, {"do": "probe", **asked}, words)
    return {**_outcome(answer), "values": _values(answer.get("values") or {}, ratio)}


def suggest(settings: Settings, fields: Mapping[str, Any]) -> SuggestedProfiles:
    """Find out with which profile, in which word order, a meter can be read.

    Parameters
    ----------
    fields : mapping
        `gateway, unit_id`; others are left aside.

    Returns
    -------
    dict
        `ok`; `candidates`, best first, each with `profile, vendor, model, word_order, source, confidence, certainty`
        (certain, likely or possible), `score, reasons, against`; `identity`, what the device says it is; `values` as
        the best candidate reads them; `notes`; `error` and `advice`, empty where it answered; `milliseconds`.

    Raises
    ------
    InputError
        If an address or id is none; nothing is sent then.
    """
    problems: list[Problem] = []
    asked = asked_of(fields, ADDRESS, problems)
    if problems:
        raise InputError("the meter cannot be read", problems)
    words = ["profiles", "suggest", str(asked["gateway"]), str(asked["unit_id"])]
    answer = _answer(settings, {"do": "suggest", **asked}, words)
    return {
        **_outcome(answer),
        "candidates": list(answer.get("candidates") or ()),
        "notes": list(answer.get("notes") or ()),
        "identity": dict(answer.get("identity") or {}),
        "values": _values(answer.get("values") or {}, Ratio()),
    }


def asked_of(
    fields: Mapping[str, Any], wanted: Iterable[tuple[str, Convert]], problems: list[Problem]
) -> dict[str, str | int]:
    """What is asked, converted; what is wrong with it is added to the problems, an address that is refused too."""
    asked: dict[str, str | int] = {}
    for name, convert in wanted:
        value = fields.get(name)
        try:
            if value is None or value == "":
                raise ValueError("is needed to read a meter")
            asked[name] = convert(value)
            if name == "gateway" and (host := host_of(str(asked[name]))):
                address_of(host, 502)
        except PermissionError as reason:
            problems.append(Problem("body", name, str(value)[:60], str(reason)))
        except OSError:
            continue  # That there is no such host, the attempt says better.
        except ValueError as reason:
            problems.append(Problem("body", name, "" if value is None else str(value)[:60], str(reason)))
    return asked


def _answer(settings: Settings, request: Row, words: list[str]) -> Read:
    started = time.monotonic()
    answer: Read
    try:
        said = ask_collector(settings, request, LONGEST) or run_collector(settings, words, LONGEST)
    except ServiceError as error:
        answer = {"ok": False, "error": str(error), "advice": "try again"}
    else:
        answer = {"ok": False, "error": "the collector's answer cannot be understood", "advice": "start it again"}
        if isinstance(said, dict):
            answer = cast(Read, said)
    return {"milliseconds": (time.monotonic() - started) * 1000, **answer}


def _outcome(answer: Read) -> Outcome:
    error = str(answer.get("error") or "")
    return {
        "ok": bool(answer.get("ok", not error)),
        "error": error,
        "advice": str(answer.get("advice") or ""),
        "milliseconds": round(float(answer["milliseconds"])),
    }


def _values(read: Mapping[str, float | None], ratio: Ratio) -> list[ProbedValue]:
    rows: list[ProbedValue] = []
    for name, raw in read.items():
        if known := QUANTITIES.get(name):
            scaled = None if raw is None else float(f"{raw * ratio.factor(known.scaling):.10g}")
            rows.append({"quantity": name, "label": known.label, "unit": known.unit, "raw": raw, "scaled": scaled})
    return rows
