"""What became slower or bigger between two check-outs: python scripts/versions.py BEFORE AFTER [--rounds N]

Each has an environment of its own (`make test-env`). They take turns, so that a busy machine disturbs both; times are
the processor's, which depend least on what else runs. The least of the rounds is printed, and the ratio of the two.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

BEGIN = """
import json, os, resource, shutil, sys, time
def used(who=resource.RUSAGE_SELF):
    spent = resource.getrusage(who)
    return spent.ru_utime + spent.ru_stime
def tell(**figures):
    print("figures " + json.dumps(figures))
"""

FACADE = """
before = used()
import energy_workbench as ew
wb = ew.open()
imported = used()
wb.consumption("UNIT-A", "last 7 days")
asked = used()
wb.balance("2026-10")
tell(**{
    "import and open the façade [ms]": 1000 * (imported - before),
    "the first consumption after it [ms]": 1000 * (asked - imported),
    "the first balance of a month after that [ms]": 1000 * (used() - asked),
    "memory of such a process, at most [MB]": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
})
"""

REMOTE = """
before = used()
import energy_workbench as ew
ew.open("http://127.0.0.1:9", token="none")
tell(**{"import and open the client [ms]": 1000 * (used() - before)})
"""

BUILD = """
import subprocess
from pathlib import Path
command = [str(Path(sys.executable).parent / "energy-workbench"), "intervals", "build", "--from", "2026-09-01"]
before = used(resource.RUSAGE_CHILDREN)
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
tell(**{"intervals of the sample's last weeks, built anew [s]": used(resource.RUSAGE_CHILDREN) - before})
"""

RUNNING = """
import asyncio, tempfile
from pathlib import Path
import httpx
from benchmarks import viewers
from benchmarks._reader import Reader
from benchmarks._site import memory, processor
from tests.demo import children, demo

CALLS = {
    "GET /meters": "meters?limit=1000",
    "GET /consumption/pattern of 7 days": "consumption/pattern?meter=UNIT-A&period=last%207%20days",
    "GET /balance of a day": "balance?period=yesterday",
}

async def visit(plant):
    server = plant.process("dashboards")
    await viewers._settled(server)
    reader = Reader(plant.pages, plant.token, ())
    kernels = children(server)
    before = sum(map(processor, kernels))
    await reader.open("meter-dashboard")
    spent = sum(processor(kernel) for kernel in children(server) if kernel in kernels) - before
    mine = max(memory(kernel, "Pss") for kernel in children(server))
    await reader.close()
    tell(**{"a page's first charts, in its kernel [ms]": 1000 * spent, "memory of that kernel [MB]": mine})

with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as plant:
    asyncio.run(visit(plant))
    service = plant.process("serve")
    with httpx.Client(base_url=plant.service + "/api/Energy/", headers={"Authorization": f"Bearer {plant.token}"},
                      timeout=60) as client:
        for name, path in CALLS.items():
            client.get(path).raise_for_status()
            best = []
            for _ in range(40):
                begin = time.perf_counter()
                client.get(path).raise_for_status()
                best.append(time.perf_counter() - begin)
            tell(**{f"{name}, the quickest of 40 [ms]": 1000 * min(best)})
    tell(**{"memory of the service [MB]": memory(service, "Pss")})
"""

NOW = "2026-10-15T12:00:00+05:30"


def measured(checkout: Path, program: str, home: Path | None) -> dict[str, float]:
    """Figure by name, of a program that runs in a check-out.

    Raises
    ------
    SystemExit
        If the program failed, with what it said.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")}
    if home is not None:
        environment |= {"ENERGY_WORKBENCH_HOME": str(home), "ENERGY_WORKBENCH_NOW": NOW}
    command = [str(checkout / ".venv/bin/python"), "-c", BEGIN + program]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{checkout}: {done.stderr}")
    told = [line.removeprefix("figures ") for line in done.stdout.splitlines() if line.startswith("figures ")]
    return {name: value for line in told for name, value in json.loads(line).items()}


def main() -> None:
    """Print a row a figure: before, after, their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="of what is quick; two of what is started")
    given = parser.parse_args()
    checkouts = [given.before.resolve(), given.after.resolve()]
    print("| what, the least of the rounds | before | after | ratio |\n| --- | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for program, rounds in ((FACADE, given.rounds), (REMOTE, given.rounds), (BUILD, given.rounds), (RUNNING, 2)):
            least: list[dict[str, float]] = [{}, {}]
            for _ in range(rounds):
                for which, checkout in enumerate(checkouts):
                    home = None if program is RUNNING else Path(folder) / f"{which}"
                    if home and not home.exists():
                        subprocess.run(["cp", "-r", str(checkout / "data/sample"), str(home)], check=True)
                    for name, value in measured(checkout, program, home).items():
                        least[which][name] = min(value, least[which].get(name, value))
            for name, before in least[0].items():
                after = least[1][name]
                print(f"| {name} | {before:.3g} | {after:.3g} | {after / before:.2f} |", flush=True)


if __name__ == "__main__":
    main()
