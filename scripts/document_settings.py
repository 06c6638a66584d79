"""Write the table of the settings in `docs/first-steps.md`, which is made of their declaration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from energy_workbench.domain.fields.messages import text
from energy_workbench.runtime.settings import declared
from energy_workbench.runtime.settings.declaration import Setting

PAGE = Path(__file__).resolve().parents[1] / "docs" / "first-steps.md"
HEAD = "| key | default | may be | |\n| --- | --- | --- | --- |"


def line(setting: Setting) -> str:
    """The row of a setting."""
    default = f"`{setting.default}`" if isinstance(setting.default, str) else f"{setting.default:.12g}"
    unit = f" {setting.unit}" if setting.unit else ""
    allowed = ", ".join(f"`{word}`" for word in setting.words) if setting.words else setting.allowed
    return (
        f"| `{setting.name}` | {'' if setting.default == '' else default + unit} | {allowed} | {text(setting.help)} |"
    )


def table() -> str:
    """All of it."""
    return "\n".join([HEAD, *map(line, declared().values())])


def written(page: str) -> str:
    """The page with the table as it should be: where the one that begins with `HEAD` stands."""
    before, found, rest = page.partition(HEAD)
    if not found:
        raise SystemExit(f"{PAGE} has no table that begins with\n{HEAD}")
    return before + "\n".join([table(), *_after(rest.removeprefix("\n").split("\n"))])


def _after(lines: list[str]) -> Iterator[str]:
    inside = True
    for each in lines:
        inside = inside and each.startswith("|")
        if not inside:
            yield each


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
