"""Values of settings out of `workbench.toml` and the environment, and everything that is wrong with them, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from energy_workbench.domain.errors import Problem, printable
from energy_workbench.runtime.settings.declaration import Setting, Value

PREFIX: Final = "ENERGY_WORKBENCH_"
FILE: Final = "workbench.toml"
NOT_SETTINGS: Final = {"NOW", "HOME", "SITE", "URL", "SERVICE_TOKEN", "FAILPOINT", "SMTP_PASSWORD", "WEBHOOK_SECRET"}
"""Variables with the prefix that are no settings of a home: a fixed now, where the home is, which site is meant, what a
page's kernel is told (address and token of the service), where a test lets a process die, and secrets."""
DEFAULT: Final = "default"
"""Where a value comes from that nobody gave."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gave: the values that are accepted, where each comes from, and what is wrong with the others."""

    values: Mapping[str, Value]
    origins: Mapping[str, str]
    problems: tuple[Problem, ...]


def given(
    declared: Mapping[str, Setting],
    home: Path,
    environ: Mapping[str, str],
    *,
    below: Path | None = None,
    own: Collection[str] = (),
) -> Given:
    """Read the file of a home and the environment, which wins.

    Parameters
    ----------
    below : Path, optional
        Another home, whose settings hold where this one says nothing.
    own : collection of str
        What is taken of the home's own file only, where there is another home below.
    """
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}
    problems: list[Problem] = []
    refused = set()
    for key, raw, where in _raw(home / FILE, environ, problems, below and below / FILE, own):
        if key not in declared:
            problems.append(Problem(where, printable(key), "", _unknown(key, declared)))
            continue
        try:
            values[key], origins[key] = declared[key].read(raw), where
        except ValueError as error:
            problems.append(Problem(where, key, declared[key].shown(raw), str(error)))
            refused.add(key)
    problems += _same(
        {key: (each, values.get(key, each.default)) for key, each in declared.items() if key not in refused}, origins
    )
    return Given(values, origins, tuple(problems))


def _raw(
    path: Path, environ: Mapping[str, str], problems: list[Problem], below: Path | None, own: Collection[str]
) -> Iterator[tuple[str, object, str]]:
    """Key, value as it was given, and where: of the files first."""
    alone = frozenset(own if below else ())
    if below:
        yield from ((key, value, str(below)) for key, value in _content(below, problems) if key not in alone)
    for key, value in _content(path, problems):
        yield key, value, str(path)
    for name, text in environ.items():
        key = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and key not in NOT_SETTINGS and key.lower() not in alone:
            yield key.lower(), text, f"environment variable {name}"


def _content(path: Path, problems: list[Problem]) -> Iterable[tuple[str, object]]:
    try:
        content = path.read_text("utf-8")
        import tomllib  # only for who has a file: many homes have none

        return tomllib.loads(content).items()
    except FileNotFoundError:
        return ()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except (ValueError, RecursionError) as error:  # also a number or a nesting without end
        reason = f"not valid TOML: {error}"
    problems.append(Problem(str(path), "", "", reason))
    return ()


def _unknown(key: str, declared: Mapping[str, Setting]) -> str:
    from difflib import get_close_matches

    if key.upper() in NOT_SETTINGS:
        return f"is no setting of the file: give it as the variable {PREFIX}{key.upper()}"
    near = get_close_matches(key, declared, 1)
    meant = f"is {near[0]!r} meant?" if near else "`energy-workbench settings` lists those there are"
    return f"there is no setting {printable(key)!r}: {meant}"


def _same(taken: Mapping[str, tuple[Setting, Value]], origins: Mapping[str, str]) -> Iterator[Problem]:
    """What two settings share that each needs for itself; told of the one that was given."""
    first: dict[tuple[str, Value], str] = {}
    for key, (each, value) in taken.items():
        if not each.distinct or value == "":
            continue
        other = first.setdefault((each.distinct, value), key)
        if other != key:
            told, by = (key, other) if key in origins else (other, key)
            reason = f"is that of {by!r} too ({origins.get(by, DEFAULT)}): {each.distinct}"
            yield Problem(origins.get(told, DEFAULT), told, each.shown(value), reason)
