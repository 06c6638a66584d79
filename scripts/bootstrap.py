"""Build `.venv` from a locked, hashed requirements file, once; a second call with the same lock does nothing.

Written so that an old Python can read it as well, and say that it is too old.

Usage: bootstrap.py run|test
"""

from __future__ import print_function

import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
NEEDED_BYTES = 2500 * 1000 * 1000


class BootstrapError(Exception):
    pass


def lock_path(what):
    return os.path.join(ROOT, "requirements", what + ".txt")


def stamp_path(what):
    return os.path.join(VENV, "installed-" + what)


def fingerprint(what):
    """Changes when the lock, the project's metadata or the Python changes."""
    found = hashlib.sha256(sys.version.encode())
    for path in (lock_path(what), os.path.join(ROOT, "pyproject.toml")):
        with open(path, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def is_current(what):
    try:
        with open(stamp_path(what)) as file:
            return file.read() == fingerprint(what) and os.path.exists(PYTHON)
    except OSError:
        return False


def check_machine():
    if sys.version_info < (3, 11):
        raise BootstrapError("Python %d.%d is too old: install Python 3.11 or newer" % sys.version_info[:2])
    if not os.access(ROOT, os.W_OK):
        raise BootstrapError("cannot write to %s: make it writable, or clone to a folder of yours" % ROOT)
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES and not os.path.exists(PYTHON):
        raise BootstrapError(
            "only %.1f GB are free at %s: the environment needs %.1f GB" % (free / 1e9, ROOT, NEEDED_BYTES / 1e9)
        )


def make_venv():
    if os.path.exists(PYTHON):
        return
    print("Creating .venv with Python %s" % sys.version.split()[0], flush=True)
    done = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        reason = (done.stdout + done.stderr).strip()
        if "ensurepip" in reason:
            raise BootstrapError(
                "this Python cannot make environments: install its venv package (Debian: python3-venv)"
            )
        raise BootstrapError("cannot create .venv: " + (reason.splitlines() or ["unknown reason"])[-1])


def pip(arguments, total):
    """Run pip and show one line that counts the packages."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"] + arguments  # noqa: RUF005
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seen, tail, live = 0, [], sys.stdout.isatty()
    for line in process.stdout:
        tail = tail[-200:] + [line.rstrip()]  # noqa: RUF005
        match = re.match(r"\s*(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9_.\[\]-]+)", line)
        if match:
            seen += 1
            if live:
                print("\r  [%3d/%d] %-40s" % (seen, total, match[1][:40]), end="", flush=True)
            elif seen % 25 == 0:
                print("  [%3d/%d] %s" % (seen, total, match[1]), flush=True)
        elif line.startswith("Installing collected packages"):
            print(("\r" if live else "") + "  unpacking ... %-40s" % "", flush=True)
    if process.wait():
        errors = [line for line in tail if "ERROR" in line or "No space left" in line or "error:" in line.lower()]
        raise BootstrapError("pip could not install: " + (errors or tail or ["no output"])[-1].strip())


def install(what):
    with open(lock_path(what)) as file:
        total = sum(1 for line in file if re.match(r"[A-Za-z0-9]", line))
    print("Installing %d packages of requirements/%s.txt (once; a few minutes)" % (total, what), flush=True)
    pip(["--require-hashes", "-r", lock_path(what)], total)
    pip(["--no-deps", "--no-build-isolation", "-e", ROOT], 1)
    # Pages open sooner where their files need not be compressed at the first start.
    subprocess.run([PYTHON, "-m", "energy_workbench.widgets.site.compressed"], check=False)
    for stale in ("run", "test"):
        if os.path.exists(stamp_path(stale)):
            os.unlink(stamp_path(stale))
    # The tests' packages include all that is needed to run.
    for name in {"run", what}:
        with open(stamp_path(name), "w") as file:
            file.write(fingerprint(name))


def main():
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what not in ("run", "test"):
        print("usage: bootstrap.py run|test", file=sys.stderr)
        return 2
    try:
        check_machine()
        if not is_current(what):
            make_venv()
            install(what)
    except BootstrapError as error:
        print("error: %s" % error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the next start goes on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
