"""What failed and waits on processes or browsers runs once more, alone: `python -m tests.again FOLDER ...`.

Only that, and at most three tests: what is pure has no excuse, and many failures are a fault. What passes
at the second try is told by name, for each is a fault still: of the test, or of what it looks at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FAILED = Path(".pytest_cache/v/cache/lastfailed")
MOST = 3
"""Most tests that get a second try."""


def refusal(failed: Sequence[str], waiting: Sequence[str]) -> str | None:
    """Why these tests get no second try, or None if they do.

    Parameters
    ----------
    failed : sequence of str
        Their ids, as pytest writes them.
    waiting : sequence of str
        Folders and files of tests that wait on processes or browsers.
    """
    if not failed:
        return "no test failed by itself"
    if len(failed) > MOST:
        return f"{len(failed)} tests failed; at most {MOST} get a second try"
    for test in failed:
        path = test.partition("::")[0]
        if not any(path == place or path.startswith(place.rstrip("/") + "/") for place in waiting):
            return f"{test} waits on nothing outside its process"
    return None


def main(waiting: Sequence[str]) -> int:
    failed = sorted(json.loads(FAILED.read_text())) if FAILED.exists() else []
    if why := refusal(failed, waiting):
        print(f"No second try: {why}.", file=sys.stderr)
        return 1
    told = "\n  ".join(failed)
    print(f"A second try, alone:\n  {told}", flush=True)
    code = subprocess.run([sys.executable, "-m", "pytest", *failed], check=False).returncode
    if code == 0:
        print(f"These failed beside others and passed alone; each is a fault to mend:\n  {told}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
