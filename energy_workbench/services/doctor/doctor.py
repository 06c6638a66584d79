"""The doctor: how home, gateways and meters are, why, and what to do. It never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, cast

from energy_workbench.analytics import bus
from energy_workbench.analytics.bus_facts import Finding, GatewayFacts, MeterFacts, Outage, Verdict, worst
from energy_workbench.contract.rows.condition import Check, Doctor, GatewayCheck, Judged, MeterPolled, Polled
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ServiceError, SettingsError
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.fields.plain import Json, Row
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock
from energy_workbench.registry.examine import Examined, examine
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor.checkup import checkup
from energy_workbench.services.doctor.collector_answers import Called, Calls, Counted, MeterCounts, PollCounts
from energy_workbench.services.doctor.collector_process import run_collector
from energy_workbench.services.doctor.collector_socket import ask_collector

COUNTS_SECONDS: Final = 5.0
"""Longest wait for what the collector has counted [s]."""
CALL_SECONDS: Final = 10.0
"""Longest time in which meters are called [s]."""
STARTING_SECONDS: Final = 20.0
"""What a collector's process needs to start on a slow machine at most [s]."""
MOST_CALLED: Final = 200
"""Meters that are called at most."""


def doctor(settings: Settings, *, thorough: bool = False) -> Doctor:
    """Look at everything, without changing anything.

    Parameters
    ----------
    thorough : bool
        Check every page of the databases as well, and call meters on the wire: those that the running collector gets
        no answer from, which wait their turn among its polls; all of them where no collector runs. Takes
        `CALL_SECONDS` at most on the wire.

    Returns
    -------
    dict
        `at`; `verdict`, the worst of all (`good`, `unknown`, `warning`, `problem`); `live`, whether a collector runs;
        `seconds`, over which was counted; `checks` of `name, verdict, text, advice`; `gateways` and `meters`, each with
        verdict, text, advice and what was counted.
    """
    examined = examine(settings.registry_url, settings.state_url, thorough=thorough)
    checks = list(checkup(settings, examined, thorough=thorough))
    counted: Counted = {}
    try:
        counted = cast(Counted, ask_collector(settings, {"do": "doctor"}, COUNTS_SECONDS) or {})
    except ServiceError as error:
        checks.append(("collector", Finding(Verdict.PROBLEM, str(error), "start it again: energy-collector")))
    polled = [meter for meter in examined.meters if meter.polled and meter.gateway]
    called = _call(settings, _suspects(polled, examined, bool(counted)), bool(counted)) if thorough else {}
    gateways, meters = _bus(polled, examined, counted, called)
    verdicts = [finding.verdict for _, finding in checks]
    verdicts += [Verdict(row["verdict"]) for row in (*gateways, *meters)]
    return {
        "at": clock.now().isoformat(timespec="seconds"),
        "verdict": str(worst([verdict for verdict in verdicts if verdict is not Verdict.UNKNOWN])),
        "live": bool(counted),
        "seconds": counted.get("seconds"),
        "checks": [_check(name, finding) for name, finding in checks],
        "gateways": gateways,
        "meters": meters,
    }


def _check(name: str, finding: Finding) -> Check:
    return {"name": name, "verdict": str(finding.verdict), "text": finding.text, "advice": finding.advice}


def broken_settings(error: SettingsError) -> Doctor:
    """What is said where not even the settings can be read: each that is refused."""
    advice = "mend the file, or unset the variable, that it names"
    findings = [Finding(Verdict.PROBLEM, str(told), advice) for told in error.problems or [error]]
    return {
        "at": clock.now().isoformat(timespec="seconds"),
        "verdict": str(Verdict.PROBLEM),
        "live": False,
        "seconds": None,
        "checks": [_check("settings", finding) for finding in findings],
        "gateways": [],
        "meters": [],
    }


def _suspects(polled: Iterable[Meter], examined: Examined, running: bool) -> list[Meter]:
    """Who is called: who does not answer the running collector, everybody without one."""
    online = {key for key, live in examined.live.items() if live.communication is Communication.ONLINE}
    return [meter for meter in polled if not running or meter.key not in online][:MOST_CALLED]


def _call(settings: Settings, meters: Iterable[Meter], running: bool) -> dict[int, Called]:
    wanted: list[Json] = [
        {"key": m.key, "gateway": m.gateway, "unit_id": 1 if m.unit_id is None else m.unit_id, "profile": m.profile}
        for m in meters
    ]
    if not wanted:
        return {}
    request: Row = {"do": "call", "meters": wanted, "seconds": CALL_SECONDS}
    try:
        answer: Json = ask_collector(settings, request, CALL_SECONDS + COUNTS_SECONDS) if running else None
        if answer is None:
            answer = run_collector(settings, ["call"], CALL_SECONDS + STARTING_SECONDS, json.dumps(request))
    except ServiceError:
        return {}  # it is busy: what was counted is told all the same
    return {int(row["key"]): row for row in cast(Calls, answer).get("meters", ())}


def _bus(
    polled: Iterable[Meter], examined: Examined, counted: Counted, called: Mapping[int, Called]
) -> tuple[list[GatewayCheck], list[MeterPolled]]:
    """Rows of gateways and of meters."""
    counts = {row["url"]: row for row in counted.get("gateways", ())}
    behind: dict[str, list[Meter]] = {}
    for meter in polled:
        behind.setdefault(str(meter.gateway), []).append(meter)
    gateways: list[GatewayCheck] = []
    rows: list[MeterPolled] = []
    now_us = clock.to_micros(clock.now())
    for url, meters in sorted(behind.items(), key=lambda pair: natural(pair[0])):
        count = counts.get(url, {})
        by_key = {row["key"]: row for row in count.get("meters", ())}
        facts = [_facts(m, by_key.get(m.key, {}), examined, called.get(m.key), now_us) for m in meters]
        tried = [called[m.key]["reached"] for m in meters if m.key in called]
        lines = max(1, count.get("lines") or 1)
        gateway = GatewayFacts(
            url=url, meters=facts, connected=count.get("connected"), reachable=any(tried) if tried else None,
            wanted=count["wanted_seconds"] / lines if count else None, requests=count.get("requests", 0),
            errors=count.get("errors", {}), said=count.get("last_error", "") or _said(called, meters),
            polls=count.get("polls", 0), outage=_outage(count), silent_polls=count.get("silent_polls", 0),
            answered=_ago(count, now_us),
        )  # fmt: skip
        finding = bus.of_gateway(gateway)
        online = sum(not fact.silent for fact in facts if fact.silent is not None)
        row: GatewayCheck = {
            "url": url,
            **_said_of(finding),
            "meters": len(meters),
            "online": online,
            "connected": gateway.connected if gateway.reachable is None else gateway.reachable,
            "utilisation": _rounded(gateway.wanted, 3),
            **_numbers(count),
        }
        gateways.append(row)
        for meter, fact in zip(meters, facts, strict=True):
            rows.append(_row(meter, fact, by_key.get(meter.key, {}), examined, bus.of_meter(fact, gateway)))
    return gateways, rows


def _facts(meter: Meter, count: MeterCounts, examined: Examined, call: Called | None, now_us: int) -> MeterFacts:
    live = examined.live.get(meter.key)
    polled = bool(count.get("polls") or count.get("spared"))
    # The live state is written now and again: who answered just now is not offline any more.
    answers = bool(count.get("last_answer_us")) and count.get("unanswered") == 0
    offline = not answers and (live is None or live.communication is Communication.OFFLINE)
    said = str(call["error"]) if call and call["error"] else (live.error if live else "")
    return MeterFacts(
        number=meter.number,
        unit=1 if meter.unit_id is None else meter.unit_id,
        period=meter.poll_seconds,
        online=not offline if polled else None,
        called=bool(call["ok"]) if call else None,
        polls=count.get("polls", 0),
        complete=count.get("complete", 0),
        missed=count.get("missed", 0),
        errors=count.get("errors", {}),
        exceptions=count.get("exceptions", {}),
        slow=count.get("latency", {}).get("p95"),
        said=said,
        failures=count.get("failures", 0),
        late=count.get("late", 0),
        lacks=count.get("lacks", ()),
        blank=live is not None and bool(live.values) and all(value is None for value in live.values.values()),
        outage=_outage(count),
        answered=_ago(count, now_us),
        awaited=count.get("awaited", False),
    )


def _outage(count: PollCounts) -> Outage:
    return Outage(
        polls=count.get("outage_polls", 0),
        alone=count.get("outage_alone_polls", 0),
        missed=count.get("outage_missed", 0),
        errors=count.get("outage_errors", {}),
    )


def _ago(count: PollCounts, now_us: int) -> float | None:
    """How long ago something came last [s]; None where nothing ever did."""
    at = count.get("last_answer_us")
    return max(0.0, (now_us - at) / 1e6) if at else None


def _row(meter: Meter, fact: MeterFacts, count: MeterCounts, examined: Examined, finding: Finding) -> MeterPolled:
    live = examined.live.get(meter.key)
    return {
        "meter": meter.id,
        "number": meter.number,
        "gateway": str(meter.gateway),
        "unit_id": fact.unit,
        "profile": str(meter.profile),
        **_said_of(finding),
        "breaker": count.get("breaker", ""),
        "last_seen": live.last_seen.isoformat(timespec="seconds") if live and live.last_seen else None,
        **_numbers(count),
    }


def _numbers(count: PollCounts) -> Polled:
    """What was counted, in the units of the answer: percent and milliseconds."""
    polls, latency, late = count.get("polls", 0), count.get("latency", {}), count.get("lateness", {})
    at = count.get("last_error_us")
    return {
        "polls": polls,
        "success_percent": round(100 * count["complete"] / polls, 2) if polls else None,
        "missed": count.get("missed", 0),
        "late": count.get("late", 0),
        "latency_p50_ms": _milliseconds(latency.get("p50")),
        "latency_p95_ms": _milliseconds(latency.get("p95")),
        "lateness_p95_ms": _milliseconds(late.get("p95")),
        "errors": dict(count.get("errors", {})),
        "exceptions": dict(count.get("exceptions", {})),
        "last_error": count.get("last_error", ""),
        "last_error_at": clock.from_micros(at).isoformat(timespec="seconds") if at else None,
    }


def _said_of(finding: Finding) -> Judged:
    return {"verdict": str(finding.verdict), "text": finding.text, "advice": finding.advice}


def _said(called: Mapping[int, Called], meters: Iterable[Meter]) -> str:
    return next((str(called[m.key]["error"]) for m in meters if m.key in called and called[m.key]["error"]), "")


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
